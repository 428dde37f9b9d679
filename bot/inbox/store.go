package inbox

import (
	"context"
	"time"

	"recado/core/message"
)

// Item is one row of the inbox.
type Item struct {
	Seq      int64 // order of acceptance, within a conversation and overall
	Attempts int   // turns begun with it that did not commit
	message.Inbound
}

// Claim is one process's right to a conversation. The fence rises with every
// claim; a commit under an older fence fails (rule 3).
type Claim struct {
	Conversation string
	Owner        string
	Fence        int64
	Turn         int64 // number of the last committed turn (rule 5)
}

// Pending is a conversation with items that wait, and when it may be worked on.
type Pending struct {
	Conversation string
	First, Last  time.Time // ReceivedAt of its oldest and newest waiting item
	RunAt        time.Time // not before this: the backoff of a failed turn, or zero
	Urgent       bool      // some item takes no quiet window
}

// Store is what the inbox needs of the database.
type Store interface {
	// Accept inserts the items whose Key is new, all in one transaction, and
	// returns how many were new.
	Accept(ctx context.Context, items []message.Inbound, now time.Time) (fresh int, err error)

	// Waiting lists conversations with waiting items that nobody holds, or whose
	// claim ran out, oldest first. It is how work is found after a restart; the
	// process that accepted an item knows of it at once.
	Waiting(ctx context.Context, now time.Time, limit int) ([]Pending, error)

	// Claim takes the conversations that are free, or were this owner's, until
	// now+ttl. Those that another owner holds are missing from the answer.
	Claim(ctx context.Context, owner string, conversations []string, now time.Time, ttl time.Duration) ([]Claim, error)

	// Renew extends all of the owner's claims; Release gives up the named ones.
	Renew(ctx context.Context, owner string, now time.Time, ttl time.Duration) error
	Release(ctx context.Context, claims []Claim) error

	// Items reads the waiting items of a conversation in order.
	Items(ctx context.Context, conversation string, limit int) ([]Item, error)

	// Fail notes an attempt: the items are tried again at runAt, or, when dead is
	// true, end with the outcome "failed" so that the conversation goes on.
	Fail(ctx context.Context, claim Claim, items []Item, runAt time.Time, reason string, dead bool) error
}

// The transaction of a turn ends its items through dialogue.Tx.Finish, in the same
// commit as their effects.
