package hours_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/hours"
)

// anyCalendar draws a calendar in one of several zones, among them those that change
// clocks by half an hour or at midnight.
func anyCalendar(t *testing.T) *rapid.Generator[*hours.Calendar] {
	return rapid.Custom(func(r *rapid.T) *hours.Calendar {
		o := hours.Options{
			Location: zone(t, rapid.SampledFrom([]string{
				"America/Sao_Paulo", "America/New_York", "America/Santiago", "America/Havana",
				"Australia/Lord_Howe", "Africa/Cairo", "Asia/Kolkata", "UTC",
			}).Draw(r, "zone")),
			Week: map[time.Weekday][]string{time.Weekday(rapid.IntRange(0, 6).Draw(r, "sure")): {"00:00-24:00"}},
			Brazil: hours.Brazil{
				National: rapid.Bool().Draw(r, "national"), Carnaval: rapid.Bool().Draw(r, "carnaval"),
				AshWednesday: rapid.Bool().Draw(r, "ash"), CorpusChristi: rapid.Bool().Draw(r, "corpus"),
			},
		}
		for d := time.Sunday; d <= time.Saturday; d++ {
			if o.Week[d] == nil {
				o.Week[d] = anyBlocks(r)
			}
		}
		seen := map[string]bool{}
		for range rapid.IntRange(0, 5).Draw(r, "special days") {
			date := anyTime.Draw(r, "day").Format(time.DateOnly)
			blocks := anyBlocks(r)
			switch {
			case seen[date]:
			case len(blocks) == 0:
				o.Closed = append(o.Closed, hours.ClosedDate{Date: date, Name: "fechado"})
			case rapid.Bool().Draw(r, "opens"):
				o.Open = append(o.Open, hours.OpenDate{Date: date, Hours: blocks})
			default:
				o.Closed = append(o.Closed, hours.ClosedDate{Date: date[5:], Name: "todo ano", Hours: blocks[0]})
			}
			seen[date] = true
		}
		return calendar(t, o)
	})
}

// anyBlocks draws up to three blocks of a day that do not overlap.
func anyBlocks(r *rapid.T) []string {
	var blocks []string
	minute := 0
	for range rapid.IntRange(0, 3).Draw(r, "blocks") {
		from := minute + rapid.IntRange(0, 400).Draw(r, "gap")
		to := from + rapid.IntRange(1, 400).Draw(r, "length")
		if to > 24*60 {
			break
		}
		blocks = append(blocks, fmt.Sprintf("%02d:%02d-%02d:%02d", from/60, from%60, to/60, to%60))
		minute = to
	}
	return blocks
}

// anyTime draws an instant of 2025, 2026 or 2027, to the nanosecond. One in three is
// within two days of a change of clocks.
var anyTime = rapid.Custom(func(r *rapid.T) time.Time {
	begin := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	at := begin.Add(time.Duration(rapid.Int64Range(0, int64(3*365*24*time.Hour)).Draw(r, "instant")))
	if rapid.IntRange(0, 2).Draw(r, "near a change") == 0 {
		changes := []time.Time{
			time.Date(2026, 3, 8, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC), // New York
			time.Date(2025, 9, 7, 4, 0, 0, 0, time.UTC), time.Date(2026, 4, 5, 3, 0, 0, 0, time.UTC), // Santiago
			time.Date(2025, 10, 4, 15, 30, 0, 0, time.UTC), time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC), // Lord Howe
		}
		near := rapid.Int64Range(-int64(48*time.Hour), int64(48*time.Hour)).Draw(r, "offset")
		at = rapid.SampledFrom(changes).Draw(r, "change").Add(time.Duration(near))
	}
	return at
})

var anyBudget = rapid.Custom(func(r *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(200*time.Hour)).Draw(r, "budget"))
})

func TestAddAndBetweenAgree(t *testing.T) {
	t.Parallel()
	calendars := anyCalendar(t)
	rapid.Check(t, func(r *rapid.T) {
		c := calendars.Draw(r, "calendar")
		from, d := anyTime.Draw(r, "from"), anyBudget.Draw(r, "d")
		due := c.Add(from, d)
		if got := c.Between(from, due); got != d {
			r.Fatalf("Between(%s, %s) = %s, want %s", from, due, got, d)
		}
		// It is the first such instant: a nanosecond earlier not all of d has passed.
		if got := c.Between(from, due.Add(-1)); d > 0 && got != d-1 {
			r.Fatalf("a nanosecond before %s, %s had passed, want %s", due, got, d-1)
		}
	})
}

