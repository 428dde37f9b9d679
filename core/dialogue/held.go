package dialogue

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"recado/core/directory"
	"recado/core/message"
)

// ErrNotHeld is what a HeldReader answers for an id that it does not have: it was
// never given, or its time is over.
var ErrNotHeld = errors.New("dialogue: no such item is held")

// HeldID names a held item to people too: "Q-" and ten letters. It is no secret.
type HeldID string

// heldMark begins a HeldID, and tells it from a ticket's number.
const heldMark = "Q-"

func newHeldID() HeldID { return HeldID(heldMark + rand.Text()[:10]) }

// HeldState is what became of a held item.
type HeldState string

// A held item waits, until one of these.
const (
	HeldWaiting   HeldState = ""
	HeldReleased  HeldState = "released"  // it went back to the inbox
	HeldDiscarded HeldState = "discarded" // the team does not want it; kept until it expires
	HeldExpired   HeldState = "expired"   // nobody decided in time
)

// Held is an item that waits until its sender is proved, or the team decides (rule 7).
type Held struct {
	ID      HeldID
	Item    message.Inbound
	Person  directory.PersonID // whose proved address Item claims to come from; empty: nobody's, when it was held
	At      time.Time
	Expires time.Time
	ToldAt  time.Time // when the team was told of it; zero: not yet
	State   HeldState
	By      directory.PersonID // who decided; empty: the program
	EndedAt time.Time          // when; zero while it waits
}

// Ending is what becomes of a held item, and why, in English for the ledger.
type Ending struct {
	ID     HeldID
	State  HeldState // not HeldWaiting
	By     directory.PersonID
	At     time.Time
	Proof  message.Proof // with which a released item goes back
	Reason string
}

// HeldReader finds what is held. An unknown id is ErrNotHeld.
type HeldReader interface {
	Held(ctx context.Context, id HeldID) (Held, error)
	// HeldFrom lists the latest items of an address that were held from since to
	// until, whatever became of them, oldest first.
	HeldFrom(ctx context.Context, from message.Address, since, until time.Time, limit int) ([]Held, error)
	// HeldMail lists mail that waits, newest first, and counts all of it.
	HeldMail(ctx context.Context, limit int) (all []Held, total int, err error)
	// HeldUntold lists mail that waits and of which the team knows nothing, oldest first.
	HeldUntold(ctx context.Context, limit int) ([]Held, error)
	// HeldTold tells when the team was last told of mail from an address, since a time.
	HeldTold(ctx context.Context, since time.Time) (map[message.Address]time.Time, error)
	// HeldNth tells when the n-th newest item was held, whatever became of it; zero when
	// there are fewer. It is asked for every stranger's turn, so it is quick.
	HeldNth(ctx context.Context, n int) (time.Time, error)
	// HeldDue lists what has expired at now, whatever its state, and what waits though
	// the address is somebody's by now that was nobody's when it was held. next is when
	// something will expire; zero: nothing is held.
	HeldDue(ctx context.Context, now time.Time, limit int) (expired, home []Held, next time.Time, err error)
}

// HeldWriter changes it.
type HeldWriter interface {
	// Hold keeps an item that is not proved to be its sender's.
	Hold(ctx context.Context, h Held) error
	// EndHeld records an ending, in the ledger too. A released item is put at the end
	// of the inbox as a new one whose key ends in "#released", with its Proof. One that
	// does not wait any more is ErrConflict. HeldExpired removes it, whatever its state.
	EndHeld(ctx context.Context, e Ending) error
	// TellHeld notes that the team was told of items.
	TellHeld(ctx context.Context, ids []HeldID, at time.Time) error
}

// hold keeps the items of the turn until their sender is proved.
func (s *scene) hold() {
	for _, in := range s.plan.Turn.Items {
		h := Held{ID: newHeldID(), Item: in, At: s.now, Expires: s.now.Add(heldFor)}
		if s.known && s.who.Verified(in.From) {
			h.Person = s.who.ID
		}
		if in.Proof == message.ByTeam {
			h.ToldAt = s.now // they know: they let it in, and nobody has registered its sender yet
		}
		s.plan.Held = append(s.plan.Held, h)
	}
	s.outcome(message.HeldBack, "the sender is not proved", nil)
}

// letGo releases held items with the plan.
func (s *scene) letGo(all []Held, by directory.PersonID, proof message.Proof, reason string) {
	for _, h := range all {
		if h.State == HeldWaiting {
			s.plan.Endings = append(s.plan.Endings, Ending{ID: h.ID, State: HeldReleased, By: by, At: s.now, Proof: proof, Reason: reason})
		}
	}
}
