package hours

import (
	"slices"
	"time"
)

// Pause is a time during which a clock stood still.
type Pause struct {
	From time.Time
	To   time.Time // zero: it still stands
	Why  string    // a text or a key of one; the caller's own
}

// Ledger is every pause of one clock. It is plain data, to be stored as it is. Pause
// and Resume keep it in order and leave the receiver alone; Due accepts it in any
// order and with overlaps, and counts such time once.
//
// Time in a ledger does not run backwards. Two machines' clocks may differ, so an
// instant before the last one written down is taken to be that last one.
type Ledger []Pause

// Paused says whether the clock stands still now.
func (l Ledger) Paused() bool {
	return len(l) > 0 && l[len(l)-1].To.IsZero()
}

// Pause stops the clock. If it is stopped already, a new reason takes over from the
// given instant on, and the same reason changes nothing.
func (l Ledger) Pause(at time.Time, why string) Ledger {
	if l.Paused() {
		if l[len(l)-1].Why == why {
			return l
		}
		l = l.Resume(at)
	}
	if len(l) > 0 {
		at = latest(at, l[len(l)-1].To)
	}
	return append(slices.Clip(l), Pause{From: at, Why: why})
}

// Resume lets the clock run again; one that runs is left as it is.
func (l Ledger) Resume(at time.Time) Ledger {
	if !l.Paused() {
		return l
	}
	l = slices.Clone(l)
	last := &l[len(l)-1]
	last.To = latest(at, last.From)
	return l
}

// since gives the pauses after start, in order, without overlap and none empty.
// Nothing follows a pause that still stands.
func (l Ledger) since(start time.Time) []Pause {
	sorted := slices.Clone(l)
	slices.SortStableFunc(sorted, func(a, b Pause) int { return a.From.Compare(b.From) })
	var pauses []Pause
	for _, p := range sorted {
		p.From = latest(p.From, start)
		if p.To.IsZero() {
			return append(pauses, p)
		}
		if p.From.Before(p.To) {
			pauses = append(pauses, p)
			start = p.To
		}
	}
	return pauses
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// Explanation is a due time and how it came about.
type Explanation struct {
	Start  time.Time
	Budget time.Duration // open time that was promised; never negative

	// Due is when the budget is used up. It is zero while nobody can know: the clock
	// stands still, and Left of the budget remains for when it runs again.
	Due  time.Time
	Left time.Duration

	// Segments cover the time from Start to Due, or to the pause that still stands,
	// without a gap. The open ones add up to Budget - Left. Neighbours differ in kind or
	// in name. A pause that still stands is the last segment, and its To is zero.
	Segments []Segment
}

// Due says when budget of open time has passed since start, not counting the pauses.
// Once the budget is used up, later pauses change nothing.
func (c *Calendar) Due(start time.Time, budget time.Duration, pauses Ledger) Explanation {
	start, budget = c.local(start), max(budget, 0)
	e := Explanation{Start: start, Budget: budget, Left: budget}
	at := start
	for _, p := range pauses.since(start) {
		if e.count(c, at, c.local(p.From)) {
			return e
		}
		paused := Segment{From: c.local(p.From), Kind: Paused, Name: p.Why}
		if p.To.IsZero() {
			e.append(paused)
			return e
		}
		at = c.local(p.To)
		paused.To = at
		e.append(paused)
	}
	e.count(c, at, time.Time{})
	return e
}

// count spends open time from one instant until another (zero: for ever) and says
// whether the budget was used up.
func (e *Explanation) count(c *Calendar, from, until time.Time) bool {
	if e.Left == 0 {
		e.Due = from
		return true
	}
	for s := range c.segments(from) {
		if !until.IsZero() {
			if !s.From.Before(until) {
				break
			}
			if s.To.After(until) {
				s.To = until
			}
		}
		if s.Kind == Open {
			spent := min(s.To.Sub(s.From), e.Left)
			s.To = s.From.Add(spent)
			e.Left -= spent
		}
		e.append(s)
		if e.Left == 0 {
			e.Due = s.To
			return true
		}
	}
	return false
}

// append adds a segment, or lengthens the last one if the reason is the same.
func (e *Explanation) append(s Segment) {
	if n := len(e.Segments); n > 0 {
		last := &e.Segments[n-1]
		if last.Kind == s.Kind && last.Name == s.Name {
			last.To = s.To
			return
		}
	}
	e.Segments = append(e.Segments, s)
}
