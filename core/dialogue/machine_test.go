package dialogue

import (
	"context"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// posted is a Reader that knows what was posted, and the entries of one ticket.
type posted struct {
	Reader
	sent    map[string]Sent
	entries []ticket.Entry
	team    []directory.Person
}

func (p posted) SentAs(_ context.Context, ids []string) (Sent, bool, error) {
	for _, id := range ids {
		if s, ok := p.sent[id]; ok {
			return s, true, nil
		}
	}
	return Sent{}, false, nil
}

func (p posted) EntryByUpstream(_ context.Context, upstream string) (ticket.Entry, error) {
	for _, e := range p.entries {
		if e.Upstream == upstream {
			return e, nil
		}
	}
	return ticket.Entry{}, ticket.ErrNotFound
}

func (p posted) Latest(context.Context, ticket.ID, int) ([]ticket.Entry, error) {
	return p.entries, nil
}
func (p posted) Team(context.Context) ([]directory.Person, error) { return p.team, nil }

func (p posted) Person(context.Context, directory.PersonID) (directory.Person, error) {
	return directory.Person{}, directory.ErrNotFound
}

var (
	mailOfAna = message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	chatOfAna = message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	longAgo   = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	monday    = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
)

// bounceScene is a report about a mail to Ana, sent an hour ago under the id "ours".
func bounceScene(t *testing.T, r posted, why message.Failure) *scene {
	t.Helper()
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	ana := directory.Person{
		ID: "ana", Name: "Ana", Active: true, NoticeBy: []message.Channel{message.Email},
		Aliases: []directory.Alias{{Address: mailOfAna, VerifiedAt: longAgo}, {Address: chatOfAna, VerifiedAt: longAgo, HeardAt: longAgo}},
	}
	if r.sent == nil {
		r.sent = map[string]Sent{"ours": {
			Out: message.Outbound{ID: "1", To: mailOfAna, Number: "2026-000001", Text: "Bia respondeu"}, At: monday.Add(-time.Hour),
		}}
	}
	r.team = []directory.Person{{ID: "bia", Active: true, Team: directory.Agent, Aliases: []directory.Alias{{Address: message.Address{Channel: message.Email, ID: "bia@team.example"}, VerifiedAt: longAgo}}}}
	s := &scene{
		ctx: t.Context(), e: New(Options{Catalogue: catalogue, Desk: Desk{Language: "pt-BR"}, Calendar: always{}}), now: monday, who: ana, known: true, r: r, plan: &Plan{},
		people: map[directory.PersonID]directory.Person{"ana": ana}, thread: &ticket.Ticket{ID: "t", Number: "2026-000001", Requester: "ana", Status: ticket.Waiting},
	}
	s.in = message.Inbound{
		From: mailOfAna, Auto: message.BounceDSN, Kind: message.Bounce, Key: message.Key{Channel: message.Email}, Text: "undeliverable",
		Form: map[string]string{"action": "failed"}, Failure: why, Thread: message.Thread{Refs: []string{"ours"}},
	}
	return s
}

// always is a calendar without nights.
type always struct{ Calendar }

// Only what says that the address is no more stops notices to it, and only when the
// report bears what the mail to it bore: anybody can write a bounce.
func TestBounced(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		why    message.Failure
		change func(*scene, *posted)
		dead   bool
	}{
		"no such mailbox":          {message.NoSuchAddress, nil, true},
		"no such domain":           {message.NoSuchDomain, nil, true},
		"mailbox full":             {message.MailboxFull, nil, false},
		"taken for spam":           {message.TakenForSpam, nil, false},
		"our sender":               {message.SenderRefused, nil, false},
		"not known":                {"", nil, false},
		"delayed":                  {message.NoSuchAddress, func(s *scene, _ *posted) { s.in.Form["action"] = "delayed" }, false},
		"an id that we never sent": {message.NoSuchAddress, func(s *scene, _ *posted) { s.in.Thread.Refs = []string{"t@ticket.recado"} }, false},
		"the id of a mail to another": {message.NoSuchAddress, func(_ *scene, r *posted) {
			r.sent = map[string]Sent{"ours": {Out: message.Outbound{ID: "1", To: message.Address{Channel: message.Email, ID: "beto@aurora.example"}}}}
		}, false},
		"she answered since": {message.NoSuchAddress, func(_ *scene, r *posted) {
			r.entries = []ticket.Entry{{Author: "ana", Via: message.Email, At: monday.Add(-time.Minute)}}
		}, false},
		"she wrote before": {message.NoSuchAddress, func(_ *scene, r *posted) {
			r.entries = []ticket.Entry{{Author: "ana", Via: message.Email, At: monday.Add(-2 * time.Hour)}}
		}, true},
		"a token":                          {message.NoSuchAddress, func(s *scene, _ *posted) { s.in.Thread = message.Thread{Number: "2026-000001"} }, true},
		"a token of another ticket":        {message.NoSuchAddress, func(s *scene, _ *posted) { s.in.Thread = message.Thread{Number: "2026-000002"} }, false},
		"a number that was merely written": {message.NoSuchAddress, func(s *scene, _ *posted) { s.in.Thread = message.Thread{Numbers: []string{"2026-000001"}} }, false},
		"about nobody we know":             {message.NoSuchAddress, func(s *scene, _ *posted) { s.known, s.who = false, directory.Person{} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := bounceScene(t, posted{}, tc.why)
			r, _ := s.r.(posted)
			if tc.change != nil {
				tc.change(s, &r)
			}
			s.r = r
			if err := s.machine(); err != nil {
				t.Fatal(err)
			}
			al, _ := s.who.Alias(mailOfAna)
			if dead := !al.DeadAt.IsZero(); dead != tc.dead {
				t.Errorf("dead %t, want %t", dead, tc.dead)
			}
			if s.thread.Status != ticket.Waiting || s.plan.Outcome.Code != message.Filed {
				t.Errorf("%s, %s", s.thread.Status, s.plan.Outcome.Code)
			}
		})
	}
}

