package coretest

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/survey"
	"recado/core/ticket"
)

func (s suite) catalogue(t *testing.T) {
	read := func(ctx context.Context, r dialogue.Reader) (*catalog.Catalog, error) { return r.Catalog(ctx) }
	items := []catalog.Item{
		{ID: "z-product", Level: catalog.Product, Name: "Fiscal", Names: map[string]string{"en": "Tax"}, Words: []string{"nota"}, Active: true},
		{ID: "a-system", Level: catalog.System, Parent: "z-product", Name: "CT-e", Active: true},
		{ID: "m-category", Level: catalog.Category, Name: "Dúvida"},
	}
	for _, it := range items {
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveItem(ctx, it) })
	}
	if got := get(t, s, read).Items(); !reflect.DeepEqual(got, items) {
		t.Errorf("items in the order of saving:\n got %+v\nwant %+v", got, items)
	}
	items[0].Name, items[0].Active = "Fiscal 2", false
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveItem(ctx, items[0]) })
	if got := get(t, s, read).Items(); !reflect.DeepEqual(got, items) {
		t.Errorf("a replaced item keeps its place:\n got %+v\nwant %+v", got, items)
	}
	err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
		if err := tx.SaveItem(ctx, catalog.Item{ID: "never", Level: catalog.Product, Name: "Nunca"}); err != nil {
			return err
		}
		if c, err := tx.Catalog(ctx); err != nil || c.Name("never", "") != "Nunca" {
			t.Errorf("the transaction does not see its own change: %v", err)
		}
		return errWanted
	})
	if !errors.Is(err, errWanted) {
		t.Fatal(err)
	}
	if _, there := get(t, s, read).Item("never"); there {
		t.Error("an item that was rolled back is seen")
	}
}

func (s suite) articles(t *testing.T) {
	a := article.Article{
		ID: "cte", Title: "CT-e", Body: "Faça assim", URL: "https://x.example", Language: "pt-BR", Product: "p", System: "s", Module: "m",
		Phrasings: []string{"não autoriza"}, Public: true, OrgIDs: []string{"o"}, UpdatedAt: stored(noon),
	}
	bare := article.Article{ID: "bare", Title: "Só", Body: "isto"}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return errors.Join(tx.SaveArticle(ctx, article.Article{ID: a.ID, Title: "old"}), tx.SaveArticle(ctx, a), tx.SaveArticle(ctx, bare),
			tx.SaveFeedback(ctx, article.Feedback{ArticleID: a.ID, PersonID: "ana", At: noon}),
			tx.SaveFeedback(ctx, article.Feedback{ArticleID: a.ID, PersonID: "ana", Helpful: true, Missing: "prazo", At: noon}))
	})
	if got := get(t, s, func(ctx context.Context, r dialogue.Reader) (article.Article, error) { return r.Article(ctx, a.ID) }); !reflect.DeepEqual(got, a) {
		t.Errorf("got %+v, want %+v", got, a)
	}
	s.learned(t, a)
	all := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]article.Article, error) { return r.Articles(ctx) })
	a.Phrasings = append(a.Phrasings, "o lote voltou")
	if !reflect.DeepEqual(all, []article.Article{bare, a}) {
		t.Errorf("all: %+v", all)
	}
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		if _, err := r.Article(ctx, "nothing"); !errors.Is(err, article.ErrNotFound) {
			t.Errorf("an unknown id: %v", err)
		}
		return nil
	})
}

// learned phrasings stand behind the article's own, each once, and outlive an import.
func (s suite) learned(t *testing.T, a article.Article) {
	learn := func(text string) article.Learned {
		return article.Learned{ArticleID: a.ID, PersonID: "ana", Text: text, At: noon}
	}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return errors.Join(tx.Learn(ctx, learn("o lote voltou")), tx.Learn(ctx, learn("O lote, voltou!")), tx.Learn(ctx, learn("Não autoriza")), tx.Learn(ctx, learn("?!")))
	})
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveArticle(ctx, a) })
	want := append(slices.Clone(a.Phrasings), "o lote voltou")
	if got := get(t, s, func(ctx context.Context, r dialogue.Reader) (article.Article, error) { return r.Article(ctx, a.ID) }); !slices.Equal(got.Phrasings, want) {
		t.Errorf("phrasings %q, want %q", got.Phrasings, want)
	}
}

