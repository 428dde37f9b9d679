package notice

import (
	"slices"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// Event is something that people hear of.
type Event string

// Events of D1 and D5, and the team's own. Each is a key of the catalogues, under
// "notice.", with a part for each audience.
const (
	Opened   Event = "opened"
	Answered Event = "answered" // by the team
	Added    Event = "added"    // by the customer's side
	Closed   Event = "closed"
	Expired  Event = "expired" // closed for want of an answer
	Reopened Event = "reopened"
	Reminder Event = "reminder"
	Warning  Event = "warning" // the last reminder: it will be closed
	Assigned Event = "assigned"
	Overdue  Event = "overdue" // a service level is about to be missed, or was (B14)
	Waits    Event = "waits"   // the customer has waited long for an answer

	Outside Event = "outside" // the team spoke to the customer outside the desk

	Merged Event = "merged" // another ticket goes on for this one
	Parted Event = "parted" // and that was taken back
)

// Audience is how somebody stands to the ticket; texts differ by it.
type Audience string

// Audiences.
const (
	Requester   Audience = "requester"
	Participant Audience = "participant"
	Agent       Audience = "team"
)

// Facts is what the policy needs to know.
type Facts struct {
	Ticket       *ticket.Ticket
	Requester    directory.Person
	Participants []directory.Person
	Agent        directory.Person   // zero when nobody took it
	Team         []directory.Person // who hears of what nobody took
	Actor        directory.PersonID // who did it; empty: the program
	Saw          message.Address    // where the actor was told already
	Had          []message.Address  // who got the actor's own words directly, as on To and Cc of a mail
}

// Recipient is one address to be told, and as what.
type Recipient struct {
	Person directory.Person
	To     message.Address
	As     Audience
}

// audiences says who hears of what.
var audiences = map[Event][]Audience{
	Opened:   {Requester, Participant, Agent},
	Answered: {Requester, Participant},
	Added:    {Participant, Agent},
	Closed:   {Requester, Participant, Agent},
	Expired:  {Requester, Participant, Agent},
	Reopened: {Requester, Participant, Agent},
	Reminder: {Requester},
	Warning:  {Requester},
	Assigned: {Agent},
	Overdue:  {Agent},
	Waits:    {Agent},

	Outside: {Agent},

	Merged: {Requester, Participant, Agent},
	Parted: {Requester, Participant, Agent},
}

// Recipients applies the policy: everybody in an event's audiences on each address
// they may be reached at. The actor hears on their other addresses only of what
// concerns them as a customer, and never where they just acted; a member of the
// team is not told of their own deeds.
func Recipients(event Event, f Facts) []Recipient {
	var out []Recipient
	told := map[message.Address]bool{}
	if !f.Saw.IsZero() {
		told[f.Saw] = true
	}
	for _, as := range audiences[event] {
		for _, p := range f.people(as) {
			if !p.Active || as == Agent && p.ID == f.Actor {
				continue
			}
			for _, to := range p.Reach() {
				if !told[to] && !f.had(event, as, to) {
					told[to] = true
					out = append(out, Recipient{Person: p, To: to, As: as})
				}
			}
		}
	}
	return out
}

// had reports whether a customer got the words of an Added already, and from who wrote
// them. The team always hears of it by us: only our mail can be answered safely.
func (f Facts) had(event Event, as Audience, to message.Address) bool {
	return event == Added && as != Agent && slices.Contains(f.Had, to)
}

// Shown are the customers on a channel who hear of an event, whoever told them. Their
// addresses may be shown to each of them: all are of the ticket, and participants of
// its organisation. Nobody of the team is among them.
func Shown(event Event, f Facts, on message.Channel) []Recipient {
	f.Saw, f.Had = message.Address{}, nil
	return slices.DeleteFunc(Recipients(event, f), func(r Recipient) bool { return r.As == Agent || r.To.Channel != on || r.Person.OnTeam() })
}

// people lists an audience.
func (f Facts) people(as Audience) []directory.Person {
	switch as {
	case Requester:
		return []directory.Person{f.Requester}
	case Participant:
		return slices.DeleteFunc(slices.Clone(f.Participants), func(p directory.Person) bool {
			_, member := p.In(f.Ticket.Org)
			return !member // they went to another organisation
		})
	}
	if f.Agent.ID != "" {
		return []directory.Person{f.Agent}
	}
	return f.Team
}
