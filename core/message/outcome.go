package message

import "time"

// Outcome is how an inbound item ended. Every accepted item gets one (the
// nothing-lost ledger), counted by /metrics and listed by `recado export outcomes`.
type Outcome struct {
	Code   Code   `json:"code"`
	Reason string `json:"reason,omitempty"` // for the team, in English: why, when it is not plain
	Number string `json:"number,omitempty"` // protocol number of the ticket concerned
	Unread bool   `json:"-"`                // it was recorded, and taken by nobody: no read mark
}

// Code is the kind of an outcome.
type Code string

// The ways in which an item ends.
const (
	Opened    Code = "opened"    // a ticket was opened
	Added     Code = "added"     // it was added to a ticket
	Closing   Code = "closed"    // it closed a ticket
	Reopened  Code = "reopened"  // it reopened one
	Rated     Code = "rated"     // it rated a closing
	Talked    Code = "talked"    // the conversation went a step further; no ticket changed
	Filed     Code = "filed"     // machine mail, kept and not answered (rule 9)
	HeldBack  Code = "held"      // waits until its sender is proved (rule 7); Reason says when it was released
	Discarded Code = "discarded" // it was held, and the team does not want it
	Lapsed    Code = "expired"   // it was held, and nobody decided in time
	Judged    Code = "judged"    // it decided about a held item
	Ignored   Code = "ignored"   // nothing was to be done; Reason says why
	Failed    Code = "failed"    // its turn failed again and again; the team was told
)

// Ended is one line of the ledger: an item, and how it ended.
type Ended struct {
	Key        Key
	From       Address
	ReceivedAt time.Time
	EndedAt    time.Time // zero: it waits
	Outcome    Outcome
}