// What came back is said once more where its reader is, in the same words, unless it
// was told there already; and the team hears what became of it.
func TestBouncedGoesAnotherWay(t *testing.T) {
	t.Parallel()
	beside := func(s Sent, all ...message.Address) posted {
		s.Beside = all
		return posted{sent: map[string]Sent{"ours": s}}
	}
	mail := Sent{Out: message.Outbound{ID: "1", To: mailOfAna, Number: "2026-000001", Text: "Bia respondeu", Account: "suporte"}, At: monday.Add(-time.Hour)}
	asks := mail
	asks.Out.Choices = []message.Choice{{Value: "yes", Label: "Sim"}}
	for name, tc := range map[string]struct {
		r     posted
		why   message.Failure
		again bool
		told  bool
	}{
		"no such mailbox":              {beside(mail), message.NoSuchAddress, true, true},
		"told on WhatsApp already":     {beside(mail, chatOfAna), message.NoSuchAddress, false, true},
		"somebody else was told":       {beside(mail, message.Address{Channel: message.WhatsApp, ID: "1"}), message.NoSuchAddress, true, true},
		"a question":                   {beside(asks), message.NoSuchAddress, false, true},
		"full, and told another way":   {beside(mail), message.MailboxFull, true, false},
		"full, and no other way":       {beside(asks), message.MailboxFull, false, true},
		"told when it came back first": {posted{sent: map[string]Sent{"ours": mail}, entries: []ticket.Entry{{Upstream: "unreached:1"}}}, message.NoSuchAddress, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := bounceScene(t, tc.r, tc.why)
			if err := s.machine(); err != nil {
				t.Fatal(err)
			}
			if again := len(s.plan.Repeats) == 1; again != tc.again {
				t.Fatalf("said again: %+v", s.plan.Repeats)
			}
			if tc.again {
				if out := s.plan.Repeats[0]; out.To != chatOfAna || out.Text != mail.Out.Text || out.ID == "1" || out.Account != "" {
					t.Errorf("%+v", out)
				}
			}
			if told := len(s.plan.Says) == 1; told != tc.told {
				t.Errorf("the team hears %+v", s.plan.Says)
			}
		})
	}
}

// Machine mail of any kind leaves a ticket's state and its clocks as they are.
func TestMachineMailMovesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s := bounceScene(t, posted{}, rapid.SampledFrom([]message.Failure{"", message.NoSuchAddress, message.NoAnswer, message.MailboxFull}).Draw(rt, "why"))
		s.in.Auto = rapid.SampledFrom([]message.Auto{message.AutoReply, message.BounceDSN, message.ListMail, message.Complaint, message.Receipt, message.OwnEcho}).Draw(rt, "auto")
		s.in.Form["action"] = rapid.SampledFrom([]string{"", "failed", "delayed", "delivered"}).Draw(rt, "action")
		s.in.Form["feedback"] = rapid.SampledFrom([]string{"", "abuse", "auth-failure"}).Draw(rt, "feedback")
		s.proved = rapid.Bool().Draw(rt, "proved")
		s.thread.Status = rapid.SampledFrom([]ticket.Status{ticket.Open, ticket.InProgress, ticket.Waiting, ticket.Closed}).Draw(rt, "state")
		s.thread.RemindAt, s.thread.Reminders, s.thread.SolveDue = monday.Add(time.Hour), 1, monday.Add(2*time.Hour)
		s.thread.LastSide, s.thread.LastAt = ticket.Team, longAgo
		before := *s.thread
		if err := s.machine(); err != nil {
			rt.Fatal(err)
		}
		after := *s.thread
		if len(after.News()) > 1 {
			rt.Errorf("%d entries", len(after.News()))
		}
		after.Stored()
		after.Version, after.Entries, after.UpdatedAt = before.Version, before.Entries, before.UpdatedAt
		if !reflect.DeepEqual(before, after) {
			rt.Errorf("%+v became %+v", before, after)
		}
		for _, say := range s.plan.Says {
			if say.To == mailOfAna {
				rt.Errorf("answered: %+v", say)
			}
		}
	})
}

// Who writes from an address lives there.
func TestHeardRevives(t *testing.T) {
	t.Parallel()
	s := &scene{now: time.Unix(9, 0), plan: &Plan{}, people: map[directory.PersonID]directory.Person{}}
	s.in.From = mailOfAna
	s.who = directory.Person{ID: "ana", Language: "en", Aliases: []directory.Alias{{Address: mailOfAna, VerifiedAt: time.Unix(1, 0), HeardAt: time.Unix(1, 0), DeadAt: time.Unix(5, 0)}}}
	if err := s.heard(); err != nil {
		t.Fatal(err)
	}
	if al := s.who.Aliases[0]; !al.DeadAt.IsZero() || al.HeardAt != time.Unix(1, 0) || len(s.plan.People) != 1 {
		t.Errorf("%+v, %d people saved", al, len(s.plan.People))
	}
}
