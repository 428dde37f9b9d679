package ticket

import (
	"errors"
	"testing"
	"time"

	"recado/core/directory"
)

type always struct{}

func (always) Add(at time.Time, d time.Duration) time.Time { return at.Add(d) }
func (always) Between(from, to time.Time) time.Duration    { return to.Sub(from) }

// A wait begins with the first word that nobody answered, and is told of once: more words
// and what the team does to the ticket change nothing of it, an answer and a closing end it.
func TestAwait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	bia := directory.Person{ID: "bia", Active: true, Team: directory.Agent}
	ana := directory.Person{ID: "ana", Active: true, Members: []directory.Membership{{Org: "o"}}}
	const open = 0 // minutes after now at which it was opened
	for name, tc := range map[string]struct {
		acts  []func(w *Ticket, at time.Time) error // one a minute
		since int                                   // minutes; -1: nobody waits
		told  bool
	}{
		"just opened": {nil, open, false},
		"the customer goes on": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Add(ana, Said{Text: "e?"}, at) },
		}, open, false},
		"taken, noted, waiting on another": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Take(bia, bia, at) },
			func(w *Ticket, at time.Time) error { return w.Note(bia, Said{Text: "n"}, at) },
			func(w *Ticket, at time.Time) error { return w.SetStatus(bia, Waiting, "o banco", at) },
		}, open, false},
		"answered": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Answer(bia, Said{Text: "oi"}, at, at) },
		}, -1, false},
		"answered outside": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { w.AnswerOutside(Said{Text: "oi"}, at, at); return nil },
		}, -1, false},
		"answered, and asked again": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Answer(bia, Said{Text: "oi"}, at, at) },
			func(w *Ticket, at time.Time) error { return w.Add(ana, Said{Text: "e?"}, at) },
			func(w *Ticket, at time.Time) error { return w.Add(ana, Said{Text: "alô"}, at) },
		}, 2, false},
		"told, and the customer goes on": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { w.Nudged(at); return nil },
			func(w *Ticket, at time.Time) error { return w.Add(ana, Said{Text: "e?"}, at) },
		}, open, true},
		"closed": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Close(bia, Team, Said{Text: "fim"}, at) },
		}, -1, false},
		"closed, and reopened by the customer": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Close(bia, Team, Said{Text: "fim"}, at) },
			func(w *Ticket, at time.Time) error { return w.Reopen(ana, Said{Text: "voltou"}, time.Hour, at) },
		}, 2, false},
		"closed, and reopened by the team": {[]func(*Ticket, time.Time) error{
			func(w *Ticket, at time.Time) error { return w.Close(bia, Team, Said{Text: "fim"}, at) },
			func(w *Ticket, at time.Time) error { return w.Reopen(bia, Said{}, time.Hour, at) },
		}, -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := New(Draft{Org: "o", Requester: ana.ID, Subject: "s", Description: "d"}, now)
			store := func() { w.Await(time.Hour, always{}); w.Stored() }
			store()
			for i, act := range tc.acts {
				err = errors.Join(err, act(w, now.Add(time.Duration(i+1)*time.Minute)))
				store()
			}
			if err != nil {
				t.Fatal(err)
			}
			var since, nudge time.Time
			if tc.since >= 0 {
				since = now.Add(time.Duration(tc.since) * time.Minute)
				nudge = since.Add(time.Hour)
			}
			if tc.told {
				nudge = time.Time{}
			}
			if !w.WaitsSince.Equal(since) || !w.NudgeAt.Equal(nudge) {
				t.Errorf("waits since %s, told at %s; want %s, %s", w.WaitsSince, w.NudgeAt, since, nudge)
			}
		})
	}
}
