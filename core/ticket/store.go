package ticket

import (
	"context"
	"errors"
	"time"

	"recado/core/directory"
)

// What a Reader or Writer answers besides failures of the store itself.
var (
	ErrNotFound = errors.New("ticket: not found")
	ErrStale    = errors.New("ticket: changed by somebody else meanwhile")
)

// Reader finds tickets. It knows no rights: whoever asks checks MaySee.
type Reader interface { //nolint:interfacebloat // one question per method, and nobody asks only some
	Ticket(ctx context.Context, id ID) (*Ticket, error)
	Numbered(ctx context.Context, number string) (*Ticket, error)
	// ByRefs finds the ticket that one of these upstream ids belongs to: of an
	// entry, or of a message that we sent. The first that matches wins.
	ByRefs(ctx context.Context, refs []string) (*Ticket, error)
	// History reads entries oldest first, after a sequence number; limit 0 is all.
	// Notes are left out unless asked for (H3).
	History(ctx context.Context, id ID, after, limit int, notes bool) ([]Entry, error)
	// Latest reads the newest n messages, oldest of them first, without notes and events.
	Latest(ctx context.Context, id ID, n int) ([]Entry, error)
	EntryByUpstream(ctx context.Context, upstream string) (Entry, error)
	Links(ctx context.Context, id ID) ([]Link, error)
	// OpenOf lists ids of a person's tickets that are not closed, newest word first.
	OpenOf(ctx context.Context, requester directory.PersonID, limit int) ([]*Ticket, error)
	// RecentlyClosedOf lists a person's tickets closed since a time, latest first.
	RecentlyClosedOf(ctx context.Context, requester directory.PersonID, since time.Time, limit int) ([]*Ticket, error)
	// CountOf counts all tickets in which the person is the requester (F3).
	CountOf(ctx context.Context, requester directory.PersonID) (int, error)
	// DueReminders lists tickets whose RemindAt is not after now, earliest first.
	// DueWarnings lists those not closed of which a due time is not after now and
	// its bit of DueWarned is not set: AnswerDue while there is no answer, SolveDue
	// while its clock does not stand (B14).
	DueReminders(ctx context.Context, now time.Time, limit int) ([]*Ticket, error)
	DueWarnings(ctx context.Context, now time.Time, limit int) ([]*Ticket, error)
	// DueNudges lists tickets whose NudgeAt is not after now, earliest first.
	DueNudges(ctx context.Context, now time.Time, limit int) ([]*Ticket, error)
	// NextDue is the earliest time at which any of these has something; zero: never.
	NextDue(ctx context.Context) (time.Time, error)
}

// Writer stores them, with their news. Insert gives the ticket its number, without
// gaps, from the year of OpenedAt; Update answers ErrStale when the version is not
// the one that was read. Both call Stored.
type Writer interface {
	Insert(ctx context.Context, t *Ticket) error
	Update(ctx context.Context, t *Ticket) error
	// Amend writes an entry that was edited, deleted, or made a note or a message of (H5).
	Amend(ctx context.Context, e Entry) error
	AddLink(ctx context.Context, l Link) error
	// RemoveLink takes one away, by its ends and its relation; one that is not there is no error.
	RemoveLink(ctx context.Context, l Link) error
}
