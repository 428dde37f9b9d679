package coretest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"time"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// holdOne holds a mail from somebody, at a time.
func (s suite) holdOne(t *testing.T, from, subject string, person directory.PersonID, at time.Time) dialogue.Held {
	t.Helper()
	a := message.Address{Channel: message.Email, ID: from}
	h := dialogue.Held{
		ID: "Q-" + id[dialogue.HeldID](), Person: person, At: stored(at), Expires: stored(at).Add(30 * 24 * time.Hour),
		Item: message.Inbound{
			Key: message.Key{Channel: message.Email, Account: "desk", ID: id[string]()}, Kind: message.Text, Subject: subject, Text: "oi",
			From: a, Doubt: "dmarc=fail (mx)", Conversation: message.ConversationWith("desk", a), SentAt: stored(at), ReceivedAt: stored(at),
		},
	}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Hold(ctx, h) })
	return h
}

func (s suite) end(t *testing.T, id dialogue.HeldID, state dialogue.HeldState, at time.Time) error {
	t.Helper()
	return s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
		return tx.EndHeld(ctx, dialogue.Ending{ID: id, State: state, By: "bia", At: at, Proof: message.ByTeam, Reason: "by Bia"})
	})
}

func ids(all []dialogue.Held) (out []dialogue.HeldID) {
	for _, h := range all {
		out = append(out, h.ID)
	}
	return out
}

func sameIDs(t *testing.T, what string, got []dialogue.Held, want ...dialogue.Held) {
	t.Helper()
	if !reflect.DeepEqual(ids(got), ids(want)) {
		t.Errorf("%s: %v, want %v", what, ids(got), ids(want))
	}
}

// held is the suite of HeldReader and HeldWriter. That a released item is in the inbox
// again is bottest's.
func (s suite) held(t *testing.T) {
	ana := message.Address{Channel: message.Email, ID: "ana@held.example"}
	one := s.holdOne(t, ana.ID, "um", "ana", noon)
	two := s.holdOne(t, ana.ID, "dois", "ana", noon.Add(time.Minute))
	stranger := s.holdOne(t, "juca@held.example", "três", "", noon.Add(2*time.Minute))

	t.Run("comes back as it was", func(t *testing.T) {
		got := get(t, s, func(ctx context.Context, r dialogue.Reader) (dialogue.Held, error) { return r.Held(ctx, one.ID) })
		if !reflect.DeepEqual(got, one) {
			t.Errorf("got %+v\nwant %+v", got, one)
		}
		s.view(t, func(ctx context.Context, r dialogue.Reader) error {
			if _, err := r.Held(ctx, "Q-NOBODYHERE"); !errors.Is(err, dialogue.ErrNotHeld) {
				t.Errorf("an unknown id: %v", err)
			}
			return nil
		})
	})
	t.Run("lists", func(t *testing.T) {
		s.view(t, func(ctx context.Context, r dialogue.Reader) error {
			from := func(since, until time.Time, limit int) []dialogue.Held {
				all, err := r.HeldFrom(ctx, ana, since, until, limit)
				if err != nil {
					t.Error(err)
				}
				return all
			}
			sameIDs(t, "all of Ana's", from(noon, noon.Add(time.Hour), 9), one, two)
			sameIDs(t, "the latest one", from(noon, noon.Add(time.Hour), 1), two)
			sameIDs(t, "since the second", from(noon.Add(time.Second), noon.Add(time.Hour), 9), two)
			sameIDs(t, "until the first", from(noon.Add(-time.Hour), noon, 9), one)
			all, total, err := r.HeldMail(ctx, 2)
			if err != nil || total != 3 {
				t.Errorf("of %d, %v", total, err)
			}
			sameIDs(t, "newest first", all, stranger, two)
			return nil
		})
	})
	t.Run("news", func(t *testing.T) { s.heldNews(t, one, two, stranger) })
	t.Run("ends once", func(t *testing.T) { s.heldEnds(t, one) })
	t.Run("due", func(t *testing.T) { s.heldDue(t, one, two, stranger) })
	t.Run("two at once", func(t *testing.T) { s.heldRace(t, s.holdOne(t, ana.ID, "corrida", "ana", noon)) })
}

