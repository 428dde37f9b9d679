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
			fits[c.class] += w * math.Log1p(float64(c.held)/unseen)
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
