package coretest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/ticket"
)

// TestSessions is the suite of dialogue.Sessions. open gives them empty, with the
// store whose transactions they are saved in.
func TestSessions(t *testing.T, open func(t *testing.T) (dialogue.Store, dialogue.Sessions)) {
	store, sessions := open(t)
	s := suite{store}
	load := func(t *testing.T, conversation string, committed int64) dialogue.Session {
		t.Helper()
		got, err := sessions.Load(t.Context(), conversation, committed)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	save := func(conversation string, turn int64, next, previous dialogue.Session) func(context.Context, dialogue.Tx) error {
		return func(ctx context.Context, tx dialogue.Tx) error {
			return sessions.Save(ctx, tx, conversation, turn, next, previous, turn-1)
		}
	}
	zero := dialogue.Session{}
	first := dialogue.Session{
		Topic: "opening", Step: "subject", Choices: []message.Choice{{Value: "a", Label: "Á"}}, Ticket: "t", Survey: "s", Words: "não", Asked: 2, At: stored(noon),
		Draft: &dialogue.Draft{Org: "o", Subject: "s", Said: []ticket.Said{{At: stored(noon), Text: "x"}}, Offered: []string{"cte"}},
		Query: &dialogue.Listing{Whose: "mine", State: "open", Page: 1},
	}
	second := dialogue.Session{Step: "confirm"}

	t.Run("an unknown conversation has the zero session", func(t *testing.T) {
		if got := load(t, "email/a/nobody", 3); !reflect.DeepEqual(got, zero) {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("what a committed turn saved comes back whole", func(t *testing.T) {
		s.update(t, save("email/a/whole", 1, first, zero))
		if got := load(t, "email/a/whole", 1); !reflect.DeepEqual(got, first) {
			t.Errorf("got %+v, want %+v", got, first)
		}
	})
	t.Run("the predecessor holds when the turn was not committed", func(t *testing.T) {
		s.update(t, save("email/a/kept", 1, first, zero))
		err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error {
			return errors.Join(save("email/a/kept", 2, second, first)(ctx, tx), errWanted)
		})
		if !errors.Is(err, errWanted) {
			t.Fatal(err)
		}
		if got := load(t, "email/a/kept", 1); !reflect.DeepEqual(got, first) {
			t.Errorf("got %+v, want %+v", got, first)
		}
		s.update(t, save("email/a/kept", 2, second, first))
		if got := load(t, "email/a/kept", 2); !reflect.DeepEqual(got, second) {
			t.Errorf("after the second try: %+v", got)
		}
	})
	t.Run("one of another turn is foreign", func(t *testing.T) {
		s.update(t, save("email/a/foreign", 5, second, first))
		for _, committed := range []int64{0, 3, 6} {
			if got := load(t, "email/a/foreign", committed); !reflect.DeepEqual(got, zero) {
				t.Errorf("turn %d: %+v", committed, got)
			}
		}
	})
}
