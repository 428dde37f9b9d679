package precedent

import (
	"strings"
	"unicode/utf8"

	"recado/assist/search"
)

// What a text is compared by. Each kind is brought to length 1 by itself, and then
// weighed: 400 runs of characters would drown ten words.
type kind uint8

const (
	word  kind = iota
	pair       // two words that follow one another; the first follows the beginning
	run        // of characters of one word with its borders
	sense      // what a word means at any desk (senses.txt)
	kinds
)

var (
	kindWeight  = [kinds]float64{1, .3, 1.5, 1}
	bayesWeight = [kinds]float64{1, .5, .5, .5}
)

// Runs have shortRun to longRun characters; those of indexedRun lead to examples, in
// which words were misspelled or inflected. Shorter ones stand in nearly all texts; runs of
// two and of five gained nothing beyond chance, and made twice as much to count.
const (
	shortRun   = 3
	longRun    = 4
	indexedRun = 4
)

// mostWords is how much of a text is compared: what it is about is said early, and
// likeness to a short text means little for a long one.
const mostWords = 40

// maxText is how many bytes of a text are looked at.
const maxText = 4000

// feature is one of them as it occurs in a text.
type feature struct {
	hash  uint64
	kind  kind
	leads bool // examples are found by it
	times uint8
}

// featuresOf takes a text apart, in order of appearance.
func featuresOf(text string) []feature {
	if len(text) > maxText {
		text = text[:maxText]
	}
	words := search.Words(text)
	words = words[:min(len(words), mostWords)]
	writeOut(words)
	const perWord = 20
	c := collector{place: make(map[uint64]int, perWord*len(words)), found: make([]feature, 0, perWord*len(words))}
	before, mean := "", meanings()
	for i, w := range words {
		c.add(hashOf(word, "", w), word, true)
		c.add(hashOf(pair, before, w), pair, false)
		c.addRuns(w)
		mean.each(words[i:], func(is uint64) { c.add(is, sense, true) })
		before = w
	}
	return c.found
}

type collector struct {
	place map[uint64]int
	found []feature
}

func (c *collector) add(hash uint64, k kind, leads bool) {
	at, seen := c.place[hash]
	if !seen {
		at = len(c.found)
		c.place[hash] = at
		c.found = append(c.found, feature{hash: hash, kind: k, leads: leads})
	}
	if c.found[at].times < mostTimes {
		c.found[at].times++
	}
}

// addRuns adds the runs of a word between two spaces. A pasted key is cut short.
func (c *collector) addRuns(w string) {
	const longestWord = 40
	var starts [longestWord + 3]int
	var b strings.Builder
	b.WriteByte(' ')
	n := 1
	for _, r := range w {
		if n > longestWord {
			break
		}
		starts[n] = b.Len()
		b.WriteRune(r)
		n++
	}
	starts[n] = b.Len()
	b.WriteByte(' ')
	n++
	starts[n] = b.Len()
	line := b.String()
	for length := shortRun; length <= longRun; length++ {
		for i := 0; i+length <= n; i++ {
			c.add(hashOf(run, "", line[starts[i]:starts[i+length]]), run, length == indexedRun)
		}
	}
}

// hashOf stands for a feature in 64 bits (FNV-1a): a million of them share one with a
// chance of one in forty million.
func hashOf(k kind, first, second string) uint64 {
	const basis, prime = 14695981039346656037, 1099511628211
	h := (uint64(basis) ^ uint64(k)) * prime
	for _, part := range [...]string{first, second} {
		for i := range len(part) {
			h = (h ^ uint64(part[i])) * prime
		}
		h = (h ^ utf8.RuneSelf) * prime // no byte of a folded word that ends here
	}
	return h
}
