package precedent

import "math"

// unseen is how much a feature counts that no example of a class has. It is small,
// since there are a hundred thousand features.
const unseen = .02

// bayes is how well each class explains the features of a question: the logarithm of
// its likelihood for a feature of weight 1, 0 for the class that explains them best.
// It is in the scratch until the next question.
func (ix *Index) bayes(numbers []uint32, counts []count, s *scratch) []float64 {
	s.fits = grow(s.fits, len(ix.classes))[:max(len(s.fits), len(ix.classes))]
	fits := s.fits[:len(ix.classes)]
	clear(fits)
	all := 0.0
	for i, n := range numbers {
		w := bayesWeight[counts[i].kind()] * float64(counts[i].times())
		all += w
		for _, c := range ix.known[n].classes {
			fits[c.class] += w * gain(c.held)
		}
	}
	best := math.Inf(-1)
	for c := range fits {
		if ix.classes[c].docs == 0 {
			fits[c] = math.Inf(-1)
			continue
		}
		fits[c] -= all * math.Log(ix.classes[c].held+unseen*float64(len(ix.known)))
		best = max(best, fits[c])
	}
	for c := range fits {
		fits[c] = (fits[c] - best) / max(all, 1)
	}
	return fits
}

// gain is how much more likely a class makes a feature that it holds.
func gain(held float32) float64 {
	if n := int(held * heldSteps); n < len(gains) {
		return gains[n]
	}
	return math.Log1p(float64(held) / unseen)
}

// heldSteps: what a class holds of a feature is a number of halves (bayesWeight).
const heldSteps = 2

var gains = func() (table [1024]float64) {
	for n := range table {
		table[n] = math.Log1p(float64(n) / heldSteps / unseen)
	}
	return table
}()

// trust is how much Bayes counts in this index.
func (ix *Index) trust() float64 {
	classes := 0
	for i := range ix.classes {
		if ix.classes[i].docs > 0 {
			classes++
		}
	}
	perClass := float64(len(ix.slots)) / float64(classes)
	return bayesShare * perClass / (perClass + bayesHalf)
}
