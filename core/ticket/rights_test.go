package ticket_test

import (
	"testing"

	"recado/core/directory"
	"recado/core/ticket"
)

// F1, F9, B9, B13: who sees a ticket, by who they are, what its requester is, and
// whether it is private.
func TestMaySee(t *testing.T) {
	t.Parallel()
	const (
		std = directory.Standard
		mgr = directory.Manager
		ad  = directory.Administrator
	)
	everybody := map[string]directory.Person{
		"requester": ana, "participant": carla, "colleague": rui, "manager": marta, "administrator": adm, "stranger": other,
		"strange manager": person("m", mgr, "brisa"), "agent": bia, "supervisor": davi,
		"no role": person("n", "", aurora), "participant elsewhere": person(carla.ID, std, "brisa"),
	}
	always := map[string]bool{"requester": true, "participant": true, "administrator": true, "agent": true, "supervisor": true}
	for _, tc := range []struct {
		name    string
		role    directory.Role // of the requester
		private bool
		manager bool // does a manager see it
	}{
		{"of a standard user", std, false, true},
		{"of a standard user, private", std, true, true},
		{"of a manager", mgr, false, true},
		{"of a manager, private", mgr, true, false},
		{"of an administrator", ad, false, true},
		{"of an administrator, private", ad, true, false},
		{"of somebody who left", "", false, true},
		{"of somebody who left, private", "", true, true},
	} {
		for who, p := range everybody {
			t.Run(tc.name+"/"+who, func(t *testing.T) {
				t.Parallel()
				tk := opened(t)
				tk.Private = tc.private
				want := ""
				if sees := always[who] || who == "manager" && tc.manager; !sees {
					want = "no-such-ticket"
				}
				if got := code(t, tk.MaySee(p, tc.role)); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				if got := code(t, tk.MaySee(inactive(p), tc.role)); got != "no-such-ticket" {
					t.Errorf("deactivated: got %q", got)
				}
			})
		}
	}
}

// Who may do what: every transition by every kind of person, in a state in which the
// agent may.
func TestWhoMay(t *testing.T) {
	t.Parallel()
	type who struct {
		name string
		p    directory.Person
	}
	people := []who{
		{"requester", ana}, {"participant", carla}, {"colleague", rui}, {"manager", marta}, {"administrator", adm},
		{"stranger", other}, {"agent", bia}, {"supervisor", davi}, {"deactivated agent", inactive(bia)}, {"deactivated requester", inactive(ana)},
	}
	for _, tc := range []struct {
		name    string
		state   state
		do      transition
		allowed []string
		refusal string
	}{
		{"answer", isOpen, answer, []string{"agent", "supervisor"}, "not-on-team"},
		{"note", isOpen, note, []string{"agent", "supervisor"}, "not-on-team"},
		{"take", isOpen, take, []string{"agent", "supervisor"}, "not-on-team"},
		{"start", isOpen, start, []string{"agent", "supervisor"}, "not-on-team"},
		{"severity", isOpen, severity, []string{"agent", "supervisor"}, "not-on-team"},
		{"type", isOpen, setType, []string{"agent", "supervisor"}, "not-on-team"},
		{"about", isOpen, about, []string{"agent", "supervisor"}, "not-on-team"},
		{"due", isOpen, due, []string{"agent", "supervisor"}, "not-on-team"},
		{"close", isOpen, closing, []string{"requester", "manager", "administrator", "agent", "supervisor"}, "not-yours-to-close"},
		{"reopen", isClosed, reopen, []string{"requester", "manager", "administrator", "agent", "supervisor"}, "not-yours-to-close"},
		{"priority", isOpen, priority, []string{"requester", "administrator", "agent", "supervisor"}, "not-yours-to-change"},
		{"subject", isOpen, subject, []string{"requester", "administrator", "agent", "supervisor"}, "not-yours-to-change"},
		{"contact", isOpen, contact, []string{"requester", "administrator", "agent", "supervisor"}, "not-yours-to-change"},
		{"uncopy", isOpen, uncopy, []string{"requester", "participant", "administrator", "agent", "supervisor"}, "not-yours-to-change"},
		{"copy", isOpen, copyRui, []string{"requester", "administrator", "agent", "supervisor"}, "not-yours-to-change"},
		{"reason", isOpen, because, []string{"agent", "supervisor"}, "not-on-team"},
		{"merge", isOpen, mergeAway, []string{"agent", "supervisor"}, "not-on-team"},
		{"split", isOpen, split, []string{"agent", "supervisor"}, "not-on-team"},
		{"relate", isOpen, relate, []string{"agent", "supervisor"}, "not-on-team"},
		{"requester", isOpen, giveToRui, []string{"administrator", "agent", "supervisor"}, "not-administrator"},
	} {
		for _, w := range people {
			t.Run(tc.name+"/"+w.name, func(t *testing.T) {
				t.Parallel()
				want := tc.refusal
				for _, a := range tc.allowed {
					if a == w.name {
						want = ""
					}
				}
				tries(t, in(t, tc.state), w.p, tc.do, want)
			})
		}
	}
}

// B13: a manager or an administrator hides the tickets that they opened themselves.
func TestWhoMayHide(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		requester, by directory.Person
		want          string
	}{
		"a manager's own":         {marta, marta, ""},
		"an administrator's own":  {adm, adm, ""},
		"a standard user's own":   {ana, ana, "not-a-manager"},
		"a manager, another's":    {ana, marta, "not-a-manager"},
		"an agent":                {marta, bia, "not-a-manager"},
		"a manager, deactivated":  {marta, inactive(marta), "not-a-manager"},
		"an administrator, hers":  {marta, adm, "not-a-manager"},
		"a manager of elsewhere":  {person("m", directory.Manager, "brisa"), person("m", directory.Manager, "brisa"), "not-a-manager"},
		"a supervisor, a manager": {marta, davi, "not-a-manager"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tk := opened(t)
			tk.Requester = tc.requester.ID
			tries(t, tk, tc.by, hide, tc.want)
			if tk.Private != (tc.want == "") {
				t.Errorf("private: %t", tk.Private)
			}
		})
	}
}

// B9, F10: whoever is put in copy, or is given the ticket, is an active person of its
// organisation.
func TestWhoMayHavePart(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		p    directory.Person
		want string
	}{
		"a colleague":             {rui, ""},
		"of another organisation": {other, "not-same-organisation"},
		"of the team":             {davi, "not-same-organisation"},
		"deactivated":             {inactive(rui), "not-same-organisation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries(t, opened(t), ana, func(tk *ticket.Ticket, by directory.Person) error { return tk.AddParticipant(by, tc.p, now) }, tc.want)
			tries(t, opened(t), adm, func(tk *ticket.Ticket, by directory.Person) error { return tk.SetRequester(by, tc.p, now) }, tc.want)
		})
	}
}
