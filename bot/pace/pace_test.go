package pace

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/message"
)

var (
	noon  = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	ana   = message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	carla = message.Address{Channel: message.WhatsApp, ID: "5511999990002"}
)

func gate(t interface{ Fatal(...any) }, o Options) *Gate {
	g, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func answer(to message.Address) message.Outbound { return message.Outbound{To: to} }
func notice(to message.Address) message.Outbound { return message.Outbound{To: to, Proactive: true} }

func TestChatPace(t *testing.T) {
	g := gate(t, Options{Chat: time.Second, Burst: 2})
	for i, want := range []time.Duration{0, 0, time.Second, time.Second} {
		if got := g.Wait(answer(ana), noon); got != want {
			t.Errorf("message %d waits %v, want %v", i, got, want)
		}
	}
	if got := g.Wait(answer(carla), noon); got != 0 {
		t.Errorf("another chat waits %v", got)
	}
	if got := g.Wait(answer(ana), noon.Add(time.Second)); got != 0 {
		t.Errorf("a second later it waits %v", got)
	}
}

func TestAnswersAreNotHeldByNotices(t *testing.T) {
	g := gate(t, Options{Proactive: 20})
	for i, want := range []time.Duration{0, 0, 3 * time.Second} {
		if got := g.Wait(notice(ana), noon); got != want {
			t.Errorf("notice %d waits %v, want %v", i, got, want)
		}
	}
	for range 100 {
		if got := g.Wait(answer(ana), noon); got != 0 {
			t.Fatalf("an answer waits %v", got)
		}
	}
}

func TestQuietHours(t *testing.T) {
	place, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	clock := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, place) }
	for name, c := range map[string]struct {
		from, to time.Duration
		at       time.Time
		want     time.Duration
	}{
		"by day":               {21 * time.Hour, 8 * time.Hour, clock(12, 0), 0},
		"in the evening":       {21 * time.Hour, 8 * time.Hour, clock(22, 30), 9*time.Hour + 30*time.Minute},
		"in the morning":       {21 * time.Hour, 8 * time.Hour, clock(7, 59), time.Minute},
		"at its end":           {21 * time.Hour, 8 * time.Hour, clock(8, 0), 0},
		"at its begin":         {21 * time.Hour, 8 * time.Hour, clock(21, 0), 11 * time.Hour},
		"a siesta":             {13 * time.Hour, 15 * time.Hour, clock(14, 0), time.Hour},
		"outside of it":        {13 * time.Hour, 15 * time.Hour, clock(23, 0), 0},
		"none":                 {0, 0, clock(3, 0), 0},
		"from midnight":        {0, 8 * time.Hour, clock(3, 0), 5 * time.Hour},
		"asked in other zones": {21 * time.Hour, 8 * time.Hour, clock(22, 30).UTC(), 9*time.Hour + 30*time.Minute},
	} {
		g := gate(t, Options{From: c.from, To: c.to, Location: place})
		if got := g.Wait(notice(ana), c.at); got != c.want {
			t.Errorf("%s: waits %v, want %v", name, got, c.want)
		}
		if got := g.Wait(answer(ana), c.at); got != 0 {
			t.Errorf("%s: an answer waits %v", name, got)
		}
	}
}

func TestRest(t *testing.T) {
	until := noon.Add(time.Hour)
	g := gate(t, Options{Resting: func() time.Time { return until }})
	if got := g.Wait(notice(ana), noon); got != time.Hour {
		t.Errorf("waits %v", got)
	}
	if got := g.Wait(answer(ana), noon); got != 0 {
		t.Errorf("an answer waits %v", got)
	}
	until = time.Time{}
	if got := g.Wait(notice(ana), noon); got != 0 {
		t.Errorf("waits %v when it rests no more", got)
	}
}

func TestWrongFigures(t *testing.T) {
	for _, o := range []Options{{Chat: -1}, {Burst: -1}, {Proactive: -1}, {From: 25 * time.Hour}, {To: -1}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

// Who tries again after the wait they were told gets through in the end, and in no minute
// go more than the pace and its burst allow.
func TestPaceHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		perMinute := rapid.IntRange(1, 60).Draw(rt, "per minute")
		g := gate(rt, Options{Proactive: perMinute, Jitter: func() float64 { return rapid.Float64Range(0, 0.99).Draw(rt, "jitter") }})
		now, sent := noon, []time.Time{}
		for range rapid.IntRange(1, 100).Draw(rt, "messages") {
			tries := 0
			for wait := g.Wait(notice(ana), now); wait > 0; wait = g.Wait(notice(ana), now) {
				if now = now.Add(wait); tries > 3 {
					rt.Fatalf("still waits %v", wait)
				}
				tries++
			}
			sent = append(sent, now)
		}
		for i := range sent {
			n := 0
			for _, at := range sent[i:] {
				if at.Sub(sent[i]) < time.Minute {
					n++
				}
			}
			if n > perMinute+burstOf(perMinute) {
				rt.Fatalf("%d in a minute, at %d a minute", n, perMinute)
			}
		}
	})
}
