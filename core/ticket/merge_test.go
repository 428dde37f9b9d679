package ticket_test

import (
	"slices"
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// ruis is a second ticket, of the same organisation.
func ruis(t testing.TB) *ticket.Ticket {
	t.Helper()
	tk, err := ticket.New(ticket.Draft{Org: aurora, Requester: rui.ID, Subject: "CT-e de novo", Description: "Parou", Via: message.Email}, now)
	if err != nil {
		t.Fatal(err)
	}
	tk.Number = "2026-000002"
	tk.Stored()
	return tk
}

// Transitions that need another ticket, or another's words.
var (
	mergeAway transition = func(tk *ticket.Ticket, by directory.Person) error {
		return ticket.Merge(by, tk, must(ticket.New(ticket.Draft{Org: aurora, Requester: rui.ID, Subject: "a", Description: "b"}, now)), nil, now)
	}
	split transition = func(tk *ticket.Ticket, by directory.Person) error {
		words := ticket.Entry{Ticket: tk.ID, Kind: ticket.Message, Side: ticket.Customer, Author: ana.ID, Text: "E a nota?", At: now}
		_, err := tk.Split(by, ana, "A nota", []ticket.Entry{words}, now)
		return err
	}
	relate transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.Relate(by, must(ticket.New(ticket.Draft{Org: "brisa", Requester: other.ID, Subject: "a", Description: "b"}, now)), ticket.Related, now)
	}
	because transition = func(tk *ticket.Ticket, by directory.Person) error {
		return tk.Because(by, "severity", "cliente grande", now)
	}
)

func must(tk *ticket.Ticket, err error) *ticket.Ticket {
	if err != nil {
		panic(err)
	}
	return tk
}

