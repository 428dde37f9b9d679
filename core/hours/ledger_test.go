package hours_test

import (
	"slices"
	"testing"
	"time"

	"recado/core/hours"
)

func TestDue(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	pause := func(from, to, why string) hours.Pause {
		p := hours.Pause{From: at(t, sp, from), Why: why}
		if to != "" {
			p.To = at(t, sp, to)
		}
		return p
	}
	const start, budget = "2026-11-10 09:00", 4 * time.Hour // a Tuesday; due 14:00 without pauses
	tests := []struct {
		name   string
		pauses hours.Ledger
		due    string // empty: not known
		left   time.Duration
	}{
		{"no pause", nil, "2026-11-10 14:00", 0},
		{"an hour of work lost", hours.Ledger{pause("2026-11-10 10:00", "2026-11-10 11:00", "")}, "2026-11-10 15:00", 0},
		{"a pause over lunch costs only the work in it", hours.Ledger{pause("2026-11-10 11:30", "2026-11-10 13:30", "")}, "2026-11-10 15:00", 0},
		{"a pause within lunch costs nothing", hours.Ledger{pause("2026-11-10 12:10", "2026-11-10 12:50", "")}, "2026-11-10 14:00", 0},
		{"over night", hours.Ledger{pause("2026-11-10 11:00", "2026-11-11 10:00", "")}, "2026-11-11 12:00", 0},
		{"two", hours.Ledger{pause("2026-11-10 10:00", "2026-11-10 10:30", ""), pause("2026-11-10 14:00", "2026-11-10 15:00", "")}, "2026-11-10 15:30", 0},
		{"still paused", hours.Ledger{pause("2026-11-10 10:00", "", "")}, "", 3 * time.Hour},
		{"paused from the first moment", hours.Ledger{pause("2026-11-10 09:00", "", "")}, "", budget},
		{"paused since before the start", hours.Ledger{pause("2026-11-09 09:00", "2026-11-10 10:00", "")}, "2026-11-10 15:00", 0},
		{"over before the start", hours.Ledger{pause("2026-11-09 09:00", "2026-11-09 10:00", "")}, "2026-11-10 14:00", 0},
		{"paused too late to help", hours.Ledger{pause("2026-11-10 16:00", "", "")}, "2026-11-10 14:00", 0},
		{"paused at the last moment", hours.Ledger{pause("2026-11-10 14:00", "", "")}, "2026-11-10 14:00", 0},
		{"an overlap is counted once", hours.Ledger{pause("2026-11-10 10:00", "2026-11-10 11:00", ""), pause("2026-11-10 10:30", "2026-11-10 11:30", "")}, "2026-11-10 15:30", 0},
		{"one within another", hours.Ledger{pause("2026-11-10 09:30", "2026-11-10 11:30", ""), pause("2026-11-10 10:00", "2026-11-10 11:00", "")}, "2026-11-10 16:00", 0},
		{"out of order", hours.Ledger{pause("2026-11-10 14:00", "2026-11-10 15:00", ""), pause("2026-11-10 10:00", "2026-11-10 10:30", "")}, "2026-11-10 15:30", 0},
		{"backwards is nothing", hours.Ledger{pause("2026-11-10 11:00", "2026-11-10 10:00", "")}, "2026-11-10 14:00", 0},
	}
	c := calendar(t, desk(t))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			given := slices.Clone(tt.pauses)
			e := c.Due(at(t, sp, start), budget, tt.pauses)
			var want time.Time
			if tt.due != "" {
				want = at(t, sp, tt.due)
			}
			if !e.Due.Equal(want) || e.Left != tt.left {
				t.Errorf("due %s with %s left, want %s with %s", e.Due, e.Left, want, tt.left)
			}
			if !slices.Equal(given, tt.pauses) {
				t.Error("Due changed the ledger it was given")
			}
		})
	}
}

func TestDueWithoutBudgetIsTheStart(t *testing.T) {
	t.Parallel()
	sp := zone(t, "America/Sao_Paulo")
	start := at(t, sp, "2026-11-08 09:00") // a Sunday
	for _, budget := range []time.Duration{0, -time.Hour} {
		e := calendar(t, desk(t)).Due(start, budget, hours.Ledger{{From: start}})
		if !e.Due.Equal(start) || e.Budget != 0 || len(e.Segments) != 0 {
			t.Errorf("Due(%s) = %+v", budget, e)
		}
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	clock := func(hour int) time.Time { return time.Date(2026, 11, 10, hour, 0, 0, 0, time.UTC) }
	tests := []struct {
		name string
		got  hours.Ledger
		want hours.Ledger
	}{
		{"paused", hours.Ledger(nil).Pause(clock(9), "a"), hours.Ledger{{clock(9), time.Time{}, "a"}}},
		{"resumed", hours.Ledger(nil).Pause(clock(9), "a").Resume(clock(10)), hours.Ledger{{clock(9), clock(10), "a"}}},
		{"paused twice for one reason", hours.Ledger(nil).Pause(clock(9), "a").Pause(clock(10), "a"), hours.Ledger{{clock(9), time.Time{}, "a"}}},
		{"paused for another reason", hours.Ledger(nil).Pause(clock(9), "a").Pause(clock(10), "b"), hours.Ledger{{clock(9), clock(10), "a"}, {clock(10), time.Time{}, "b"}}},
		{"resumed twice", hours.Ledger(nil).Pause(clock(9), "a").Resume(clock(10)).Resume(clock(11)), hours.Ledger{{clock(9), clock(10), "a"}}},
		{"resumed without a pause", hours.Ledger(nil).Resume(clock(9)), nil},
		{"resumed by a clock that is behind", hours.Ledger(nil).Pause(clock(9), "a").Resume(clock(8)), hours.Ledger{{clock(9), clock(9), "a"}}},
		{"paused by a clock that is behind", hours.Ledger(nil).Pause(clock(9), "a").Resume(clock(11)).Pause(clock(10), "a"), hours.Ledger{{clock(9), clock(11), "a"}, {clock(11), time.Time{}, "a"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !slices.Equal(tt.got, tt.want) {
				t.Errorf("got %v, want %v", tt.got, tt.want)
			}
		})
	}
}

func TestLedgerLeavesItsReceiverAlone(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)
	ten, noon := nine.Add(time.Hour), nine.Add(3*time.Hour)
	// Room to grow, so that appending in place would show.
	base := append(make(hours.Ledger, 0, 8), hours.Pause{From: nine, To: ten, Why: "a"})
	first, second := base.Pause(noon, "b"), base.Pause(noon, "c")
	if len(base) != 1 || first[1].Why != "b" || second[1].Why != "c" {
		t.Errorf("pausing twice: %v, %v and %v", base, first, second)
	}
	if first.Resume(noon); !first.Paused() {
		t.Errorf("Resume changed its receiver: %v", first)
	}
}
