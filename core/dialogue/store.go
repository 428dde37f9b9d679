package dialogue

import (
	"context"
	"errors"
	"time"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/report"
	"recado/core/survey"
	"recado/core/ticket"
)

// ErrConflict is returned by Store.Update when what the turn was decided on has
// changed meanwhile; the turn is then prepared again.
var ErrConflict = errors.New("dialogue: the data changed while the turn was decided")

// ErrFenced is returned when the conversation was claimed by somebody else
// meanwhile: the turn is dropped here, and done there.
var ErrFenced = errors.New("dialogue: the conversation has another owner")

// Reader is everything that a turn may look at.
type Reader interface {
	directory.Reader
	directory.Lister
	catalog.Reader
	ticket.Reader
	article.Reader
	survey.Reader
	report.Source
	HeldReader
	SentReader
}

// SentReader looks back at what was posted.
type SentReader interface {
	// SentAs finds what was posted under the first of these upstream ids that is known;
	// false when none is.
	SentAs(ctx context.Context, ids []string) (Sent, bool, error)
	// Arrival is what became of the newest message about a ticket at a WhatsApp address;
	// the zero Arrival when nothing is known.
	Arrival(ctx context.Context, number string, to message.Address) (Arrival, error)
}

// Sent is a message as it was posted, and who else was told by the same turn, about the
// same ticket: nobody is told twice in other words.
type Sent struct {
	Out    message.Outbound
	At     time.Time
	Beside []message.Address
}

// Arrival is when a message arrived and was read, by the upstream's clock.
type Arrival struct {
	Delivered, Read time.Time // zero: not yet
}

// Store is the database as the engine sees it.
type Store interface {
	// View gives a Reader over one consistent moment, or as near to one as the
	// database offers without a lock.
	View(ctx context.Context, do func(Reader) error) error

	// Update runs do in a transaction, and returns once it is durable. Several
	// calls that are ready together may share one commit; so do may be run twice,
	// and must change nothing outside tx that a second run would not put right.
	// ErrStale of any repository comes back as ErrConflict.
	Update(ctx context.Context, do func(Tx) error) error
}

// Tx is one transaction. Nothing in it can reach the assistant or a network.
type Tx interface {
	Reader
	directory.Writer
	catalog.Writer
	ticket.Writer
	article.Writer
	survey.Writer
	HeldWriter
	// MarkSeen notes that somebody looked at a ticket; the latest look counts (D2).
	MarkSeen(ctx context.Context, s Seen) error

	// Finish ends the items of a turn with their outcomes and counts the turn. It
	// fails with ErrFenced when the conversation is another owner's by now.
	Finish(ctx context.Context, d Done) error
	// Post puts a message in the outbox: sent after the commit, never before it.
	Post(ctx context.Context, out message.Outbound) error
}

// Record is what Sessions keep for a conversation: the session that the turn
// numbered Turn leaves behind, and its predecessor (rule 5).
type Record struct {
	Turn     int64    `json:"turn"`
	Session  Session  `json:"session"`
	Previous *Session `json:"previous,omitempty"`
	PrevTurn int64    `json:"prevTurn"`
}

// Sessions holds half-finished questions.
type Sessions interface {
	// Load returns the session as the turn numbered committed left it: the
	// current one, or its predecessor when the turn that saved it never
	// committed. A lost or foreign one is the zero Session and no error.
	Load(ctx context.Context, conversation string, committed int64) (Session, error)

	// Save keeps next as the session after turn, with its predecessor beside it.
	// It is called inside the transaction of the turn: an implementation on the
	// same database writes through tx, any other writes at once.
	Save(ctx context.Context, tx Tx, conversation string, turn int64, next, previous Session, prevTurn int64) error
}
