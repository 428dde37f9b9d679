package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/bottest"
	"recado/bot/lane"
	"recado/channels"
	"recado/core/message"
)

func TestEndOfTheProcess(t *testing.T) {
	tests := []struct {
		name  string
		cause error
		takes time.Duration // that the send under way takes
		sent  bool
		ends  time.Duration
	}{
		{"a send under way may end", nil, 4 * time.Second, true, 4 * time.Second},
		{"but not for ever", nil, time.Minute, false, 5 * time.Second},
		{"with the lease lost it is cut at once", lane.ErrAtOnce, 4 * time.Second, false, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, &memory{}, &upstream{})
				b.up.setSend(func(ctx context.Context, _ message.Outbound) error {
					select {
					case <-time.After(test.takes):
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				})
				ctx, cancel := context.WithCancelCause(t.Context())
				done := make(chan error, 1)
				go func() { done <- b.Run(ctx) }()
				b.say("ana", "1", "2")
				pass(0)
				begun := time.Now()
				cancel(test.cause)
				if err := <-done; err != nil || time.Since(begun) != test.ends {
					t.Errorf("Run = %v after %v, want nil after %v", err, time.Since(begun), test.ends)
				}
				one, two := b.get("1"), b.get("2")
				if one.sent != test.sent || (!test.sent && one.Attempts != 0) {
					t.Errorf("the first is noted as sent %v with %d attempts", one.sent, one.Attempts)
				}
				if two.sent || two.Attempts != 0 || b.up.times("2") != 0 {
					t.Error("the second was begun")
				}
			})
		})
	}
}

func TestRunTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		wait := bottest.RunOver(t, b.Run)
		for i := range 200 {
			b.say(fmt.Sprint("c", i%5), fmt.Sprint(i))
			time.Sleep(time.Millisecond)
		}
		wait()
		stop := b.start()
		pass(10 * time.Second)
		stop()
		if left := b.left(); left != 0 {
			t.Errorf("%d messages left", left)
		}
		for i := range 200 {
			if n := b.up.times(fmt.Sprint(i)); n != 1 {
				t.Errorf("message %d was sent %d times", i, n)
			}
		}
	})
}

func TestSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		settle := func(sends int, next time.Duration) {
			t.Helper()
			start := time.Now()
			n, at, err := b.Settle(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := time.Duration(-1)
			if !at.IsZero() {
				got = at.Sub(start)
			}
			if n != sends || got != next {
				t.Errorf("Settle = %d sends, next in %v; want %d, %v", n, got, sends, next)
			}
		}
		settle(0, -1)
		for i := range 100 {
			b.post("ana", fmt.Sprintf("%03d", i))
		}
		settle(100, -1)
		if got := b.up.told("ana"); len(got) != 100 || !slices.IsSorted(got) {
			t.Errorf("ana was told %v", got)
		}
		b.up.setSend(func(context.Context, message.Outbound) error { return failing(channels.Temporary, 0) })
		b.post("bia", "x")
		settle(1, 10*time.Second)
		b.up.setSend(func(context.Context, message.Outbound) error { return failing(channels.SignedOut, 0) })
		pass(10 * time.Second)
		settle(1, 10*time.Second)
		b.up.setSend(nil)
		pass(10 * time.Second)
		settle(1, -1)

		b.post("bia", "y")
		b.setFault(func(call string, _ bool) error {
			if call == "record" {
				return errAway
			}
			return nil
		})
		if _, _, err := b.Settle(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("Settle while the store is away = %v", err)
		}
		b.setFault(nil)
		settle(0, -1)
		if n := b.up.times("y"); n != 1 || !b.get("y").sent {
			t.Errorf("what was sent while it was away was sent %d times, noted %v", n, b.get("y").sent)
		}
	})
}

// TestFaultAtEveryCall makes one call after another fail, before or after it took
// effect, once or for good (the process is dead, and another takes over). Sends are
// calls too. Whatever fails: each message is sent, under one upstream id, first in
// the order of posting, and ends once.
func TestFaultAtEveryCall(t *testing.T) { bottest.FaultAtEveryCall(t, faultAt) }

func faultAt(t *testing.T, name string, n int, after, dead bool) (reached bool) {
	m, up := &memory{}, &upstream{}
	a := newBench(t, m, up)
	var mu sync.Mutex
	calls, failed := 0, false
	fault := func(_ string, done bool) error {
		mu.Lock()
		defer mu.Unlock()
		if failed && dead {
			return errAway
		}
		if done == after {
			if calls++; calls == n {
				failed = true
				return errAway
			}
		}
		return nil
	}
	a.setFault(fault)
	// A's own way to the upstream: a failure after the send is an answer that was lost.
	up.setSend(func(_ context.Context, out message.Outbound) error {
		if err := fault("send", false); err != nil {
			return err
		}
		err := fault("send", true)
		if err != nil {
			up.mu.Lock()
			up.sent = append(up.sent, sending{to: out.To.ID, id: out.ID})
			up.mu.Unlock()
		}
		return err
	})
	stop := a.start()
	for i := range 4 {
		a.say("ana", fmt.Sprint("ana", i))
		a.say("bia", fmt.Sprint("bia", i))
		pass(time.Duration(i) * 5 * time.Millisecond)
	}
	mu.Lock()
	inherited := dead && failed
	mu.Unlock()
	if inherited {
		stop()
		up.setSend(nil)
		defer newBench(t, m, up).start()()
	}
	pass(time.Minute)
	stop()
	for _, who := range []string{"ana", "bia"} {
		want := []string{who + "0", who + "1", who + "2", who + "3"}
		if got := up.told(who); !slices.Equal(got, want) {
			t.Errorf("%s: %s was told %v, want %v", name, who, got, want)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.ends != 1 || !r.sent || r.UpstreamID != "up-"+r.ID {
			t.Errorf("%s: message %s ended %d times, sent %v, as %q", name, r.ID, r.ends, r.sent, r.UpstreamID)
		}
	}
	return failed
}
