package dialogue

import (
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Values of the buttons about words; the id of the words follows.
const (
	wordsSend  = "words:send:"
	wordsUndo  = "words:undo:"
	wordsWhere = "words:where:"
)

// ShortcutWhere tells whom a message reached; see ShortcutTicket.
const ShortcutWhere = "where"

// aboutWords carries out a button or a menu about words in a thread. False: it was none.
func (s *scene) aboutWords() (bool, error) {
	for prefix, do := range map[string]func(*ticket.Ticket, ticket.Entry) error{
		wordsSend: s.sendNote, wordsUndo: s.callBack, wordsWhere: s.tellWhere,
	} {
		upstream, ok := strings.CutPrefix(s.in.Choice, prefix)
		if s.in.Kind == message.Shortcut {
			upstream, ok = s.in.Target.ID, prefix == wordsWhere
		}
		if !ok {
			continue
		}
		entry, found, err := known(s.r.EntryByUpstream(s.ctx, upstream))
		if err != nil {
			return true, err
		}
		if !found {
			s.say("room.no-words", nil)
			s.outcome(message.Ignored, "words that are in no ticket", nil)
			return true, nil
		}
		t, err := s.r.Ticket(s.ctx, entry.Ticket)
		if err != nil {
			return true, err
		}
		return true, do(t, entry)
	}
	return false, nil
}

// sendNote makes a note a word to the customer, at its author's wish. What was marked as
// a note, or reads like one, is none of theirs; nor is what was edited since the button was offered.
func (s *scene) sendNote(t *ticket.Ticket, note ticket.Entry) error {
	words := message.Inbound{Text: note.Text, Key: s.in.Key, Attachments: note.Attachments}
	pressed := s.in
	s.in = words
	what, _ := parseOrder(note.Text)
	doubt := s.roomDoubt()
	s.in = pressed
	if what == orderNote || doubt != "" || !note.EditedAt.IsZero() {
		return s.refused(directory.Refuse("surely-a-note"))
	}
	entry, err := t.SendNote(s.who, note, s.e.Schedule.Next(s.now, 0).At, s.now)
	if err != nil {
		return s.refused(err)
	}
	s.plan.Amended = append(s.plan.Amended, entry)
	s.unreact(t, entry.Upstream, markNote)
	return s.goesOut(t, ticket.Said{Text: entry.Text, Upstream: entry.Upstream, Attachments: entry.Attachments})
}

// callBack calls words back that have not gone yet, and keeps them as a note: all of it
// in one transaction, which fails when one of the messages is being sent meanwhile.
func (s *scene) callBack(t *ticket.Ticket, said ticket.Entry) error {
	all, err := s.r.Conveyed(s.ctx, said.Upstream)
	if err != nil {
		return err
	}
	waits, mirrored := false, false
	for _, c := range all {
		switch {
		case c.Out.Under != "":
			mirrored = true
		case c.Out.NotBefore.IsZero():
		case c.Fate != Awaiting:
			return s.tooLate(t)
		default:
			waits = true
		}
	}
	if !waits {
		return s.tooLate(t)
	}
	history, err := s.r.History(s.ctx, t.ID, 0, 0, true)
	if err != nil {
		return err
	}
	wasClosed := t.Status == ticket.Closed
	note, err := t.TakeBack(s.who, said, history, s.e.Schedule.Next(s.now, 0).At, s.now)
	if err != nil {
		return s.refused(err)
	}
	if wasClosed && t.Status != ticket.Closed {
		if err := s.asksNoMore(t); err != nil {
			return err
		}
	}
	s.plan.Recalls = append(s.plan.Recalls, said.Upstream)
	s.plan.Amended = append(s.plan.Amended, note)
	s.change(t)
	if mirrored {
		if err := s.remirror(all, note); err != nil {
			return err
		}
	} else {
		s.unreact(t, said.Upstream, markGoing)
		s.react(t, said.Upstream, markNote)
	}
	s.tell(t, "room.undone", nil)
	s.outcome(message.Added, "called back", t)
	return nil
}

// remirror has the thread show words that were written in a form as what they are now.
func (s *scene) remirror(all []Conveyed, note ticket.Entry) error {
	for _, c := range all {
		if c.Out.Under == "" {
			continue
		}
		text, err := s.e.Catalogue.Text(c.Out.Language, "room.note", notice.Data{"Text": note.Text})
		if err != nil {
			return err
		}
		edit := s.amending(c.Out)
		edit.Kind, edit.Text, edit.Passage = message.Edit, text, nil
		s.plan.Posts = append(s.plan.Posts, edit)
	}
	return nil
}

func (s *scene) tooLate(t *ticket.Ticket) error {
	s.tell(t, "room.too-late", nil)
	s.outcome(message.Talked, "too late to call back", t)
	return nil
}
