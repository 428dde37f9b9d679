package dialogue

import (
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Rule 8: an agent is shown whom the words reach, and nobody else.
func TestReachText(t *testing.T) {
	t.Parallel()
	then := time.Unix(1, 0)
	who := func(name string, active bool, org directory.OrgID) directory.Person {
		return directory.Person{
			ID: directory.PersonID(name), Name: name, Active: active, Members: []directory.Membership{{Org: org}},
			Aliases: []directory.Alias{{Address: message.Address{Channel: message.Email, ID: name}, VerifiedAt: then}},
		}
	}
	for name, tc := range map[string]struct {
		requester directory.Person
		copies    []directory.Person
		want      string
	}{
		"all":                     {who("Ana", true, "a"), []directory.Person{who("Beto", true, "a")}, "Ana (email), Beto (email)"},
		"one in copy deactivated": {who("Ana", true, "a"), []directory.Person{who("Beto", false, "a")}, "Ana (email)"},
		"one in copy elsewhere":   {who("Ana", true, "a"), []directory.Person{who("Beto", true, "b")}, "Ana (email)"},
		"requester deactivated":   {who("Ana", false, "a"), nil, "Ana (–)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := notice.Facts{Ticket: &ticket.Ticket{Org: "a"}, Requester: tc.requester, Participants: tc.copies, Actor: "Ana"}
			if got := reachText(f); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
