package search

import (
	"slices"
	"strings"
	"sync"

	"recado/core/article"
)

// Index holds articles by ID. Make one with New.
type Index struct {
	mu       sync.RWMutex
	numbers  map[string]uint32 // of terms: places in lists
	lists    []list
	entries  []entry           // by slot
	slots    map[string]uint32 // by article ID
	noSlots  []uint32          // slots without an article
	noTerms  []uint32          // places in lists without a term
	passages int               // of all articles
	length   float64           // of all articles
	spare    sync.Pool         // of *scratch
}

// list is what the index knows of one term. Postings are in order of slot.
type list struct {
	term     string
	postings []posting
	passages int // that hold the term
}

// posting says how much the article in a slot holds of a term.
type posting struct {
	slot   uint32
	weight float32
}

// entry is one article, taken apart.
type entry struct {
	article  article.Article
	length   float64   // sum of the weights of its terms
	passages []passage // title, phrasings, pieces of the body
}

// passage is a text that a question may be like. Its terms and their weights are
// two slices, since there are hundreds of them and one struct would take 8 bytes.
type passage struct {
	text    string
	body    bool
	norm    float32 // Euclidean length of weights
	terms   []uint32
	weights []uint8 // in tenths
}

// New makes an empty index.
func New() *Index {
	return &Index{
		numbers: map[string]uint32{}, slots: map[string]uint32{},
		spare: sync.Pool{New: func() any { return new(scratch) }},
	}
}

// Len is how many articles the index holds.
func (ix *Index) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.slots)
}

// Put adds the article, or replaces the one of the same ID. The index keeps the
// value; its slices must not be written to afterwards.
func (ix *Index) Put(a article.Article) {
	parts := parse(a) // the slow half, outside the lock
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.remove(a.ID)

	e := entry{article: a, passages: make([]passage, len(parts))}
	held := map[uint32]holding{}
	for i, p := range parts {
		e.passages[i] = ix.passage(p)
		for k, n := range e.passages[i].terms {
			held[n] = held[n].add(p.terms[k].weight, p.body)
		}
	}
	slot := ix.takeSlot(a.ID)
	for n, h := range held {
		ix.lists[n].put(posting{slot, float32(h.weight())})
		e.length += h.weight()
	}
	ix.entries[slot] = e
	ix.passages += len(e.passages)
	ix.length += e.length
}

// Remove takes the article out; an unknown ID changes nothing.
func (ix *Index) Remove(id string) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.remove(id)
}

func (ix *Index) remove(id string) {
	slot, ok := ix.slots[id]
	if !ok {
		return
	}
	e := ix.entries[slot]
	ix.entries[slot] = entry{}
	ix.noSlots = append(ix.noSlots, slot)
	delete(ix.slots, id)
	ix.passages -= len(e.passages)
	ix.length -= e.length
	for _, p := range e.passages {
		for _, n := range p.terms {
			ix.lists[n].passages--
			ix.lists[n].take(slot)
			ix.forget(n)
		}
	}
}

func (ix *Index) takeSlot(id string) uint32 {
	if len(ix.noSlots) == 0 {
		ix.entries = append(ix.entries, entry{})
		ix.noSlots = append(ix.noSlots, uint32(len(ix.entries)-1))
	}
	last := len(ix.noSlots) - 1
	slot := ix.noSlots[last]
	ix.noSlots = ix.noSlots[:last]
	ix.slots[id] = slot
	return slot
}

// passage gives the terms of a passage their numbers and counts them.
func (ix *Index) passage(p parsedPassage) passage {
	out := passage{
		text: p.text, body: p.body, norm: p.norm(),
		terms: make([]uint32, len(p.terms)), weights: make([]uint8, len(p.terms)),
	}
	for i, t := range p.terms {
		n := ix.number(t.term)
		ix.lists[n].passages++
		out.terms[i], out.weights[i] = n, uint8(t.weight)
	}
	return out
}

// number finds the place of a term in lists, or makes one.
func (ix *Index) number(term string) uint32 {
	if n, ok := ix.numbers[term]; ok {
		return n
	}
	if len(ix.noTerms) == 0 {
		ix.lists = append(ix.lists, list{})
		ix.noTerms = append(ix.noTerms, uint32(len(ix.lists)-1))
	}
	last := len(ix.noTerms) - 1
	n := ix.noTerms[last]
	ix.noTerms = ix.noTerms[:last]
	term = strings.Clone(term) // not the text that it was found in
	ix.lists[n].term = term
	ix.numbers[term] = n
	return n
}

// forget gives the number of a term back when no passage holds the term any more.
func (ix *Index) forget(n uint32) {
	if ix.lists[n].passages > 0 {
		return
	}
	delete(ix.numbers, ix.lists[n].term)
	ix.lists[n] = list{}
	ix.noTerms = append(ix.noTerms, n)
}

// put adds a posting of a slot that has none. New slots are the highest, so that
// filling an index only appends.
func (l *list) put(p posting) {
	if n := len(l.postings); n == 0 || l.postings[n-1].slot < p.slot {
		l.postings = append(l.postings, p)
		return
	}
	at, _ := slices.BinarySearchFunc(l.postings, p.slot, bySlot)
	l.postings = slices.Insert(l.postings, at, p)
}

// take removes the posting of a slot, if there is one.
func (l *list) take(slot uint32) {
	if at, ok := slices.BinarySearchFunc(l.postings, slot, bySlot); ok {
		l.postings = slices.Delete(l.postings, at, at+1)
	}
}

func bySlot(p posting, slot uint32) int { return int(p.slot) - int(slot) }
