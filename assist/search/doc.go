// Package search finds the article that answers a question (A3), in memory.
//
// Promises: Search returns the best articles first, with a score between 0 and 1
// that means the same whatever the question and the size of the collection, so
// that DefaultThreshold alone can say "nothing found". An Index is safe for
// concurrent use; Put and Remove take effect at once, and leave it as if it had
// been built that way. Equal input gives equal output, in equal order.
//
// It does not know rights (the caller's Filter does), store anything, or learn by
// itself: phrasings that helped are put into the article by the caller. It cannot
// fail: a question without words finds nothing.
//
// How it works. A text becomes folded words and 4-grams of characters (terms.go):
// words are precise, 4-grams forgive typing mistakes and inflection. An article
// is scored twice and the two are added up (score.go). BM25 over everything that
// the article holds says which article it is; the likeness to its nearest
// passages (title, phrasings, pieces of the body) says how close it comes. A
// question made of courtesies and function words has no subject, and its score is
// held down. The constants were chosen on shared/data/faq_tais_ptbr.jsonl; the
// tests measure there and skip when it is absent.
package search
