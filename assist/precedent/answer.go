package precedent

import (
	"cmp"
	"math"
	"slices"
)

// How much Bayes counts beside the neighbours: at most bayesShare, and half of that when
// a class has bayesHalf examples on the mean. It counts words, and of few examples there
// is little to count.
const (
	bayesShare = .3
	bayesHalf  = 20
)

// Answer is what the examples say of one text. It does not change with the index.
type Answer struct {
	Near   []Neighbour // the most alike first
	votes  []vote
	scores []classScore
	share  float64 // of Bayes
}

// Neighbour is an example near the text.
type Neighbour struct {
	ID    string
	Text  string
	Filed map[string]string
	Alike float64 // 0 to 1
}

type vote struct {
	filed map[string]string
	votes float64
}

type classScore struct {
	filed map[string]string
	fits  float64
}

// Finding is a value for one field.
type Finding struct {
	Value string  // empty: nothing was alike
	Sure  float64 // the chance that it is right, 0 to 1
	Score float64 // how far the text belongs to anything that was filed: for ranking, no chance
}

// Ask compares a text with the examples.
func (ix *Index) Ask(text string) Answer {
	found := featuresOf(text)
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if len(found) == 0 || len(ix.slots) == 0 {
		return Answer{}
	}
	s, _ := ix.spare.Get().(*scratch)
	defer ix.spare.Put(s)
	numbers, counts, weights := ix.question(found)
	ns := ix.near(weights, s)
	ix.settle(ns, s)
	a := Answer{share: ix.trust()}
	for _, n := range ns {
		d := &ix.docs[n.slot]
		filed := ix.classes[d.class].filed
		a.Near = append(a.Near, Neighbour{ID: d.id, Text: d.text, Filed: filed, Alike: n.alike})
		a.votes = append(a.votes, vote{filed, n.vote})
	}
	for c, fits := range ix.bayes(numbers, counts, s) {
		if !math.IsInf(fits, 0) {
			a.scores = append(a.scores, classScore{ix.classes[c].filed, fits})
		}
	}
	return a
}

// Of is the likeliest value of a field among those that may be named (nil: any).
func (a Answer) Of(field string, may func(value string) bool) Finding {
	type scored struct {
		value string
		votes float64
		fits  float64
	}
	var all []scored
	place := map[string]int{}
	at := func(filed map[string]string) *scored {
		value := filed[field]
		if value == "" {
			return nil
		}
		i, seen := place[value]
		if !seen {
			i = -1
			if may == nil || may(value) {
				i = len(all)
				all = append(all, scored{value: value, fits: math.Inf(-1)})
			}
			place[value] = i
		}
		if i < 0 {
			return nil
		}
		return &all[i]
	}
	for _, v := range a.votes {
		if s := at(v.filed); s != nil {
			s.votes += v.votes
		}
	}
	known := len(all)
	for _, c := range a.scores {
		if s := at(c.filed); s != nil {
			s.fits = max(s.fits, c.fits)
		}
	}
	all = all[:known] // without a neighbour there is no value
	if known == 0 {
		return Finding{}
	}
	total := func(s scored) float64 { return s.votes + a.share*s.fits }
	slices.SortFunc(all, func(x, y scored) int { return cmp.Or(cmp.Compare(total(y), total(x)), cmp.Compare(x.value, y.value)) })
	e := evidence{votes: all[0].votes, alike: a.Near[0].Alike}
	e.lead = total(all[0])
	if len(all) > 1 {
		e.lead = total(all[0]) - total(all[1])
	}
	return Finding{Value: all[0].value, Sure: e.sure(), Score: e.score()}
}
