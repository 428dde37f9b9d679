package ticket

import (
	"testing"
	"time"

	"recado/core/directory"
)

// What was called back leaves the ticket as if it had never been said.
func TestTakeBack(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	bia := directory.Person{ID: "bia", Active: true, Team: directory.Agent}
	rui := directory.Person{ID: "rui", Active: true, Team: directory.Agent}
	ana := directory.Person{ID: "ana", Active: true}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	type world struct {
		*Ticket
		history []Entry
		at      time.Time
	}
	step := func(w *world, do func(at time.Time) error) {
		t.Helper()
		w.at = w.at.Add(time.Minute)
		must(do(w.at))
		w.history = append(w.history, w.News()...)
		w.Stored()
	}
	last := func(w *world, kind EntryKind, by directory.PersonID) (at int) {
		for i, e := range w.history {
			if e.Kind == kind && e.Author == by {
				at = i
			}
		}
		return at
	}
	answer := func(w *world) {
		step(w, func(at time.Time) error { return w.Answer(bia, Said{Text: "oi"}, at.Add(time.Hour), at) })
	}
	closing := func(w *world) {
		step(w, func(at time.Time) error { return w.Close(bia, Team, Said{Text: "fim"}, at) })
	}
	note := func(w *world) {
		step(w, func(at time.Time) error { return w.Note(bia, Said{Text: "oi"}, at) })
		step(w, func(at time.Time) error {
			i := last(w, Note, bia.ID)
			e, err := w.SendNote(bia, w.history[i], at.Add(time.Hour), at)
			w.history[i] = e
			return err
		})
	}
	for name, tc := range map[string]struct {
		before, word, since func(*world)
		status              Status
		on                  string
		agent               directory.PersonID
		answered            bool
		side                Side
	}{
		"the first answer":             {word: answer, status: Open, side: Customer},
		"a note that was sent":         {word: note, status: Open, side: Customer},
		"of who took it before":        {before: func(w *world) { step(w, func(at time.Time) error { return w.Take(bia, bia, at) }) }, word: answer, status: InProgress, agent: "bia", side: Customer},
		"a note of who took it before": {before: func(w *world) { step(w, func(at time.Time) error { return w.Take(bia, bia, at) }) }, word: note, status: InProgress, agent: "bia", side: Customer},
		"it waited on something else": {before: func(w *world) {
			step(w, func(at time.Time) error { return w.SetStatus(rui, Waiting, "o fornecedor", at) })
		}, word: answer, status: Waiting, on: "o fornecedor", side: Customer},
		"the closing of an open ticket": {word: closing, status: Open, side: Customer},
		"the closing of one that waits": {before: answer, word: closing, status: Waiting, on: OnRequester, agent: "bia", answered: true, side: Team},
		"the closing of one that waits on something else": {before: func(w *world) {
			step(w, func(at time.Time) error { return w.SetStatus(rui, Waiting, "o fornecedor", at) })
		}, word: closing, status: Waiting, on: "o fornecedor", side: Customer},
		"a closing, and a colleague reopened since": {word: closing, since: func(w *world) {
			step(w, func(at time.Time) error { return w.Reopen(rui, Said{}, time.Hour, at) })
		}, status: InProgress, agent: "bia", side: Customer},
		"the second answer":              {before: answer, word: answer, status: Waiting, on: OnRequester, agent: "bia", answered: true, side: Team},
		"a colleague answered since":     {word: answer, since: func(w *world) { step(w, func(at time.Time) error { return w.Answer(rui, Said{Text: "oi"}, at, at) }) }, status: Waiting, on: OnRequester, agent: "bia", answered: true, side: Team},
		"a colleague took it over since": {word: answer, since: func(w *world) { step(w, func(at time.Time) error { return w.Take(rui, rui, at) }) }, status: Open, agent: "rui", side: Customer},
		"the customer wrote since":       {word: answer, since: func(w *world) { step(w, func(at time.Time) error { return w.Add(ana, Said{Text: "ok"}, at) }) }, status: InProgress, side: Customer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk, err := New(Draft{Org: "o", Requester: ana.ID, Subject: "s", Description: "d"}, now)
			if err != nil {
				t.Fatal(err)
			}
			w := &world{Ticket: tk, at: now}
			step(w, func(time.Time) error { return nil })
			for _, do := range []func(*world){tc.before, tc.word, tc.since} {
				if do != nil {
					do(w)
				}
			}
			e, err := w.TakeBack(bia, w.history[last(w, Message, bia.ID)], w.history, w.at.Add(time.Hour), w.at.Add(time.Second))
			if err != nil || e.Kind != Note {
				t.Fatalf("%s, %v", e.Kind, err)
			}
			if w.Status != tc.status || w.WaitingOn != tc.on || w.Agent != tc.agent || w.AnsweredAt.IsZero() == tc.answered || w.LastSide != tc.side {
				t.Errorf("got %s on %q, agent %q, answered %v, last word by the %s", w.Status, w.WaitingOn, w.Agent, w.AnsweredAt, w.LastSide)
			}
			if onRequester := w.Status == Waiting && w.WaitingOn == OnRequester; onRequester != !w.RemindAt.IsZero() || !w.ClosedAt.IsZero() {
				t.Errorf("it is reminded of at %s, closed at %s", w.RemindAt, w.ClosedAt)
			}
			if waits := w.WaitsSince.Equal(now); waits != (tc.side == Customer) || !waits && !w.WaitsSince.IsZero() {
				t.Errorf("the customer waits since %s", w.WaitsSince)
			}
		})
	}
	tk, _ := New(Draft{Org: "o", Requester: ana.ID, Subject: "s", Description: "d"}, now)
	for name, e := range map[string]Entry{
		"a colleague's": {Kind: Message, Side: Team, Author: rui.ID}, "a customer's": {Kind: Message, Side: Customer, Author: bia.ID}, "a note": {Kind: Note, Side: Team, Author: bia.ID},
	} {
		if _, err := tk.TakeBack(bia, e, nil, now, now); err == nil {
			t.Errorf("%s word is taken back", name)
		}
	}
	if _, err := tk.SendNote(bia, Entry{Kind: Note, Side: Team, Author: rui.ID}, now, now); err == nil {
		t.Error("a colleague's note is sent")
	}
}
