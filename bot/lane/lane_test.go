package lane_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"recado/bot/lane"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSlowKeyDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lanes, start := lane.New(2), time.Now()
		var slowEnd, quickEnd time.Duration
		lanes.Go("slow", func() { time.Sleep(time.Hour); slowEnd = time.Since(start) })
		lanes.Go("slow", func() { time.Sleep(time.Hour); slowEnd = time.Since(start) })
		for range 10 {
			lanes.Go("quick", func() { time.Sleep(time.Second); quickEnd = time.Since(start) })
		}
		if err := lanes.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if quickEnd != 10*time.Second {
			t.Errorf("the quick key took %v, want 10s", quickEnd)
		}
		if slowEnd != 2*time.Hour {
			t.Errorf("the slow key took %v, want 2h: one after another", slowEnd)
		}
	})
}

func TestBusyKeyTakesTurnsWithOthers(t *testing.T) {
	lanes := lane.New(1)
	hold := make(chan struct{})
	var order []string
	lanes.Go("first", func() { <-hold })
	for range 3 {
		lanes.Go("busy", func() { order = append(order, "busy") })
	}
	lanes.Go("other", func() { order = append(order, "other") })
	close(hold)
	if err := lanes.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := []string{"busy", "other", "busy", "busy"}; !slices.Equal(order, want) {
		t.Errorf("ran %v, want %v", order, want)
	}
}

// TestOrderAndLimit holds for any work: per key in the order given, all of it, and
// never more at once than the limit.
func TestOrderAndLimit(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(rt, "limit")
		keys := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 60).Draw(rt, "keys")
		naps := rapid.SliceOfN(rapid.IntRange(0, 5), len(keys), len(keys)).Draw(rt, "naps")
		nested := rapid.Bool().Draw(rt, "nested")

		synctest.Test(t, func(*testing.T) {
			var (
				lanes         = lane.New(limit)
				mu            sync.Mutex
				running, most int
				busy          = map[int]bool{}
				ran           = map[int][]int{}
			)
			for i, key := range keys {
				lanes.Go(fmt.Sprint(key), func() {
					mu.Lock()
					if busy[key] {
						rt.Errorf("key %d ran twice at once", key)
					}
					busy[key] = true
					running++
					most = max(most, running)
					ran[key] = append(ran[key], i)
					mu.Unlock()
					time.Sleep(time.Duration(naps[i]) * time.Second)
					if nested {
						lanes.Go("nested", func() {})
					}
					mu.Lock()
					busy[key] = false
					running--
					mu.Unlock()
				})
			}
			synctest.Wait()
			if err := lanes.Drain(context.Background()); err != nil {
				rt.Fatal(err)
			}
			if most > limit {
				rt.Errorf("%d ran at once, limit %d", most, limit)
			}
			total := 0
			for key, order := range ran {
				total += len(order)
				if !slices.IsSorted(order) {
					rt.Errorf("key %d ran in the order %v", key, order)
				}
			}
			if total != len(keys) {
				rt.Errorf("%d of %d ran", total, len(keys))
			}
		})
	})
}

func TestDrain(t *testing.T) {
	t.Run("of idle lanes returns at once, and again", func(t *testing.T) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		lanes := lane.New(1)
		if err := errors.Join(lanes.Drain(ended), lanes.Drain(ended)); err != nil {
			t.Error(err)
		}
	})
	t.Run("refuses what comes later", func(t *testing.T) {
		lanes := lane.New(1)
		if err := lanes.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if lanes.Go("key", func() { t.Error("it ran") }) {
			t.Error("Go after Drain reported true")
		}
	})
	t.Run("gives up when its context ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			lanes := lane.New(1)
			lanes.Go("key", func() { time.Sleep(time.Minute) })
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := lanes.Drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Drain = %v, want the deadline", err)
			}
			if err := lanes.Drain(t.Context()); err != nil {
				t.Errorf("a second Drain with time enough = %v", err)
			}
		})
	})
}

func TestFromManyGoroutines(t *testing.T) {
	lanes, counts := lane.New(4), make([]int, 8)
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for i := range 50 * len(counts) {
				lanes.Go(fmt.Sprint(i%len(counts)), func() { counts[i%len(counts)]++ }) // the lane is the lock
			}
		})
	}
	callers.Wait()
	if err := lanes.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	for key, n := range counts {
		if n != 500 {
			t.Errorf("key %d ran %d times, want 500", key, n)
		}
	}
}
