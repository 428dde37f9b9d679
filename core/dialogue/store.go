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
	RoomReader
}

// SentReader looks back at what was posted, and at what was noted.
type SentReader interface {
	// Noted is what Note kept under a name; "" when nothing was.
	Noted(ctx context.Context, name string) (string, error)
	// SentAs finds what was posted under the first of these upstream ids that is known;
	// false when none is.
	SentAs(ctx context.Context, ids []string) (Sent, bool, error)
	// Passed is all that was posted with the words of an item in it (Outbound.Passage),
	// oldest first, and the Edits and Deletions of that.
	Passed(ctx context.Context, upstream string) ([]message.Outbound, error)
	// Arrival is what became of the newest message about a ticket at a WhatsApp address;
	// the zero Arrival when nothing is known.
	Arrival(ctx context.Context, number string, to message.Address) (Arrival, error)
	// Conveyed are the messages that pass an item's words on (Outbound.Conveys), oldest
	// first; edits and deletions of such messages are not among them.
	Conveyed(ctx context.Context, upstream string) ([]Conveyed, error)
}

// Conveyed is a message that passes words on, and what became of it.
type Conveyed struct {
	Out      message.Outbound // as it was posted
	Upstream string           // its id there, "" before it is known
	Fate     Fate
	At       time.Time // of its fate; zero while it waits
	Arrival
}

// Fate is how far a posted message got.
type Fate string

// The fates of a message.
const (
	Awaiting Fate = "waiting"  // it is still to be sent
	Going    Fate = "going"    // it is being sent, and cannot be called back any more
	Gone     Fate = "sent"     // the upstream took it
	Buried   Fate = "buried"   // it will never be sent
	Recalled Fate = "recalled" // it was called back in time
)

// RoomReader knows where the threads of tickets are.
type RoomReader interface {
	// Room is where a ticket's thread is now; false when it has none.
	Room(ctx context.Context, id ticket.ID) (Room, bool, error)
}

// Room is the thread of a ticket in a room of the team.
type Room struct {
	Ticket  ticket.ID
	At      message.Address // the room
	Account string          // our end there
	Card    string          // ID of the message that the thread hangs from
	Shown   string          // digest of what the card says
	Since   time.Time
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
type Tx interface { //nolint:interfacebloat // a transaction is everything that a turn writes
	Reader
	directory.Writer
	catalog.Writer
	ticket.Writer
	article.Writer
	survey.Writer
	HeldWriter
	// Note keeps a few words that are nobody's: what was done last, and when.
	Note(ctx context.Context, name, text string) error
	// MarkSeen notes that somebody looked at a ticket; the latest look counts (D2).
	MarkSeen(ctx context.Context, s Seen) error
	// SaveRoom keeps where a ticket's thread is; the later one replaces the earlier.
	SaveRoom(ctx context.Context, r Room) error

	// Finish ends the items of a turn with their outcomes and counts the turn. It
	// fails with ErrFenced when the conversation is another owner's by now.
	Finish(ctx context.Context, d Done) error
	// Post puts a message in the outbox: sent after the commit, never before it. An edit
	// takes the place of earlier edits of the same message that still wait.
	Post(ctx context.Context, out message.Outbound) error
	// Recall calls back everything with a NotBefore that passes an item's words on: none
	// of it will be sent, nor what was to change it. When some of it has gone or is just going, or nothing of the kind
	// was posted, it is ErrConflict, and nothing is called back.
	Recall(ctx context.Context, upstream string) error
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
