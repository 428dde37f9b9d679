package dialogue

import (
	"errors"
	"slices"

	"recado/core/message"
	"recado/core/ticket"
)

// amended mirrors an edit or a deletion in the ticket, and at those who were told of it;
// the old text is kept (H5). What is in no ticket yet is changed in the draft of one.
func (s *scene) amended() error {
	entry, err := s.r.EntryByUpstream(s.ctx, s.in.Target.ID)
	if errors.Is(err, ticket.ErrNotFound) {
		return s.amendedDraft()
	}
	if err != nil {
		return err
	}
	if entry.Author != s.author() || s.in.Own && entry.Side != ticket.Team {
		s.outcome(message.Ignored, "somebody else's words", nil)
		return nil
	}
	t, err := s.r.Ticket(s.ctx, entry.Ticket)
	if err != nil {
		return err
	}
	if see, err := s.maySee(t); err != nil || !see && !s.in.Own {
		s.outcome(message.Ignored, "what was edited is in a ticket that is no longer theirs", nil)
		return err
	}
	if s.in.Kind == message.Deletion {
		entry.DeletedAt = s.now
	} else {
		words, fits, err := s.reworded(entry, t)
		if err != nil {
			return err
		}
		if !fits {
			return s.editKept(t)
		}
		entry.Before, entry.Text, entry.EditedAt = entry.Text, words, s.now
	}
	s.plan.Amended = append(s.plan.Amended, entry)
	s.outcome(message.Added, string(s.in.Kind), t)
	if entry.Kind != ticket.Message {
		return nil // nobody was told of a note
	}
	return s.correct(t, entry)
}

// amendedDraft changes words that wait for the answer to a question. A draft that has no
// words left is given up.
func (s *scene) amendedDraft() error {
	d := s.session.Draft
	i := -1
	if d != nil && s.in.Target.ID != "" && !s.in.Own {
		i = slices.IndexFunc(d.Said, func(one ticket.Said) bool { return one.Upstream == s.in.Target.ID })
	}
	if i < 0 {
		if s.who.OnTeam() && s.in.Key.Channel == message.WhatsApp {
			s.say("team.edit-unknown", nil)
		}
		s.outcome(message.Ignored, "what was edited is in no ticket", nil)
		return nil
	}
	old := firstLine(d.Said[i].Text)
	if s.in.Kind == message.Deletion {
		d.Said = slices.Delete(d.Said, i, i+1)
	} else {
		d.Said[i].Text = s.in.Text
	}
	if d.Subject == old {
		d.Subject = firstLine(joined(d.Said))
	}
	if len(d.Said) == 0 {
		s.rest()
		s.say("cancelled.done", nil)
	}
	s.outcome(message.Talked, string(s.in.Kind)+" of what is in no ticket yet", nil)
	return nil
}
