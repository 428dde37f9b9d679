package assist

import (
	"math/bits"
	"slices"
	"unicode/utf8"

	"recado/assist/search"
)

// word is a folded word, ready to be compared with others: every word of a text is
// compared with every name that may be meant, and hardly any two have to do with
// one another.
type word struct {
	text    string
	letters int
	pairs   uint64 // one bit for each pair of letters; some pairs share one
}

func wordsOf(texts []string) []word {
	out := make([]word, len(texts))
	for i, text := range texts {
		out[i] = word{text: text, letters: utf8.RuneCountInString(text)}
		for p := range pairs(text) {
			out[i].pairs |= 1 << (p * scatter >> 58)
		}
	}
	return out
}

// scatter spreads the pairs over the bits: 2^64 over the golden ratio (Knuth, The Art of
// Computer Programming, section 6.4).
const scatter = 0x9E3779B97F4A7C15

// alike compares two folded words: 1 for the same, less for an inflection or a
// slip of the finger, 0 for another word. Short words must be the same, and
// function words are never mistaken for something else.
func alike(a, b word) float64 {
	if a.text == b.text {
		return 1
	}
	if min(a.letters, b.letters) < 5 || most(a, b) < enough || !search.IsSubject(b.text) {
		return 0
	}
	if d := dice(a.text, b.text); d >= enough {
		return .75 + .2*d
	}
	return 0
}

// enough is the dice from which two words count as one.
const enough = .7

// most is what the dice of two words could be: a bit that only one of them has is a
// pair at least that only it has.
func most(a, b word) float64 {
	common := min(a.letters-bits.OnesCount64(a.pairs&^b.pairs), b.letters-bits.OnesCount64(b.pairs&^a.pairs)) - 1
	return 2 * float64(common) / float64(a.letters+b.letters-2)
}

// dice is the share of letter pairs that two words have in common.
func dice(a, b string) float64 {
	const usual = 24
	var room [usual]pair // words of usual length are compared without asking for memory
	rest := slices.AppendSeq(room[:0], pairs(b))
	common, all := 0, len(rest)
	for p := range pairs(a) {
		all++
		if i := slices.Index(rest, p); i >= 0 {
			rest[i] = rest[len(rest)-1]
			rest = rest[:len(rest)-1]
			common++
		}
	}
	return 2 * float64(common) / float64(all)
}

// pair is two letters that follow one another.
type pair uint64

// pairs are the letter pairs of a word.
func pairs(word string) func(yield func(pair) bool) {
	return func(yield func(pair) bool) {
		var last rune
		for i, r := range word {
			if i > 0 && !yield(pair(last)<<32|pair(r)) {
				return
			}
			last = r
		}
	}
}
