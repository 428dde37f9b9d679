package dialogue

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// aTeam is a store that knows who is on the team.
type aTeam struct {
	Reader
	team []directory.Person
}

func (a aTeam) Team(context.Context) ([]directory.Person, error) { return a.team, nil }

func (aTeam) Latest(context.Context, ticket.ID, int) ([]ticket.Entry, error) { return nil, nil }

// crowd draws people of two organisations and of the team, with addresses of all kinds.
func crowd(rt *rapid.T) []directory.Person {
	var all []directory.Person
	for i := range rapid.IntRange(2, 9).Draw(rt, "people") {
		p := directory.Person{ID: directory.PersonID(fmt.Sprint("p", i)), Name: fmt.Sprint("Nome ", i), Active: rapid.IntRange(0, 9).Draw(rt, "left") > 0}
		switch rapid.IntRange(0, 4).Draw(rt, "side") {
		case 0:
			p.Team = directory.Agent
		case 1:
			p.Members = []directory.Membership{{Org: "other", Role: directory.Standard}}
		default:
			p.Members = []directory.Membership{{Org: "org", Role: directory.Standard}}
		}
		for j := range rapid.IntRange(0, 3).Draw(rt, "addresses") {
			channel := rapid.SampledFrom([]message.Channel{message.Email, message.Email, message.WhatsApp}).Draw(rt, "channel")
			al := directory.Alias{Address: message.Address{Channel: channel, ID: fmt.Sprintf("p%d.%d", i, j)}, HeardAt: time.Unix(1, 0)}
			if rapid.IntRange(0, 4).Draw(rt, "verified") > 0 {
				al.VerifiedAt = time.Unix(1, 0)
			}
			if rapid.IntRange(0, 4).Draw(rt, "dead") == 0 {
				al.DeadAt = time.Unix(2, 0)
			}
			p.Aliases = append(p.Aliases, al)
		}
		all = append(all, p)
	}
	return all
}

// Nobody sees an address whose owner does not take part in the ticket, or is of the
// team; nobody of the team is shown any, and nobody sees their own twice.
func TestNoAddressLeaks(t *testing.T) {
	t.Parallel()
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		all := crowd(rt)
		pick := rapid.SampledFrom(all)
		tk := &ticket.Ticket{ID: "t", Number: "2026-000001", Org: "org", Requester: pick.Draw(rt, "requester").ID}
		for range rapid.IntRange(0, 5).Draw(rt, "participants") {
			tk.Participants = append(tk.Participants, pick.Draw(rt, "participant").ID)
		}
		if agent := pick.Draw(rt, "agent"); agent.Team != "" {
			tk.Agent = agent.ID
		}
		e := New(Options{Catalogue: catalogue, Desk: Desk{Name: "Suporte", Language: "pt-BR"}})
		s := &scene{e: e, plan: &Plan{engine: e}, who: pick.Draw(rt, "actor"), people: map[directory.PersonID]directory.Person{}, ctx: t.Context()}
		owner := map[message.Address]directory.Person{}
		var team []directory.Person
		for _, p := range all {
			s.people[p.ID] = p
			if p.OnTeam() {
				team = append(team, p)
			}
			for _, al := range p.Aliases {
				owner[al.Address] = p
				if rapid.IntRange(0, 3).Draw(rt, "in copy") == 0 {
					s.in.Copies = append(s.in.Copies, al.Address)
				}
			}
		}
		s.r = aTeam{team: team}
		event := rapid.SampledFrom([]notice.Event{notice.Opened, notice.Answered, notice.Added, notice.Closed, notice.Expired, notice.Reopened}).Draw(rt, "event")
		if err := s.notify(event, tk, notice.Data{"Text": "oi"}); err != nil {
			rt.Fatal(err)
		}
		for _, say := range s.plan.Says {
			to := owner[say.To]
			if to.OnTeam() && len(say.InCopy) > 0 && !takesPart(tk, to) {
				rt.Fatalf("the team's %s is shown %v", say.To, say.InCopy)
			}
			for _, a := range say.InCopy {
				who := owner[a]
				if !takesPart(tk, who) || who.Team != "" || who.ID == to.ID || !who.Active || tk.MaySee(who, directory.Standard) != nil {
					rt.Fatalf("%s sees %s of %+v", say.To, a, who)
				}
			}
			if event == notice.Added && !to.OnTeam() && slices.Contains(s.in.Copies, say.To) {
				rt.Fatalf("%s had it directly, and is told again", say.To)
			}
		}
	})
}

func takesPart(t *ticket.Ticket, p directory.Person) bool {
	_, member := p.In(t.Org)
	return p.ID == t.Requester || member && t.IsParticipant(p.ID)
}
