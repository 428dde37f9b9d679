package bot

import (
	"context"
	"errors"
	"time"

	"recado/core/dialogue"
	"recado/core/message"
)

const (
	clockLease = "clock"          // of what makes things due
	duePlans   = 64               // applied in one round
	dueEvery   = 30 * time.Second // the engine is asked at least so often: turns make new things due
)

// watch makes due what is due, until ctx ends.
func (b *Bot) watch(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		applied, next, err := b.dueRound(ctx)
		wait := dueEvery
		switch now := b.opts.Clock.Now(); {
		case err != nil && ctx.Err() == nil:
			if failures == 0 {
				b.opts.Logger.Error("what is due could not be done; it is tried again", "error", err)
			}
			failures = min(failures+1, 6)
			wait = min(time.Second<<(failures-1), dueEvery)
		case applied > 0 && !next.IsZero() && !next.After(now):
			failures, wait = 0, 0
		case !next.IsZero():
			failures, wait = 0, min(max(next.Sub(now), time.Second), dueEvery)
		default:
			failures = 0
		}
		b.sleep(ctx, wait)
	}
	return nil
}

// dueRound applies what is due now, each plan in a transaction of its own. A plan
// whose data changed meanwhile is left to the next round, which asks the engine
// anew. It returns when something is due next, and the failures of plans that did
// not keep the others from being applied.
func (b *Bot) dueRound(ctx context.Context) (applied int, next time.Time, err error) {
	plans, next, err := b.opts.Engine.Due(ctx, b.opts.Clock.Now(), duePlans)
	if err != nil {
		return 0, next, err
	}
	again := len(plans) == duePlans
	for _, plan := range plans {
		var outcomes []message.Outcome
		failure := b.opts.Turns.Update(ctx, func(tx dialogue.Tx) (err error) {
			outcomes, err = apply(ctx, plan, tx)
			return err
		})
		switch {
		case failure == nil:
			applied++
			for _, o := range outcomes {
				b.metrics.outcome(o.Code)
			}
		case errors.Is(failure, dialogue.ErrConflict):
			again = true
		default:
			err = errors.Join(err, failure)
		}
	}
	if applied > 0 {
		b.wakeOutboxes()
	}
	if again {
		next = b.opts.Clock.Now()
	}
	return applied, next, err
}

// sleep waits for d, or less when ctx ends.
func (b *Bot) sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-b.opts.Clock.After(d):
	}
}
