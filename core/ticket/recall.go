package ticket

import (
	"time"

	"recado/core/directory"
)

// SendNote makes the team's note a word to the customer, as Answer does of new words. The
// caller amends the entry.
func (t *Ticket) SendNote(by directory.Person, note Entry, remindAt, now time.Time) (Entry, error) {
	if err := t.MayHandle(by); err != nil {
		return note, err
	}
	switch {
	case t.Status == Closed:
		return note, directory.Refuse("closed", "Number", t.Number)
	case note.Kind != Note || note.Side != Team || note.Author != by.ID || !note.DeletedAt.IsZero():
		return note, directory.Refuse("not-your-note")
	}
	if t.Agent == "" {
		t.setAgent(by.ID, by.ID, now)
	}
	note.Kind = Message
	t.spoke(by.ID, remindAt, now)
	return note, nil
}

// TakeBack makes a note of a word to the customer that was called back before it went,
// and the ticket what it was before: history is all of it, oldest first. What others did
// since stays. A ticket that it closed is open again, and one that waited for its requester
// reminds of that at remindAt. The caller amends the entry.
func (t *Ticket) TakeBack(by directory.Person, said Entry, history []Entry, remindAt, now time.Time) (Entry, error) {
	if err := t.MayHandle(by); err != nil {
		return said, err
	}
	if said.Kind != Message || said.Side != Team || said.Author != by.ID {
		return said, directory.Refuse("not-your-note")
	}
	said.Kind = Note
	before := asBefore(said, history)
	if !before.answered {
		t.AnsweredAt = time.Time{}
	}
	if before.lastSide != "" {
		t.LastSide, t.LastAt = before.lastSide, before.lastAt
	}
	if t.heeded(); !before.waits.IsZero() {
		t.awaits(before.waits)
		t.waitBegan = !before.nudged
	}
	if before.closed && t.Status == Closed {
		t.ClosedAt, t.ClosedBy = time.Time{}, ""
		t.setStatus(by.ID, before.status, before.waitingOn, before.waitingOn, now)
		if before.status == Waiting && before.waitingOn == OnRequester {
			t.RemindAt = remindAt
		}
	}
	if before.moved && t.Status == Waiting && t.WaitingOn == OnRequester {
		t.setStatus(by.ID, before.status, before.waitingOn, before.waitingOn, now)
	}
	if before.taken && t.Agent == by.ID {
		t.setAgent(by.ID, "", now)
	}
	t.UpdatedAt = now
	return said, nil
}

// earlier is what a ticket was before a word of the team.
type earlier struct {
	answered  bool // the team had spoken besides
	lastSide  Side // of the last other word
	lastAt    time.Time
	waits     time.Time // since when the customer waited; zero: they did not
	nudged    bool      // and the team was told so
	closed    bool      // the word closed it
	moved     bool      // the word made it wait for the requester; in both cases it was this:
	status    Status
	waitingOn string
	taken     bool // the word gave it to its author
}

// asBefore reads it out of the history.
func asBefore(said Entry, history []Entry) earlier {
	var b earlier
	var status, agent Entry // the last events of these
	var on, wasOn string    // what it waits on, and what before the last of them
	for _, e := range history {
		switch {
		case e.Kind == Message && e.ID != said.ID && e.DeletedAt.IsZero():
			b.lastSide, b.lastAt = e.Side, e.At
			if e.Side == Customer && b.waits.IsZero() {
				b.waits, b.nudged = e.At, false
			}
			if e.Side == Team {
				b.answered, b.waits = true, time.Time{}
				status, agent = Entry{}, Entry{} // these are as much of this one's making
			}
		case e.Kind == Event && e.Field == "nudged":
			b.nudged = true
		case e.Kind == Event && e.Field == "status":
			status, wasOn = e, on
			if on = ""; Status(e.To) == Waiting {
				on = or(e.Text, OnRequester)
			}
		case e.Kind == Event && e.Field == "agent":
			agent = e
		}
	}
	b.closed = status.Author == said.Author && Status(status.To) == Closed && status.Seq > said.Seq
	b.moved = status.Author == said.Author && Status(status.To) == Waiting && status.Text == "" && status.Seq > said.Seq
	if b.moved || b.closed {
		b.status = Status(status.From)
		if b.status == Waiting {
			b.waitingOn = wasOn
		}
	}
	b.taken = agent.Author == said.Author && agent.From == "" && agent.Seq > 0 &&
		(agent.Seq == said.Seq-1 && agent.At.Equal(said.At) || (b.moved || b.closed) && agent.Seq == status.Seq-1)
	return b
}
