package search_test

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"recado/assist/search"
	"recado/core/article"
)

// desk is the knowledge base of a small desk in its first week.
func desk() []article.Article {
	return []article.Article{
		{ID: "cte", Title: "CT-e não autoriza: o que conferir", Public: true, Body: "Quando a SEFAZ rejeita o conhecimento, veja o código da rejeição em Fiscal > CT-e > Consultar.\nConfira a validade do certificado digital e se a SEFAZ está no ar.\nDepois reenvie o lote."},
		{ID: "boleto", Title: "Como emitir a segunda via do boleto", Public: true, Phrasings: []string{"cadê meu boleto?"}, Body: "Abra o menu Financeiro e escolha Boletos. Clique em Segunda via e confirme."},
		{ID: "senha", Title: "Esqueci minha senha", Public: true, Body: "Na tela de entrada, clique em Esqueci a senha. Você recebe um e-mail com um link, que vale por 30 minutos."},
		{ID: "usuario", Title: "Cadastrar um novo usuário", Public: true, Body: "Só o administrador da empresa cadastra usuários. Abra Configurações, Usuários, Novo."},
		{ID: "interno", Title: "Reprocessar lotes de CT-e no servidor", Body: "Só para a equipe: rode o reprocessamento do lote de CT-e."},
		{ID: "export", Title: "Export a report to Excel", Language: "en", Public: true, Body: "Open Reports, choose the period and press Export."},
		{ID: "factura", Title: "Anular una factura electrónica", Language: "es", Public: true, Body: "Abre Ventas, elige la factura y pulsa Anular. Hay 24 horas para hacerlo."},
	}
}

func indexOf(articles ...article.Article) *search.Index {
	ix := search.New()
	for _, a := range articles {
		ix.Put(a)
	}
	return ix
}

// best is the first match at the default threshold, or "".
func best(ix *search.Index, query string, keep search.Filter) string {
	found := ix.Search(query, keep, 1)
	if len(found) == 0 || found[0].Score < search.DefaultThreshold {
		return ""
	}
	return found[0].Article.ID
}

func public(a article.Article) bool { return a.Public }

func TestSearchFindsOrSaysNothing(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	for query, want := range map[string]string{
		"O CT-e não autoriza desde ontem":      "cte",
		"cte nao autorizaa":                    "cte", // typing mistake, no accents, no hyphen
		"CÓDIGO DA REJEIÇÃO DA SEFAZ":          "cte", // in the body only
		"preciso da 2a via do boleto":          "boleto",
		"cade meu boleto":                      "boleto", // as a phrasing
		"esqueci a senha":                      "senha",
		"how do I export the reports to excel": "export",
		"necesito anular facturas":             "factura",

		"bom dia":                             "",
		"oi, tudo bem? preciso de uma ajuda":  "",
		"obrigado, era só isso":               "",
		"impressora não imprime":              "",
		"a folha de pagamento não fecha":      "",
		"tem novidade na legislação do icms?": "",
		"how is the weather":                  "",
		"":                                    "",
		"???":                                 "",
	} {
		if got := best(ix, query, public); got != want {
			t.Errorf("%q leads to %q, want %q: %v", query, got, want, scores(ix.Search(query, public, 3)))
		}
	}
}

func scores(matches []search.Match) []string {
	out := make([]string, len(matches))
	for i, m := range matches {
		out[i] = fmt.Sprintf("%s %.2f", m.Article.ID, m.Score)
	}
	return out
}

func TestSearchNeverShowsWhatTheFilterKeepsBack(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	if got := best(ix, "reprocessar lotes de CT-e", nil); got != "interno" {
		t.Errorf("without a filter: %q, want the team's article", got)
	}
	for _, m := range ix.Search("reprocessar lotes de CT-e", public, 10) {
		if m.Article.ID == "interno" {
			t.Error("an article for the team only was shown to a customer")
		}
	}
}

