package dialogue

import (
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// Only what says that the address is no more stops notices to it, and only about a
// ticket of that person: anybody can write a bounce.
func TestBounced(t *testing.T) {
	t.Parallel()
	at := message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	ana := directory.Person{ID: "ana", Active: true, Aliases: []directory.Alias{{Address: at}}}
	for name, tc := range map[string]struct {
		status string
		thread *ticket.Ticket
		dead   bool
	}{
		"no such mailbox":              {"5.1.1", &ticket.Ticket{Requester: "ana"}, true},
		"mailbox closed":               {"5.2.1", &ticket.Ticket{Requester: "ana"}, true},
		"of a participant":             {"5.1.10", &ticket.Ticket{Participants: []directory.PersonID{"ana"}}, true},
		"mailbox full":                 {"5.2.2", &ticket.Ticket{Requester: "ana"}, false},
		"taken for spam":               {"5.7.1", &ticket.Ticket{Requester: "ana"}, false},
		"the sender is wrong":          {"5.1.8", &ticket.Ticket{Requester: "ana"}, false},
		"delayed":                      {"4.1.1", &ticket.Ticket{Requester: "ana"}, false},
		"no status":                    {"", &ticket.Ticket{Requester: "ana"}, false},
		"of a ticket that is not hers": {"5.1.1", &ticket.Ticket{Requester: "beto"}, false},
		"of no ticket":                 {"5.1.1", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scene{who: ana, known: true, thread: tc.thread, now: time.Unix(1, 0), plan: &Plan{}, people: map[directory.PersonID]directory.Person{}}
			s.in.From, s.in.Form = at, map[string]string{"status": tc.status}
			s.bounced()
			if dead := !s.who.Aliases[0].DeadAt.IsZero(); dead != tc.dead {
				t.Errorf("dead %t, want %t", dead, tc.dead)
			}
		})
	}
}

// Who writes from an address lives there.
func TestHeardRevives(t *testing.T) {
	t.Parallel()
	at := message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	s := &scene{now: time.Unix(9, 0), plan: &Plan{}, people: map[directory.PersonID]directory.Person{}}
	s.in.From = at
	s.who = directory.Person{ID: "ana", Language: "en", Aliases: []directory.Alias{{Address: at, HeardAt: time.Unix(1, 0), DeadAt: time.Unix(5, 0)}}}
	s.heard()
	if al := s.who.Aliases[0]; !al.DeadAt.IsZero() || al.HeardAt != time.Unix(1, 0) || len(s.plan.People) != 1 {
		t.Errorf("%+v, %d people saved", al, len(s.plan.People))
	}
}
