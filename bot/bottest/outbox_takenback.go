package bottest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"recado/bot/outbox"
	"recado/core/dialogue"
	"recado/core/message"

	"github.com/google/uuid"
)

func (s outboxSuite) supersedes(t *testing.T) {
	card, other := s.message("room", "card"), s.message("room", "other card")
	edit := func(of message.Outbound, text string) message.Outbound {
		e := s.message("room", text)
		e.Kind, e.Amends = message.Edit, &of
		return e
	}
	s.post(t, card, other, edit(card, "card 1"))
	s.post(t, edit(other, "other 1"))
	s.post(t, edit(card, "card 2"), edit(card, "card 3"))
	want := []string{"card", "other card", "other 1", "card 3"}
	if got := s.texts(t, noon); !slices.Equal(got, want) {
		t.Errorf("due: %v, want %v", got, want)
	}
	for _, r := range s.due(t, noon) {
		s.record(t, outbox.Result{Row: r, At: noon, Sent: true})
	}
	s.post(t, edit(card, "card 4"))
	if got := s.texts(t, noon); !slices.Equal(got, []string{"card 4"}) {
		t.Errorf("after the earlier ones were sent: %v", got)
	}
}

// recalls: the store decides the race between calling back and sending.
func (s outboxSuite) recalls(t *testing.T) {
	claimer, ok := s.store.(outbox.Claimer)
	if !ok {
		t.Skip("nothing can be called back from this store")
	}
	words := func(conveys string) (outs []message.Outbound) {
		for _, to := range []string{"ana", "carlos"} {
			out := s.message(to, conveys)
			out.Conveys, out.NotBefore = conveys, noon.Add(10*time.Second)
			outs = append(outs, out)
		}
		return outs
	}
	recall := func(conveys string) error {
		return s.store.Update(t.Context(), func(tx dialogue.Tx) error { return tx.Recall(t.Context(), conveys) })
	}
	claim := func(row outbox.Row, want bool) {
		t.Helper()
		if got, err := claimer.ClaimSend(t.Context(), row.Seq); err != nil || got != want {
			t.Errorf("claimed %q: %t, %v, want %t", row.Text, got, err, want)
		}
	}
	early, late := uuid.NewString(), uuid.NewString()
	s.post(t, append(words(early), words(late)...)...)
	rows := s.due(t, noon.Add(time.Minute))
	if err := recall(early); err != nil {
		t.Fatalf("in time: %v", err)
	}
	claim(rows[0], false)
	fates := func(conveys string, want ...dialogue.Fate) {
		t.Helper()
		var got []dialogue.Fate
		err := s.store.View(t.Context(), func(r dialogue.Reader) error {
			all, err := r.Conveyed(t.Context(), conveys)
			for _, c := range all {
				got = append(got, c.Fate)
			}
			return err
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("fates %v, %v, want %v", got, err, want)
		}
	}
	fates(early, dialogue.Recalled, dialogue.Recalled)
	claim(rows[2], true)
	fates(late, dialogue.Going, dialogue.Awaiting)
	claim(rows[2], true) // again, after a crash
	for name, conveys := range map[string]string{"twice": early, "when one is being sent": late, "what nobody posted": uuid.NewString(), "nothing": ""} {
		if err := recall(conveys); !errors.Is(err, dialogue.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := s.texts(t, noon.Add(time.Minute)); !slices.Equal(got, []string{late, late}) {
		t.Errorf("due: %v", got)
	}
}

func (s outboxSuite) notBefore(t *testing.T) {
	later := noon.Add(10 * time.Second)
	answer := s.message("ana", "answer")
	answer.NotBefore = later
	s.post(t, answer, s.message("ana", "next"), s.message("bia", "beside"))
	if got := s.texts(t, noon); !slices.Equal(got, []string{"beside"}) {
		t.Errorf("before its time: %v", got)
	}
	s.record(t, outbox.Result{Row: s.due(t, noon)[0], At: noon, Sent: true})
	if got := s.next(t); !got.Equal(later) {
		t.Errorf("next due %v, want %v", got, later)
	}
	if got := s.texts(t, later); !slices.Equal(got, []string{"answer", "next"}) {
		t.Errorf("at its time: %v", got)
	}
}
