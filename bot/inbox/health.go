package inbox

import (
	"context"
	"time"
)

// State is how the inbox fares, as this process sees it.
type State struct {
	Waiting int           // conversations known to have something to do
	Lag     time.Duration // how long the turn that is overdue longest has been, tries included
	Err     error         // of the store, while it is away
}

// State tells it without waiting for the store.
func (in *Inbox) State() State {
	in.mu.Lock()
	defer in.mu.Unlock()
	s := State{Err: in.store.err}
	now := in.opts.Clock.Now()
	for _, c := range in.known.byName {
		if !c.due.IsZero() || !c.since.IsZero() {
			s.Waiting++
			s.Lag = max(s.Lag, now.Sub(overdue(c)))
		}
	}
	return s
}

// overdue is since when c has been waiting for a turn, or will be.
func overdue(c *conversation) time.Time {
	if c.since.IsZero() {
		return c.due
	}
	return c.since
}

// outage is a time during which the store does not answer.
type outage struct {
	failures int // in a row
	err      error
}

// noteStore keeps count of the store's failures. It returns how long to leave the
// store alone after this one; zero when err is nil. An outage is logged when it
// begins and when it is over, not at every try.
func (in *Inbox) noteStore(ctx context.Context, doing string, err error) time.Duration {
	if err != nil && ctx.Err() != nil {
		return 0 // cut short by ourselves; it says nothing of the store
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if err == nil {
		if in.store.failures > 0 {
			in.opts.Logger.Info("the inbox's store answers again", "failures", in.store.failures)
		}
		in.store = outage{}
		return 0
	}
	if in.store.failures == 0 {
		in.opts.Logger.Error("the inbox's store fails; what waits is kept and tried again", "doing", doing, "error", err)
	}
	in.store.failures++
	in.store.err = err
	return doubled(100*time.Millisecond, in.store.failures-1, mostAway)
}
