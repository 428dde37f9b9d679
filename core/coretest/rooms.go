package coretest

import (
	"context"
	"slices"
	"testing"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// rooms: a ticket has one thread at a time.
func (s suite) rooms(t *testing.T) {
	tk := s.open(t, "sala", "org", id[directory.PersonID]())
	first := dialogue.Room{
		Ticket: tk.ID, At: message.Address{Channel: message.Slack, ID: "T1/C1"}, Account: "T1", Card: id[string](), Shown: "a", Since: stored(noon),
	}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		if err := tx.Insert(ctx, tk); err != nil {
			return err
		}
		return tx.SaveRoom(ctx, first) // in the transaction that opens the ticket
	})
	where := func(id ticket.ID) (room dialogue.Room, found bool) {
		t.Helper()
		s.view(t, func(ctx context.Context, r dialogue.Reader) (err error) {
			room, found, err = r.Room(ctx, id)
			return err
		})
		return room, found
	}
	if got, ok := where(tk.ID); !ok || got != first {
		t.Errorf("got %+v, %t, want %+v", got, ok, first)
	}
	moved := first
	moved.At.ID, moved.Card, moved.Shown = "T1/C2", id[string](), "b"
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveRoom(ctx, moved) })
	if got, ok := where(tk.ID); !ok || got != moved {
		t.Errorf("moved: got %+v, %t, want %+v", got, ok, moved)
	}
	if got, ok := where(id[ticket.ID]()); ok {
		t.Errorf("a ticket without a room has %+v", got)
	}
}

// conveyed: what passes an item's words on is found by the item.
func (s suite) conveyed(t *testing.T) {
	item := "item-" + id[string]()
	out := func(to string) message.Outbound {
		return message.Outbound{ID: id[string](), To: message.Address{Channel: message.Email, ID: to}, Text: "oi", Conveys: item, Language: "pt-BR"}
	}
	a, b := out("ana@conveyed.example"), out("rui@conveyed.example")
	edit := out("ana@conveyed.example")
	edit.Kind, edit.Amends = message.Edit, &a
	b.NotBefore = stored(noon)
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		for _, o := range []message.Outbound{a, b, edit} {
			if err := tx.Post(ctx, o); err != nil {
				return err
			}
		}
		return nil
	})
	read := func(item string) (all []dialogue.Conveyed) {
		t.Helper()
		s.view(t, func(ctx context.Context, r dialogue.Reader) (err error) {
			all, err = r.Conveyed(ctx, item)
			return err
		})
		return all
	}
	ids := func(all []dialogue.Conveyed) (ids []string) {
		for _, c := range all {
			ids = append(ids, c.Out.ID+" "+string(c.Fate))
		}
		return ids
	}
	if got, want := ids(read(item)), []string{a.ID + " waiting", b.ID + " waiting"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, none := range []string{"", "item-" + id[string]()} {
		if got := read(none); len(got) > 0 {
			t.Errorf("%q: %v", none, ids(got))
		}
	}
}
