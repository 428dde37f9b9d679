package bot_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// moody is a line that says how it fares.
type moody struct {
	*line
	mu sync.Mutex
	s  channels.State
}

func (m *moody) State() channels.State {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.s
}

func (m *moody) becomes(s channels.State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.s = s
}

// told is what the team heard, and a memory that survives a process.
type told struct {
	mu    sync.Mutex
	said  []string
	notes map[string]string
}

func (o *told) Alarm(_ context.Context, _ dialogue.Tx, a dialogue.Alarm) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	what := string(a.Trouble)
	if a.Over {
		what += " over"
	}
	o.said = append(o.said, a.Part+": "+what)
	return nil
}

func (o *told) Load(_ context.Context, name string) (string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.notes[name], nil
}

func (o *told) Save(_ context.Context, name, text string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.notes[name] = text
	return nil
}

func (o *told) hears(t *testing.T, when string, want ...string) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	if slices.Sort(o.said); !slices.Equal(o.said, want) {
		t.Errorf("%s the team has heard %q, want %q", when, o.said, want)
	}
	o.said = nil
}

func TestTroubleIsToldOnceAndWhenItIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := channels.State{Up: true}
		wa := &moody{line: newLine(message.WhatsApp, true), s: up}
		team, m := &told{notes: map[string]string{}}, newMemory()
		scanner := &moody{s: up}
		begin := func() func() {
			return newDesk(t, m, "a", nil, func(o *bot.Options) {
				o.Channels = []channels.Channel{wa}
				o.Alarm, o.Memory = team.Alarm, team
				o.Parts = []bot.Part{{Name: "ClamAV", State: scanner.State}}
			}).start()
		}
		stop := begin()
		pass(time.Hour)
		team.hears(t, "with nothing wrong")

		wa.becomes(channels.State{Trouble: message.Down})
		pass(40 * time.Second)
		wa.becomes(up)
		pass(time.Hour)
		team.hears(t, "after less than a minute")

		wa.becomes(channels.State{Trouble: message.LoggedOut})
		scanner.becomes(channels.State{Detail: "away"})
		pass(time.Hour)
		team.hears(t, "after an hour", "ClamAV: down", "whatsapp desk: logged-out")

		stop()
		stop = begin()
		pass(time.Hour)
		team.hears(t, "after a restart")

		wa.becomes(channels.State{Trouble: message.Banned})
		pass(5 * time.Minute)
		team.hears(t, "when it changed", "whatsapp desk: banned")

		wa.becomes(up)
		scanner.becomes(up)
		pass(5 * time.Minute)
		team.hears(t, "at the end", "ClamAV: down over", "whatsapp desk: banned over")
		stop()
	})
}
