package coretest

import (
	"context"
	"reflect"
	"slices"
	"testing"

	"recado/core/dialogue"
	"recado/core/message"
)

// sent: what was posted is found by the id that its channel foretold. The store under
// test foretells "<id>@desk" or nothing; without, nothing is found.
func (s suite) sent(t *testing.T) {
	number := "2026-" + id[string]()[:8]
	out := func(channel message.Channel, to, number string) message.Outbound {
		return message.Outbound{ID: id[string](), To: message.Address{Channel: channel, ID: to}, Text: "oi", Number: number, Language: "pt-BR"}
	}
	mail, chat := out(message.Email, "ana@sent.example", number), out(message.WhatsApp, "5511988880001", number)
	other := out(message.Email, "rui@sent.example", "2026-other")
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		for _, o := range []message.Outbound{mail, other, chat} {
			if err := tx.Post(ctx, o); err != nil {
				return err
			}
		}
		return nil
	})
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		for _, unknown := range [][]string{nil, {""}, {"<nothing@desk>"}} {
			if got, ok, err := r.SentAs(ctx, unknown); ok || err != nil {
				t.Errorf("%q: found %+v, %v", unknown, got, err)
			}
		}
		got, ok, err := r.SentAs(ctx, []string{"<nothing@desk>", Foretold(mail), Foretold(other)})
		if err != nil || !ok || got.Out.ID != mail.ID || got.Out.To != mail.To || got.At.IsZero() {
			t.Errorf("found %+v, %t, %v", got, ok, err)
		}
		if !slices.Equal(got.Beside, []message.Address{chat.To}) {
			t.Errorf("beside it: %v", got.Beside)
		}
		return nil
	})
}

// passed: what passed an item's words on is found, with all that was posted in its
// place, and nothing else.
func (s suite) passed(t *testing.T) {
	first, second, nobody := "wamid-"+id[string](), "wamid-"+id[string](), "wamid-"+id[string]()
	out := func(to, text string, of ...string) message.Outbound {
		o := message.Outbound{ID: id[string](), To: message.Address{Channel: message.WhatsApp, ID: to}, Text: text, Language: "pt-BR"}
		if len(of) > 0 {
			o.Passage = &message.Passage{Of: of, Text: message.Span{Len: len(text)}}
		}
		return o
	}
	toAna, toRui := out("5511988880001", "oi", first), out("5511988880002", "oi", first)
	both, other, plain := out("5511988880001", "a\nb", first, second), out("5511988880001", "b", second), out("5511988880001", "outra coisa")
	edit := toAna
	edit.ID, edit.Kind, edit.Amends = id[string](), message.Edit, &toAna
	gone := edit
	gone.ID, gone.Kind, gone.Amends = id[string](), message.Deletion, &edit
	gone.Passage = nil
	for _, turn := range [][]message.Outbound{{toAna, toRui, plain}, {both, other}, {edit}, {gone}} {
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
			for _, o := range turn {
				if err := tx.Post(ctx, o); err != nil {
					return err
				}
			}
			return nil
		})
	}
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		for _, want := range []struct {
			of   string
			outs []message.Outbound
		}{
			{first, []message.Outbound{toAna, toRui, both, edit, gone}}, {second, []message.Outbound{both, other}}, {nobody, nil}, {"", nil},
		} {
			got, err := r.Passed(ctx, want.of)
			if err != nil || !reflect.DeepEqual(got, want.outs) {
				t.Errorf("of %q:\n got %+v, %v\nwant %+v", want.of, got, err, want.outs)
			}
		}
		return nil
	})
}

// Foretold is the upstream id that a store under test gives to what it posts.
func Foretold(out message.Outbound) string { return "<" + out.ID + "@desk>" }
