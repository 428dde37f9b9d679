package coretest

import (
	"context"
	"slices"
	"testing"
	"time"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/report"
	"recado/core/ticket"
)

// unseen: what changed since a person last looked at a ticket, or wrote in it (D2).
func (s suite) unseen(t *testing.T) {
	org, other := id[directory.OrgID](), id[directory.OrgID]()
	member := directory.Membership{Org: org, Role: directory.Standard}
	ana, beto := s.person(t, "Ana", member), s.person(t, "Beto", member)
	bia := s.agent(t)
	at := noon
	tick := func() time.Time { at = at.Add(time.Minute); return at }
	tk := s.insert(t, s.open(t, "novidade", org, ana.ID))
	change := func(do func(*ticket.Ticket) error) {
		t.Helper()
		fresh := s.reload(t, tk.ID)
		if err := do(fresh); err != nil {
			t.Fatal(err)
		}
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Update(ctx, fresh) })
	}
	said := func(text string) ticket.Said { return ticket.Said{At: at, Text: text, Via: message.WhatsApp} }
	looks := func(who directory.Person) {
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
			return tx.MarkSeen(ctx, dialogue.Seen{Person: who.ID, Ticket: tk.ID, At: tick()})
		})
	}
	news := func(who directory.Person, since time.Time) []report.Unseen {
		t.Helper()
		return get(t, s, func(ctx context.Context, r dialogue.Reader) ([]report.Unseen, error) {
			return r.Unseen(ctx, report.ScopeOf(who), since, 9)
		})
	}
	want := func(what string, who directory.Person, messages ...int) {
		t.Helper()
		var got []int
		for _, u := range news(who, noon.Add(-time.Hour)) {
			if u.ID != tk.ID || u.Number == "" || u.Subject != "novidade" {
				t.Errorf("%s: %+v", what, u)
			}
			got = append(got, u.Messages)
		}
		if !slices.Equal(got, messages) {
			t.Errorf("%s: %s has news with %v messages, want %v", what, who.Name, got, messages)
		}
	}

	want("one's own words", ana)
	change(func(f *ticket.Ticket) error { return f.Note(bia, said("só da equipe"), tick()) })
	want("a note", ana)
	change(func(f *ticket.Ticket) error { return f.Answer(bia, said("oi"), time.Time{}, tick()) })
	change(func(f *ticket.Ticket) error { return f.Answer(bia, said("pode ver?"), time.Time{}, tick()) })
	want("two answers", ana, 2)
	want("of who is not in copy", beto)
	change(func(f *ticket.Ticket) error { return f.AddParticipant(ana, beto, tick()) })
	want("of who is in copy", beto, 3)
	if len(news(ana, at)) > 0 {
		t.Error("news from before the time that was asked for")
	}
	gone := beto
	gone.Members = []directory.Membership{{Org: other, Role: directory.Standard}}
	want("of who went to another organisation", gone)
	looks(ana)
	want("after a look", ana)
	looks(ana)
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return tx.MarkSeen(ctx, dialogue.Seen{Person: ana.ID, Ticket: tk.ID, At: noon})
	})
	want("an older look changes nothing", ana)
	change(func(f *ticket.Ticket) error { return f.SetStatus(bia, ticket.Waiting, "o banco", tick()) })
	want("a state alone", ana, 0)
	change(func(f *ticket.Ticket) error { return f.Add(ana, said("e agora?"), tick()) })
	want("who writes has read what stands above", ana)
	if got := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]report.Unseen, error) {
		return r.Unseen(ctx, report.Scope{}, noon, 9)
	}); len(got) > 0 {
		t.Errorf("nobody is told of %v", got)
	}
}
