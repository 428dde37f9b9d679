package directory

import (
	"context"
	"errors"
	"time"

	"recado/core/message"
)

// What a Reader or Writer answers besides failures of the store itself.
var (
	ErrNotFound = errors.New("directory: not found")
	ErrStale    = errors.New("directory: changed by somebody else meanwhile")
	ErrTaken    = errors.New("directory: the address is another person's")
)

// Reader finds people and organisations. Unknown ids are ErrNotFound.
type Reader interface {
	Person(ctx context.Context, id PersonID) (Person, error)
	// PersonAt finds whose address it is, verified or only claimed.
	PersonAt(ctx context.Context, a message.Address) (Person, error)
	Organisation(ctx context.Context, id OrgID) (Organisation, error)
	OrganisationNamed(ctx context.Context, name string) (Organisation, error)
	// OrganisationFor finds the one that lists the e-mail domain (A8).
	OrganisationFor(ctx context.Context, domain string) (Organisation, error)
	// Members lists the active people of org in the given roles (none: all), by name.
	Members(ctx context.Context, org OrgID, roles ...Role) ([]Person, error)
	// Team lists the active agents and supervisors, by name.
	Team(ctx context.Context) ([]Person, error)
	// Merges lists the merges of contacts, latest first; Merge is one.
	Merges(ctx context.Context, limit int) ([]Merge, error)
	Merge(ctx context.Context, id MergeID) (Merge, error)
	// Challenge is the code that was sent to an address and not used yet (A7).
	Challenge(ctx context.Context, a message.Address) (Challenge, error)
}

// Lister reads the whole directory, inactive entries too, oldest first: for import
// and export, which compare everything.
type Lister interface {
	People(ctx context.Context) ([]Person, error)
	Organisations(ctx context.Context) ([]Organisation, error)
	Groups(ctx context.Context) ([]Group, error)
}

// Writer changes them. Save inserts when Version is 0, else updates that version
// or answers ErrStale. Aliases and memberships are saved with their person;
// an alias that is another person's is ErrTaken.
type Writer interface {
	SavePerson(ctx context.Context, p *Person) error
	SaveOrganisation(ctx context.Context, o *Organisation) error
	SaveGroup(ctx context.Context, g Group) error
	// SaveMerge keeps m, and makes Kept's what was Gone's: the tickets in which they are the
	// requester or take part, and what they were asked. It fills in which these are. The
	// people are saved beside it. UndoMerge gives Gone back what is still Kept's of it; a
	// merge that was undone already is ErrStale.
	SaveMerge(ctx context.Context, m *Merge) error
	UndoMerge(ctx context.Context, m Merge, at time.Time) error
	// SaveChallenge replaces the address's challenge; an empty one removes it.
	SaveChallenge(ctx context.Context, c Challenge) error
}

// Challenge is a code sent to At, to prove that it is For's (A7). Only a hash of
// the code is kept. SentAt and Sent bound how often codes are asked for.
type Challenge struct {
	At       message.Address // where the code was sent, and what is proved
	Asked    message.Address // where the code must be said
	For      PersonID
	Hash     string // SHA-256 of salt, address and code; lower-case hex
	SentAt   time.Time
	Expires  time.Time
	Attempts int // wrong codes so far
	Sent     int // codes sent since the first of this hour
}
