package directory

import (
	"slices"
	"strings"
	"unicode"
)

// Refusal is a rule that says no. Code is the key of its text in the catalogues
// ("refused." + Code); Data fills that text in.
type Refusal struct {
	Code string
	Data map[string]any
}

func (r *Refusal) Error() string { return "refused: " + r.Code }

// Refuse makes a Refusal of pairs of names and values.
func Refuse(code string, pairs ...any) *Refusal {
	r := &Refusal{Code: code, Data: map[string]any{}}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		r.Data[name] = pairs[i+1]
	}
	return r
}

// MayManagePeople says whether actor adds, updates and deactivates people of org
// (F2): its administrators, and the team's supervisors.
func MayManagePeople(actor Person, org OrgID) error {
	if actor.Is(org, Administrator) || actor.supervises() {
		return nil
	}
	return Refuse("not-administrator")
}

// supervises reports whether the person manages everybody, those without an
// organisation too.
func (p Person) supervises() bool { return p.OnTeam() && p.Team == Supervisor }

// manages reports whether actor manages subject in any of subject's organisations.
func manages(actor, subject Person) bool {
	return actor.supervises() || slices.ContainsFunc(subject.Orgs(), func(org OrgID) bool {
		return MayManagePeople(actor, org) == nil
	})
}

// MayChangeEmail says whether actor changes an e-mail of subject (F2, F6: the
// person's own e-mail is read-only to them; their administrators change it).
// Of somebody in several organisations it takes the right in each: an e-mail opens
// the tickets of all of them (F5).
func MayChangeEmail(actor, subject Person) error {
	if !manages(actor, subject) {
		return Refuse("email-read-only")
	}
	for _, org := range subject.Orgs() {
		if MayManagePeople(actor, org) != nil {
			return Refuse("email-read-only")
		}
	}
	return nil
}

// MayEditProfile says whether actor changes subject's other data (F6).
func MayEditProfile(actor, subject Person) error {
	if actor.ID == subject.ID && actor.Active || manages(actor, subject) {
		return nil
	}
	return Refuse("not-administrator")
}

// MayDelete says whether actor deletes subject, who has that many tickets (F3).
func MayDelete(actor, subject Person, tickets int) error {
	if !manages(actor, subject) {
		return Refuse("not-administrator")
	}
	if actor.ID == subject.ID {
		return Refuse("delete-self")
	}
	if tickets > 0 {
		return Refuse("has-tickets", "Name", subject.Name, "Count", tickets)
	}
	return nil
}

// MayTransfer says whether actor moves the history of from to another person (F3):
// both must be people of one organisation that actor administers.
func MayTransfer(actor, from, to Person) error {
	if !manages(actor, from) {
		return Refuse("not-administrator")
	}
	for _, org := range from.Orgs() {
		if _, both := to.In(org); both && MayManagePeople(actor, org) == nil && from.ID != to.ID && to.Active {
			return nil
		}
	}
	return Refuse("transfer-target")
}

// MaySetKeyUser says whether actor chooses the modules of a member of org (F4).
func MaySetKeyUser(actor Person, org OrgID) error { return MayManagePeople(actor, org) }

// MayGrant says whether actor may give role in org. Nobody raises somebody above
// what they are themselves.
func MayGrant(actor Person, org OrgID, role Role) error {
	if !slices.Contains(CustomerRoles, role) {
		return Refuse("unknown-role", "Role", string(role))
	}
	return MayManagePeople(actor, org)
}

// MaySeeStatistics says whether actor sees the figures of org (G9).
func MaySeeStatistics(actor Person, org OrgID) error {
	m, _ := actor.In(org)
	if actor.OnTeam() || actor.Active && m.Statistics || actor.Is(org, Manager, Administrator) {
		return nil
	}
	return Refuse("no-statistics")
}

// MayOpenIn says whether the person opens tickets in a module of org (F4).
// An empty module is one that is not known yet: allowed.
func MayOpenIn(actor Person, org OrgID, module string) error {
	if actor.OnTeam() {
		return nil
	}
	m, ok := actor.In(org)
	if !ok || !actor.Active {
		return Refuse("not-member")
	}
	if module == "" || len(m.Modules) == 0 || slices.Contains(m.Modules, module) {
		return nil
	}
	return Refuse("not-key-user")
}

// MayJudge says whether actor decides about a held item that claims to be from sender,
// who may be nobody known: the team does. A mail in a colleague's name speaks with the
// colleague's rights once it is let in, so that is for supervisors, or the colleague.
func MayJudge(actor, sender Person) error {
	switch {
	case !actor.OnTeam():
		return Refuse("not-on-team")
	case sender.Team != "" && sender.ID != actor.ID && !actor.supervises():
		return Refuse("not-supervisor")
	}
	return nil
}

// MayGrantAccess says whether actor decides whose an account is for which the upstream does
// not vouch: supervisors, since it speaks with that person's rights from then on.
func MayGrantAccess(actor Person) error {
	if !actor.supervises() {
		return Refuse("access-supervisor")
	}
	return nil
}

// firstWord is the first word of a name, without a trailing comma.
func firstWord(name string) string {
	f := strings.FieldsFunc(name, unicode.IsSpace)
	if len(f) == 0 {
		return ""
	}
	return strings.Trim(f[0], ",")
}
