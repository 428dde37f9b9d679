package main

import (
	"strings"
	"testing"

	"recado/assist/search"
	"recado/bot/sqlstore"
	"recado/core/article"
)

func TestGapsAreWhatNoArticleAnswers(t *testing.T) {
	t.Parallel()
	ix := search.New()
	ix.Put(article.Article{ID: "senha", Title: "Trocar a senha", Body: "Abra o menu Perfil e troque a senha.", Public: true})
	all := gapsOf([]string{
		"como trocar a senha", "segunda via do boleto", "preciso da segunda via do boleto", "2ª via do boleto vencido", "pneu sumiu do relatório",
	}, ix, search.DefaultThreshold)
	if len(all) != 2 || all[0].Times != 3 || all[0].Asked[0] != "segunda via do boleto" || all[1].Asked[0] != "pneu sumiu do relatório" {
		t.Errorf("%+v", all)
	}
	var out strings.Builder
	if err := printGaps(&out, all, false); err != nil || !strings.HasPrefix(out.String(), "3x") {
		t.Errorf("%v\n%s", err, &out)
	}
	out.Reset()
	if err := printGaps(&out, nil, false); err != nil || out.String() != "Every question has an article.\n" {
		t.Errorf("%v %q", err, &out)
	}
}

// Who said that it helped and opened a ticket all the same was not helped.
func TestUseCountsWhoCameBack(t *testing.T) {
	t.Parallel()
	all := usesOf([]sqlstore.Read{
		{Article: "a", Helpful: true}, {Article: "a", Helpful: true, Back: true}, {Article: "a", Missing: "onde fica"}, {Article: "b", Helpful: true}, {Article: "b", Helpful: true},
	})
	if len(all) != 2 || all[0].Article != "b" || all[0].Solved != 2 || all[1].Asked != 3 || all[1].Helped != 2 || all[1].Back != 1 || all[1].Solved != 1 {
		t.Errorf("%+v", all)
	}
	var out strings.Builder
	if err := printUse(&out, all, false); err != nil || !strings.Contains(out.String(), "missing in a: onde fica") {
		t.Errorf("%v\n%s", err, &out)
	}
}

func TestBenchAssistantDoesWhatItCounts(t *testing.T) {
	t.Parallel()
	r, err := (&benchAssistantCmd{Articles: 50, Tickets: 100, Times: 5}).measure(t.Context())
	if err != nil || r.Kept != 100 || r.Triage.Max <= 0 || r.Search.Max <= 0 || r.Put.Max <= 0 {
		t.Errorf("%v %+v", err, r)
	}
}
