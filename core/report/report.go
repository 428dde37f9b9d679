// Package report answers read-only questions about the desk: lists with filter,
// sort and page (C1, C2), and counts.
//
// Promises: a Query always carries the Scope of who asks, and a Source returns
// nothing outside it, whatever the filter says; so a list, an export and a
// picture obey the same rule as ticket.MaySee. It changes nothing.
package report

import (
	"context"
	"time"

	"recado/core/directory"
	"recado/core/ticket"
)

// Scope is what one person may list. Team sees all. Otherwise a ticket is inside
// when any of the parts holds.
type Scope struct {
	Team         bool
	Person       directory.PersonID // as requester; as participant in Orgs
	Orgs         []directory.OrgID  // of which the person is
	Administered []directory.OrgID  // every ticket of these
	Managed      []directory.OrgID  // every ticket of these, except other managers' private ones
}

// ScopeOf is the whole of what a person may see. It is ticket.MaySee as a filter:
// a deactivated person has the zero Scope, which holds nothing.
func ScopeOf(p directory.Person) Scope {
	if !p.Active {
		return Scope{}
	}
	s := Scope{Team: p.OnTeam(), Person: p.ID, Orgs: p.Orgs()}
	for _, m := range p.Members {
		switch m.Role {
		case directory.Administrator:
			s.Administered = append(s.Administered, m.Org)
		case directory.Manager:
			s.Managed = append(s.Managed, m.Org)
		}
	}
	return s
}

// Whose narrows a list to a relation with the person who asks (C1).
type Whose string

// The lists of C1.
const (
	Mine         Whose = "mine"         // requester
	InCopy       Whose = "in-copy"      // participant
	Organisation Whose = "organisation" // everything in the scope
	Assigned     Whose = "assigned"     // of an agent
	Unassigned   Whose = "unassigned"
)

// Filter narrows a list; empty fields do not (C2).
type Filter struct {
	Whose    Whose
	Org      directory.OrgID
	Statuses []ticket.Status
	Product  string
	System   string
	Module   string
	Category string
	Type     ticket.Type
	Priority ticket.Level
	Severity ticket.Level
	Agent    directory.PersonID
	Number   string
	Words    string    // in the subject, whatever the accents
	From, To time.Time // opened
	DueBy    time.Time // promised by then, answer or solution; only what is open and whose clock runs
	OnWhom   string    // of those that wait: ticket.OnRequester, or another word
}

// Sort is a column, newest or highest first unless Ascending.
type Sort struct {
	By        Column
	Ascending bool
}

// Column is what a list can be sorted by.
type Column string

// Columns.
const (
	ByUpdated  Column = "updated" // the default
	ByOpened   Column = "opened"
	ByNumber   Column = "number"
	ByPriority Column = "priority"
	BySeverity Column = "severity"
	ByStatus   Column = "status"
	ByDue      Column = "due"
)

// PageSize is the usual length of a page (C2), MaxPage the longest.
const (
	PageSize = 10
	MaxPage  = 1000
)

// Query is one question.
type Query struct {
	Scope  Scope
	Filter Filter
	Sort   Sort
	Page   int // from 0
	Size   int // 0: PageSize
}

// Line is one row of a list.
type Line struct {
	ID        ticket.ID
	Number    string
	Org       directory.OrgID
	Requester directory.PersonID
	Agent     directory.PersonID
	Subject   string
	Product   string
	Status    ticket.Status
	WaitingOn string
	Priority  ticket.Level
	Severity  ticket.Level
	OpenedAt  time.Time
	UpdatedAt time.Time
	ClosedAt  time.Time
	SolveDue  time.Time
	AnswerDue time.Time // while nobody answered
	LastSide  ticket.Side
}

// Page is an answer. Total counts all rows of the filter, up to a bound that the
// Source states, so that a list over millions stays fast.
type Page struct {
	Lines []Line
	Total int
	More  bool // Total was cut off at the bound
}

// Unseen is a ticket that changed since a person last looked at it (D2).
type Unseen struct {
	Line
	Messages int // that others wrote since; 0: only its state changed
}

// Figures are how the desk fares: since a moment, and now.
type Figures struct {
	Opened, Closed    int // since then
	Rated             int // closings for which stars were given since then
	Low               int // of these, ones to be followed up (E2)
	Service, Solution int // the sums of their stars, where Rated is not zero

	Open, Unassigned, Overdue int // now: not closed; of nobody; past what was promised
	OnTeam                    int // now: the customer wrote last, and nobody answered
}

// Source answers questions.
type Source interface {
	// Figures counts over all tickets: it is the team's alone.
	Figures(ctx context.Context, since, now time.Time) (Figures, error)

	List(ctx context.Context, q Query) (Page, error)
	// Unseen lists a person's own tickets, and those they are in copy of, in which others
	// wrote or the state changed after since, and after the person last looked at them or
	// wrote in them; latest first. Notes are no news to anybody (H3).
	Unseen(ctx context.Context, scope Scope, since time.Time, limit int) ([]Unseen, error)
}