func (s suite) surveys(t *testing.T) {
	ana := id[directory.PersonID]()
	tk := id[ticket.ID]()
	csat := survey.Survey{ID: id[survey.ID](), Kind: survey.CSAT, Ticket: tk, Closing: 1, Person: ana, Agent: "bia", AskedAt: noon, Expires: noon.Add(time.Hour)}
	save := func(v *survey.Survey) func(context.Context, dialogue.Tx) error {
		return func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveSurvey(ctx, v) }
	}
	s.update(t, save(&csat))

	t.Run("one of each closing", func(t *testing.T) {
		again := csat
		again.ID, again.Version = id[survey.ID](), 0
		if err := s.try(t, save(&again)); !errors.Is(err, survey.ErrStale) || !errors.Is(err, dialogue.ErrConflict) {
			t.Errorf("a second one: %v", err)
		}
		again.Closing = 2
		s.update(t, save(&again))
		got := get(t, s, func(ctx context.Context, r dialogue.Reader) (survey.Survey, error) { return r.OfClosing(ctx, tk, 2) })
		if got.ID != again.ID {
			t.Errorf("the second closing has %+v", got)
		}
	})
	t.Run("rated by eight at once, nothing is lost", func(t *testing.T) { s.rateAtOnce(t, csat.ID) })
	t.Run("the latest that waits for stars", func(t *testing.T) {
		waiting := func(at time.Time) error {
			return s.store.View(t.Context(), func(r dialogue.Reader) error { _, err := r.Waiting(t.Context(), ana, at); return err })
		}
		if err := waiting(noon.Add(time.Hour)); err != nil {
			t.Errorf("at the last moment: %v", err)
		}
		if err := waiting(noon.Add(time.Hour + time.Microsecond)); !errors.Is(err, survey.ErrUnknown) {
			t.Errorf("after it: %v", err)
		}
	})
	t.Run("an NPS of nought is an answer", func(t *testing.T) {
		nought := 0
		old := survey.Survey{ID: id[survey.ID](), Kind: survey.NPS, Person: ana, AskedAt: noon.Add(-time.Hour)}
		nps := survey.Survey{ID: id[survey.ID](), Kind: survey.NPS, Person: ana, AskedAt: stored(noon), Score: &nought, Comment: "ruim", Via: "email", Answered: stored(noon), Alerted: stored(noon)}
		s.update(t, save(&nps))
		s.update(t, save(&old))
		got := get(t, s, func(ctx context.Context, r dialogue.Reader) (survey.Survey, error) { return r.LastNPS(ctx, ana) })
		if !reflect.DeepEqual(got, nps) {
			t.Errorf("got %+v, want %+v", got, nps)
		}
		asked := get(t, s, func(ctx context.Context, r dialogue.Reader) (survey.Survey, error) { return r.Survey(ctx, old.ID) })
		if asked.Score != nil {
			t.Errorf("one without an answer has %d", *asked.Score)
		}
	})
}

// rateAtOnce has eight people rate with what they read; who is told of a conflict
// reads again. Every rating must count one version.
func (s suite) rateAtOnce(t *testing.T, which survey.ID) {
	before := get(t, s, func(ctx context.Context, r dialogue.Reader) (survey.Survey, error) { return r.Survey(ctx, which) })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for {
				v := get(t, s, func(ctx context.Context, r dialogue.Reader) (survey.Survey, error) { return r.Survey(ctx, which) })
				if err := v.Rate(survey.Stars{Service: 1 + i%5}, "chat", noon); err != nil {
					t.Error(err)
					return
				}
				err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveSurvey(ctx, &v) })
				if err == nil {
					return
				}
				if !errors.Is(err, dialogue.ErrConflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	after := get(t, s, func(ctx context.Context, r dialogue.Reader) (survey.Survey, error) { return r.Survey(ctx, which) })
	if after.Version != before.Version+8 || after.Service == 0 {
		t.Errorf("version %d became %d with %d stars", before.Version, after.Version, after.Service)
	}
}
