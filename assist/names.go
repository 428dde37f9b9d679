package assist

import (
	"maps"
	"slices"
	"sync"

	"recado/assist/search"
	"recado/core/catalog"
)

// names keeps the labels of items, since nearly every turn is offered the same ones. It
// decides nothing: what may be named is what the turn is offered. It is safe for
// concurrent use.
type names struct {
	mu    sync.Mutex
	known map[string]labelled // by item
}

// labelled is an item as it was when its labels were made.
type labelled struct {
	item   catalog.Item
	labels []label
}

// keptNames bounds the memory: items that are gone are forgotten with all others.
const keptNames = 20_000

// of puts the labels of items into to, by their ids.
func (n *names) of(items []catalog.Item, to map[string][]label) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil || len(n.known) > keptNames {
		n.known = map[string]labelled{}
	}
	for _, it := range items {
		kept, found := n.known[it.ID]
		if !found || !sameNames(kept.item, it) {
			kept = labelled{it, labels(it)}
			n.known[it.ID] = kept
		}
		to[it.ID] = kept.labels
	}
}

func sameNames(a, b catalog.Item) bool {
	return a.Name == b.Name && slices.Equal(a.Words, b.Words) && maps.Equal(a.Names, b.Names)
}

// labels are an item's name, its translations, and what else people call it.
func labels(it catalog.Item) []label {
	called := append([]string{it.Name}, it.Words...)
	for _, n := range it.Names {
		called = append(called, n)
	}
	var out []label
	for _, n := range called {
		l := label{words: wordsOf(search.Words(n))}
		for _, w := range l.words {
			if search.IsSubject(w.text) {
				l.tells = append(l.tells, w)
			}
		}
		if len(l.tells) > 0 {
			out = append(out, l)
		}
	}
	return out
}
