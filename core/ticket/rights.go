package ticket

import (
	"slices"

	"recado/core/directory"
)

// RequesterRole is the requester's part in the ticket's organisation; it decides
// what other managers see (B13, F9). The caller reads it with the ticket.
type RequesterRole = directory.Role

// MaySee says whether a person sees the ticket (F1, F9, B9, B13): the team, the
// requester, participants while they are of the organisation, its administrators; its
// managers too, unless another manager made it private. A deactivated person sees nothing.
func (t *Ticket) MaySee(p directory.Person, requester RequesterRole) error {
	switch {
	case !p.Active:
	case p.OnTeam(), p.ID == t.Requester, t.takesPart(p), p.Is(t.Org, directory.Administrator):
		return nil
	case p.Is(t.Org, directory.Manager) && (requester != directory.Manager && requester != directory.Administrator || !t.Private):
		return nil
	}
	// The same refusal as for a number that does not exist: nobody learns which do.
	return directory.Refuse("no-such-ticket", "Number", t.Number)
}

// takesPart reports whether a person in copy is still of the organisation: who went to
// another one must not read on (B9).
func (t *Ticket) takesPart(p directory.Person) bool {
	_, member := p.In(t.Org)
	return member && t.IsParticipant(p.ID)
}

// ownerOrBetter: the requester, the organisation's administrators and the team.
func (t *Ticket) ownerOrBetter(p directory.Person) bool {
	return p.Active && (p.OnTeam() || p.ID == t.Requester || p.Is(t.Org, directory.Administrator))
}

// MayClose says whether a person closes or reopens it (B11, B12): the requester,
// managers and administrators of the organisation, and the team. Participants
// take part, but do not end it.
func (t *Ticket) MayClose(p directory.Person) error {
	if t.ownerOrBetter(p) || p.Is(t.Org, directory.Manager) {
		return nil
	}
	return directory.Refuse("not-yours-to-close", "Number", t.Number)
}

// MayPrioritise says whether a person sets the priority (B2, B8: the requester's own order).
func (t *Ticket) MayPrioritise(p directory.Person) error {
	if t.ownerOrBetter(p) {
		return nil
	}
	return directory.Refuse("not-yours-to-change", "Number", t.Number)
}

// MayHide says whether a person makes it private or public (B13): a manager, for
// the tickets they themselves opened.
func (t *Ticket) MayHide(p directory.Person) error {
	if p.ID == t.Requester && p.Is(t.Org, directory.Manager, directory.Administrator) {
		return nil
	}
	return directory.Refuse("not-a-manager")
}

// MayHandle says whether a person does the team's part: status, severity, agent, notes.
func (t *Ticket) MayHandle(p directory.Person) error {
	if p.OnTeam() {
		return nil
	}
	return directory.Refuse("not-on-team")
}

// MayChangeRequester says whether a person may put another in as the requester: the
// organisation's administrators and the team (F10).
func (t *Ticket) MayChangeRequester(p directory.Person) error {
	if p.OnTeam() || p.Is(t.Org, directory.Administrator) {
		return nil
	}
	return directory.Refuse("not-administrator")
}

// mayAdd says whether a person can have part in the ticket (B9, F10): they must be
// active and of its organisation.
func (t *Ticket) mayAdd(added directory.Person) error {
	if _, ok := added.In(t.Org); !ok || !added.Active {
		return directory.Refuse("not-same-organisation", "Name", added.Name)
	}
	return nil
}

func known[T comparable](all []T, v T, code string) error {
	if !slices.Contains(all, v) {
		return directory.Refuse(code)
	}
	return nil
}
