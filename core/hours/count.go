package hours

import "time"

// Add gives the first instant at which d of open time has passed since from, in the
// calendar's location. A d of zero or less gives from itself, even while closed.
func (c *Calendar) Add(from time.Time, d time.Duration) time.Time {
	if c.week == nil {
		return c.local(from).Add(max(d, 0))
	}
	return c.Explain(from, d).Due
}

// Between counts the open time from a to b; it is negative when b comes first.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	if b.Before(a) {
		return -c.Between(b, a)
	}
	a, b = c.local(a), c.local(b)
	if c.week == nil {
		return b.Sub(a)
	}
	var total time.Duration
	for s := range c.segments(a) {
		if !s.From.Before(b) {
			break
		}
		if s.Kind == Open {
			total += min(s.To.Sub(s.From), b.Sub(s.From))
		}
	}
	return total
}

// Open says whether the given instant is in open time.
func (c *Calendar) Open(at time.Time) bool {
	at = c.local(at)
	return c.NextOpen(at).Equal(at)
}

// NextOpen gives the first open instant that is not before at: at itself while open.
func (c *Calendar) NextOpen(at time.Time) time.Time {
	at = c.local(at)
	for s := range c.segments(at) {
		if s.Kind == Open {
			return s.From
		}
	}
	return at // not reached: segments has no end, and New sees to it that one is open
}

// Explain is Add with its reasons.
func (c *Calendar) Explain(from time.Time, d time.Duration) Explanation {
	return c.Due(from, d, nil)
}
