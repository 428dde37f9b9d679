package notice

import (
	"slices"
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

var then = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// someone is an active person with proved addresses; on WhatsApp they have written.
func someone(id string, on ...message.Channel) directory.Person {
	p := directory.Person{ID: directory.PersonID(id), Name: id, Active: true}
	for _, channel := range on {
		p.Aliases = append(p.Aliases, directory.Alias{Address: at(id, channel), VerifiedAt: then, HeardAt: then})
	}
	return p
}

// member is someone of the ticket's organisation.
func member(id string, on ...message.Channel) directory.Person {
	p := someone(id, on...)
	p.Members = []directory.Membership{{Org: "aurora", Role: directory.Standard}}
	return p
}

func at(id string, channel message.Channel) message.Address {
	return message.Address{Channel: channel, ID: id}
}

// changed is a person with something else about their first address.
func changed(p directory.Person, change func(*directory.Alias)) directory.Person {
	p.Aliases = slices.Clone(p.Aliases)
	change(&p.Aliases[0])
	return p
}

func inactive(p directory.Person) directory.Person {
	p.Active = false
	return p
}

// cast is Ana's ticket, with Carla in copy, in Bia's hands; Davi is on the team too.
func cast() Facts {
	return Facts{
		Ticket:       &ticket.Ticket{Org: "aurora"},
		Requester:    someone("ana", message.WhatsApp, message.Email),
		Participants: []directory.Person{member("carla", message.Email)},
		Agent:        someone("bia", message.Slack, message.Email),
		Team:         []directory.Person{someone("bia", message.Slack, message.Email), someone("davi", message.Email)},
	}
}

// told writes recipients as "ana whatsapp requester".
func told(all []Recipient) []string {
	var out []string
	for _, r := range all {
		out = append(out, r.To.ID+" "+string(r.To.Channel)+" "+string(r.As))
	}
	return out
}

func TestRecipients(t *testing.T) {
	t.Parallel()
	anaBoth := []string{"ana whatsapp requester", "ana email requester"}
	carla := []string{"carla email participant"}
	biaBoth := []string{"bia slack team", "bia email team"}
	for name, tc := range map[string]struct {
		event  Event
		change func(*Facts)
		want   []string
	}{
		"opened by her on whatsapp": {Opened, func(f *Facts) { f.Actor, f.Saw = "ana", at("ana", message.WhatsApp) },
			slices.Concat([]string{"ana email requester"}, carla, biaBoth)},
		"answered on slack":       {Answered, func(f *Facts) { f.Actor, f.Saw = "bia", at("bia", message.Slack) }, slices.Concat(anaBoth, carla)},
		"added by her":            {Added, func(f *Facts) { f.Actor, f.Saw = "ana", at("ana", message.WhatsApp) }, slices.Concat(carla, biaBoth)},
		"added by carla, by mail": {Added, func(f *Facts) { f.Actor, f.Saw = "carla", at("carla", message.Email) }, biaBoth},
		"closed by the agent":     {Closed, func(f *Facts) { f.Actor, f.Saw = "bia", at("bia", message.Slack) }, slices.Concat(anaBoth, carla)},
		"closed by her, by mail": {Closed, func(f *Facts) { f.Actor, f.Saw = "ana", at("ana", message.Email) },
			slices.Concat([]string{"ana whatsapp requester"}, carla, biaBoth)},
		"closed by a manager":       {Closed, func(f *Facts) { f.Actor, f.Saw = "marta", at("marta", message.Email) }, slices.Concat(anaBoth, carla, biaBoth)},
		"closed by itself":          {Expired, func(*Facts) {}, slices.Concat(anaBoth, carla, biaBoth)},
		"reopened by another agent": {Reopened, func(f *Facts) { f.Actor = "davi" }, slices.Concat(anaBoth, carla, biaBoth)},
		"a reminder":                {Reminder, func(*Facts) {}, anaBoth},
		"a warning":                 {Warning, func(*Facts) {}, anaBoth},
		"given by another":          {Assigned, func(f *Facts) { f.Actor = "davi" }, biaBoth},
		"taken":                     {Assigned, func(f *Facts) { f.Actor, f.Saw = "bia", at("bia", message.Slack) }, nil},
		"overdue":                   {Overdue, func(*Facts) {}, biaBoth},
		"nobody took it: the team":  {Added, func(f *Facts) { f.Agent = directory.Person{} }, slices.Concat(carla, biaBoth, []string{"davi email team"})},
		"nobody took it, the team but who did it": {Opened, func(f *Facts) { f.Agent, f.Actor = directory.Person{}, "bia" },
			slices.Concat(anaBoth, carla, []string{"davi email team"})},
		"a requester who left":   {Answered, func(f *Facts) { f.Requester = inactive(f.Requester) }, carla},
		"a participant who left": {Answered, func(f *Facts) { f.Participants[0] = inactive(f.Participants[0]) }, anaBoth},
		"one who went elsewhere": {Answered, func(f *Facts) { f.Participants[0].Members[0].Org = "brisa" }, anaBoth},
		"a requester unknown":    {Answered, func(f *Facts) { f.Requester = directory.Person{} }, carla},
		"in copy of her own":     {Answered, func(f *Facts) { f.Participants = append(f.Participants, f.Requester) }, slices.Concat(anaBoth, carla)},
		"in copy and on the team": {Closed, func(f *Facts) { f.Participants = append(f.Participants, member("bia", message.Slack, message.Email)) },
			slices.Concat(anaBoth, carla, []string{"bia slack participant", "bia email participant"})},
		"an event nobody hears of": {"unheard", func(*Facts) {}, nil},
		"a dead address": {Answered, func(f *Facts) {
			f.Participants[0] = changed(f.Participants[0], func(a *directory.Alias) { a.DeadAt = then })
		}, anaBoth},
		"an address only claimed": {Answered, func(f *Facts) {
			f.Requester = changed(f.Requester, func(a *directory.Alias) { a.VerifiedAt = time.Time{} })
		}, slices.Concat([]string{"ana email requester"}, carla)},
		"whatsapp that never wrote": {Answered, func(f *Facts) {
			f.Requester = changed(f.Requester, func(a *directory.Alias) { a.HeardAt = time.Time{} })
		}, slices.Concat([]string{"ana email requester"}, carla)},
		"only by mail, as she chose": {Answered, func(f *Facts) { f.Requester.NoticeBy = []message.Channel{message.Email} },
			slices.Concat([]string{"ana email requester"}, carla)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := cast()
			tc.change(&f)
			if got := told(Recipients(tc.event, f)); !slices.Equal(got, tc.want) {
				t.Errorf("got  %v\nwant %v", got, tc.want)
			}
		})
	}
}
