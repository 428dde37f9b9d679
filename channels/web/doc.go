// Package web is Recado's HTTP side: the signed pages on which a customer rates (E1),
// the team decides about a held item (rule 7) and a WhatsApp number is linked to its
// phone, health, readiness and metrics.
//
// It is a channel like the others: what is posted becomes an Inbound and goes to
// the Sink, and the person is thanked only after the Sink has it. When the Sink
// fails, the page says so and comes back with what was filled in. Linking a number is
// the exception: it is about the program, and nothing of the desk's changes by it.
//
// Promises: looking at a page never changes anything, so that mail scanners may
// follow links; pages work without scripts, by keyboard, with a screen reader and
// on a screen 320 px wide; they load nothing from anywhere; a token is never
// logged, cached or passed on to another site; metrics and details of the state
// are for the machine's own people (see Options.AdminAddr).
//
// It does not know tickets or surveys: what a page shows comes from Surveys, Quarantine and Pairings, and
// whether an answer still counts is decided by its turn. It cannot send, and so
// nobody can be written to at a web address. It speaks plain HTTP; TLS is the
// business of the proxy in front of it.
//
// It fails in words: a person reads a page in their language, and the cause goes
// to the log. Run returns an error only when it cannot listen.
package web
