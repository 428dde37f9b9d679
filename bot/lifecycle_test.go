package bot_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot"
	"recado/bot/bottest"
	"recado/core/dialogue"
	"recado/core/message"
)

var quietLog = slog.New(slog.DiscardHandler)

func TestExclusiveChannelHasOneOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		lineA, lineB := newLine(message.WhatsApp, true), newLine(message.WhatsApp, true)
		a, b := newDesk(t, m, "a", []*line{lineA}), newDesk(t, m, "b", []*line{lineB})
		stopA := a.start()
		defer b.start()()
		pass(time.Minute)
		if !lineA.isRunning() || lineB.isRunning() {
			t.Fatalf("running: a %v, b %v", lineA.isRunning(), lineB.isRunning())
		}
		if s := b.State().Channels[0]; !s.Standby || s.Up {
			t.Errorf("b's channel is %+v", s)
		}
		lineA.in <- text("ana", "1")
		pass(3 * time.Second)

		died := time.Now()
		a.setFault(func(string, bool) error { return errAway }) // a cannot reach the database any more
		for lineA.isRunning() {
			pass(100 * time.Millisecond)
		}
		if took := time.Since(died); took > 9*time.Second {
			t.Errorf("a went on for %v without its lease", took)
		}
		if lineB.isRunning() {
			t.Error("b took over while a still ran")
		}
		for !lineB.isRunning() {
			pass(100 * time.Millisecond)
		}
		if took := time.Since(died); took > 15*time.Second {
			t.Errorf("b took over after %v", took)
		}
		lineB.in <- text("ana", "2")
		pass(20 * time.Second)
		stopA()
		if err := m.check(2); err != nil {
			t.Error(err)
		}
		if got := slices.Concat(lineA.told(), lineB.told()); !slices.Equal(got, []string{"re-1", "re-2"}) {
			t.Errorf("ana was told %v", got)
		}
	})
}

func TestDrainHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		lineA, lineB := newLine(message.WhatsApp, true), newLine(message.WhatsApp, true)
		a, b := newDesk(t, m, "a", []*line{lineA}), newDesk(t, m, "b", []*line{lineB})
		stopA := a.start()
		defer b.start()()
		pass(time.Minute)
		stopA()
		pass(3 * time.Second)
		if !lineB.isRunning() || m.holder("clock") != "b" {
			t.Errorf("3 s after a drained, b runs: %v, and the clock is %q's", lineB.isRunning(), m.holder("clock"))
		}
	})
}

func TestLeaseTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, wa := newMemory(), newLine(message.WhatsApp, true)
		a := newDesk(t, m, "a", []*line{wa})
		defer a.start()()
		m.mu.Lock()
		taken := m.leases["channel/whatsapp/desk"]
		taken.Owner, taken.until = "b", time.Now().Add(time.Minute)
		m.leases["channel/whatsapp/desk"] = taken
		m.mu.Unlock()
		pass(3 * time.Second)
		if wa.isRunning() {
			t.Error("the channel runs although its lease is another's")
		}
		pass(time.Minute)
		if !wa.isRunning() {
			t.Error("the channel did not come back when its lease was free")
		}
	})
}

func TestSharedChannelRunsEverywhereAndSendsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		lineA, lineB := newLine(message.WhatsApp, false), newLine(message.WhatsApp, false)
		a, b := newDesk(t, m, "a", []*line{lineA}), newDesk(t, m, "b", []*line{lineB})
		stopA, stopB := a.start(), b.start()
		for i := range 50 {
			[]*line{lineA, lineB}[i%2].in <- text(fmt.Sprint("c", i), fmt.Sprint(i))
		}
		pass(10 * time.Second)
		stopA()
		stopB()
		if err := m.check(50); err != nil {
			t.Error(err)
		}
		if n := len(lineA.sent) + len(lineB.sent); n != 50 {
			t.Errorf("50 answers were sent %d times", n)
		}
	})
}

func TestChannelThatEndsIsStartedAgain(t *testing.T) {
	ends := map[string]func(context.Context) error{
		"with an error": func(context.Context) error { return errors.New("the password was refused") },
		"with a panic":  func(context.Context) error { panic("nil map") },
		"without one":   func(context.Context) error { return nil },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wa, mail := newLine(message.WhatsApp, false), newLine(message.Email, true)
				wa.run = end
				d := newDesk(t, newMemory(), "a", []*line{wa, mail})
				defer d.start()()
				pass(8 * time.Second)
				s := d.State()
				if s.Channels[0].Up || s.Channels[0].Detail == "" || !s.Channels[1].Up || !s.Ready {
					t.Errorf("State = %+v", s)
				}
				wa.mu.Lock()
				var gaps []time.Duration
				for i := range wa.runs[1:] {
					gaps = append(gaps, wa.runs[i+1].Sub(wa.runs[i]))
				}
				wa.run = nil
				wa.mu.Unlock()
				if want := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}; !slices.Equal(gaps, want) {
					t.Errorf("started again after %v, want %v", gaps, want)
				}
				pass(8 * time.Second)
				if s := d.State(); !s.Channels[0].Up {
					t.Errorf("after it was mended, State = %+v", s)
				}
			})
		})
	}
}

