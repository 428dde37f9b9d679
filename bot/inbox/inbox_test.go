package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"recado/bot/bottest"
	"recado/bot/inbox"
	"recado/core/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is one process with its inbox, and a handler that commits.
type bench struct {
	*inbox.Inbox
	*process
	t      *testing.T
	handle func(context.Context, inbox.Turn) error // nil: commits
}

func newBench(t *testing.T, m *memory, owner string, change ...func(*inbox.Options)) *bench {
	t.Helper()
	b := &bench{process: &process{memory: m}, t: t}
	opts := inbox.Options{
		Store: b.process, Owner: owner, Clock: realClock{}, Logger: slog.New(slog.DiscardHandler),
		Lost: func(err error) bool { return errors.Is(err, errFenced) },
		Handler: handler(func(ctx context.Context, turn inbox.Turn) error {
			if b.handle != nil {
				return b.handle(ctx, turn)
			}
			return b.commit(turn)
		}),
	}
	for _, c := range change {
		c(&opts)
	}
	var err error
	if b.Inbox, err = inbox.New(opts); err != nil {
		t.Fatal(err)
	}
	return b
}

// start runs the inbox; stop ends it and waits.
func (b *bench) start() (stop func()) {
	return bottest.Start(b.t, b.Run)
}

func (b *bench) accept(items ...message.Inbound) {
	b.t.Helper()
	if err := b.Inbox.Accept(b.t.Context(), items...); err != nil {
		b.t.Fatal(err)
	}
}

// pass lets time pass, and what it brings end.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func quiet(d time.Duration) func(*inbox.Options) {
	return func(o *inbox.Options) { o.Quiet = func(message.Inbound) time.Duration { return d } }
}

func TestAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var news int
		b := newBench(t, newMemory(), "a", func(o *inbox.Options) { o.OnAccept = func(_ message.Channel, n int) { news += n } })
		b.accept()
		b.accept(text("ana", "1"), text("ana", "2"))
		b.accept(text("ana", "2"), text("ana", "3"))
		b.accept(text("ana", "1"))
		if b.left() != 3 || news != 3 {
			t.Errorf("%d kept, %d told as new, want 3 and 3", b.left(), news)
		}
		incomplete := text("ana", "5")
		incomplete.ReceivedAt = time.Time{}
		if err := b.Inbox.Accept(t.Context(), text("ana", "4"), incomplete); err == nil || b.left() != 3 {
			t.Errorf("an incomplete item: error %v, %d kept; want an error and none of the call kept", err, b.left())
		}
		b.setFault(func(string, bool) error { return errAway })
		if err := b.Inbox.Accept(t.Context(), text("ana", "6")); !errors.Is(err, errAway) {
			t.Errorf("Accept while the store is away = %v, so it would be acknowledged", err)
		}
	})
}

func TestOrderWithinAndParallelBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := newBench(t, m, "a")
		b.handle = func(_ context.Context, turn inbox.Turn) error {
			if turn.Conversation == "slow" {
				time.Sleep(30 * time.Second)
			}
			return b.commit(turn)
		}
		defer b.start()()
		start := time.Now()
		b.accept(text("slow", "s1"), text("slow", "s2"))
		for i := range 20 {
			b.accept(text("ana", fmt.Sprint("a", i)))
		}
		pass(2 * time.Second)
		if got := flat(m.order("ana")); len(got) != 20 || !slices.IsSortedFunc(got, func(x, y string) int { return len(x) - len(y) }) {
			t.Errorf("beside a slow conversation, ana's turns were %v", got)
		}
		pass(58500 * time.Millisecond)
		if got := flat(m.order("slow")); !slices.Equal(got, []string{"s1", "s2"}) {
			t.Errorf("the slow turns were %v after %v", got, time.Since(start))
		}
		if claims := b.count("claim"); claims > 4 {
			t.Errorf("%d calls of Claim for two conversations: claims are not kept", claims)
		}
	})
}

func TestBurstIsOneTurn(t *testing.T) {
	tests := []struct {
		name  string
		gaps  []time.Duration // before each line
		turns int
		until time.Duration // when the first commits, after the first line
	}{
		{"one line", []time.Duration{0}, 1, 3 * time.Second},
		{"three quick lines", []time.Duration{0, time.Second, 2 * time.Second}, 1, 6 * time.Second},
		{"two lines with a silence", []time.Duration{0, 4 * time.Second}, 2, 3 * time.Second},
		{"no end of lines: 20 s at most", slices.Repeat([]time.Duration{2 * time.Second}, 15), 2, 20 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				b := newBench(t, m, "a", quiet(3*time.Second), func(o *inbox.Options) { o.MaxQuiet = time.Hour })
				defer b.start()()
				var first time.Time
				for i, gap := range test.gaps {
					pass(gap)
					if first.IsZero() {
						first = time.Now()
					}
					b.accept(text("ana", fmt.Sprint(i)))
				}
				pass(time.Minute)
				turns := m.order("ana")
				if len(turns) != test.turns || len(flat(turns)) != len(test.gaps) {
					t.Fatalf("turns %v, want %d with all lines", turns, test.turns)
				}
				if took := m.commits[0].at.Sub(first); took != test.until {
					t.Errorf("the first turn was %v after the first line, want %v", took, test.until)
				}
			})
		})
	}
}

func TestPressEndsTheQuietWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := newBench(t, m, "a", quiet(10*time.Second))
		defer b.start()()
		press := text("ana", "press")
		press.Kind = message.Press
		b.accept(text("ana", "1"))
		b.accept(press)
		pass(time.Second)
		if got := m.order("ana"); len(got) != 2 {
			t.Errorf("after a button the turns were %v, want the text's and the button's at once", got)
		}
	})
}

func TestFailures(t *testing.T) {
	boom := errors.New("boom")
	tests := []struct {
		name string
		fail func() error
	}{
		{"an error", func() error { return boom }},
		{"a panic", func() error { panic("boom") }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMemory()
				var told []string
				var tries []time.Duration
				b := newBench(t, m, "a", func(o *inbox.Options) {
					o.OnDead = func(_ context.Context, item inbox.Item, _ error) error {
						told = append(told, item.Key.ID)
						return nil
					}
				})
				start := time.Now()
				b.handle = func(_ context.Context, turn inbox.Turn) error {
					if turn.Items[0].Key.ID == "bad" {
						tries = append(tries, time.Since(start).Round(time.Second))
						return test.fail()
					}
					return b.commit(turn)
				}
				defer b.start()()
				b.accept(text("ana", "bad"), text("ana", "good"))
				pass(time.Second)
				b.accept(text("ana", "later")) // news must not shorten the pause
				pass(10 * time.Minute)

				var want []time.Duration
				for _, seconds := range []int{0, 1, 3, 7, 15, 31, 63, 127} {
					want = append(want, time.Duration(seconds)*time.Second)
				}
				if !slices.Equal(tries, want) {
					t.Errorf("tried after %v, want %v", tries, want)
				}
				if r := m.get("bad"); r.outcome != message.Failed || !slices.Equal(told, []string{"bad"}) {
					t.Errorf("the bad item ended %q, told of %v", r.outcome, told)
				}
				if got := flat(m.order("ana")); !slices.Equal(got, []string{"good", "later"}) {
					t.Errorf("the conversation went on with %v", got)
				}
			})
		})
	}
}

func TestBadLineTakesNoNeighbourAlong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := newBench(t, m, "a", quiet(2*time.Second))
		b.handle = func(_ context.Context, turn inbox.Turn) error {
			for _, item := range turn.Items {
				if item.Key.ID == "bad" {
					return errors.New("boom")
				}
			}
			return b.commit(turn)
		}
		defer b.start()()
		b.accept(text("ana", "one"), text("ana", "bad"), text("ana", "three"))
		pass(time.Hour)
		if got := flat(m.order("ana")); !slices.Equal(got, []string{"one", "three"}) || m.get("bad").outcome != message.Failed {
			t.Errorf("committed %v, the bad line is %q", got, m.get("bad").outcome)
		}
	})
}

func TestTeamThatCannotBeTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		deaf := true
		b := newBench(t, m, "a", func(o *inbox.Options) {
			o.Attempts = 2
			o.OnDead = func(context.Context, inbox.Item, error) error {
				if deaf {
					return errAway
				}
				return nil
			}
		})
		b.handle = func(context.Context, inbox.Turn) error { return errors.New("boom") }
		defer b.start()()
		b.accept(text("ana", "one"))
		pass(4 * time.Second)
		if r := m.get("one"); r.outcome != "" || r.Attempts < 2 {
			t.Errorf("it is %q after %d attempts, but the team does not know", r.outcome, r.Attempts)
		}
		pass(time.Hour)
		if r := m.get("one"); r.outcome != message.Failed || r.Attempts != 4 {
			t.Errorf("it is %q after %d attempts; want it given up after twice the number", r.outcome, r.Attempts)
		}
	})
}

