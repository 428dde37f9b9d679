package ticket

import (
	"slices"
	"strings"
	"time"

	"recado/core/catalog"
	"recado/core/directory"
)

// SetPriority is the requester's own order (B2, B8).
func (t *Ticket) SetPriority(by directory.Person, to Level, now time.Time) error {
	if err := t.MayPrioritise(by); err != nil {
		return err
	}
	if err := known(Levels, to, "unknown-level"); err != nil {
		return err
	}
	t.change(by.ID, now, "priority", string(t.Priority), string(to))
	t.Priority = to
	return nil
}

// SetSeverity is the impact as the team sees it.
func (t *Ticket) SetSeverity(by directory.Person, to Level, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	if err := known(Levels, to, "unknown-level"); err != nil {
		return err
	}
	t.change(by.ID, now, "severity", string(t.Severity), string(to))
	t.Severity = to
	return nil
}

// SetType classifies the request (B2).
func (t *Ticket) SetType(by directory.Person, to Type, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	if err := known(Types, to, "unknown-type"); err != nil {
		return err
	}
	t.change(by.ID, now, "type", string(t.Type), string(to))
	t.Type = to
	return nil
}

// SetAbout moves it to another place of the catalogue.
func (t *Ticket) SetAbout(by directory.Person, to catalog.Path, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	t.change(by.ID, now, "product", t.About.Product, to.Product)
	t.change(by.ID, now, "system", t.About.System, to.System)
	t.change(by.ID, now, "module", t.About.Module, to.Module)
	t.change(by.ID, now, "category", t.About.Category, to.Category)
	t.About = to
	return nil
}

// SetSubject renames it.
func (t *Ticket) SetSubject(by directory.Person, to string, now time.Time) error {
	if !t.ownerOrBetter(by) {
		return directory.Refuse("not-yours-to-change", "Number", t.Number)
	}
	to = Shorten(to, MaxSubject)
	if to == "" {
		return directory.Refuse("no-subject")
	}
	t.change(by.ID, now, "subject", t.Subject, to)
	t.Subject = to
	return nil
}

// SetContact names whom to ask for, as in a long absence (B8).
func (t *Ticket) SetContact(by directory.Person, name string, now time.Time) error {
	if !t.ownerOrBetter(by) {
		return directory.Refuse("not-yours-to-change", "Number", t.Number)
	}
	name = strings.TrimSpace(name)
	t.change(by.ID, now, "contact", t.Contact, name)
	t.Contact = name
	return nil
}

// SetPrivate hides it from the organisation's other managers, or shows it (B13).
func (t *Ticket) SetPrivate(by directory.Person, private bool, now time.Time) error {
	if err := t.MayHide(by); err != nil {
		return err
	}
	word := map[bool]string{true: "private", false: "public"}
	t.change(by.ID, now, "visibility", word[t.Private], word[private])
	t.Private = private
	return nil
}

// SetRequester gives it to another person of the organisation (F10).
func (t *Ticket) SetRequester(by, to directory.Person, now time.Time) error {
	if err := t.MayChangeRequester(by); err != nil {
		return err
	}
	if err := t.mayAdd(to); err != nil {
		return err
	}
	t.change(by.ID, now, "requester", string(t.Requester), string(to.ID))
	t.Requester = to.ID
	t.uncopy(by.ID, to.ID, now) // nobody is both
	return nil
}

// SetDue moves the due time of the solution (H2), or ends it with the zero time. The
// reason is for the team.
func (t *Ticket) SetDue(by directory.Person, due time.Time, reason string, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	if !due.IsZero() && !due.After(now) {
		return directory.Refuse("due-past")
	}
	t.change(by.ID, now, "due", stamp(t.SolveDue), stamp(due))
	t.because(by.ID, "due", reason, now)
	t.SolveDue = due
	t.DueWarned &^= WarnedSolve // the team is warned of the new one too
	return nil
}

// AddParticipant puts a person of the same organisation in copy (B9): by who may change
// the ticket.
func (t *Ticket) AddParticipant(by, added directory.Person, now time.Time) error {
	if !t.ownerOrBetter(by) {
		return directory.Refuse("not-yours-to-change", "Number", t.Number)
	}
	if err := t.mayAdd(added); err != nil {
		return err
	}
	if t.IsParticipant(added.ID) || added.ID == t.Requester {
		return nil
	}
	t.copyIn(by.ID, added.ID, "", now)
	return nil
}

func (t *Ticket) copyIn(by, added directory.PersonID, why string, now time.Time) {
	t.Participants = append(slices.Clone(t.Participants), added)
	t.event(by, now, "participant", "", string(added), why)
}

// RemoveParticipant takes a person out of copy: themselves, or by who owns the ticket.
func (t *Ticket) RemoveParticipant(by directory.Person, removed directory.PersonID, now time.Time) error {
	if by.ID != removed && !t.ownerOrBetter(by) {
		return directory.Refuse("not-yours-to-change", "Number", t.Number)
	}
	t.uncopy(by.ID, removed, now)
	return nil
}

func (t *Ticket) uncopy(by, removed directory.PersonID, now time.Time) {
	if !t.IsParticipant(removed) {
		return
	}
	t.Participants = slices.DeleteFunc(slices.Clone(t.Participants), func(id directory.PersonID) bool { return id == removed })
	t.event(by, now, "participant", string(removed), "", "")
}

// Because keeps why the team changed a field. It is a note, since customers see events
// and never notes (H3); empty words are no reason.
func (t *Ticket) Because(by directory.Person, field, words string, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	t.because(by.ID, field, words, now)
	return nil
}

func (t *Ticket) because(by directory.PersonID, field, words string, now time.Time) {
	if words = strings.TrimSpace(words); words != "" {
		t.append(Entry{Kind: Note, Side: Team, Author: by, At: now, Field: field, Text: words}, now)
	}
}

// change records a field's change; none when nothing changed.
func (t *Ticket) change(by directory.PersonID, now time.Time, field, from, to string) {
	if from != to {
		t.event(by, now, field, from, to, "")
	}
}

func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
