// Package precedent tells what a text is about by how texts like it were filed:
// known phrasings, names of the catalogue, past tickets (A2).
//
// Promises: an Answer names only values that some example was filed under, and says
// how sure it is, 0 to 1, so that one threshold can abstain whatever the desk, the
// language and the number of values. An Index is safe for concurrent use; Put and
// Remove take effect at once. Equal examples give equal answers, in whatever
// order they were put in. Nothing is trained ahead, and nothing is stored.
//
// How it works. A text becomes words, pairs of words, runs of three and four
// characters of a word (features.go), and what its words mean at any desk (senses.go), so that
// "quanto custa" and "preço" have something in common. It is the only knowledge of
// languages here. The examples most alike (near.go) settle
// between them, by a kernel ridge regression that is solved for this question alone
// (ridge.go; Bottou and Vapnik, Local Learning Algorithms, 1992), what each of them
// counts: two that say the same share their vote, and one that is near for its common
// words alone is held down by its neighbours. Naive Bayes over all examples (bayes.go)
// breaks ties that so few cannot. What the two agree on, by how much, and how near the
// nearest is, become a probability (sure.go).
//
// The constants were chosen on shared/data/triage_*.jsonl, one set for all; the tests
// of assist measure there, and skip where it is absent.
package precedent