// Who asked the one that ended follows the other; it can be taken back, and then is as before.
func TestMergeAndBack(t *testing.T) {
	t.Parallel()
	from, into := opened(t), ruis(t)
	if err := into.Answer(bia, said("Pode conferir?"), now.Add(time.Hour), now); err != nil {
		t.Fatal(err)
	}
	if err := from.Add(ana, said("Ainda não"), now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	before := into.Status
	if err := ticket.Merge(bia, from, into, []directory.Person{ana, carla, marta, inactive(rui)}, now.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if from.Status != ticket.Closed || from.MergedInto != into.ID || !slices.Equal(from.Participants, []directory.PersonID{carla.ID}) {
		t.Errorf("what ended: %+v", *from)
	}
	if !slices.Equal(into.Participants, []directory.PersonID{ana.ID, carla.ID}) {
		t.Errorf("%v follow it now", into.Participants)
	}
	if into.LastSide != ticket.Customer || into.Status != ticket.InProgress || !into.RemindAt.IsZero() || before != ticket.Waiting {
		t.Errorf("the customer's last word was lost: %s, %s", into.LastSide, into.Status)
	}
	for what, err := range map[string]error{
		"reopened": from.Reopen(ana, said("Oi"), window, now), "merged again": ticket.Merge(bia, from, into, nil, now),
	} {
		if got := code(t, err); got != "merged" {
			t.Errorf("%s: %q", what, got)
		}
	}
	brought := ticket.Brought(into.News(), from.ID)
	if err := into.AddParticipant(bia, marta, now); err != nil {
		t.Fatal(err)
	}
	if err := ticket.Unmerge(bia, from, into, brought, now.Add(3*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if from.Status != ticket.Open || from.MergedInto != "" || !from.ClosedAt.IsZero() || from.ClosedBy != "" {
		t.Errorf("what is open again: %+v", *from)
	}
	if !slices.Equal(into.Participants, []directory.PersonID{marta.ID}) {
		t.Errorf("%v follow it still", into.Participants)
	}
	if got := code(t, ticket.Unmerge(bia, from, into, nil, now)); got != "not-merged" {
		t.Errorf("twice: %q", got)
	}
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(from, into *ticket.Ticket)
		want   string
	}{
		"nothing wrong":          {func(_, _ *ticket.Ticket) {}, ""},
		"with itself":            {func(from, into *ticket.Ticket) { into.ID = from.ID }, "merge-self"},
		"into a closed one":      {func(_, into *ticket.Ticket) { _ = into.Close(bia, ticket.Team, said("Pronto"), now) }, "closed"},
		"another organisation":   {func(_, into *ticket.Ticket) { into.Org = "brisa" }, "merge-organisations"},
		"a private one":          {func(from, _ *ticket.Ticket) { from.Private = true }, "merge-private"},
		"into a private one":     {func(_, into *ticket.Ticket) { into.Private = true }, "merge-private"},
		"private, of one person": {func(from, into *ticket.Ticket) { from.Private, into.Requester = true, from.Requester }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, into := opened(t), ruis(t)
			tc.change(from, into)
			a, b := copyOf(from), copyOf(into)
			got := code(t, ticket.Merge(bia, from, into, []directory.Person{ana}, now))
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if got != "" && (!same(a, copyOf(from)) || !same(b, copyOf(into))) {
				t.Error("refused, and yet changed")
			}
		})
	}
}

// Only what the last merge brought goes away with it.
func TestBrought(t *testing.T) {
	t.Parallel()
	from, into := opened(t), ruis(t)
	merge := func() {
		if err := ticket.Merge(bia, from, into, []directory.Person{ana, carla}, now); err != nil {
			t.Fatal(err)
		}
	}
	merge()
	if err := ticket.Unmerge(bia, from, into, ticket.Brought(into.News(), from.ID), now); err != nil {
		t.Fatal(err)
	}
	if err := into.AddParticipant(bia, ana, now); err != nil {
		t.Fatal(err)
	}
	merge()
	if got := ticket.Brought(into.News(), from.ID); !slices.Equal(got, []directory.PersonID{carla.ID}) {
		t.Errorf("got %v: Ana was there before", got)
	}
}

func TestSplit(t *testing.T) {
	t.Parallel()
	tk := in(t, inProgress)
	for _, s := range []ticket.Said{
		{Text: "E a nota?", Upstream: "m7", Via: message.WhatsApp}, {Text: "segue", Attachments: []message.Attachment{{Name: "a.pdf"}}, Via: message.Email},
	} {
		if err := tk.Add(carla, s, now); err != nil {
			t.Fatal(err)
		}
	}
	words := tk.News()
	tk.Stored()
	n, err := tk.Split(bia, carla, "A nota", words, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if n.Requester != carla.ID || !slices.Equal(n.Participants, []directory.PersonID{ana.ID}) || n.Agent != bia.ID || n.OpenedBy != bia.ID ||
		n.Subject != "A nota" || n.Description != "E a nota?\nsegue" || n.Org != aurora || n.ID == tk.ID {
		t.Errorf("got %+v", *n)
	}
	var said []ticket.Entry
	for _, e := range n.News() {
		if e.Kind == ticket.Message {
			said = append(said, e)
		}
	}
	if len(said) != 2 || said[0].Author != carla.ID || said[0].Upstream != "" || !said[0].At.Equal(now) || said[1].Attachments[0].Name != "a.pdf" || said[1].Via != message.Email {
		t.Errorf("the words came as %+v", said)
	}
	if news := tk.News(); len(news) != 1 || news[0].Field != "split" || news[0].To != string(n.ID) {
		t.Errorf("where they were said: %+v", news)
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	tk := opened(t)
	good := ticket.Entry{Ticket: tk.ID, Kind: ticket.Message, Side: ticket.Customer, Author: ana.ID, Text: "E a nota?"}
	bad := func(change func(*ticket.Entry)) []ticket.Entry {
		e := good
		change(&e)
		return []ticket.Entry{good, e}
	}
	for name, tc := range map[string]struct {
		words []ticket.Entry
		to    directory.Person
		want  string
	}{
		"nothing":               {nil, ana, "split-what"},
		"a note":                {bad(func(e *ticket.Entry) { e.Kind = ticket.Note }), ana, "split-what"},
		"the team's words":      {bad(func(e *ticket.Entry) { e.Side = ticket.Team }), ana, "split-what"},
		"what was deleted":      {bad(func(e *ticket.Entry) { e.DeletedAt = now }), ana, "split-what"},
		"of another ticket":     {bad(func(e *ticket.Entry) { e.Ticket = "x" }), ana, "split-what"},
		"for a stranger":        {[]ticket.Entry{good}, other, "not-same-organisation"},
		"for somebody who left": {[]ticket.Entry{good}, inactive(ana), "not-same-organisation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := tk
			before := copyOf(tk)
			n, err := tk.Split(bia, tc.to, "A nota", tc.words, now)
			if got := code(t, err); got != tc.want || n != nil || !same(before, copyOf(tk)) {
				t.Errorf("got %q, %v", got, n)
			}
		})
	}
}

// H3: why something was changed is the team's own, so it is a note; no event holds it.
func TestReasonsAreNotes(t *testing.T) {
	t.Parallel()
	tk := opened(t)
	for _, err := range []error{tk.SetDue(bia, now.Add(time.Hour), "cliente ameaça sair", now), tk.Because(bia, "severity", " cliente ameaça sair ", now), tk.Because(bia, "agent", " ", now)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	notes := 0
	for _, e := range tk.News() {
		switch e.Kind {
		case ticket.Note:
			notes++
			if e.Text != "cliente ameaça sair" || e.Side != ticket.Team || e.Field == "" {
				t.Errorf("kept as %+v", e)
			}
		default:
			if e.Text != "" {
				t.Errorf("the reason is in %+v", e)
			}
		}
	}
	if notes != 2 {
		t.Errorf("%d notes", notes)
	}
}
