package ticket

import (
	"time"
)

// Clock is business time, as core/hours keeps it.
type Clock interface {
	Add(from time.Time, d time.Duration) time.Time
	Between(from, to time.Time) time.Duration
}

// Promise is a service level: how much business time until the first answer and
// until the solution (B14). Zero is no promise.
type Promise struct {
	Answer, Solve time.Duration
}

// Promises holds one Promise for each severity.
type Promises map[Level]Promise

// SetPromise sets both due times from the moment of opening.
func (t *Ticket) SetPromise(p Promise, clock Clock) {
	if p.Answer > 0 {
		t.AnswerDue = clock.Add(t.OpenedAt, p.Answer)
	}
	if p.Solve > 0 {
		t.SolveDue = clock.Add(t.OpenedAt, p.Solve)
	}
}

// Repromise moves the due times that follow from one promise to where they follow from
// another: of a ticket whose severity changed. A due time that was set by hand, or that a
// pause has moved, stays; so does one of which there is no promise any more.
func (t *Ticket) Repromise(from, to Promise, clock Clock, now time.Time) {
	move := func(field string, due *time.Time, was, is time.Duration, bit int) {
		if was == is || is <= 0 || was > 0 && !due.Equal(clock.Add(t.OpenedAt, was)) || was <= 0 && !due.IsZero() {
			return
		}
		moved := clock.Add(t.OpenedAt, is)
		t.event("", now, field, stamp(*due), stamp(moved), "")
		*due = moved
		t.DueWarned &^= bit
	}
	if t.AnsweredAt.IsZero() {
		move("answerDue", &t.AnswerDue, from.Answer, to.Answer, WarnedAnswer)
	}
	if t.Status != Closed {
		move("due", &t.SolveDue, from.Solve, to.Solve, WarnedSolve)
	}
}

// pause stops the clock of the solution: while it waits on the requester, and
// while it is closed.
func (t *Ticket) pause(now time.Time) {
	if t.PausedAt.IsZero() {
		t.PausedAt = now
	}
	t.resumedAt = time.Time{} // resumed and paused in one change: it never ran
}

// resume only marks the end of a pause; Unpause moves the due time.
func (t *Ticket) resume(now time.Time) {
	if !t.PausedAt.IsZero() && t.resumedAt.IsZero() {
		t.resumedAt = now
	}
}

// Unpause moves the due time by the business time for which the clock stood. A due
// time that was missed before the pause stays missed; of one that moved, the team
// may be warned anew. Whoever stores the ticket calls it once, after the transitions.
func (t *Ticket) Unpause(clock Clock) {
	if t.resumedAt.IsZero() {
		return
	}
	stood := clock.Between(t.PausedAt, t.resumedAt)
	if stood > 0 && t.PausedAt.Before(t.SolveDue) {
		moved := clock.Add(t.SolveDue, stood)
		t.event("", t.resumedAt, "due", stamp(t.SolveDue), stamp(moved), "paused")
		t.SolveDue = moved
		t.DueWarned &^= WarnedSolve
	}
	t.PausedAt, t.resumedAt = time.Time{}, time.Time{}
}
