package sqlstore_test

import (
	"maps"
	"sync"
	"sync/atomic"
	"testing"

	"recado/bot/sqlstore"
)

func TestSpent(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		s := open(t, o).Spent()
		limits := map[string]int64{"desk": 0, "organisation aurora": 100, "conversation x": 50}
		spend := func(day string, tokens int64, want string) {
			t.Helper()
			if full, err := s.Spend(t.Context(), day, limits, tokens); err != nil || full != want {
				t.Errorf("Spend(%d) = %q, %v; want %q", tokens, full, err, want)
			}
		}
		spend("2026-11-28", 40, "")
		spend("2026-11-28", 11, "conversation x") // and to none of the others
		spend("2026-11-28", 10, "")
		on(t, s, map[string]int64{"desk": 50, "organisation aurora": 50, "conversation x": 50})
		if err := s.Settle(t.Context(), "2026-11-28", []string{"desk", "organisation aurora", "conversation x"}, -30); err != nil {
			t.Fatal(err)
		}
		spend("2026-11-28", 30, "")
		spend("2026-11-29", 51, "conversation x")
		spend("2026-11-29", 50, "")
		on(t, s, map[string]int64{"desk": 50, "organisation aurora": 50, "conversation x": 50})
		spend("2027-02-01", 1, "")
		on(t, s, map[string]int64{})
	})
}

func on(t *testing.T, s sqlstore.Spent, want map[string]int64) {
	t.Helper()
	if got, err := s.On(t.Context(), "2026-11-28"); err != nil || !maps.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
}

// Several at once, as several processes, never pass a limit together; and what was
// counted is there after a restart.
func TestSpentTogether(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		db := open(t, o)
		var all sync.WaitGroup
		var passed atomic.Int64
		for range 20 {
			all.Go(func() {
				full, err := db.Spent().Spend(t.Context(), "2026-11-28", map[string]int64{"desk": 70, "conversation y": 0}, 10)
				if err != nil {
					t.Error(err)
				}
				if full == "" {
					passed.Add(1)
				}
			})
		}
		all.Wait()
		if passed.Load() != 7 {
			t.Errorf("%d calls of 10 tokens passed a limit of 70", passed.Load())
		}
		again := open(t, o)
		on(t, again.Spent(), map[string]int64{"desk": 70, "conversation y": 70})
	})
}
