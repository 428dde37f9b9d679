package precedent

import (
	"maps"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"
)

// Example is a text, and what it was filed under: values by field, such as
// "product": "fiscal". Fields without a value say nothing.
type Example struct {
	ID    string
	Text  string
	Filed map[string]string
}

// Index holds examples by ID. Make one with New.
type Index struct {
	mu      sync.RWMutex
	numbers map[uint64]uint32 // of features: places in known
	known   []known
	holders []uint32          // how many examples hold a feature; apart, since all are looked at
	docs    []doc             // by slot
	short   []float32         // by slot: one over the root of how many features; apart, since thousands are looked at
	slots   map[string]uint32 // by ID
	free    []uint32          // slots without an example
	classes []class
	byKey   map[string]uint32 // classes
	weights table
	spare   sync.Pool // of *scratch
}

// known is what the index knows of one feature. A feature that nothing holds any
// more keeps its place: texts use the same ones again and again.
type known struct {
	slots   []uint32
	classes []share
}

// doc is one example, taken apart.
type doc struct {
	id       string
	text     string
	class    uint32
	features []uint32 // places in known
	counts   []count
}

// count is the kind of a feature, and how often a text has it.
type count uint8

const (
	kindBits  = 2
	mostTimes = 1<<(8-kindBits) - 1
)

func (f feature) count() count { return count(f.times)<<kindBits | count(f.kind) }
func (c count) kind() kind     { return kind(c & (1<<kindBits - 1)) }
func (c count) times() int     { return int(c >> kindBits) }

// class is all examples that were filed alike.
type class struct {
	filed map[string]string
	docs  int
	held  float64 // the weights of their features, for Bayes
}

// New makes an empty index.
func New() *Index {
	return &Index{
		numbers: map[uint64]uint32{}, slots: map[string]uint32{}, byKey: map[string]uint32{},
		spare: sync.Pool{New: func() any { return new(scratch) }},
	}
}

// Len is how many examples the index holds.
func (ix *Index) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return len(ix.slots)
}

// Has reports whether an example is there.
func (ix *Index) Has(id string) bool {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	_, has := ix.slots[id]
	return has
}

// Put adds the example, or replaces the one of the same ID. One without words, or
// filed under nothing, is not kept.
func (ix *Index) Put(e Example) {
	found := featuresOf(e.Text) // the slow half, outside the lock
	ix.mu.Lock()
	defer ix.mu.Unlock()
	ix.remove(e.ID)
	filed := maps.Clone(e.Filed)
	maps.DeleteFunc(filed, func(_, value string) bool { return value == "" })
	if len(found) == 0 || len(filed) == 0 {
		return
	}
	slot := ix.takeSlot(e.ID)
	d := doc{id: e.ID, text: e.Text, class: ix.classOf(filed), features: make([]uint32, len(found)), counts: make([]count, len(found))}
	ix.short[slot] = float32(1 / math.Sqrt(float64(len(found))))
	for i, f := range found {
		n := ix.number(f)
		d.features[i], d.counts[i] = n, f.count()
		if f.leads {
			ix.known[n].slots = insert(ix.known[n].slots, slot)
		}
	}
	ix.docs[slot] = d
	ix.count(d, 1)
}

// Remove takes the example out; an unknown ID changes nothing.
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
	d := ix.docs[slot]
	for _, n := range d.features {
		if at, found := slices.BinarySearch(ix.known[n].slots, slot); found {
			ix.known[n].slots = slices.Delete(ix.known[n].slots, at, at+1)
		}
	}
	ix.count(d, -1)
	ix.docs[slot] = doc{}
	delete(ix.slots, id)
	ix.free = append(ix.free, slot)
	ix.weights.fit(len(ix.slots))
}

// count adds an example to what is counted over all of them, or takes it out.
func (ix *Index) count(d doc, by int) {
	c := &ix.classes[d.class]
	c.docs += by
	for i, n := range d.features {
		k := &ix.known[n]
		ix.holders[n] = uint32(int(ix.holders[n]) + by)
		w := bayesWeight[d.counts[i].kind()] * float64(d.counts[i].times())
		c.held += float64(by) * w
		k.classes = addShare(k.classes, d.class, float32(by)*float32(w))
	}
	ix.weights.fit(len(ix.slots))
}

func (ix *Index) takeSlot(id string) uint32 {
	if len(ix.free) == 0 {
		ix.docs, ix.short = append(ix.docs, doc{}), append(ix.short, 0)
		ix.free = append(ix.free, uint32(len(ix.docs)-1))
	}
	last := len(ix.free) - 1
	slot := ix.free[last]
	ix.free = ix.free[:last]
	ix.slots[id] = slot
	return slot
}

// classOf finds the class of what was filed alike, or makes one.
func (ix *Index) classOf(filed map[string]string) uint32 {
	var parts []string
	for _, field := range slices.Sorted(maps.Keys(filed)) {
		parts = append(parts, field, filed[field])
	}
	key := strings.Join(parts, "\x00")
	n, ok := ix.byKey[key]
	if !ok {
		n = uint32(len(ix.classes))
		ix.classes = append(ix.classes, class{filed: filed})
		ix.byKey[key] = n
	}
	return n
}

func (ix *Index) number(f feature) uint32 {
	n, ok := ix.numbers[f.hash]
	if !ok {
		n = uint32(len(ix.known))
		ix.known, ix.holders = append(ix.known, known{}), append(ix.holders, 0)
		ix.numbers[f.hash] = n
	}
	return n
}

// insert puts a slot in its place. New slots are the highest, so that filling an
// index only appends.
func insert(slots []uint32, slot uint32) []uint32 {
	if n := len(slots); n == 0 || slots[n-1] < slot {
		return append(slots, slot)
	}
	at, found := slices.BinarySearch(slots, slot)
	if found {
		return slots
	}
	return slices.Insert(slots, at, slot)
}

// share is how much of a feature the examples of a class hold.
type share struct {
	class uint32
	held  float32
}

// addShare keeps shares in the order of classes, without those that hold nothing.
func addShare(all []share, class uint32, held float32) []share {
	at, end := 0, len(all) // a search of its own: it is half of what filling an index takes
	for at < end {
		if mid := (at + end) / 2; all[mid].class < class {
			at = mid + 1
		} else {
			end = mid
		}
	}
	if at == len(all) || all[at].class != class {
		return slices.Insert(all, at, share{class, held})
	}
	if all[at].held += held; all[at].held <= 0 {
		return slices.Delete(all, at, at+1)
	}
	return all
}

// table has what a feature weighs that so many examples hold. It is made anew when the
// examples have become an eighth more or fewer, and depends on their number alone.
type table struct {
	of    int
	byDoc []float32
}

// fit makes the table for n examples.
func (t *table) fit(n int) {
	step := 1 << max(0, bits.Len(uint(n))-4)
	of := (n + step) / step * step
	if of == t.of {
		return
	}
	t.of, t.byDoc = of, make([]float32, of+1)
	for docs := range t.byDoc {
		t.byDoc[docs] = float32(rarity(of, docs))
	}
}
