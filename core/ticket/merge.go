package ticket

import (
	"slices"
	"time"

	"recado/core/directory"
)

// Merge ends from, since into is about the same matter and goes on for both. What was
// said stays where it was said, so that nobody reads words that they could not read
// before, and so that it can be undone; whoever followed from follows into, and the
// caller sends on what they answer. followers are the people of from whom the caller
// knows; who may have no part in into is left out.
//
// Both must be of one organisation, and neither may be hidden from others (B13) unless
// one person asked both: what is said afterwards is read by those of both tickets.
func Merge(by directory.Person, from, into *Ticket, followers []directory.Person, now time.Time) error {
	if err := from.MayHandle(by); err != nil {
		return err
	}
	switch {
	case from.ID == into.ID:
		return directory.Refuse("merge-self", "Number", from.Number)
	case from.MergedInto != "":
		return directory.Refuse("merged", "Number", from.Number)
	case from.Status == Closed:
		return directory.Refuse("closed", "Number", from.Number)
	case into.Status == Closed:
		return directory.Refuse("closed", "Number", into.Number)
	case from.Org != into.Org:
		return directory.Refuse("merge-organisations")
	case from.Requester != into.Requester && (from.Private || into.Private):
		return directory.Refuse("merge-private")
	}
	into.event(by.ID, now, "merge", string(from.ID), string(into.ID), "")
	for _, p := range followers {
		follows := p.ID == from.Requester || from.IsParticipant(p.ID)
		if follows && p.ID != into.Requester && !into.IsParticipant(p.ID) && into.mayAdd(p) == nil {
			into.copyIn(by.ID, p.ID, broughtBy(from.ID), now)
		}
	}
	into.heardIn(from, now)
	from.event(by.ID, now, "merge", string(from.ID), string(into.ID), "")
	from.MergedInto = into.ID
	from.close(by.ID, "", now)
	return nil
}

// heardIn gives into the last word of from, when that was the customer's and later: a
// ticket in which a question was just answered must not remind of it.
func (t *Ticket) heardIn(from *Ticket, now time.Time) {
	if from.LastSide != Customer || !from.LastAt.After(t.LastAt) {
		return
	}
	t.LastSide, t.LastAt = Customer, from.LastAt
	if !from.WaitsSince.IsZero() {
		t.awaits(from.WaitsSince)
	}
	if t.Status == Waiting && t.WaitingOn == OnRequester {
		t.setStatus("", t.atWork(), "", "", now)
	}
}

// atWork is the status of an open ticket that waits on nobody.
func (t *Ticket) atWork() Status {
	if t.Agent != "" {
		return InProgress
	}
	return Open
}

// Unmerge takes a merge back: from is open again, and whom it brought into the other
// ticket follows that no more. What was said there meanwhile stays there.
func Unmerge(by directory.Person, from, into *Ticket, brought []directory.PersonID, now time.Time) error {
	if err := from.MayHandle(by); err != nil {
		return err
	}
	switch {
	case from.MergedInto == "" || from.MergedInto != into.ID:
		return directory.Refuse("not-merged", "Number", from.Number)
	case into.Status == Closed:
		return directory.Refuse("closed", "Number", into.Number)
	}
	into.event(by.ID, now, "merge", string(into.ID), string(from.ID), "")
	for _, id := range brought {
		into.uncopy(by.ID, id, now)
	}
	from.event(by.ID, now, "merge", string(into.ID), string(from.ID), "")
	from.MergedInto = ""
	from.ClosedAt, from.ClosedBy = time.Time{}, ""
	if from.LastSide == Customer {
		from.awaits(now)
	}
	from.setStatus(by.ID, from.atWork(), "", "", now)
	return nil
}

// broughtBy is the reason of a participant's event: a merge put them in copy.
func broughtBy(from ID) string { return "merge " + string(from) }

// Brought lists whom the last merge of from put in copy, out of the history of the ticket into
// which it was merged.
func Brought(history []Entry, from ID) []directory.PersonID {
	var out []directory.PersonID
	for _, e := range history {
		if e.Kind == Event && e.Field == "merge" && e.From == string(from) {
			out = nil // an earlier merge was taken back
		}
		id := directory.PersonID(e.To)
		if e.Kind == Event && e.Field == "participant" && e.Text == broughtBy(from) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
