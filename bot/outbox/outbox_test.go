package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"recado/bot/lane"
	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is one process with its outbox and its upstream.
type bench struct {
	*outbox.Outbox
	*process
	up *upstream
	t  *testing.T
}

func newBench(t *testing.T, m *memory, up *upstream, change ...func(*outbox.Options)) *bench {
	t.Helper()
	b := &bench{process: &process{memory: m}, up: up, t: t}
	opts := outbox.Options{
		Channel: up, Store: b.process, Clock: realClock{}, Logger: slog.New(slog.DiscardHandler),
		Jitter: func() float64 { return 0.5 },
	}
	for _, c := range change {
		c(&opts)
	}
	var err error
	if b.Outbox, err = outbox.New(opts); err != nil {
		t.Fatal(err)
	}
	return b
}

// start runs the outbox; stop ends it and waits.
func (b *bench) start() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("Run = %v", err)
		}
	})
}

// say posts and wakes, as a commit does.
func (b *bench) say(to string, words ...string) {
	for _, w := range words {
		b.post(to, w)
	}
	b.Wake()
}

// pass lets time pass, and what it brings end.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func failing(kind channels.ErrorKind, after time.Duration) error {
	return &channels.Error{Kind: kind, RetryAfter: after, Err: errors.New("upstream says no")}
}

func TestOrderWithinAndParallelBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		b.up.setSend(func(_ context.Context, out message.Outbound) error {
			if out.To.ID == "slow" {
				time.Sleep(30 * time.Second)
			}
			return nil
		})
		defer b.start()()
		b.say("slow", "s1", "s2")
		var want []string
		for i := range 100 {
			want = append(want, fmt.Sprintf("a%02d", i))
		}
		b.say("ana", want...)
		pass(100 * time.Millisecond)
		if got := b.up.told("ana"); !slices.Equal(got, want) {
			t.Errorf("beside a slow address ana was told %v", got)
		}
		if n := b.count("record"); n > 60 {
			t.Errorf("%d calls of Record for 100 results: they are not grouped", n)
		}
		pass(time.Minute)
		if got := b.up.told("slow"); !slices.Equal(got, []string{"s1", "s2"}) {
			t.Errorf("the slow address was told %v", got)
		}
	})
}

func TestWhenItLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		defer b.start()()
		pass(10500 * time.Millisecond)
		b.say("ana", "1")
		pass(0)
		if b.up.times("1") != 1 {
			t.Error("a commit that woke it did not send at once")
		}
		b.post("ana", "2") // by another process
		pass(time.Second)
		if b.up.times("2") != 1 {
			t.Error("another process's message was not sent within 1 s")
		}
		b.up.setSend(func(context.Context, message.Outbound) error { time.Sleep(100 * time.Millisecond); return nil })
		b.say("ana", "3")
		pass(10 * time.Millisecond)
		b.say("ana", "4") // while 3 is under way
		pass(200 * time.Millisecond)
		if b.up.times("4") != 1 {
			t.Error("a message waited for more than the end of the one before it")
		}
		before := b.count("due")
		for range 1000 {
			b.Wake()
			pass(time.Millisecond)
		}
		if n := b.count("due") - before; n > 210 {
			t.Errorf("1000 commits for others in a second caused %d looks", n)
		}
	})
}