func TestWhatIsNoAttempt(t *testing.T) {
	gone := errors.New("the session store is away")
	t.Run("something that every turn needs is away", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			b := newBench(t, m, "a", func(o *inbox.Options) { o.Away = func(err error) bool { return errors.Is(err, gone) } })
			back := time.Now().Add(time.Hour)
			b.handle = func(_ context.Context, turn inbox.Turn) error {
				if time.Now().Before(back) {
					return gone
				}
				return b.commit(turn)
			}
			defer b.start()()
			b.accept(text("ana", "one"))
			pass(time.Hour + 6*time.Second)
			if r := m.get("one"); r.outcome != message.Talked || r.Attempts != 0 {
				t.Errorf("6 s after it came back the item is %q with %d attempts", r.outcome, r.Attempts)
			}
		})
	})
	t.Run("the store is away", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			b := newBench(t, m, "a")
			defer b.start()()
			b.accept(text("ana", "one"))
			b.setFault(func(string, bool) error { return errAway })
			pass(time.Hour)
			if s := b.State(); !errors.Is(s.Err, errAway) || s.Waiting != 1 || s.Lag < 59*time.Minute {
				t.Errorf("meanwhile State = %+v", s)
			}
			b.setFault(nil)
			pass(6 * time.Second)
			if r := m.get("one"); r.outcome != message.Talked || r.Attempts != 0 {
				t.Errorf("6 s after it came back the item is %q with %d attempts", r.outcome, r.Attempts)
			}
			if s := b.State(); s.Err != nil {
				t.Errorf("State still says %v", s.Err)
			}
		})
	})
	t.Run("the process ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			m := newMemory()
			b := newBench(t, m, "a")
			b.handle = func(ctx context.Context, turn inbox.Turn) error {
				if turn.Conversation == "short" {
					time.Sleep(4 * time.Second)
					return b.commit(turn)
				}
				<-ctx.Done()
				return ctx.Err()
			}
			stop := b.start()
			b.accept(text("short", "s"), text("long", "l"))
			pass(time.Second)
			begun := time.Now()
			stop()
			if took := time.Since(begun); took != 5*time.Second {
				t.Errorf("it drained for %v, want the 5 s of Options.Drain", took)
			}
			if s, l := m.get("s"), m.get("l"); s.outcome != message.Talked || l.outcome != "" || l.Attempts != 0 {
				t.Errorf("the short turn is %q, the long one %q with %d attempts", s.outcome, l.outcome, l.Attempts)
			}
			if who := m.holder("long", time.Now()); who != "" {
				t.Errorf("after the end %q still holds a conversation", who)
			}
		})
	})
}

func TestTurnThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newMemory(), "a")
		b.handle = func(context.Context, inbox.Turn) error { time.Sleep(time.Hour); return nil }
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.Run(ctx) }()
		b.accept(text("ana", "one"))
		pass(time.Second)
		begun := time.Now()
		cancel()
		if err := <-done; err == nil || time.Since(begun) != 6*time.Second {
			t.Errorf("Run = %v after %v, want an error after 6 s", err, time.Since(begun))
		}
		pass(time.Hour)
	})
}

func TestRunTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, newMemory(), "a")
		wait := bottest.RunOver(t, b.Run)
		for i := range 200 {
			b.accept(text(fmt.Sprint("c", i%5), fmt.Sprint(i)))
			pass(time.Millisecond)
		}
		wait()
		stop := b.start()
		pass(10 * time.Second)
		stop()
		if left := b.left(); left != 0 {
			t.Errorf("%d items left", left)
		}
	})
}

func TestSettle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMemory()
		b := newBench(t, m, "a", quiet(3*time.Second))
		settle := func(wantNext time.Duration) {
			t.Helper()
			start := time.Now()
			_, next, err := b.Settle(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got := time.Duration(-1)
			if !next.IsZero() {
				got = next.Sub(start)
			}
			if got != wantNext || time.Since(start) != 0 {
				t.Errorf("next is in %v after %v, want %v at once", got, time.Since(start), wantNext)
			}
		}
		settle(-1)
		for i := range 80 { // more than one claim takes
			b.accept(text(fmt.Sprint("c", i), fmt.Sprint(i)))
		}
		settle(3 * time.Second)
		if len(m.commits) != 0 {
			t.Error("a turn ran within its quiet window")
		}
		pass(3 * time.Second)
		settle(-1)
		var order []string
		for _, c := range m.commits {
			order = append(order, c.keys...)
		}
		if len(order) != 80 || order[0] != "0" || order[79] != "79" {
			t.Errorf("turns ran in the order %v", order)
		}
		b.handle = func(context.Context, inbox.Turn) error { return errors.New("boom") }
		b.accept(text("c1", "bad"))
		pass(3 * time.Second)
		settle(time.Second)
		if who := m.holder("c1", time.Now()); who != "" {
			t.Errorf("%q holds a conversation after Settle", who)
		}
		b.setFault(func(string, bool) error { return errAway })
		if _, _, err := b.Settle(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("Settle while the store is away = %v", err)
		}
	})
}