func (s suite) heldNews(t *testing.T, one, two, stranger dialogue.Held) {
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return tx.TellHeld(ctx, []dialogue.HeldID{one.ID}, noon.Add(time.Hour))
	})
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		untold, err := r.HeldUntold(ctx, 9)
		if err != nil {
			t.Error(err)
		}
		sameIDs(t, "untold", untold, two, stranger)
		if at, err := r.HeldNth(ctx, 1); err != nil || !at.Equal(stored(noon.Add(2*time.Minute))) {
			t.Errorf("the newest was held at %v, %v", at, err)
		}
		if at, err := r.HeldNth(ctx, 1_000_000); err != nil || !at.IsZero() {
			t.Errorf("the millionth was held at %v, %v", at, err)
		}
		for since, want := range map[time.Time]map[message.Address]time.Time{
			noon:                {one.Item.From: stored(noon.Add(time.Hour))},
			noon.Add(time.Hour): {},
		} {
			if told, err := r.HeldTold(ctx, since); err != nil || !reflect.DeepEqual(told, want) {
				t.Errorf("told since %v: %v, %v", since, told, err)
			}
		}
		return nil
	})
}

func (s suite) heldEnds(t *testing.T, one dialogue.Held) {
	if err := s.end(t, one.ID, dialogue.HeldDiscarded, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for _, again := range []dialogue.HeldState{dialogue.HeldDiscarded, dialogue.HeldReleased} {
		if err := s.end(t, one.ID, again, noon); !errors.Is(err, dialogue.ErrConflict) {
			t.Errorf("%s what is discarded: %v", again, err)
		}
	}
	if err := s.end(t, "Q-NOBODYHERE", dialogue.HeldReleased, noon); !errors.Is(err, dialogue.ErrConflict) {
		t.Errorf("release what is not there: %v", err)
	}
	got := get(t, s, func(ctx context.Context, r dialogue.Reader) (dialogue.Held, error) { return r.Held(ctx, one.ID) })
	if got.State != dialogue.HeldDiscarded || got.By != "bia" || !got.EndedAt.Equal(stored(noon.Add(time.Hour))) {
		t.Errorf("got %+v", got)
	}
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		if _, total, err := r.HeldMail(ctx, 9); err != nil || total != 2 {
			t.Errorf("%d wait, %v", total, err)
		}
		return nil
	})
}

func (s suite) heldDue(t *testing.T, one, two, stranger dialogue.Held) {
	due := func(now time.Time) (expired, home []dialogue.Held, next time.Time) {
		s.view(t, func(ctx context.Context, r dialogue.Reader) (err error) {
			expired, home, next, err = r.HeldDue(ctx, now, 9)
			return err
		})
		return expired, home, next
	}
	expired, home, next := due(one.Expires.Add(-time.Second))
	sameIDs(t, "before the time", append(expired, home...))
	if !next.Equal(one.Expires) {
		t.Errorf("next is %v, want %v", next, one.Expires)
	}
	juca := directory.Person{ID: id[directory.PersonID](), Name: "Juca", Active: true,
		Aliases: []directory.Alias{{Address: stranger.Item.From, VerifiedAt: noon, VerifiedBy: directory.ByAdmin}}}
	s.save(t, &juca)
	expired, home, _ = due(two.Expires)
	sameIDs(t, "expired, whatever became of them", expired, one, two)
	sameIDs(t, "registered by now", home, stranger)
	for _, h := range []dialogue.Held{one, two, two} {
		if err := s.end(t, h.ID, dialogue.HeldExpired, two.Expires); err != nil {
			t.Errorf("expire %s: %v", h.Item.Subject, err)
		}
	}
	expired, _, _ = due(two.Expires)
	sameIDs(t, "after they expired", expired)
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		if _, err := r.Held(ctx, two.ID); !errors.Is(err, dialogue.ErrNotHeld) {
			t.Errorf("what expired is there: %v", err)
		}
		return nil
	})
}

// heldRace has many decide about one item at once: one of them does.
func (s suite) heldRace(t *testing.T, h dialogue.Held) {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		state := dialogue.HeldReleased
		if i%2 == 0 {
			state = dialogue.HeldDiscarded
		}
		wg.Go(func() { errs[i] = s.end(t, h.ID, state, noon) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, dialogue.ErrConflict):
			t.Error(fmt.Errorf("one that lost: %w", err))
		}
	}
	if won != 1 {
		t.Errorf("%d decided", won)
	}
}