// TestErrors: what each class of failure does to the message, and to the next one
// for the same address, which must not overtake it.
func TestErrors(t *testing.T) {
	retries := func(pauses ...time.Duration) (at []time.Duration) {
		var sum time.Duration
		for _, p := range append([]time.Duration{0}, pauses...) {
			sum += p
			at = append(at, sum)
		}
		return at
	}
	const s, m, h = time.Second, time.Minute, time.Hour
	temporary := retries(10*s, 20*s, 40*s, 80*s, 160*s, 320*s, 640*s, 1280*s, 2560*s, h, h)
	tests := []struct {
		name   string
		err    error // of every try
		times  int   // that fail; 0: all
		tries  []time.Duration
		counts int
		buried channels.ErrorKind
	}{
		{"temporary, then it passes", failing(channels.Temporary, 0), 2, temporary[:3], 3, ""},
		{"temporary for ever", failing(channels.Temporary, 0), 0, temporary, 12, channels.Temporary},
		{"not classed is temporary", errors.New("eof"), 1, temporary[:2], 2, ""},
		{"rate limited says when, and is no attempt", failing(channels.RateLimited, 90*s), 2, retries(90*s, 90*s), 1, ""},
		{"rate limited without a word", failing(channels.RateLimited, 0), 1, retries(10 * s), 1, ""},
		{"permanent", failing(channels.Permanent, 0), 0, retries(), 1, channels.Permanent},
		{"unreachable", failing(channels.Unreachable, 0), 0, retries(), 1, channels.Unreachable},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var buried []outbox.Buried
				b := newBench(t, &memory{}, &upstream{}, func(o *outbox.Options) {
					o.OnBuried = func(_ context.Context, x outbox.Buried) error { buried = append(buried, x); return nil }
				})
				start := time.Now()
				var tries []time.Duration
				b.up.setSend(func(_ context.Context, out message.Outbound) error {
					if out.ID != "first" {
						return nil
					}
					tries = append(tries, time.Since(start).Truncate(s))
					if test.times == 0 || len(tries) <= test.times {
						return test.err
					}
					return nil
				})
				stop := b.start()
				b.say("ana", "first", "second")
				b.say("bia", "other")
				pass(s)
				if b.up.times("other") != 1 {
					t.Error("another address was held up")
				}
				pass(4 * h)
				stop()

				late := slices.EqualFunc(tries, test.tries, func(got, want time.Duration) bool { return got >= want && got <= want+time.Duration(len(tries))*s })
				if !late {
					t.Errorf("tried at %v, want %v", tries, test.tries)
				}
				r := b.get("first")
				if r.Attempts != test.counts || r.ends != 1 || r.buried != (test.buried != "") {
					t.Errorf("%d attempts, ended %d times, buried %v; want %d, 1, %v", r.Attempts, r.ends, r.buried, test.counts, test.buried != "")
				}
				want := []string{"first", "second"}
				if test.buried != "" {
					want = want[1:]
					if len(buried) != 1 || buried[0].Kind != test.buried || buried[0].Row.ID != "first" {
						t.Errorf("the team was told %+v", buried)
					}
				}
				if got := b.up.told("ana"); !slices.Equal(got, want) {
					t.Errorf("ana was told %v, want %v", got, want)
				}
			})
		})
	}
}

func TestPanicIsTemporary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		panics := 0
		b.up.setSend(func(context.Context, message.Outbound) error {
			if panics++; panics == 1 {
				panic("nil map")
			}
			return nil
		})
		defer b.start()()
		b.say("ana", "1")
		pass(15 * time.Second)
		if r := b.get("1"); !r.sent || r.Attempts != 2 {
			t.Errorf("sent %v after %d attempts", r.sent, r.Attempts)
		}
	})
}

func TestHangingSendIsTemporary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		b.up.setSend(func(ctx context.Context, _ message.Outbound) error { <-ctx.Done(); return ctx.Err() })
		defer b.start()()
		b.say("ana", "1")
		pass(2*time.Minute + time.Second)
		if r := b.get("1"); r.Attempts != 1 || r.sent {
			t.Errorf("after Options.SendTimeout it has %d attempts, sent %v", r.Attempts, r.sent)
		}
	})
}

func TestSignedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, &memory{}, &upstream{})
		var tries atomic.Int64
		b.up.setSend(func(context.Context, message.Outbound) error { tries.Add(1); return failing(channels.SignedOut, 0) })
		defer b.start()()
		for i := range 40 {
			b.say(fmt.Sprint("c", i%20), fmt.Sprint(i))
		}
		pass(time.Second)
		if tries.Load() > 8 {
			t.Errorf("%d sends before it paused; 8 may be under way at once", tries.Load())
		}
		if s := b.State(); !strings.Contains(s.Paused, "upstream says no") {
			t.Errorf("State = %+v", s)
		}
		pass(time.Hour)
		if lag := b.State().Lag; lag < time.Hour {
			t.Errorf("State says that messages are late by %v", lag)
		}
		if tries.Load() > 30 {
			t.Errorf("%d tries in an hour of being signed out", tries.Load())
		}
		b.up.setSend(nil)
		pass(5*time.Minute + time.Second)
		if left := b.left(); left != 0 || b.State().Paused != "" {
			t.Errorf("after somebody signed in, %d messages are left, paused: %q", left, b.State().Paused)
		}
		for i := range 40 {
			if r := b.get(fmt.Sprint(i)); r.Attempts != 1 {
				t.Errorf("message %d has %d attempts: the pause counted", i, r.Attempts)
			}
		}
		for i := range 20 {
			if got, want := b.up.told(fmt.Sprint("c", i)), []string{fmt.Sprint(i), fmt.Sprint(i + 20)}; !slices.Equal(got, want) {
				t.Errorf("c%d was told %v, want %v", i, got, want)
			}
		}
	})
}

func TestLinkIsMadeForEachAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		m.post("ana", "1")
		m.rows[0].Link = &message.Link{Purpose: "rate", Subject: "survey-1"}
		b := newBench(t, m, &upstream{}, func(o *outbox.Options) {
			o.Linker = func(l message.Link, now time.Time) string { return l.Subject + now.Format("/150405") }
		})
		var urls []string
		b.up.setSend(func(_ context.Context, out message.Outbound) error {
			urls = append(urls, out.Link.URL)
			if len(urls) == 1 {
				return failing(channels.Temporary, 0)
			}
			return nil
		})
		defer b.start()()
		pass(15 * time.Second)
		if len(urls) != 2 || urls[0] == urls[1] || !strings.HasPrefix(urls[0], "survey-1/") {
			t.Errorf("links %v", urls)
		}
		if m.rows[0].Link.URL != "" {
			t.Error("a live link rests in the row")
		}
	})
}

func TestTeamThatCannotBeTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		b := newBench(t, &memory{}, &upstream{}, func(o *outbox.Options) {
			o.OnBuried = func(context.Context, outbox.Buried) error {
				if asked++; asked < 3 {
					return errAway
				}
				return nil
			}
		})
		b.up.setSend(func(context.Context, message.Outbound) error { return failing(channels.Permanent, 0) })
		defer b.start()()
		b.say("ana", "1")
		pass(time.Second)
		if b.get("1").buried {
			t.Error("it was buried, and the team does not know")
		}
		pass(time.Minute)
		if r := b.get("1"); !r.buried || asked != 3 {
			t.Errorf("buried %v after asking %d times", r.buried, asked)
		}
	})
}

// Of two messages that end at the same time neither sees the other as sent before it is
// noted itself: who waits for both hears of them again then.
func TestSentIsToldAgainWhenNoted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		told := map[string][]bool{} // whether it was noted, by message
		var mu sync.Mutex
		b := newBench(t, m, &upstream{}, func(o *outbox.Options) {
			o.OnSent = func(_ context.Context, r outbox.Row) (bool, error) {
				mu.Lock()
				defer mu.Unlock()
				told[r.ID] = append(told[r.ID], m.get(r.ID).sent)
				switch r.ID {
				case "depends":
					return false, nil
				case "fails":
					return false, errAway
				}
				return true, nil
			}
		})
		defer b.start()()
		b.say("ana", "depends")
		b.say("beto", "fails")
		b.say("caio", "settled")
		pass(time.Second)
		for id, want := range map[string][]bool{"depends": {false, true}, "fails": {false, true}, "settled": {false}} {
			if !slices.Equal(told[id], want) {
				t.Errorf("of %q it was told, noted or not: %v, want %v", id, told[id], want)
			}
		}
	})
}

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
		var callers sync.WaitGroup
		for range 10 {
			callers.Go(func() {
				for i := range 50 {
					ctx, cancel := context.WithCancel(context.Background())
					time.AfterFunc(time.Duration(i%7)*time.Millisecond, cancel)
					if err := b.Run(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for i := range 200 {
			b.say(fmt.Sprint("c", i%5), fmt.Sprint(i))
			time.Sleep(time.Millisecond)
		}
		callers.Wait()
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
func TestFaultAtEveryCall(t *testing.T) {
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
