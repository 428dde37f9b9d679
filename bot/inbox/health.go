package inbox

import "time"

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
	s := State{Err: in.store.Err()}
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
