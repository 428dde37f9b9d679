package dialogue

import (
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// unopened takes a message in a chat that cannot be opened: its sender hears so, once,
// and the team where it is about a ticket. What was asked stays asked.
func (s *scene) unopened() error {
	if s.proved {
		t, err := s.focused()
		if err == nil && t == nil {
			t, err = s.awaited()
		}
		if err != nil {
			return err
		}
		s.say("unopened."+string(s.in.Defect), nil)
		if t != nil && t.Status != ticket.Closed {
			return s.remarkUnopened(t)
		}
	} else {
		s.say("unopened."+string(s.in.Defect), nil)
	}
	s.outcome(message.Talked, "it could not be opened: "+string(s.in.Defect), nil)
	return nil
}

func (s *scene) remarkUnopened(t *ticket.Ticket) error {
	text := "[" + s.e.Catalogue.Word(notice.Language(s.e.Desk.Language), "unopened.remark") + "]"
	said := s.saidAs(text)
	if said.Text = text; s.in.Text != "" {
		said.Text += "\n\n" + s.in.Text
	}
	t.Remark(s.who.ID, said, s.now)
	s.change(t)
	s.outcome(message.Added, "it could not be opened: "+string(s.in.Defect), t)
	return s.notify(notice.Added, t, notice.Data{"Text": said.Text}, said.Attachments...)
}
