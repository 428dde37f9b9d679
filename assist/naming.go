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

// said is how sure it is that a label was named in the sentences, 0 to 1.
func (o offer) said(l label, ss []sentence) float64 {
	best := 0.0
	for _, s := range ss {
		best = max(best, o.saidIn(l, s.words))
	}
	return best
}

func (o offer) saidIn(l label, words []string) float64 {
	quality := alikeRun(l.words, words)
	if quality > 0 {
		return quality * min(surest, wholeName+eachWord*float64(len(l.tells)-1))
	}
	found, own, sum := 0, false, 0.0
	for _, w := range l.tells {
		if q := alikest(w, words); q > 0 {
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
func alikeRun(name, words []string) float64 {
	best := 0.0
	for i := 0; i+len(name) <= len(words); i++ {
		quality := 1.0
		for k, w := range name {
			quality = min(quality, alike(w, words[i+k]))
		}
		best = max(best, quality)
	}
	return best
}

// alikest is how alike the most alike of words is.
func alikest(w string, words []string) float64 {
	best := 0.0
	for _, other := range words {
		best = max(best, alike(w, other))
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

// dice is the share of letter pairs that two words have in common.
func dice(a, b string) float64 {
	pa, rest := pairs(a), pairs(b)
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

func pairs(word string) [][2]rune {
	out := make([][2]rune, 0, len(word))
	var last rune
	for i, r := range word {
		if i > 0 {
			out = append(out, [2]rune{last, r})
		}
		last = r
	}
	return out
}
