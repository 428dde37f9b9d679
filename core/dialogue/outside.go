package dialogue

import (
	"slices"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// author is who the turn's words are by: nobody by name when the team said them outside
// the desk.
func (s *scene) author() directory.PersonID {
	if s.in.Own {
		return ""
	}
	return s.who.ID
}

// outside takes what the team said to a customer at the upstream itself, as on the
// business's own phone: it is the team's word in that customer's ticket. A person speaks
// now, so the bot asks nothing more, and the customer hears nothing of it from here.
func (s *scene) outside() error {
	defer s.unsaid()
	switch {
	case s.in.Kind == message.Edit, s.in.Kind == message.Deletion:
		return s.amended()
	case s.in.Kind != message.Text, s.in.Defect != message.Whole:
		s.outcome(message.Ignored, "done outside the desk", nil)
		return nil
	case !s.proved || s.who.OnTeam():
		s.rest()
		s.outcome(message.Ignored, "said outside the desk, to nobody who is known", nil)
		return nil
	}
	t, err := s.outsideTicket()
	if err != nil {
		return err
	}
	s.rest()
	if t == nil {
		s.outcome(message.Ignored, "said outside the desk, about no ticket", nil)
		return nil
	}
	said := s.saidAs(s.in.Text)
	t.AnswerOutside(said, s.e.Schedule.Next(s.now, 0).At, s.now)
	s.change(t)
	if s.plan.Outcome.Code != message.Opened {
		s.outcome(message.Added, "said outside the desk", t)
	}
	by := notice.Data{"Text": said.Text, "By": s.e.Desk.Name}
	if err := s.notify(notice.Answered, t, by, said.Attachments...); err != nil {
		return err
	}
	return s.notify(notice.Outside, t, by, said.Attachments...)
}

// outsideTicket is the ticket that such words belong to: the one they answer, the one
// that is spoken of, the one that was about to be opened, or the latest. nil: none.
func (s *scene) outsideTicket() (*ticket.Ticket, error) {
	t, err := s.focused()
	if err != nil || t != nil && (s.thread != nil || t.Status != ticket.Closed && s.speaksOn()) {
		return t, err
	}
	if d := s.session.Draft; d != nil && len(d.Said) > 0 && len(s.who.Members) > 0 {
		known := len(s.plan.Tickets)
		d.Skipped = append(d.Skipped, valAll)
		if d.Org == "" {
			d.Org = s.who.Members[0].Org
		}
		if err := s.openNow(); err != nil || len(s.plan.Tickets) == known {
			return nil, err
		}
		return s.plan.Tickets[len(s.plan.Tickets)-1], nil
	}
	open, err := s.r.OpenOf(s.ctx, s.who.ID, 1)
	if err != nil || len(open) == 0 {
		return nil, err
	}
	return open[0], nil
}

// unsaid takes back what would be said in the conversation itself.
func (s *scene) unsaid() {
	s.plan.Says = slices.DeleteFunc(s.plan.Says, func(say Say) bool { return say.To.Channel == s.in.From.Channel && s.who.VerifiedAs(say.To) })
}
