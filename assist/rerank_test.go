package assist_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"recado/assist"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/dialogue"
	"recado/core/directory"
)

// meanings embeds by what is meant: whatever opens is one thing, all else another.
type meanings struct {
	asked [][]string
	of    directory.OrgID // whom it was asked for last
	err   error
	short bool
	size  int // of a vector; 0: 2
	once  int // only the first so many vectors of a batch have that size
}

func (m *meanings) Model() string { return "m" }

func (m *meanings) Embed(_ context.Context, org directory.OrgID, _ string, texts []string) ([][]float32, error) {
	m.asked, m.of = append(m.asked, texts), org
	if m.err != nil {
		return nil, m.err
	}
	out := make([][]float32, len(texts))
	for i, text := range texts {
		out[i] = make([]float32, max(m.size, 2))
		if m.once > 0 && i >= m.once {
			out[i] = make([]float32, 7)
		}
		out[i][0] = 1
		if strings.Contains(text, "chave") || strings.Contains(text, "senha") {
			out[i][0], out[i][1] = 0, 1
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

// away is a store that cannot be asked.
type away struct{}

func (away) Vectors(context.Context, string, []string) (map[string]string, error) {
	return nil, errors.New("away")
}

func (away) SaveVectors(context.Context, string, map[string]string, time.Time) error {
	return errors.New("away")
}

func reranker(e assist.Embedder, kept assist.Vectors) *assist.Reranker {
	return assist.NewReranker(e, kept, time.Now, slog.New(slog.DiscardHandler))
}

// gateFirst is what the words alone found for the key.
func gateFirst() []search.Match {
	return []search.Match{
		{Article: article.Article{ID: "portao", Title: "Portão"}, Score: .8}, {Article: article.Article{ID: "senha", Title: "Trocar a senha de ana@x.example"}, Score: .7},
	}
}

func TestRerank(t *testing.T) {
	t.Parallel()
	found := gateFirst()
	e, kept := &meanings{}, shelf{}
	brief := dialogue.Brief{Subject: "Re: a chave", Text: "perdi, CPF 123.456.789-09", Organisation: directory.Organisation{ID: "aurora"}}
	for range 2 {
		got, err := reranker(e, kept).Rank(t.Context(), brief, found)
		if err != nil || got[0].Article.ID != "senha" || got[0].Score != .7 || found[0].Article.ID != "portao" {
			t.Fatalf("%v %+v", err, got)
		}
	}
	if len(e.asked) != 2 || len(e.asked[0]) != 3 || len(e.asked[1]) != 1 || len(kept) != 2 || e.of != "aurora" {
		t.Errorf("asked %q, kept %d: articles are asked for once, all at once", e.asked, len(kept))
	}
	told := strings.Join(e.asked[0], "\n")
	if strings.Contains(told, "@") || strings.Contains(told, "456") || !strings.HasPrefix(told, "a chave\nperdi") {
		t.Errorf("personal data left, or the subject did not: %q", told)
	}
	if got, err := reranker(e, away{}).Rank(t.Context(), brief, found); err != nil || got[0].Article.ID != "senha" {
		t.Errorf("where nothing is kept the order is better all the same: %v %+v", err, got)
	}
	for _, bad := range []*meanings{{err: errors.New("away")}, {short: true}, {size: 5, once: 1}} {
		got, err := reranker(bad, shelf{}).Rank(t.Context(), brief, found)
		if err == nil || len(got) != 2 || got[0].Article.ID != "portao" {
			t.Errorf("without vectors the order is as it was: %v %+v", err, got)
		}
	}
}

// A vector that another model of the same name made is made anew, and compared with none.
func TestRerankOfAnotherLength(t *testing.T) {
	t.Parallel()
	kept := shelf{}
	brief := dialogue.Brief{Text: "perdi a chave"}
	if _, err := reranker(&meanings{}, kept).Rank(t.Context(), brief, gateFirst()); err != nil {
		t.Fatal(err)
	}
	grown := &meanings{size: 3}
	for i, asked := range []int{2, 3} { // the question and then the articles; afterwards the question alone
		got, err := reranker(grown, kept).Rank(t.Context(), brief, gateFirst())
		if err != nil || got[0].Article.ID != "senha" || len(grown.asked) != asked {
			t.Errorf("time %d: %v %+v after %q", i+1, err, got, grown.asked)
		}
	}
}

// Words of somebody who wants no model stay within the desk; the article is shown all
// the same, where its score puts it.
func TestRerankLeavesWordsWithin(t *testing.T) {
	t.Parallel()
	for score, place := range map[float64]int{.95: 1, .1: 2} {
		found := append(gateFirst(), search.Match{Article: article.Article{ID: "dentro", Title: "segredo da chave", Within: true}, Score: score})
		e := &meanings{}
		got, err := reranker(e, shelf{}).Rank(t.Context(), dialogue.Brief{Text: "perdi a chave"}, found)
		if err != nil || len(got) != 3 || got[0].Article.ID != "senha" || got[place].Article.ID != "dentro" {
			t.Errorf("%v: %v %+v", score, err, got)
		}
		if strings.Contains(strings.Join(e.asked[0], "\n"), "segredo") {
			t.Errorf("asked %q", e.asked)
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
	a := assist.NewBuiltin(ix, 0).Rerank(reranker(e, shelf{}))
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
