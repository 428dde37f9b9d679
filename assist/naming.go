package assist

import (
	"slices"
	"unicode/utf8"

	"recado/assist/search"
)

// How sure a way of naming makes one. Each word more makes a full name a little
// surer.
const (
	wholeName  = .88 // the words of the name, one after the other
	eachWord   = .03
	surest     = .97
	scattered  = .75 // all telling words of the name in one sentence
	ownWord    = .6  // a word that no other item of the level has
	sharedWord = .4
)

// heard is a sentence, with what was found out about its words: many names share a
// word, and it is compared with each word of the sentence once.
type heard struct {
	words []string
	likes map[string][]float64 // of a name's word: how alike each word is
}

func hear(ss []sentence) []heard {
	out := make([]heard, len(ss))
	for i, s := range ss {
		out[i] = heard{s.words, map[string][]float64{}}
	}
	return out
}

// like is how alike each word of the sentence is to w.
func (h heard) like(w string) []float64 {
	all, known := h.likes[w]
	if !known {
		all = make([]float64, len(h.words))
		for i, other := range h.words {
			all[i] = alike(w, other)
		}
		h.likes[w] = all
	}
	return all
}

// said is how sure it is that a label was named in the sentences, 0 to 1.
func (o offer) said(l label, hs []heard) float64 {
	best := 0.0
	for _, h := range hs {
		best = max(best, o.saidIn(l, h))
	}
	return best
}

func (o offer) saidIn(l label, h heard) float64 {
	quality := alikeRun(l.words, h)
	if quality > 0 {
		return quality * min(surest, wholeName+eachWord*float64(len(l.tells)-1))
	}
	found, own, sum := 0, false, 0.0
	for _, w := range l.tells {
		if q := alikest(w, h); q > 0 {
			found++
			sum += q
			own = own || o.rarity[w] == 1
		}
	}
	switch share := float64(found) / float64(len(l.tells)); {
	case found == 0:
		return 0
	case found == len(l.tells) && found > 1:
		return scattered * sum / float64(found)
	case own:
		return ownWord * (1 + share) / 2 * sum / float64(found)
	default:
		return sharedWord * share * sum / float64(found)
	}
}

// alikeRun is how alike the name is to a run of words in the text, word by word;
// 0 when there is none.
func alikeRun(name []string, h heard) float64 {
	var room [8][]float64
	likes := room[:0]
	for _, w := range name {
		likes = append(likes, h.like(w))
	}
	best := 0.0
	for i := 0; i+len(name) <= len(h.words); i++ {
		quality := 1.0
		for k := range name {
			quality = min(quality, likes[k][i+k])
		}
		best = max(best, quality)
	}
	return best
}

// alikest is how alike the most alike word of the sentence is.
func alikest(w string, h heard) float64 {
	best := 0.0
	for _, q := range h.like(w) {
		best = max(best, q)
	}
	return best
}

// alike compares two folded words: 1 for the same, less for an inflection or a
// slip of the finger, 0 for another word. Short words must be the same, and
// function words are never mistaken for something else.
func alike(a, b string) float64 {
	if a == b {
		return 1
	}
	la, lb := utf8.RuneCountInString(a), utf8.RuneCountInString(b)
	if min(la, lb) < 5 || most(la, lb) < enough || !search.IsSubject(b) {
		return 0
	}
	if d := dice(a, b); d >= enough {
		return .75 + .2*d
	}
	return 0
}

// enough is the dice from which two words count as one.
const enough = .7

// most is what the dice of words of so many letters could be.
func most(la, lb int) float64 { return 2 * float64(min(la, lb)-1) / float64(la+lb-2) }

// dice is the share of letter pairs that two words have in common. It is asked for
// every word of a text and every name that may be meant: words of usual length are
// compared without asking for memory.
func dice(a, b string) float64 {
	const usual = 24
	var roomA, roomB [usual]pair
	pa, rest := pairs(roomA[:0], a), pairs(roomB[:0], b)
	common, all := 0, len(pa)+len(rest)
	for _, p := range pa {
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

// pairs appends the letter pairs of a word.
func pairs(to []pair, word string) []pair {
	var last rune
	for i, r := range word {
		if i > 0 {
			to = append(to, pair(last)<<32|pair(r))
		}
		last = r
	}
	return to
}
