package outbox

import (
	"context"
	"time"

	"recado/core/message"
)

// Row is one message that waits to be sent.
type Row struct {
	Seq        int64
	Attempts   int
	UpstreamID string // chosen beforehand; "" when the channel cannot foretell it
	message.Outbound
}

// Result is how one attempt to send ended.
type Result struct {
	Row        Row
	At         time.Time
	Sent       bool
	UpstreamID string
	RunAt      time.Time // next attempt, when neither Sent nor Buried
	Counted    bool      // the attempt counts; shutting down and being rate limited do not
	Buried     bool
	Withdrawn  bool   // it was not said, and will not be: something else was posted in its place
	Amended    bool   // Sent, as a change of a message that stands: it has no place of its own
	Error      string // for the team and the log; no secrets
	StandsFor  string // ID of a buried message that this one was said in place of: UpstreamID is its too

	unsettled bool // Sent, and OnSent is to hear of it once more when that is noted
}

// Posted is what became of a message.
type Posted struct {
	Seq        int64
	UpstreamID string // empty: it has none, and if not Waiting will never have
	Waiting    bool   // it is still to be sent
}

// Member is one of a Family as it is now. Of the four, at most one is true; none: it waits.
type Member struct {
	Row       Row
	At        time.Time // when it ended
	Sent      bool      // it stands at its reader
	Amended   bool      // it was sent as a change of another
	Withdrawn bool
	Buried    bool // it will never be sent, nor is anything to be said in its place
}

// Store is what the outbox needs of the database. Rows are written by the
// transaction of a turn (dialogue.Tx.Post).
type Store interface {
	// Due returns rows of one channel and account in order of posting, at most
	// limit: those whose time has come, leaving out every address that has an
	// earlier row still waiting for a later time (order per address).
	// exclude names addresses that the caller is sending to already.
	Due(ctx context.Context, channel message.Channel, account string, now time.Time, exclude []message.Address, limit int) ([]Row, error)

	// NextDue is the earliest time at which Due will have a row; zero when none waits.
	NextDue(ctx context.Context, channel message.Channel, account string) (time.Time, error)

	// Posted finds messages by their ID; those that were never posted are left out.
	Posted(ctx context.Context, ids []string) (map[string]Posted, error)

	// Family is all that was posted in the place of one message, in that order (see
	// message.Outbound.Family).
	Family(ctx context.Context, name string) ([]Member, error)

	// Record notes results, in one transaction.
	Record(ctx context.Context, results []Result) error
}

// Claimer is a Store whose messages may be called back (message.Outbound.NotBefore).
// ClaimSend takes such a row for sending: from then on it cannot be called back. False: it
// was, and is not to be sent. A row that was claimed and not sent, since the process
// died, may be claimed again.
type Claimer interface {
	ClaimSend(ctx context.Context, seq int64) (bool, error)
}
