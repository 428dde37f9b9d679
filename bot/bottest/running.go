package bottest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Start runs something in the background. stop ends it, waits, and fails the test when its
// Run did.
func Start(t testing.TB, run func(ctx context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run = %v", err)
		}
	})
}

// RunOver runs something by ten callers at once, each again and again for a moment. wait
// ends when all of them have.
func RunOver(t testing.TB, run func(ctx context.Context) error) (wait func()) {
	var callers sync.WaitGroup
	for range 10 {
		callers.Go(func() {
			for i := range 50 {
				ctx, cancel := context.WithCancel(context.Background())
				time.AfterFunc(time.Duration(i%7)*time.Millisecond, cancel)
				if err := run(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	return callers.Wait
}

// FaultAtEveryCall makes one call after another fail, before or after it took effect, once
// or for good (the process is dead, and another takes over). faultAt does it to the nth, in
// a bubble of its own, and reports whether there were so many.
func FaultAtEveryCall(t *testing.T, faultAt func(t *testing.T, name string, n int, after, dead bool) (reached bool)) {
	for _, after := range []bool{false, true} {
		for _, dead := range []bool{false, true} {
			for n := 1; ; n++ {
				reached := false
				name := fmt.Sprintf("call %d, after=%v, dead=%v", n, after, dead)
				synctest.Test(t, func(t *testing.T) { reached = faultAt(t, name, n, after, dead) })
				if !reached {
					if n < 20 {
						t.Errorf("only %d calls were made", n-1)
					}
					break
				}
			}
		}
	}
}
