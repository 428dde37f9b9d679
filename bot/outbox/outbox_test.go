package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

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
