package dialogue

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Nobody who never wrote on WhatsApp is written to there, whatever happens; and nobody
// who asked for no notices gets there what they did not ask for.
func TestNobodyColdIsWrittenTo(t *testing.T) {
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	events := []notice.Event{
		notice.Opened, notice.Answered, notice.Added, notice.Closed, notice.Expired, notice.Reopened,
		notice.Reminder, notice.Warning, notice.Assigned, notice.Overdue,
	}
	rapid.Check(t, func(rt *rapid.T) {
		all := crowd(rt)
		people, owner := map[directory.PersonID]directory.Person{}, map[message.Address]directory.Alias{}
		var team []directory.Person
		for _, p := range all {
			p.Aliases = slices.Clone(p.Aliases)
			for i := range p.Aliases {
				al := &p.Aliases[i]
				if al.HeardAt = time.Unix(1, 0); rapid.Bool().Draw(rt, "cold") {
					al.HeardAt = time.Time{}
				}
				if rapid.Bool().Draw(rt, "stopped") {
					al.StoppedAt = time.Unix(2, 0)
				}
				owner[al.Address] = *al
			}
			people[p.ID] = p
			if p.OnTeam() {
				team = append(team, p)
			}
		}
		pick := rapid.SampledFrom(all)
		tk := &ticket.Ticket{ID: "t", Number: "2026-000002", Org: "org", Requester: pick.Draw(rt, "requester").ID}
		tk.Participants = append(tk.Participants, pick.Draw(rt, "participant").ID)
		e := New(Options{Catalogue: catalogue, Desk: Desk{Name: "Suporte", Language: "pt-BR"}})
		s := &scene{
			e: e, plan: &Plan{engine: e}, r: aTeam{team: team}, people: people, thread: tk,
			who: people[pick.Draw(rt, "actor").ID], ctx: t.Context(),
		}
		event := rapid.SampledFrom(events).Draw(rt, "event")
		if err := s.notify(event, tk, notice.Data{"Text": "oi"}); err != nil {
			rt.Fatal(err)
		}
		for _, say := range s.plan.Says {
			if say.To.Channel != message.WhatsApp {
				continue
			}
			if al := owner[say.To]; al.HeardAt.IsZero() {
				rt.Fatalf("%s to %s, who never wrote", say.Key, say.To)
			} else if say.Proactive && !al.StoppedAt.IsZero() {
				rt.Fatalf("%s to %s, who wants none", say.Key, say.To)
			}
		}
	})
}