func TestTimeIsMonotone(t *testing.T) {
	t.Parallel()
	calendars := anyCalendar(t)
	rapid.Check(t, func(r *rapid.T) {
		c := calendars.Draw(r, "calendar")
		from, d := anyTime.Draw(r, "from"), anyBudget.Draw(r, "d")
		later, more := from.Add(anyBudget.Draw(r, "later")), d+anyBudget.Draw(r, "more")
		if a, b := c.Add(from, d), c.Add(from, more); b.Before(a) {
			r.Fatalf("%s is over at %s but %s at %s", d, a, more, b)
		}
		if a, b := c.Add(from, d), c.Add(later, d); b.Before(a) {
			r.Fatalf("from %s until %s, but from %s until %s", from, a, later, b)
		}
		if whole, parts := c.Between(from, later.Add(more)), c.Between(from, later)+c.Between(later, later.Add(more)); whole != parts {
			r.Fatalf("the whole is %s, its parts %s", whole, parts)
		}
		if next := c.NextOpen(from); !c.Open(next) || c.Between(from, next) != 0 {
			r.Fatalf("NextOpen(%s) = %s", from, next)
		}
	})
}

func TestExplanationsAddUp(t *testing.T) {
	t.Parallel()
	calendars := anyCalendar(t)
	rapid.Check(t, func(r *rapid.T) {
		c := calendars.Draw(r, "calendar")
		start, budget := anyTime.Draw(r, "start"), anyBudget.Draw(r, "budget")
		var ledger hours.Ledger
		for at := start.Add(-24 * time.Hour); rapid.Bool().Draw(r, "another pause"); {
			at = at.Add(anyBudget.Draw(r, "until the pause"))
			ledger = ledger.Pause(at, "cliente")
			if rapid.IntRange(0, 4).Draw(r, "stays") == 0 {
				break
			}
			at = at.Add(anyBudget.Draw(r, "length of the pause"))
			ledger = ledger.Resume(at)
		}
		e := c.Due(start, budget, ledger)

		at, counted := start, time.Duration(0)
		for i, s := range e.Segments {
			if !s.From.Equal(at) {
				r.Fatalf("segment %d starts at %s, the one before ends at %s", i, s.From, at)
			}
			if i > 0 && e.Segments[i-1].Kind == s.Kind && e.Segments[i-1].Name == s.Name {
				r.Fatalf("segments %d and %d are one: %+v", i-1, i, s)
			}
			at = s.To
			if s.Kind == hours.Paused && s.To.IsZero() {
				continue
			}
			open := c.Between(s.From, s.To)
			switch {
			case !s.From.Before(s.To):
				r.Fatalf("segment %d is empty: %+v", i, s)
			case s.Kind == hours.Open && open != s.To.Sub(s.From):
				r.Fatalf("segment %d is open but only %s counts: %+v", i, open, s)
			case s.Kind != hours.Open && s.Kind != hours.Paused && open != 0:
				r.Fatalf("segment %d is %s but %s of it is open: %+v", i, s.Kind, open, s)
			case s.Kind == hours.Open:
				counted += open
			}
		}
		if counted != budget-e.Left {
			r.Fatalf("%s counted, want %s", counted, budget-e.Left)
		}
		if e.Due.IsZero() != (e.Left > 0) || (len(e.Segments) > 0 && !at.Equal(e.Due)) {
			r.Fatalf("segments end at %s, due %s, %s left", at, e.Due, e.Left)
		}
	})
}

// The oracle looks at the wall clock once a minute, and knows nothing of the package.
func TestBetweenCountsMinutes(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	c := calendar(t, hours.Options{
		Location: sp, Week: workdays("08:15-12:00", "13:30-18:00"),
		Brazil: hours.Brazil{National: true, Carnaval: true, CorpusChristi: true},
	})
	off := map[string]bool{ // weekdays only
		"2026-01-01": true, "2026-02-16": true, "2026-02-17": true, "2026-04-03": true, "2026-04-21": true, "2026-05-01": true,
		"2026-06-04": true, "2026-09-07": true, "2026-10-12": true, "2026-11-02": true, "2026-11-20": true, "2026-12-25": true,
	}
	working := func(at time.Time) bool {
		at = at.In(sp)
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday || off[at.Format(time.DateOnly)] {
			return false
		}
		clock := at.Format("15:04")
		return clock >= "08:15" && clock < "12:00" || clock >= "13:30" && clock < "18:00"
	}
	begin := time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		from := begin.Add(time.Duration(rapid.IntRange(0, 355*24*60).Draw(r, "from")) * time.Minute)
		to := from.Add(time.Duration(rapid.IntRange(0, 9*24*60).Draw(r, "minutes")) * time.Minute)
		want := time.Duration(0)
		for at := from; at.Before(to); at = at.Add(time.Minute) {
			if working(at) {
				want += time.Minute
			}
		}
		if got := c.Between(from, to); got != want {
			r.Fatalf("Between(%s, %s) = %s, want %s", from.In(sp), to.In(sp), got, want)
		}
		if c.Open(from) != working(from) {
			r.Fatalf("Open(%s) = %t", from.In(sp), c.Open(from))
		}
	})
}
