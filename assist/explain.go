package assist

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"recado/assist/precedent"
	"recado/assist/search"
	"recado/core/catalog"
	"recado/core/dialogue"
)

// Fields of the catalogue, as in Reading.Sure and in the examples of a precedent.Index.
const (
	Product  = "product"
	System   = "system"
	Module   = "module"
	Category = "category"
)

// Explanation is a reading with what it rests on.
type Explanation struct {
	Reading dialogue.Reading
	Named   catalog.Path          // what the words name
	Learned catalog.Path          // what texts like these were filed under
	Sure    map[string]float64    // of Learned, by field
	Near    []precedent.Neighbour // the texts most alike
	Found   []search.Match        // articles, those under the threshold too
}

// Explain reads as Read does, and says why.
func (b *Builtin) Explain(ctx context.Context, brief dialogue.Brief) (Explanation, error) {
	if err := ctx.Err(); err != nil {
		return Explanation{}, fmt.Errorf("built-in assistant: %w", err)
	}
	said := parse(brief.Text)
	titled := parse(stripReply(brief.Subject))
	all := slices.Concat(titled, said)
	offered := sync.OnceValue(func() offer { return newOffer(brief.Offer, &b.names) }) // a courtesy needs none

	x := Explanation{Reading: dialogue.Reading{
		By:       ByBuiltin,
		Language: b.languages.of(brief.Subject + "\n" + brief.Text),
		Sure:     map[string]float64{},
	}}
	r := &x.Reading
	language := cmp.Or(r.Language, brief.Language)
	r.Intent = intent(all, language, func(word string) bool {
		return offered().names(word) || b.knows(word, brief)
	})
	onlySeen := len(brief.Seen) > 0 && (len(all) == 0 || r.Intent == dialogue.Greeting)
	if onlySeen {
		r.Intent = dialogue.Matter // until it is known whether the pictures lead anywhere
	}
	if r.Intent != dialogue.Matter || brief.IntentOnly {
		return x, nil
	}
	filed := meanwhile(func() precedent.Answer {
		return b.precedents.Ask(whole(brief))
	})
	x.Found = b.search(brief)
	shown := search.Above(x.Found, b.threshold)
	if b.reranker != nil && brief.WantArticles {
		if better, err := b.reranker.Rank(ctx, brief, shown); err == nil { // else the order is as it was, and the embedder said why
			shown = better
		}
	}
	r.Subject = subject(all)
	x.learn(filed(), brief.Offer)
	before := strings.TrimSpace(strings.Join(brief.Earlier, "\n") + "\n" + seen(brief)) // not theirs of now, but about the same
	r.About, x.Named = offered().about(all, parse(before), shown, x.learned, r.Sure)
	put(r.Sure, "severity", &r.Severity, severity(all, language))
	put(r.Sure, "type", &r.Type, kind(all, language))
	if brief.WantArticles {
		for _, m := range shown[:min(len(shown), maxSuggestions)] {
			r.Articles = append(r.Articles, dialogue.Suggestion{Article: m.Article.ID, Score: m.Score})
		}
	}
	if onlySeen {
		if len(shown) == 0 && r.About == (catalog.Path{}) {
			r.Intent = dialogue.Unclear // whatever it is, the person has to say
		}
		r.Subject = subject(parse(brief.Seen[0].Shows))
	}
	return x, nil
}

// meanwhile begins something beside what its caller does; the function that it returns
// waits for it. A panic is one of the caller's, who may know what to do with it.
func meanwhile[T any](do func() T) (wait func() T) {
	wait = sync.OnceValue(do)
	go func() {
		defer func() { _ = recover() }() // wait panics with the same
		wait()
	}()
	return wait
}

// whole is all that came: the subject, the words, and what pictures show.
func whole(brief dialogue.Brief) string {
	return strings.TrimSpace(stripReply(brief.Subject) + "\n" + brief.Text + "\n" + seen(brief))
}

// seen is what pictures that came along show, and the words that stand in them.
func seen(brief dialogue.Brief) string {
	var lines []string
	for _, s := range brief.Seen {
		lines = append(lines, s.Reads, s.Shows)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// learn takes over what texts like this one were filed under, of what is offered.
func (x *Explanation) learn(a precedent.Answer, o catalog.Offer) {
	x.Near, x.Sure = a.Near, map[string]float64{}
	for _, f := range []struct {
		field string
		items []catalog.Item
		to    *string
	}{
		{Product, o.Products, &x.Learned.Product}, {System, o.Systems, &x.Learned.System},
		{Module, o.Modules, &x.Learned.Module}, {Category, o.Categories, &x.Learned.Category},
	} {
		found := a.Of(f.field, func(id string) bool { return holds(f.items, id) })
		if found.Value != "" {
			*f.to, x.Sure[f.field] = found.Value, found.Sure
		}
	}
}

// learned is what was filed most like it in a field.
func (x *Explanation) learned(field string) guess[string] {
	value := map[string]string{Product: x.Learned.Product, System: x.Learned.System, Module: x.Learned.Module, Category: x.Learned.Category}[field]
	return guess[string]{value, x.Sure[field]}
}