func TestSearchSaysWhichPassage(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	for query, want := range map[string]string{
		"cadê meu boleto":    "cadê meu boleto?",
		"segunda via boleto": "Como emitir a segunda via do boleto",
		"menu financeiro":    "Abra o menu Financeiro e escolha Boletos. Clique em Segunda via e confirme.",
	} {
		if got := ix.Search(query, nil, 1); len(got) != 1 || got[0].Passage != want {
			t.Errorf("%q: %+v, want passage %q", query, got, want)
		}
	}
}

func TestSearchReadsALongMailInParts(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	mail := "Bom dia, tudo bem?\n\nEspero que sim. Estamos fechando o mês por aqui e a diretoria cobra.\n" +
		"Esqueci a minha senha.\nJá tentei de tudo ontem à tarde com o pessoal da filial de Santos.\n\n" +
		"Atenciosamente,\nAna Paula Souza\nViação Aurora, (11) 99999-0001"
	if got := best(ix, mail, nil); got != "senha" {
		t.Errorf("leads to %q, want senha: %v", got, scores(ix.Search(mail, nil, 3)))
	}
}

func TestSearchLimit(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	for limit, want := range map[int]int{-1: 0, 0: 0, 1: 1, 2: 2} {
		if got := len(ix.Search("lote de CT-e e boleto", nil, limit)); got != want {
			t.Errorf("limit %d gives %d matches, want %d", limit, got, want)
		}
	}
}

func TestPutReplacesAndRemoveForgets(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	ix.Put(article.Article{ID: "senha", Title: "Trocar o idioma", Body: "Abra o perfil."})
	if got := best(ix, "esqueci a senha", nil); got != "" {
		t.Errorf("the old text still leads to %q", got)
	}
	if got := best(ix, "trocar idioma", nil); got != "senha" {
		t.Errorf("the new text leads to %q", got)
	}
	ix.Remove("senha")
	ix.Remove("never-there")
	if got := best(ix, "trocar idioma", nil); got != "" || ix.Len() != len(desk())-1 {
		t.Errorf("removed article is found as %q; %d articles", got, ix.Len())
	}
}

// Put and Remove must leave the index as if it had been built that way: same
// matches, same scores but for the rounding of the fourth digit.
func TestUpdatedIndexEqualsRebuiltOne(t *testing.T) {
	t.Parallel()
	words := []string{"boleto", "senha", "nota", "fiscal", "lote", "erro", "não", "a", "via", "emitir"}
	text := rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprint(rapid.SliceOfN(rapid.SampledFrom(words), 0, 8).Draw(t, "words"))
	})
	rapid.Check(t, func(t *rapid.T) {
		updated, now := search.New(), map[string]article.Article{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "id")
			if rapid.Bool().Draw(t, "remove") {
				updated.Remove(id)
				delete(now, id)
				continue
			}
			a := article.Article{ID: id, Title: text.Draw(t, "title"), Body: text.Draw(t, "body"), Phrasings: rapid.SliceOfN(text, 0, 3).Draw(t, "phrasings")}
			updated.Put(a)
			now[id] = a
		}
		rebuilt := search.New()
		for _, a := range now {
			rebuilt.Put(a)
		}
		query := text.Draw(t, "query")
		got, want := updated.Search(query, nil, 9), rebuilt.Search(query, nil, 9)
		byID := func(a, b search.Match) int { return int(a.Article.ID[0]) - int(b.Article.ID[0]) }
		slices.SortFunc(got, byID)
		slices.SortFunc(want, byID)
		same := func(a, b search.Match) bool {
			return a.Article.ID == b.Article.ID && math.Abs(a.Score-b.Score) < .0002
		}
		if updated.Len() != len(now) || !slices.EqualFunc(got, want, same) {
			t.Fatalf("%q: updated %v, rebuilt %v", query, scores(got), scores(want))
		}
	})
}

// Readers and writers at once; the race detector is the judge.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	ix := indexOf(desk()...)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if got := best(ix, "esqueci a senha", nil); got != "senha" {
					t.Errorf("leads to %q while others are updated", got)
					return
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 100 {
			ix.Put(article.Article{ID: fmt.Sprint(i % 7), Title: fmt.Sprintf("Relatório número %d", i), Body: "x"})
			ix.Remove(fmt.Sprint((i + 3) % 7))
		}
	})
	wg.Wait()
}
