package notice

import "time"

// Calendar is business time: reminders go out while the desk is open.
type Calendar interface {
	NextOpen(at time.Time) time.Time
}

// Schedule is when a silent requester is reminded (D5). After holds the time since
// the team's last word for each reminder, in rising order; the last of them warns
// that the ticket will be closed, which happens at Close; with Close 0 it is never
// closed, and nothing warns of it. An empty Schedule never reminds.
type Schedule struct {
	After    []time.Duration
	Close    time.Duration
	Calendar Calendar
}

// Step is what is due next.
type Step struct {
	Event Event     // Reminder, Warning or Expired
	At    time.Time // zero: nothing
}

// Next is the step after sent reminders, counted from the team's last word.
func (s Schedule) Next(last time.Time, sent int) Step {
	switch {
	case len(s.After) == 0:
		return Step{}
	case sent < len(s.After)-1:
		return Step{Event: Reminder, At: s.open(last.Add(s.After[sent]))}
	case sent == len(s.After)-1 && s.Close == 0:
		return Step{Event: Reminder, At: s.open(last.Add(s.After[sent]))}
	case sent == len(s.After)-1:
		return Step{Event: Warning, At: s.open(last.Add(s.After[sent]))}
	case s.Close == 0:
		return Step{}
	}
	return Step{Event: Expired, At: s.open(last.Add(s.Close))}
}

// AfterSending is the step after a reminder that went out at now, the sent-th. When
// that was late, as after an outage, the next one keeps its distance: a customer is
// never warned and closed in one breath.
func (s Schedule) AfterSending(last, now time.Time, sent int) Step {
	next := s.Next(last, sent)
	if next.At.IsZero() || sent == 0 {
		return next
	}
	gap := s.Close - s.After[len(s.After)-1]
	if sent < len(s.After) {
		gap = s.After[sent] - s.After[sent-1]
	}
	if earliest := now.Add(gap); next.At.Before(earliest) {
		next.At = s.open(earliest)
	}
	return next
}

func (s Schedule) open(at time.Time) time.Time {
	if s.Calendar == nil {
		return at
	}
	return s.Calendar.NextOpen(at)
}
