package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

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