// TestOrderOfShutdown: receiving ends first, then turns, then sending, then leases.
func TestOrderOfShutdown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		note := func(what string) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, what)
		}
		m, wa := newMemory(), newLine(message.WhatsApp, true)
		wa.run = func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			note("received")
			return nil
		}
		wa.send = func(_ context.Context, out message.Outbound) error {
			if out.ID == "re-quick" {
				time.Sleep(3500 * time.Millisecond)
				note("sent")
			}
			return nil
		}
		d := newDesk(t, m, "a", []*line{wa})
		d.prepare = func(_ context.Context, turn dialogue.Turn) error {
			if turn.Items[0].Text == "slow" {
				time.Sleep(2 * time.Second)
				note("turn")
			}
			return nil
		}
		d.setFault(func(call string, done bool) error {
			if call == "yield" && !done {
				note("yield")
			}
			return nil
		})
		stop := d.start()
		if err := d.Bot.Accept(t.Context(), text("ana", "quick")); err != nil {
			t.Fatal(err)
		}
		pass(500 * time.Millisecond)
		if err := d.Bot.Accept(t.Context(), text("bia", "slow")); err != nil {
			t.Fatal(err)
		}
		pass(0)
		begun := time.Now()
		stop()
		if took := time.Since(begun); took > 9*time.Second {
			t.Errorf("the shutdown took %v", took)
		}
		mu.Lock()
		defer mu.Unlock()
		want := []string{"received", "yield", "turn", "sent", "yield"} // the first lease is the clock's, the second the channel's
		if !slices.Equal(order, want) {
			t.Errorf("it ended in the order %v, want %v", order, want)
		}
	})
}

func TestChannelThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wa := newLine(message.WhatsApp, false)
		wa.run = func(context.Context) error { time.Sleep(time.Hour); return nil }
		d := newDesk(t, newMemory(), "a", []*line{wa})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		pass(time.Second)
		begun := time.Now()
		cancel()
		if err := <-done; err == nil || time.Since(begun) > 9*time.Second {
			t.Errorf("Run = %v after %v, want an error within Options.DrainTimeout", err, time.Since(begun))
		}
		pass(time.Hour)
	})
}

func TestSettle(t *testing.T) {
	clock := bottest.NewClock(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	m, wa := newMemory(), newLine(message.WhatsApp, true)
	d := newDesk(t, m, "a", []*line{wa}, func(o *bot.Options) {
		o.Clock = clock
		o.Quiet = func(message.Inbound) time.Duration { return 3 * time.Second }
	})
	m.dues = []*due{{name: "reminder", at: clock.Now().Add(time.Hour)}}
	settle := func(want time.Duration) {
		t.Helper()
		next, err := d.Settle(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := next.Sub(clock.Now()); got != want && (want >= 0 || !next.IsZero()) {
			t.Errorf("next is in %v, want %v", got, want)
		}
	}
	say := func(words string) {
		in := text("ana", words)
		in.ReceivedAt = clock.Now()
		if err := d.Bot.Accept(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	settle(time.Hour)
	say("1")
	settle(3 * time.Second)
	clock.Advance(2 * time.Second)
	say("2")
	settle(3 * time.Second)
	clock.Advance(3 * time.Second)
	settle(time.Hour - 5*time.Second)
	if got := wa.told(); !slices.Equal(got, []string{"re-1", "re-2"}) {
		t.Errorf("ana was told %v", got)
	}
	clock.Advance(time.Hour)
	settle(-1)
	if m.dues[0].done != 1 {
		t.Error("what was due was not done")
	}
	if err := m.check(2); err != nil {
		t.Error(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Settle(ended); err == nil {
		t.Error("Settle with an ended context reported no error")
	}
}

// TestFaultAtEveryCall makes one call after another of a desk fail, before or after
// it took effect, once or for good (the process is dead, and another takes over).
// Whatever fails: each item has one outcome and one answer, in order.
func TestFaultAtEveryCall(t *testing.T) { bottest.FaultAtEveryCall(t, faultAt) }

func faultAt(t *testing.T, name string, n int, after, dead bool) (reached bool) {
	m := newMemory()
	lineA, lineB := newLine(message.WhatsApp, true), newLine(message.WhatsApp, true)
	a := newDesk(t, m, "a", []*line{lineA})
	var mu sync.Mutex
	calls, failed := 0, false
	a.setFault(func(_ string, done bool) error {
		mu.Lock()
		defer mu.Unlock()
		if failed && dead {
			return errAway
		}
		if done == after && calls < n {
			if calls++; calls == n {
				failed = true
				return errAway
			}
		}
		return nil
	})
	stop := a.start()
	b := newDesk(t, m, "b", []*line{lineB})
	defer b.start()()
	items := 0
	for i := range 3 {
		for _, who := range []string{"ana", "bia"} {
			in := text(who, fmt.Sprint(who, i))
			items++
			select { // whoever has the channel takes it in; what was not acknowledged comes again
			case lineA.in <- in:
			case lineB.in <- in:
			}
			pass(700 * time.Millisecond)
			mu.Lock()
			again := failed && dead
			mu.Unlock()
			if again {
				lineB.in <- in // as soon as b has taken over
				pass(20 * time.Second)
			}
		}
	}
	mu.Lock()
	calls = n // from here on nothing fails any more
	mu.Unlock()
	pass(time.Minute)
	stop()
	if err := m.check(items); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	told := slices.Concat(lineA.told(), lineB.told())
	for _, who := range []string{"ana", "bia"} {
		var got []string
		for _, id := range told {
			if id[3:6] == who && !slices.Contains(got, id) {
				got = append(got, id)
			}
		}
		if want := []string{"re-" + who + "0", "re-" + who + "1", "re-" + who + "2"}; !slices.Equal(got, want) {
			t.Errorf("%s: %s was told %v, want %v", name, who, got, want)
		}
	}
	return failed
}
