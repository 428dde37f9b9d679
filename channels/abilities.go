package channels

import (
	"context"
	"time"

	"recado/core/message"
)

// What a channel may do beside taking and sending. The runtime finds each by assertion;
// none is owed, and a failure is only logged.

// Typist shows in a chat that somebody is at work. The runtime says so when a turn of it
// begins, and takes it back when the turn has ended.
type Typist interface {
	Typing(ctx context.Context, to message.Address, on bool) error
}

// Marker shows people that what they wrote was read. The runtime tells of items once
// their turn is committed, and only of those that were really taken; all are of one
// conversation.
type Marker interface {
	MarkRead(ctx context.Context, items []message.Inbound) error
}

// Resting is a channel whose upstream may forbid for a while what nobody asked for, lest
// the account be closed. The outbox asks before it sends something Proactive.
type Resting interface {
	RestingUntil() time.Time // zero, or past: it does not rest
}

// Amender is a channel that cannot always change or take back what it sent. The outbox
// asks before it sends an Edit or a Deletion of out, which was sent at a time; where the
// answer is no, an Edit is said anew, and a Deletion is not said. A channel without this
// changes whatever it sent.
type Amender interface {
	MayAmend(out message.Outbound, kind message.Kind, sent, now time.Time) bool
}

// Delivery is what became of a message at one recipient.
type Delivery struct {
	UpstreamID string // of the message, or of a part of it in the whole one's name
	To         message.Address
	At         time.Time // by the upstream's clock
	Read       bool      // else it only arrived
}

// Witness is a Sink that also notes deliveries. It returns when they are committed.
type Witness interface {
	Witness(ctx context.Context, deliveries ...Delivery) error
}
