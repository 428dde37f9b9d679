package dialogue_test

import (
	"testing"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// roleOf is somebody's part in the team as it is stored; false: nobody has the address.
func (h *house) roleOf(who message.Address) (directory.Role, bool) {
	h.t.Helper()
	var role directory.Role
	found := false
	err := h.db.View(h.t.Context(), func(r dialogue.Reader) error {
		if p, err := r.PersonAt(h.t.Context(), who); err == nil {
			role, found = p.Team, true
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return role, found
}

// Who belongs to the agents' channel, or to the supervisors' group, is of the team for as
// long as that is so; nobody else becomes so by it, and nobody loses what they had.
func TestStanding(t *testing.T) {
	asGuest := func(in *message.Inbound) { in.Proof = message.AsGuest }
	as := func(what message.Standing) func(*message.Inbound) {
		return func(in *message.Inbound) { in.Standing = what }
	}
	unproved := func(in *message.Inbound) { in.Proof = message.Unproved }
	type step struct {
		standing message.Standing
		change   func(*message.Inbound)
		want     directory.Role
	}
	plain := func(*message.Inbound) {}
	for name, tt := range map[string]struct {
		who   string
		steps []step
		known bool
	}{
		"a stranger of the workspace":                      {"nova", []step{{"", plain, ""}}, false},
		"one of the channel, new here":                     {"nova", []step{{message.AsAgent, plain, directory.Agent}, {message.AsAgent, plain, directory.Agent}, {"", plain, ""}}, true},
		"who proves nothing":                               {"nova", []step{{message.AsSupervisor, unproved, ""}}, false},
		"an agent who comes to lead, and leaves the group": {"bia", []step{{message.AsSupervisor, plain, directory.Supervisor}, {message.AsAgent, plain, directory.Agent}, {"", plain, directory.Agent}}, true},
		"a supervisor by name in the channel":              {"rui", []step{{message.AsAgent, plain, directory.Supervisor}, {"", plain, directory.Supervisor}}, true},
		"a member who is a guest by now":                   {"nova", []step{{message.AsAgent, plain, directory.Agent}, {message.AsAgent, asGuest, directory.Agent}}, true}, // nobody acts by it: see below
		"a leader by group, registered, a guest by now":    {"bia", []step{{message.AsSupervisor, plain, directory.Supervisor}, {message.AsSupervisor, asGuest, directory.Agent}}, true},
		"who was deactivated":                              {"gone", []step{{message.AsSupervisor, plain, directory.Agent}}, true},
		"from leader to agent to nobody":                   {"nova", []step{{message.AsSupervisor, plain, directory.Supervisor}, {message.AsAgent, plain, directory.Agent}, {"", plain, ""}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, false)
			for i, s := range tt.steps {
				h.says(tt.who, "palavras", as(s.standing), s.change)
				if role, known := h.roleOf(slackUser(tt.who)); role != s.want || known != tt.known {
					t.Errorf("step %d: %q, known %t; want %q, %t", i+1, role, known, s.want, tt.known)
				}
			}
		})
	}
	// Its word counts for what a turn may do: the note of a new agent is in the ticket.
	h := newHouse(t, false)
	h.says("nova", "cliente antigo", as(message.AsAgent))
	notes := func() (n int) {
		err := h.db.View(t.Context(), func(r dialogue.Reader) error {
			tk, err := r.Numbered(t.Context(), "2026-000001")
			if err != nil {
				return err
			}
			all, err := r.History(t.Context(), tk.ID, 0, 0, true)
			for _, e := range all {
				if e.Text == "cliente antigo" {
					n++
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := notes(); n != 1 {
		t.Errorf("%d notes", n)
	}
	h.says("nova", "cliente antigo", as(message.AsAgent), asGuest)
	if n := notes(); n != 1 {
		t.Errorf("a guest who was a member still notes: %d", n)
	}
	h.says("nova", "cliente antigo")
	if n := notes(); n != 1 {
		t.Errorf("who left the channel still notes: %d", n)
	}
}
