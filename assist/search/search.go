package search

import (
	"cmp"
	"slices"

	"recado/core/article"
)

// DefaultThreshold is the score under which a match is better not shown. On the
// development set it lets through fewer than one in ten of the questions that no
// article answers (see TestFAQ).
const DefaultThreshold = 0.5

// Filter reports whether an article may be found.
type Filter func(article.Article) bool

// Match is an article that may answer.
type Match struct {
	Article article.Article
	Score   float64 // 0 to 1, about the chance that it is the right one
	Passage string  // the title, phrasing or piece of the body most like the question
}

// Above are the matches, best first, that reach the threshold.
func Above(found []Match, threshold float64) []Match {
	if n := slices.IndexFunc(found, func(m Match) bool { return m.Score < threshold }); n >= 0 {
		return found[:n]
	}
	return found
}

// A question of more than partWords words is read sentence by sentence, since an
// e-mail's greeting and signature would drown the one that tells. The best counts.
const (
	partWords = 20
	maxParts  = 12
)

// maxQuery is how many bytes of a query are read.
const maxQuery = 8000

// candidates is how many articles, best as a whole, are compared passage by passage.
const candidates = 50

// Search returns at most limit articles that keep accepts (nil: any), best first.
// Whatever the score, an article that shares anything with the query is a match;
// the caller compares Score with a threshold.
func (ix *Index) Search(query string, keep Filter, limit int) []Match {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	query = query[:min(len(query), maxQuery)]
	parts := pieces(query, partWords)
	if len(parts) > 1 {
		parts = sentences(query, partWords, maxParts)
	}
	s, _ := ix.spare.Get().(*scratch)
	defer ix.spare.Put(s)
	s.hits = s.hits[:0]
	for _, part := range parts {
		ix.ask(part, s, keep)
	}
	return ix.matches(s.hits, limit)
}

// hit is what one part of a query found of the article in a slot.
type hit struct {
	slot    uint32
	score   float64
	passage string
}

// matches are the articles of hits, each with its best, best first. It reorders hits.
func (ix *Index) matches(hits []hit, limit int) []Match {
	id := func(h hit) string { return ix.entries[h.slot].article.ID }
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(b.score, a.score)) })
	hits = slices.CompactFunc(hits, func(a, b hit) bool { return a.slot == b.slot })
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(id(a), id(b))) })
	hits = hits[:min(max(limit, 0), len(hits))]
	matches := make([]Match, len(hits))
	for i, h := range hits {
		matches[i] = Match{Article: ix.entries[h.slot].article, Score: h.score, Passage: h.passage}
	}
	return matches
}

// scratch is memory that searches lend one another. Outside a search whole and
// pull hold only zeros, and the others nothing that is needed.
type scratch struct {
	whole   []float64 // by slot: the score of the article as a whole
	touched []uint32  // the slots that whole holds
	top     []candidate
	pull    []float64 // by term: what one tenth of it adds to likeness
	hits    []hit
}

// ask adds what the articles score for one part of a query to the hits.
func (ix *Index) ask(text string, s *scratch, keep Filter) {
	q := ix.question(text)
	s.pull = grow(s.pull, len(ix.lists))
	for _, t := range q.terms {
		s.pull[t.number] = t.pull
	}
	for _, c := range ix.candidates(q, s, keep) {
		like, nearest := q.likeness(&ix.entries[c.slot], s.pull)
		if score := q.score(c.score, like); score > 0 {
			s.hits = append(s.hits, hit{c.slot, score, nearest})
		}
	}
	for _, t := range q.terms {
		s.pull[t.number] = 0
	}
}

// candidate is an article and its score as a whole, 0 to 1.
type candidate struct {
	slot  uint32
	score float64
}

// candidates are the articles that are best as a whole, best first. They stay as
// they are until the next call.
func (ix *Index) candidates(q question, s *scratch, keep Filter) []candidate {
	s.whole = grow(s.whole, len(ix.entries))
	s.touched = s.touched[:0]
	mean := ix.length / float64(max(len(ix.slots), 1))
	for _, t := range q.terms {
		for _, p := range ix.lists[t.number].postings {
			if s.whole[p.slot] == 0 {
				s.touched = append(s.touched, p.slot)
			}
			s.whole[p.slot] += t.most * held(float64(p.weight), ix.entries[p.slot].length/mean)
		}
	}
	top := s.top[:0]
	for _, slot := range s.touched {
		c := candidate{slot, s.whole[slot] / q.most}
		s.whole[slot] = 0
		if len(top) == candidates && ix.order(c, top[candidates-1]) >= 0 {
			continue
		}
		if keep != nil && !keep(ix.entries[slot].article) {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, c, ix.order)
		top = slices.Insert(top, at, c)
		top = top[:min(len(top), candidates)]
	}
	s.top = top
	return top
}

// order puts the better candidate first; equal ones by ID, not by the slot they
// happened to get.
func (ix *Index) order(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(ix.entries[a.slot].article.ID, ix.entries[b.slot].article.ID))
}

// grow makes s hold n zeros at least.
func grow(s []float64, n int) []float64 {
	if len(s) >= n {
		return s
	}
	return make([]float64, n+n/4)
}
