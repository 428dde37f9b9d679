// Package assist holds the desk's assistants: what reads a customer's words and
// proposes what they are for (A2, A3).
//
// Builtin needs no model and no network, unless it is given a Reranker, which orders the
// articles that it found by vectors (rerank.go). It reads by phrases in three languages,
// by the names of the catalogue and by the index of articles (assist/search).
//
// Promises: it names no id that the Brief did not offer, and no article that the
// Brief's organisation may not read; it answers within milliseconds; equal input
// over an equal index gives an equal Reading. Where the words say too little, a
// field stays empty and has no confidence: the engine asks. It changes nothing,
// remembers nothing, and fails only when its context has ended.
//
// How it reads: the text becomes sentences of folded words (text.go). Phrases
// (phrases.go) tell courtesies from matters (intent.go), the impact on the business
// (severity.go) and the type of request (kind.go). Names and other words of the
// offered items are looked for in the sentences (about.go); articles that match
// give a hint where names do not. Language (language.go) and subject line
// (subject.go) come from the text as it was written. What stands on pictures leads to
// articles and places alone; without words of the customer's own it is all there is.
package assist
