package precedent

import "math"

// evidence is what speaks for the best value.
type evidence struct {
	votes float64 // what the ridge predicts for it, about 0 to 1
	lead  float64 // over the next value, Bayes included
	alike float64 // of the nearest example
}

// sure is the chance that the value is right: a logistic regression, fitted on the
// development sets, each in five folds, with out-of-scope texts as wrong ones, and held
// lower than the fit between .2 and .7: a wrong filing costs more than a question.
func (e evidence) sure() float64 {
	x := -4 + 4*e.votes + 4.5*e.lead + 2*e.alike
	return 1 / (1 + math.Exp(-x))
}

// score is how far the text belongs to anything at all.
func (e evidence) score() float64 { return e.votes + e.alike }
