package bot

import (
	"context"
	"errors"
	"time"
)

// settleRounds is far more than anything that comes to rest needs.
const settleRounds = 10_000

// errRestless says that something causes itself anew for ever.
var errRestless = errors.New("bot: what is due does not come to an end")

// Settle does everything that is due now, in a fixed order and in the calling
// goroutine, until nothing is left: turns, then sends, then what the engine makes
// due. It returns the next time at which something will be due; the zero time is
// never. It takes the steps that Run takes, but no leases: it is for one process
// with a clock that stands still meanwhile, as transcripts have. Never call it
// while Run runs. An error is the store's; a failed turn or send is none, and comes
// again at its time.
func (b *Bot) Settle(ctx context.Context) (next time.Time, err error) {
	for range settleRounds {
		worked, next, err := b.settleOnce(ctx)
		if err != nil || !worked {
			return next, err
		}
	}
	return b.opts.Clock.Now(), errRestless
}

func (b *Bot) settleOnce(ctx context.Context) (worked bool, next time.Time, err error) {
	if err := ctx.Err(); err != nil {
		return false, next, err
	}
	done, next, err := b.inbox.Settle(ctx)
	if err != nil {
		return false, next, err
	}
	b.settleManners(ctx)
	for _, u := range b.units {
		sent, at, err := u.outbox.Settle(ctx)
		if err != nil {
			return false, next, err
		}
		done, next = done+sent, soonest(next, at)
	}
	applied, at, err := b.dueRound(ctx)
	return done+applied > 0, soonest(next, at), err
}

// soonest is the earlier of two times, of which zero is never.
func soonest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
