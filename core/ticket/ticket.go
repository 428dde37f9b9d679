// Package ticket is a ticket's life: numbers, fields, states, history. A
// transition method is the only way to change one.
//
// Promises: each transition checks the actor's right and the ticket's state,
// changes the value, and records what it did as Entries, which the store writes
// with it in one transaction; a refused transition changes nothing and returns a
// *directory.Refusal. Times come from the caller. It sends nothing, and who hears
// of a change is core/notice's business.
package ticket

import (
	"fmt"
	"slices"
	"time"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
)

// ID is a UUIDv7, made in Go.
type ID string

// Status is a ticket's state (B5).
type Status string

// The four states. Waiting says on what in WaitingOn.
const (
	Open       Status = "open"
	InProgress Status = "in-progress"
	Waiting    Status = "waiting"
	Closed     Status = "closed"
)

// Statuses in their order of life.
var Statuses = []Status{Open, InProgress, Waiting, Closed}

// OnRequester is the WaitingOn of a ticket whose customer has the word. Any other
// value is words for people: another team, a supplier, a date.
const OnRequester = "requester"

// Level is a priority (the requester's own order) or a severity (impact), B2.
type Level string

// Levels, mildest first.
const (
	Low      Level = "low"
	Normal   Level = "normal"
	High     Level = "high"
	Critical Level = "critical"
)

// Levels in order.
var Levels = []Level{Low, Normal, High, Critical}

// Type classifies a request (B2).
type Type string

// Types of request.
const (
	Question Type = "question"
	Problem  Type = "problem"
	Request  Type = "request" // something to be done
	Change   Type = "change"  // an adaptation or improvement of the product
)

// Types in menu order.
var Types = []Type{Problem, Question, Request, Change}

// ByPhone is the Via of a call that the team recorded (A10): nobody is written to there.
const ByPhone message.Channel = "phone"

// Ticket is what is known of one matter. Change it by its methods only.
type Ticket struct {
	ID          ID
	Number      string // protocol number (B4), "2026-000001"; given when it is stored
	Org         directory.OrgID
	Requester   directory.PersonID
	Contact     string // whom to ask for in the organisation, if not the requester (B8)
	OpenedBy    directory.PersonID
	Agent       directory.PersonID // empty: nobody took it
	Subject     string
	Description string
	About       catalog.Path
	Type        Type
	Priority    Level
	Severity    Level
	Status      Status
	WaitingOn   string
	Private     bool            // B13
	Via         message.Channel // by which it was opened
	MergedInto  ID              // the ticket that goes on in its place; empty: none. One that is merged is closed

	Participants []directory.PersonID // in copy (B9)

	OpenedAt   time.Time
	UpdatedAt  time.Time
	AnsweredAt time.Time // first answer by the team
	ClosedAt   time.Time
	ClosedBy   directory.PersonID
	Closings   int       // how often it was closed: a survey belongs to one closing
	LastSide   Side      // who had the last word
	LastAt     time.Time // and when
	AnswerDue  time.Time // B14: first answer; zero: no service level
	SolveDue   time.Time // B14: solution
	DueWarned  int       // B14: bits: WarnedAnswer, WarnedSolve
	PausedAt   time.Time // the clock of SolveDue stands since then: it waits on the requester
	RemindAt   time.Time // D5: next reminder or auto-close; zero: none
	Reminders  int       // D5: sent since the team's last word
	WaitsSince time.Time // the first of the customer's words that nobody of the team answered yet; zero: they wait for nothing
	NudgeAt    time.Time // when the team is told that they wait; zero: never, or it was
	Entries    int       // how many entries it has
	Version    int64

	news      []Entry
	resumedAt time.Time // the pause that ended in this change
	waitBegan bool      // in this change: see Await
}

// Bits of DueWarned: which due time the team was warned about.
const (
	WarnedAnswer = 1 << iota
	WarnedSolve
)

// Side is who speaks.
type Side string

// The sides of a conversation.
const (
	Customer Side = "customer"
	Team     Side = "team"
	System   Side = "system"
)

// EntryKind says what an entry of the history is.
type EntryKind string

// Kinds of entry. Notes are the team's own and never leave it (H3, rule 8).
const (
	Message EntryKind = "message"
	Note    EntryKind = "note"
	Event   EntryKind = "event"
)

// Entry is one line of a ticket's history: something said, or something changed.
type Entry struct {
	ID          string // UUIDv7
	Ticket      ID
	Seq         int // 1, 2, 3 within the ticket
	Kind        EntryKind
	Side        Side
	Author      directory.PersonID // empty for the program itself
	At          time.Time
	Text        string // what was said; of an event nothing that only the team may know, see Because
	FullText    string // the whole mail, when Text is less
	Original    string // digest of the raw item
	Via         message.Channel
	Upstream    string // id by which answers will refer to it
	Quotes      string // id of the entry being answered (B7)
	Attachments []message.Attachment
	Field       string // of an event: what changed; of a note: what it is the reason of
	From, To    string // of an event: values as stored, not as shown
	EditedAt    time.Time
	Before      string // the text before it was edited
	DeletedAt   time.Time
}

// Relation is how two tickets belong together.
type Relation string

// Relations between tickets.
const (
	Continues Relation = "continues" // opened after the reopen window of the other (B12)
	MergedTo  Relation = "merged-into"
	SplitFrom Relation = "split-from"
	Related   Relation = "related"
	Repeats   Relation = "repeats" // the same matter again, and both go on
)

// Link joins two tickets.
type Link struct {
	From, To ID
	Relation Relation
	At       time.Time
	By       directory.PersonID
}

// FormatNumber makes a protocol number.
func FormatNumber(year int, n int64) string { return fmt.Sprintf("%04d-%06d", year, n) }

// News returns what happened to the ticket since it was loaded or stored.
func (t *Ticket) News() []Entry { return slices.Clone(t.news) }

// Stored forgets the news and steps the version: the store calls it after writing.
func (t *Ticket) Stored() { t.news, t.waitBegan = nil, false; t.Version++ }

// IsParticipant reports whether the person is in copy.
func (t *Ticket) IsParticipant(id directory.PersonID) bool {
	return slices.Contains(t.Participants, id)
}
