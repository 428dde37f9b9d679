package lane

import (
	"context"
	"errors"
	"time"
)

// ErrAtOnce is the cause with which a context is cancelled to allow no grace: the
// right to go on is lost, as with a lease, and work under way must stop now.
var ErrAtOnce = errors.New("lane: stop at once")

// Grace gives the context for work that may be under way when ctx ends: it has the
// values of ctx and ends d later, or at once when the cause is ErrAtOnce. The
// caller calls cancel when the work has ended.
func Grace(ctx context.Context, d time.Duration) (work context.Context, cancel context.CancelFunc) {
	work, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	unwatch := context.AfterFunc(ctx, func() {
		if errors.Is(context.Cause(ctx), ErrAtOnce) {
			cut(context.Canceled) // not ErrAtOnce: who waits for this work to end still may
			return
		}
		limit := time.NewTimer(d)
		defer limit.Stop()
		select {
		case <-limit.C:
			cut(context.DeadlineExceeded)
		case <-work.Done():
		}
	})
	return work, func() { unwatch(); cut(context.Canceled) }
}
