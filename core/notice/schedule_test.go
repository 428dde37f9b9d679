package notice

import (
	"testing"
	"time"
)

// weekdays is open from nine to five, Monday to Friday.
type weekdays struct{}

func (weekdays) NextOpen(at time.Time) time.Time {
	for {
		open := time.Date(at.Year(), at.Month(), at.Day(), 9, 0, 0, 0, at.Location())
		weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
		switch {
		case !weekend && at.Before(open):
			return open
		case !weekend && at.Before(open.Add(8*time.Hour)):
			return at
		}
		at = open.Add(15 * time.Hour) // the midnight after
	}
}

const day = 24 * time.Hour

// monday is 2 March 2026, at ten.
var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func TestNext(t *testing.T) {
	t.Parallel()
	three := Schedule{After: []time.Duration{day, 2 * day, 3 * day}, Close: 5 * day}
	business := three
	business.Calendar = weekdays{}
	forever := three
	forever.Close = 0
	thursday, friday := monday.Add(3*day), monday.Add(4*day)
	for name, tc := range map[string]struct {
		s    Schedule
		last time.Time
		sent int
		want Step
	}{
		"none at all":                    {Schedule{}, monday, 0, Step{}},
		"the first":                      {three, monday, 0, Step{Reminder, monday.Add(day)}},
		"the second":                     {three, monday, 1, Step{Reminder, monday.Add(2 * day)}},
		"the last warns":                 {three, monday, 2, Step{Warning, monday.Add(3 * day)}},
		"then it is closed":              {three, monday, 3, Step{Expired, monday.Add(5 * day)}},
		"more than there are":            {three, monday, 7, Step{Expired, monday.Add(5 * day)}},
		"the only one warns":             {Schedule{After: []time.Duration{day}, Close: 2 * day}, monday, 0, Step{Warning, monday.Add(day)}},
		"never closed: no warning":       {forever, monday, 2, Step{Reminder, monday.Add(3 * day)}},
		"never closed: nothing after it": {forever, monday, 3, Step{}},
		"the next working day":           {business, thursday, 1, Step{Reminder, monday.Add(7*day - time.Hour)}},
		"a day that is open":             {business, thursday, 0, Step{Reminder, friday}},
		"not at night":                   {business, monday.Add(9 * time.Hour), 0, Step{Reminder, monday.Add(2*day - time.Hour)}},
		"not closed on a Saturday":       {business, monday, 3, Step{Expired, monday.Add(7*day - time.Hour)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.s.Next(tc.last, tc.sent); got.Event != tc.want.Event || !got.At.Equal(tc.want.At) {
				t.Errorf("got %s at %s, want %s at %s", got.Event, got.At, tc.want.Event, tc.want.At)
			}
		})
	}
}

func TestAfterSending(t *testing.T) {
	t.Parallel()
	three := Schedule{After: []time.Duration{day, 2 * day, 4 * day}, Close: 6 * day}
	business := three
	business.Calendar = weekdays{}
	forever := three
	forever.Close = 0
	outage := monday.Add(30 * day)
	for name, tc := range map[string]struct {
		s    Schedule
		now  time.Time
		sent int
		want Step
	}{
		"in time":                          {three, monday.Add(day), 1, Step{Reminder, monday.Add(2 * day)}},
		"in time, the warning next":        {three, monday.Add(2 * day), 2, Step{Warning, monday.Add(4 * day)}},
		"in time, the closing next":        {three, monday.Add(4 * day), 3, Step{Expired, monday.Add(6 * day)}},
		"a little late":                    {three, monday.Add(day + time.Hour), 1, Step{Reminder, monday.Add(2*day + time.Hour)}},
		"after an outage":                  {three, outage, 1, Step{Reminder, outage.Add(day)}},
		"after an outage, the warning":     {three, outage, 2, Step{Warning, outage.Add(2 * day)}},
		"after an outage, the closing":     {three, outage, 3, Step{Expired, outage.Add(2 * day)}},
		"kept apart, and on a working day": {business, monday.Add(4 * day), 2, Step{Warning, monday.Add(7*day - time.Hour)}},
		"nothing sent yet":                 {three, outage, 0, Step{Reminder, monday.Add(day)}},
		"never closed":                     {forever, outage, 3, Step{}},
		"none at all":                      {Schedule{}, outage, 1, Step{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.s.AfterSending(monday, tc.now, tc.sent); got.Event != tc.want.Event || !got.At.Equal(tc.want.At) {
				t.Errorf("got %s at %s, want %s at %s", got.Event, got.At, tc.want.Event, tc.want.At)
			}
		})
	}
}

// However late each step goes out, they stay apart.
func TestNeverTwoInOneBreath(t *testing.T) {
	t.Parallel()
	s := Schedule{After: []time.Duration{day, 2 * day, 4 * day}, Close: 6 * day, Calendar: weekdays{}}
	for _, late := range []time.Duration{0, time.Hour, day, 3 * day, 40 * day} {
		step := s.Next(monday, 0)
		var events []Event
		for sent := 1; step.Event != Expired; sent++ {
			events = append(events, step.Event)
			out := step.At.Add(late)
			step = s.AfterSending(monday, out, sent)
			if gap := step.At.Sub(out); gap < day-time.Hour {
				t.Errorf("%s late: %s only %s after the one before", late, step.Event, gap)
			}
		}
		if len(events) != 3 || events[0] != Reminder || events[2] != Warning {
			t.Errorf("%s late: %v before the closing", late, events)
		}
	}
}
