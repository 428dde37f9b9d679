package bot

import (
	"context"
	"errors"
	"time"

	"recado/bot/lane"
)

const (
	leaseTTL    = 10 * time.Second
	leaseRenew  = 3 * time.Second // so that another takes over 13 s after its owner's death, at the latest
	leaseMargin = 3 * time.Second // work stops this long before the lease could be another's
	leaseCall   = 2 * time.Second // the longest that one call for it may take
)

// hold runs do whenever this process has the lease, until ctx ends. The context of
// do ends with ctx; when the lease is lost it ends with the cause lane.ErrAtOnce.
// After do has returned the lease is given up.
func (b *Bot) hold(ctx context.Context, name string, do func(context.Context) error) error {
	for ctx.Err() == nil {
		now := b.opts.Clock.Now()
		mine, err := b.acquire(ctx, name, leaseCall)
		if err != nil || !mine {
			b.sleep(ctx, leaseRenew)
			continue
		}
		b.health.hold(name, true)
		b.opts.Logger.Info("took a lease", "lease", name, "owner", b.opts.Owner)
		err = b.own(ctx, name, now.Add(leaseTTL), do)
		b.health.hold(name, false)
		b.yield(ctx, name)
		if err != nil {
			return err
		}
	}
	return nil
}

// own runs do under a lease that is sure until the given time, and renews it. It
// returns when do has, whose context ends when the lease cannot be kept.
func (b *Bot) own(ctx context.Context, name string, sure time.Time, do func(context.Context) error) error {
	held, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	done := make(chan error, 1)
	go func() { done <- do(held) }()

	renewing := context.WithoutCancel(ctx) // while do drains, too
	wait := leaseRenew
	for {
		select {
		case err := <-done:
			return err
		case <-b.opts.Clock.After(wait):
		}
		now := b.opts.Clock.Now()
		left := sure.Add(-leaseMargin).Sub(now)
		mine, err := b.acquire(renewing, name, min(leaseCall, max(left, time.Millisecond)))
		switch {
		case err == nil && mine:
			sure, wait = now.Add(leaseTTL), leaseRenew
		case err == nil:
			b.opts.Logger.Error("a lease went to another process; stopping what needs it", "lease", name)
			lose(lane.ErrAtOnce)
			return <-done
		case !b.opts.Clock.Now().Before(sure.Add(-leaseMargin)):
			b.opts.Logger.Error("a lease could not be renewed; stopping what needs it", "lease", name, "error", err)
			lose(lane.ErrAtOnce)
			return <-done
		default:
			wait = min(time.Second, max(sure.Add(-leaseMargin).Sub(b.opts.Clock.Now()), time.Millisecond))
		}
	}
}

func (b *Bot) acquire(ctx context.Context, name string, limit time.Duration) (bool, error) {
	timely, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	mine, err := b.opts.Leases.Acquire(timely, name, b.opts.Owner, b.opts.Clock.Now(), leaseTTL)
	if ctx.Err() == nil {
		b.health.leases(err)
	}
	return mine, err
}

// yield gives the lease up, so that another process need not wait for it to run
// out. When that fails, it waits.
func (b *Bot) yield(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseCall)
	defer cancel()
	err := b.opts.Leases.Yield(ctx, name, b.opts.Owner)
	if err != nil && !errors.Is(err, context.Canceled) {
		b.opts.Logger.Warn("a lease could not be given up; it runs out by itself", "lease", name, "error", err)
	}
}
