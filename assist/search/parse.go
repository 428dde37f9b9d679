package search

import (
	"math"

	"recado/core/article"
)

// bodyWeight is how much a body counts beside titles and phrasings: it holds many
// words that nobody would ask with.
const bodyWeight = 0.5

// maxPassageWords is how long a piece of a body may be. Likeness to a question of
// a few words means little for a longer one.
const maxPassageWords = 40

// parsedPassage is a text of an article with its terms, before the index gives
// those numbers.
type parsedPassage struct {
	text  string
	body  bool
	terms []weighted
}

// parse takes an article apart: title, phrasings, pieces of the body.
func parse(a article.Article) []parsedPassage {
	var out []parsedPassage
	add := func(text string, body bool) {
		if found := terms(text); len(found) > 0 {
			out = append(out, parsedPassage{text, body, found})
		}
	}
	add(a.Title, false)
	for _, p := range a.Phrasings {
		add(p, false)
	}
	for _, piece := range pieces(a.Body, maxPassageWords) {
		add(piece, true)
	}
	return out
}

// norm is the Euclidean length of the weights.
func (p parsedPassage) norm() float32 {
	sum := 0
	for _, t := range p.terms {
		sum += t.weight * t.weight
	}
	return float32(math.Sqrt(float64(sum)))
}

// holding is how much an article holds of one term, in tenths.
type holding struct {
	said int // by title and phrasings together
	body int // by the piece of the body that holds most
}

// add counts a passage. However often a body repeats a word, it says it once.
func (h holding) add(weight int, body bool) holding {
	if body {
		h.body = max(h.body, min(weight, wordWeight))
	} else {
		h.said += weight
	}
	return h
}

// weight is the term's weight in the article as a whole; one word in a title
// weighs 1.
func (h holding) weight() float64 {
	return (float64(h.said) + bodyWeight*float64(h.body)) / wordWeight
}
