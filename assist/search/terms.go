package search

import (
	"strings"
	"unicode/utf8"
)

// Weights of a term where it occurs once, in tenths: whole numbers add up to the
// same sum in any order. Words of no subject count a little, since "quando captar"
// and "como captar" are different questions.
const (
	wordWeight = 10
	stopWeight = 3
	gramWeight = 5
	gramLength = 4
	mostWeight = 255 // however often a text repeats a term
)

// How much of one text is read, and of one word in characters: a pasted log or key
// must not fill the memory.
const (
	maxWords = 5000
	maxWord  = 40
)

// weighted is a term with its weight in a text.
type weighted struct {
	term   string // a folded word behind wordMark, or a gram
	weight int    // in tenths
}

// subject reports whether the term is a word that says what a text is about.
func (w weighted) subject() bool {
	word, isWord := strings.CutPrefix(w.term, wordMark)
	return isWord && !stopwords[word]
}

// wordMark in front keeps words of four letters apart from grams, of which there are more.
const wordMark = "\x00"

// terms weighs the words and 4-grams of a text, in order of appearance. Grams run
// over word borders, so that they also hold a little of the order of words.
func terms(text string) []weighted {
	words := Words(text)
	if len(words) == 0 {
		return nil
	}
	words = words[:min(len(words), maxWords)]
	for i, w := range words {
		if utf8.RuneCountInString(w) > maxWord {
			words[i] = string([]rune(w)[:maxWord])
		}
	}
	grams := grams(words)
	found := make([]weighted, 0, len(words)+len(grams))
	place := make(map[string]int, len(words)+len(grams))
	add := func(term string, weight int) {
		at, seen := place[term]
		if !seen {
			at = len(found)
			place[term] = at
			found = append(found, weighted{term: term})
		}
		found[at].weight = min(found[at].weight+weight, mostWeight)
	}
	for _, w := range words {
		if stopwords[w] {
			add(wordMark+w, stopWeight)
		} else {
			add(wordMark+w, wordWeight)
		}
	}
	for _, gram := range grams {
		add(gram, gramWeight)
	}
	return found
}

// grams are all runs of four characters of the words with single spaces between.
func grams(words []string) []string {
	line := " " + strings.Join(words, " ") + " "
	out := make([]string, 0, len(line))
	var starts [gramLength]int // of the last characters, the oldest first
	n := 0
	for at, r := range line {
		copy(starts[:], starts[1:])
		starts[gramLength-1] = at
		if n++; n >= gramLength {
			out = append(out, line[starts[0]:at+utf8.RuneLen(r)])
		}
	}
	return out
}
