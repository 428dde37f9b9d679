package assist

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"recado/assist/precedent"
	"recado/assist/search"
	"recado/core/article"
	"recado/core/dialogue"
)

// ByBuiltin is how Builtin signs its readings.
const ByBuiltin = "built-in"

// maxSuggestions is how many articles a person is shown: what fits a phone.
const maxSuggestions = 3

// Builtin is a dialogue.Assistant of rules and the article index. It is safe for
// concurrent use.
type Builtin struct {
	index      *search.Index
	precedents *precedent.Index
	reranker   *Reranker // nil: by score alone
	threshold  float64
	languages  languages
	names      names
}

var _ dialogue.Assistant = (*Builtin)(nil)

// NewBuiltin returns an assistant that suggests articles of index, which others
// keep up to date; nil is an index without articles. Articles that score under
// threshold (0: search.DefaultThreshold) are not suggested.
func NewBuiltin(index *search.Index, threshold float64) *Builtin {
	if index == nil {
		index = search.New()
	}
	if threshold == 0 {
		threshold = search.DefaultThreshold
	}
	return &Builtin{index: index, precedents: precedent.New(), threshold: threshold, languages: newLanguages()}
}

// Language tells the language of a text, as BCP 47; "" when it is not clear. It needs
// nothing but the text, so strangers can be answered in theirs.
func (b *Builtin) Language(text string) string { return b.languages.of(text) }

// Learn makes b compare what people write with examples too, which others keep up to
// date. It is called before b is used.
func (b *Builtin) Learn(examples *precedent.Index) *Builtin {
	b.precedents = examples
	return b
}

// Rerank makes b order the articles that it suggests by their meaning too. It is called
// before b is used.
func (b *Builtin) Rerank(r *Reranker) *Builtin {
	b.reranker = r
	return b
}

// Read implements dialogue.Assistant.
func (b *Builtin) Read(ctx context.Context, brief dialogue.Brief) (dialogue.Reading, error) {
	x, err := b.Explain(ctx, brief)
	return x.Reading, err
}

// guess is a value with how sure one is of it, 0 to 1.
type guess[T any] struct {
	value T
	sure  float64
}

// abstain is the confidence under which a guess is not made at all.
const abstain = .35

// put takes a guess over, or leaves the field empty.
func put[T any](sure map[string]float64, field string, to *T, g guess[T]) {
	if g.sure >= abstain {
		*to, sure[field] = g.value, g.sure
	}
}

// search finds the articles that the person may read, best first, for the words,
// for an e-mail's subject, and for short words together with the ones before.
func (b *Builtin) search(brief dialogue.Brief) []search.Match {
	queries := []string{brief.Text, stripReply(brief.Subject)}
	if n := len(brief.Earlier); n > 0 && len(search.Words(brief.Text)) < 6 {
		queries = append(queries, brief.Earlier[n-1]+" "+brief.Text)
	}
	if pictures := seen(brief); pictures != "" {
		queries = append(queries, strings.TrimSpace(brief.Text+" "+pictures))
	}
	best := map[string]search.Match{}
	for _, q := range queries {
		for _, m := range b.index.Search(q, visible(brief), 2*maxSuggestions) {
			if m.Score > best[m.Article.ID].Score {
				best[m.Article.ID] = m
			}
		}
	}
	return ranked(best)
}

// visible keeps what the person may read, for the organisation they speak for.
func visible(brief dialogue.Brief) search.Filter {
	var orgs []string
	if brief.Organisation.ID != "" {
		orgs = []string{string(brief.Organisation.ID)}
	}
	return func(a article.Article) bool { return a.VisibleTo(orgs, brief.Organisation.Products) }
}

// knows reports whether a single word leads to an article.
func (b *Builtin) knows(word string, brief dialogue.Brief) bool {
	found := b.index.Search(word, visible(brief), 1)
	return len(found) > 0 && found[0].Score >= b.threshold
}

// ranked lists matches, best first.
func ranked(best map[string]search.Match) []search.Match {
	return slices.SortedFunc(maps.Values(best), func(x, y search.Match) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.Article.ID, y.Article.ID))
	})
}
