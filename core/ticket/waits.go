package ticket

import "time"

// awaits notes that the customer waits for an answer since then, unless they wait already.
func (t *Ticket) awaits(since time.Time) {
	if t.WaitsSince.IsZero() {
		t.WaitsSince, t.waitBegan = since, true
	}
}

// heeded ends the wait: somebody answered, or nobody needs to.
func (t *Ticket) heeded() { t.WaitsSince, t.NudgeAt, t.waitBegan = time.Time{}, time.Time{}, false }

// Await says when the team is told that a customer waits, if a wait began in this change:
// after some business time; zero: never. Whoever stores the ticket calls it, after the
// transitions.
func (t *Ticket) Await(after time.Duration, clock Clock) {
	if t.waitBegan && after > 0 {
		t.NudgeAt = clock.Add(t.WaitsSince, after)
	}
}

// Nudged notes that the team was told of a wait: it is told once of each.
func (t *Ticket) Nudged(now time.Time) {
	t.NudgeAt = time.Time{}
	t.event("", now, "nudged", "", "", "")
}
