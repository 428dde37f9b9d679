package search

import (
	"cmp"
	"math"
	"slices"
)

// The settings of the score. They were found by trying a few values of each on the
// development set; near these values all results stay within a point.
const (
	// BM25: the weight at which half of a term's score is reached, and how far
	// long articles are held back.
	halfHeld      = 0.5
	lengthPenalty = 0.5

	// background is how many imagined texts, with none of the words, stand beside
	// the real ones. Without them rarity would mean nothing in a collection of ten.
	background = 100

	// The nearest passages count 1, 0.7, 0.49 and so on.
	nearestPassages = 5
	nextPassage     = 0.7

	// wholeShare of the score comes from the article as a whole, the rest from
	// its nearest passages.
	wholeShare = 0.6

	// halfSubject is how many subject words, as rare as can be, make a question be
	// half believed.
	halfSubject = 0.5

	// evenScore is the sum that becomes a score of 0.5; steepness is how fast
	// scores move away from there.
	evenScore = 0.15
	steepness = 2.0
)

// question is a query against the index as it stands.
type question struct {
	terms   []asked // those that the index knows
	most    float64 // what an article that held all terms in plenty would score
	reach   float64 // the question's side of the cosine
	subject float64 // 0 to 1: how far it is about anything
}

// asked is a term of the question.
type asked struct {
	number uint32
	most   float64 // what it adds to an article that holds it in plenty
	pull   float64 // what each tenth of it adds to a passage's likeness
}

// rarity is BM25's inverse document frequency, with the background beside.
func rarity(total, with int) float64 {
	return math.Log(1 + (float64(total+background-with)+0.5)/(float64(with)+0.5))
}

func (ix *Index) question(text string) question {
	var q question
	rarest, rare, plain := rarity(ix.passages, 0), 0.0, 0.0
	found := terms(text)
	q.terms = make([]asked, 0, len(found))
	for _, t := range found {
		number, known := ix.numbers[t.term]
		var l list
		if known {
			l = ix.lists[number]
		}
		weight := float64(t.weight)
		most := weight * rarity(len(ix.slots), len(l.postings))
		inPassages := rarity(ix.passages, l.passages)
		q.most += most
		rare += weight * weight * inPassages * inPassages
		plain += weight * weight
		if t.subject() {
			q.subject += weight / wordWeight * inPassages / rarest
		}
		if known {
			q.terms = append(q.terms, asked{number, most, weight * inPassages * inPassages})
		}
	}
	q.subject /= q.subject + halfSubject
	q.reach = rare / math.Sqrt(max(plain, 1))
	return q
}

// held is how much of a term's score an article gets that holds it with a weight
// and is so many times as long as the mean: 0 to 1.
func held(weight, length float64) float64 {
	return weight / (weight + halfHeld*(1-lengthPenalty+lengthPenalty*length))
}

// likeness is how like the question the nearest passages of an article are, the
// nearest counting most, and which is nearest. Of the body only the best piece
// takes part, or a long article would be far from everything.
func (q question) likeness(e *entry, pull []float64) (mean float64, nearest string) {
	var room [nearestPassages + 1]float64
	top := room[:0] // best first
	best, body := 0.0, -1.0
	for i := range e.passages {
		p := &e.passages[i]
		like := q.like(p, pull)
		if like > best {
			best, nearest = like, p.text
		}
		if p.body {
			body = max(body, like)
		} else {
			top = insertLike(top, like)
		}
	}
	if body >= 0 {
		top = insertLike(top, body)
	}
	sum, all, weight := 0.0, 0.0, 1.0
	for _, like := range top {
		sum += weight * like
		all += weight
		weight *= nextPassage
	}
	return sum / all, nearest
}

// like is a cosine whose passage side leaves rarity out: rarity changes with every
// Put, and the lengths kept in the index must not.
func (q question) like(p *passage, pull []float64) float64 {
	dot := 0.0
	for i, n := range p.terms {
		dot += float64(p.weights[i]) * pull[n]
	}
	if p.body {
		dot *= bodyWeight
	}
	return dot / (q.reach * float64(p.norm))
}

// insertLike keeps the most alike, best first.
func insertLike(top []float64, like float64) []float64 {
	at, _ := slices.BinarySearchFunc(top, like, func(a, b float64) int { return cmp.Compare(b, a) })
	top = slices.Insert(top, at, like)
	return top[:min(len(top), nearestPassages)]
}

// score joins both views of an article into 0..1. Four digits are kept: the rest
// is the order in which floats happened to be added up.
func (q question) score(whole, like float64) float64 {
	sum := (wholeShare*whole + (1-wholeShare)*like) * q.subject
	odds := math.Pow(sum/evenScore, steepness)
	return math.Round(odds/(1+odds)*1e4) / 1e4
}
