package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"recado/assist/search"
	"recado/core/article"
)

// evalArticlesCmd scores which article is found for a question.
type evalArticlesCmd struct {
	evalInput
	evalAssistant
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file, which names the model of embeddings; only with --assistant model."`
	Bare   bool   `help:"Index the articles alone, without the questions that are known to lead to them."`
}

// articleExample is an article (type doc), or a question (type query) and which
// articles answer it; none is a question that must find nothing.
type articleExample struct {
	Type, ID, Title, Body, Text, Lang, Split string
	Relevant                                 []string
}

// articleScores is what people would have been shown.
type articleScores struct {
	Rows      int          `json:"rows"`      // questions that an article answers
	First     float64      `json:"first"`     // the right article came first (R@1)
	Three     float64      `json:"three"`     // it was among the first three (R@3)
	Threshold float64      `json:"threshold"` // from which an article is shown
	Shown     float64      `json:"shown"`     // one was shown
	Right     float64      `json:"right"`     // and it was right
	Outside   int          `json:"outside"`   // questions that nothing answers
	False     float64      `json:"false"`     // of those, one was shown
	Bins      []calibrated `json:"bins"`
	Missed    []miss       `json:"misses,omitempty"`
}

// Run prints the score.
func (c *evalArticlesCmd) Run(ctx context.Context, std Streams) error {
	rows, err := examples[articleExample](c.Path)
	if err != nil {
		return err
	}
	rank := byWords
	if c.Assistant == "model" {
		cfg, err := configured(c.Config, std)
		if err != nil {
			return err
		}
		if rank, err = byMeaning(ctx, cfg, newLog(cfg, std.Err)); err != nil {
			return err
		}
	}
	s, err := scoreArticles(rows, !c.Bare, rank)
	if err != nil {
		return err
	}
	return s.print(std.Out, c.evalInput)
}

// articleAnswer is a question, and what was found for it, best first.
type articleAnswer struct {
	row   articleExample
	found []search.Match
}

func (a articleAnswer) score() float64 {
	best := 0.0 // not always the first's, when meaning counts
	for _, m := range a.found {
		best = max(best, m.Score)
	}
	return best
}

// within reports whether a right article is among the first n.
func (a articleAnswer) within(n int) bool {
	return slices.ContainsFunc(a.found[:min(n, len(a.found))], func(m search.Match) bool { return slices.Contains(a.row.Relevant, m.Article.ID) })
}

// scoreArticles asks every question of an index that knows those of the other folds; or,
// when the rows say which are for training, those.
func scoreArticles(rows []articleExample, learn bool, rank ranking) (*articleScores, error) {
	split := slices.ContainsFunc(rows, func(r articleExample) bool { return r.Type == "query" && r.Split == "train" }) &&
		slices.ContainsFunc(rows, func(r articleExample) bool { return r.Type == "query" && r.Split != "train" && r.Split != "" })
	times := folds
	if split || !learn {
		times = 1
	}
	var answers []articleAnswer
	for fold := range times {
		asked := func(r articleExample) bool {
			switch {
			case split:
				return r.Split != "train"
			case times == 1:
				return true
			}
			return foldOf(r.ID) == fold
		}
		ix := indexOf(rows, func(r articleExample) bool { return learn && !asked(r) })
		for _, r := range rows {
			if r.Type == "query" && asked(r) {
				const most = 6 // as the desk looks for
				found, err := rank(r.Text, ix.Search(r.Text, nil, most))
				if err != nil {
					return nil, fmt.Errorf("%s: %w", r.ID, err)
				}
				answers = append(answers, articleAnswer{r, found})
			}
		}
	}
	return newArticleScores(answers), nil
}

// indexOf holds the articles, with the questions that are known as their phrasings.
func indexOf(rows []articleExample, known func(articleExample) bool) *search.Index {
	phrasings := map[string][]string{}
	for _, r := range rows {
		if r.Type == "query" && known(r) {
			for _, id := range r.Relevant {
				phrasings[id] = append(phrasings[id], r.Text)
			}
		}
	}
	ix := search.New()
	for _, r := range rows {
		if r.Type == "doc" {
			ix.Put(article.Article{ID: r.ID, Title: r.Title, Body: r.Body, Language: r.Lang, Phrasings: phrasings[r.ID], Public: true})
		}
	}
	return ix
}

func newArticleScores(answers []articleAnswer) *articleScores {
	s := &articleScores{Threshold: search.DefaultThreshold}
	var first, three, shown, right, wrong int
	var binned []triageAnswer
	for _, a := range answers {
		is := a.score() >= search.DefaultThreshold
		answered := triageReading{sure: a.score()}
		if len(a.found) > 0 && a.within(1) {
			answered.label = a.row.ID
		}
		label := a.row.ID
		if len(a.row.Relevant) == 0 {
			label = ""
		}
		binned = append(binned, triageAnswer{triageExample{ID: a.row.ID, Label: label}, answered})
		if len(a.row.Relevant) == 0 {
			s.Outside++
			wrong += bit(is)
			continue
		}
		s.Rows++
		first += bit(a.within(1))
		three += bit(a.within(3))
		shown += bit(is)
		right += bit(is && a.within(1))
		if !a.within(1) {
			s.Missed = append(s.Missed, missedArticle(a))
		}
	}
	s.First, s.Three, s.Shown, s.Right = shareOf(first, s.Rows), shareOf(three, s.Rows), shareOf(shown, s.Rows), shareOf(right, s.Rows)
	s.False, s.Bins = shareOf(wrong, s.Outside), calibration(binned)
	return s
}

func missedArticle(a articleAnswer) miss {
	found := "nothing"
	if len(a.found) > 0 {
		found = a.found[0].Article.ID
	}
	return miss{a.row.ID, fmt.Sprintf("%q wants %v and found %s (%.2f)", a.row.Text, a.row.Relevant, found, a.score())}
}

func (s *articleScores) print(w io.Writer, in evalInput) error {
	if !in.Verbose {
		s.Missed = nil
	}
	if in.JSON {
		return json.NewEncoder(w).Encode(s)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(t, "questions\t%d\nright one first (R@1)\t%.3f\namong three (R@3)\t%.3f\n", s.Rows, s.First, s.Three)
	_, _ = fmt.Fprintf(t, "shown from %.2f\t%.3f\nshown and right\t%.3f\n", s.Threshold, s.Shown, s.Right)
	if s.Outside > 0 {
		_, _ = fmt.Fprintf(t, "that nothing answers\t%d, something shown %.3f\n", s.Outside, s.False)
	}
	_, _ = fmt.Fprintf(t, "\nscore\tquestions\tmean\tright\n")
	for _, b := range s.Bins {
		_, _ = fmt.Fprintf(t, "from %.1f\t%d\t%.2f\t%.2f\n", b.From, b.Rows, b.Sure, b.Right)
	}
	for i, m := range s.Missed {
		if i == 0 {
			_, _ = fmt.Fprintln(t)
		}
		_, _ = fmt.Fprintf(t, "%s: %s\n", m.Row, m.Why)
	}
	return t.Flush()
}
