package assist_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"recado/assist"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/dialogue"
)

// meanings embeds by what is meant: the first letter tells.
type meanings struct {
	asked [][]string
	err   error
	short bool
}

func (m *meanings) Model() string { return "m" }

func (m *meanings) Embed(_ context.Context, texts []string) ([][]float32, error) {
	m.asked = append(m.asked, texts)
	if m.err != nil {
		return nil, m.err
	}
	out := make([][]float32, len(texts))
	for i, text := range texts {
		out[i] = []float32{1, 0}
		if strings.Contains(text, "chave") || strings.Contains(text, "senha") {
			out[i] = []float32{0, 1}
		}
	}
	if m.short {
		out = out[1:]
	}
	return out, nil
}

// shelf keeps vectors in memory.
type shelf map[string]string

func (s shelf) Vectors(_ context.Context, model string, digests []string) (map[string]string, error) {
	out := map[string]string{}
	for _, d := range digests {
		if v, ok := s[model+d]; ok {
			out[d] = v
		}
	}
	return out, nil
}

func (s shelf) SaveVectors(_ context.Context, model string, vectors map[string]string, _ time.Time) error {
	for d, v := range vectors {
		s[model+d] = v
	}
	return nil
}

func TestRerank(t *testing.T) {
	t.Parallel()
	found := []search.Match{
		{Article: article.Article{ID: "portao", Title: "Portão"}, Score: .8}, {Article: article.Article{ID: "senha", Title: "Trocar a senha de ana@x.example"}, Score: .7},
	}
	e, kept := &meanings{}, shelf{}
	r := assist.NewReranker(e, kept, time.Now)
	for range 2 {
		got, err := r.Rank(t.Context(), "perdi a chave, CPF 123.456.789-09", found)
		if err != nil || got[0].Article.ID != "senha" || got[0].Score != .7 || found[0].Article.ID != "portao" {
			t.Fatalf("%v %+v", err, got)
		}
	}
	if len(e.asked) != 2 || len(e.asked[0]) != 3 || len(e.asked[1]) != 1 || len(kept) != 2 {
		t.Errorf("asked %q, kept %d: articles are asked for once, all at once", e.asked, len(kept))
	}
	if told := strings.Join(e.asked[0], "\n"); strings.Contains(told, "@") || strings.Contains(told, "456") {
		t.Errorf("personal data left: %q", told)
	}
	for _, bad := range []*meanings{{err: errors.New("away")}, {short: true}} {
		got, err := assist.NewReranker(bad, shelf{}, time.Now).Rank(t.Context(), "chave", found)
		if err == nil || len(got) != 2 || got[0].Article.ID != "portao" {
			t.Errorf("without vectors the order is as it was: %v %+v", err, got)
		}
	}
}

// An organisation that wants no model is not sent anywhere.
func TestRerankAsksForNobodyWhoDoesNotWantIt(t *testing.T) {
	t.Parallel()
	ix := search.New()
	for _, id := range []string{"chave do portão", "chave da senha"} {
		ix.Put(article.Article{ID: id, Title: "perdi a " + id, Body: "procure", Public: true})
	}
	e := &meanings{}
	a := assist.NewBuiltin(ix, 0).Rerank(assist.NewReranker(e, shelf{}, time.Now))
	for noModel, asked := range map[bool]bool{true: false, false: true} {
		e.asked = nil
		if _, err := a.Read(t.Context(), dialogue.Brief{Text: "perdi a chave", WantArticles: true, NoModel: noModel}); err != nil {
			t.Fatal(err)
		}
		if (len(e.asked) > 0) != asked {
			t.Errorf("no model %v: asked %q", noModel, e.asked)
		}
	}
}
