package precedent

import (
	"cmp"
	"math"
	"slices"
)

// flatness brings rare and common features nearer together: in short questions the
// common ones ("how do I", "still not") tell as much.
const flatness = .4

// rarity is the weight of a feature that so many of all examples hold.
func rarity(all, docs int) float64 {
	return math.Pow(math.Log(1+float64(all+1)/float64(docs+1)), flatness)
}

// neighbours is how many examples settle a question between them.
const neighbours = 80

// candidates is how many examples are compared in full; they share most with the
// question, counted over at most mostPostings entries, rare features first.
const (
	candidates   = 160
	mostPostings = 40_000
)

// weighed is a feature of a text with its weight; unknown ones have no number, and
// only add to the length.
type weighed struct {
	number uint32
	weight float32
}

// neighbour is an example near the question.
type neighbour struct {
	slot  uint32
	alike float64 // cosine, 0 to 1
	vote  float64 // what it counts, after ridge
	terms []weighed
}

// scratch is memory that questions lend one another. Between them shared, dense,
// local and fits hold only zeros.
type scratch struct {
	shared  []float32 // by slot
	touched []uint32
	top     []candidate
	dense   []float32 // by feature
	gram    []float64
	local   []uint32 // by feature: its number among those of the neighbours, from 1
	places  []uint32 // features in local
	room    []weighed
	fits    []float64 // by class
}

// weigh gives features their weights, and the vector length 1.
func (ix *Index) weigh(numbers []uint32, counts []count, unknown *[kinds]float64, out []weighed) []weighed {
	var squares [kinds]float64
	if unknown != nil {
		squares = *unknown
	}
	for i, n := range numbers {
		c := counts[i]
		w := ix.weights.byDoc[ix.holders[n]] * repeated[c.times()]
		squares[c.kind()] += float64(w) * float64(w)
		out = append(out, weighed{n, w})
	}
	all := 0.0
	for k, s := range squares {
		if s > 0 {
			all += kindWeight[k] * kindWeight[k]
		}
	}
	var scale [kinds]float32
	for k, s := range squares {
		if s > 0 {
			scale[k] = float32(kindWeight[k] / math.Sqrt(s*all))
		}
	}
	for i := range out {
		out[i].weight *= scale[counts[i].kind()]
	}
	return out
}

// repeated is how much more a feature weighs that occurs so many times.
var repeated = func() (table [mostTimes + 1]float32) {
	for n := 1; n < len(table); n++ {
		table[n] = float32(1 + math.Log(float64(n)))
	}
	return table
}()

// question weighs the features of a text that is none of the examples.
func (ix *Index) question(found []feature) (numbers []uint32, counts []count, weights []weighed) {
	var unknown [kinds]float64
	for _, f := range found {
		n, ok := ix.numbers[f.hash]
		if !ok || ix.holders[n] == 0 {
			w := float64(ix.weights.byDoc[0] * repeated[f.times])
			unknown[f.kind] += w * w
			continue
		}
		numbers, counts = append(numbers, n), append(counts, f.count())
	}
	return numbers, counts, ix.weigh(numbers, counts, &unknown, nil)
}

// near finds the examples most alike, the most alike first. Their terms are in the
// scratch until the next question.
func (ix *Index) near(q []weighed, s *scratch) []neighbour {
	s.dense = grow(s.dense, len(ix.known))
	for _, t := range q {
		s.dense[t.number] = t.weight
	}
	s.room = s.room[:0]
	var all []neighbour
	for _, slot := range ix.sharing(q, s) {
		d := &ix.docs[slot]
		start := len(s.room)
		s.room = ix.weighExample(s.room, d)
		n := neighbour{slot: slot, terms: s.room[start:len(s.room):len(s.room)]}
		for _, t := range n.terms {
			n.alike += float64(t.weight) * float64(s.dense[t.number])
		}
		if n.alike > 0 {
			all = append(all, n)
		}
	}
	for _, t := range q {
		s.dense[t.number] = 0
	}
	slices.SortFunc(all, func(a, b neighbour) int {
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(ix.docs[a.slot].id, ix.docs[b.slot].id))
	})
	return all[:min(len(all), neighbours)]
}

// weighExample weighs an example's features at the end of room.
func (ix *Index) weighExample(room []weighed, d *doc) []weighed {
	start := len(room)
	room = slices.Grow(room, len(d.features))
	return room[:start+len(ix.weigh(d.features, d.counts, nil, room[start:start]))]
}

// sharing lists the examples that share most with a question.
func (ix *Index) sharing(q []weighed, s *scratch) []uint32 {
	rareFirst := slices.SortedFunc(slices.Values(q), func(a, b weighed) int {
		return cmp.Or(cmp.Compare(ix.holders[a.number], ix.holders[b.number]), cmp.Compare(a.number, b.number))
	})
	s.shared, s.touched = grow(s.shared, len(ix.docs)), s.touched[:0]
	budget := mostPostings
	for _, t := range rareFirst {
		slots := ix.known[t.number].slots
		if budget -= len(slots); budget < 0 && len(s.touched) > candidates {
			break
		}
		for _, slot := range slots {
			if s.shared[slot] == 0 {
				s.touched = append(s.touched, slot)
			}
			s.shared[slot] += t.weight
		}
	}
	return ix.mostShared(s)
}

// mostShared lists those of the touched that share most for their length, and forgets
// what they share.
func (ix *Index) mostShared(s *scratch) []uint32 {
	if len(s.touched) <= candidates {
		for _, slot := range s.touched {
			s.shared[slot] = 0
		}
		return s.touched
	}
	better := func(a, b candidate) int {
		if a.shared != b.shared {
			return cmp.Compare(b.shared, a.shared)
		}
		return cmp.Compare(ix.docs[a.slot].id, ix.docs[b.slot].id)
	}
	top := s.top[:0] // best first
	for _, slot := range s.touched {
		c := candidate{slot, s.shared[slot] * ix.short[slot]}
		s.shared[slot] = 0
		if len(top) == candidates && better(c, top[candidates-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, c, better)
		top = slices.Insert(top[:min(len(top), candidates-1)], at, c)
	}
	s.top, s.touched = top, s.touched[:0]
	for _, c := range top {
		s.touched = append(s.touched, c.slot)
	}
	return s.touched
}

// candidate is an example and how much it shares with a question, for its length.
type candidate struct {
	slot   uint32
	shared float32
}

// grow makes s hold n zeros at least.
func grow[T any](s []T, n int) []T {
	if len(s) >= n {
		return s
	}
	return make([]T, n+n/4)
}
