package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/bottest"
	"recado/bot/inbox"
	"recado/core/message"
)

func TestWorkIsSharedAndInherited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		a, b := newBench(t, m, "a"), newBench(t, m, "b")
		stopA := a.start()
		defer b.start()()
		hang := make(chan struct{})
		a.handle = func(context.Context, inbox.Turn) error {
			<-hang
			return errFenced // what the commit of a dead process would say, had it come to that
		}
		a.accept(text("ana", "1"))
		a.accept(text("bia", "2"))
		synctest.Wait()
		b.accept(text("ana", "3"))
		pass(5 * time.Second)
		if len(m.commits) != 0 {
			t.Errorf("b worked on what a holds: %v", m.commits)
		}
		a.setFault(func(string, bool) error { return errAway }) // a is dead
		died := time.Now()
		pass(14 * time.Second)
		if got := flat(m.order("ana")); !slices.Equal(got, []string{"1", "3"}) {
			t.Errorf("14 s after a's death, ana's turns are %v", got)
		}
		for _, c := range m.commits {
			if c.by != "b" || c.at.Sub(died) > 14*time.Second {
				t.Errorf("turn of %s by %s after %v", c.keys, c.by, c.at.Sub(died))
			}
		}
		close(hang)
		stopA()
	})
}

func TestWorkStopsBeforeTheClaimRunsOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		a := newBench(t, m, "a")
		var stopped time.Duration
		start := time.Now()
		a.handle = func(ctx context.Context, _ inbox.Turn) error {
			<-ctx.Done()
			if stopped == 0 {
				stopped = time.Since(start)
			}
			return ctx.Err()
		}
		a.setFault(func(call string, _ bool) error {
			if call == "renew" {
				return errAway
			}
			return nil
		})
		stop := a.start()
		a.accept(text("ana", "1"))
		pass(30 * time.Second)
		stop()
		if stopped < 5*time.Second || stopped > 8*time.Second {
			t.Errorf("the turn was stopped after %v; its claim ran out after 9 s", stopped)
		}
		if r := m.get("1"); r.Attempts != 0 || r.outcome != "" {
			t.Errorf("the item has %d attempts and outcome %q", r.Attempts, r.outcome)
		}
	})
}

func TestClaimsAreRenewedForALongTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		a, b := newBench(t, m, "a"), newBench(t, m, "b")
		a.handle = func(_ context.Context, turn inbox.Turn) error {
			time.Sleep(time.Minute)
			return a.commit(turn)
		}
		defer a.start()()
		defer b.start()()
		a.accept(text("ana", "1"))
		pass(2 * time.Minute)
		if len(m.commits) != 1 || m.commits[0].by != "a" {
			t.Errorf("commits %v, want one by a", m.commits)
		}
	})
}

func TestLostFenceIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		a := newBench(t, m, "a")
		taken := false
		a.handle = func(_ context.Context, turn inbox.Turn) error {
			if !taken { // another process takes it while the turn is decided
				taken = true
				m.mu.Lock()
				c := m.claims[turn.Conversation]
				c.Owner, c.until = "b", time.Now().Add(5*time.Second)
				c.Fence++
				m.mu.Unlock()
			}
			return a.commit(turn)
		}
		defer a.start()()
		a.accept(text("ana", "1"))
		pass(time.Second)
		if a.count("fail") != 0 || m.get("1").Attempts != 0 {
			t.Error("a lost claim was counted as a failure")
		}
		if who := m.holder("ana", time.Now()); who != "b" {
			t.Errorf("%q holds it, want b", who)
		}
		pass(20 * time.Second) // b never worked on it, and its claim ran out
		if r := m.get("1"); r.outcome != message.Talked || r.Attempts != 0 {
			t.Errorf("the item is %q with %d attempts", r.outcome, r.Attempts)
		}
	})
}

// TestIdleClaimIsGivenUp: a process that was handed one item must not keep others
// from the conversation, even when giving up its claim fails at first.
func TestIdleClaimIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		a, b := newBench(t, m, "a"), newBench(t, m, "b")
		defer a.start()()
		defer b.start()()
		a.accept(text("ana", "1"))
		pass(time.Second)
		failures := 0
		a.setFault(func(call string, _ bool) error {
			if call == "release" && failures < 5 {
				failures++
				return errAway
			}
			return nil
		})
		b.accept(text("ana", "2"))
		pass(30 * time.Second)
		if got := flat(m.order("ana")); !slices.Equal(got, []string{"1", "2"}) || failures != 5 {
			t.Errorf("turns %v after %d failed releases", got, failures)
		}
	})
}

// TestFaultAtEveryCall makes one call after another fail, before or after it took
// effect, once or for good (the process is dead, and another takes over). Whatever
// fails: each item has one outcome, and turns keep the order of their conversation.
func TestFaultAtEveryCall(t *testing.T) { bottest.FaultAtEveryCall(t, faultAt) }

func faultAt(t *testing.T, name string, n int, after, dead bool) (reached bool) {
	m := newMemory()
	a := newBench(t, m, "a", quiet(time.Second))
	calls, failed := 0, false
	a.setFault(func(_ string, done bool) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if failed && dead {
			return errAway
		}
		if done == after {
			calls++
			if calls == n {
				failed = true
				return errAway
			}
		}
		return nil
	})
	stop := a.start()
	for i := range 4 {
		for _, who := range []string{"ana", "bia"} {
			item := text(who, fmt.Sprint(who, i))
			err := a.Inbox.Accept(t.Context(), item)
			if err != nil && !errors.Is(err, errAway) {
				t.Fatal(err)
			}
			if err != nil && !dead { // the channel repeats what was not acknowledged
				a.accept(item)
			}
		}
		pass(700 * time.Millisecond * time.Duration(i))
	}
	var stopB func()
	m.mu.Lock()
	inherited := dead && failed
	m.mu.Unlock()
	if inherited {
		b := newBench(t, m, "b", quiet(time.Second))
		stopB = b.start()
		for i := range 4 { // and to the process that has the channel now
			b.accept(text("ana", fmt.Sprint("ana", i)), text("bia", fmt.Sprint("bia", i)))
		}
	}
	pass(time.Minute)
	stop()
	if stopB != nil {
		stopB()
	}
	for _, who := range []string{"ana", "bia"} {
		want := []string{who + "0", who + "1", who + "2", who + "3"}
		if got := flat(m.order(who)); !slices.Equal(got, want) {
			t.Errorf("%s: turns %v, want %v", name, got, want)
		}
	}
	for _, r := range m.rows {
		if r.ends != 1 {
			t.Errorf("%s: item %s ended %d times", name, r.Key.ID, r.ends)
		}
	}
	return failed
}
