package dialogue

import (
	"time"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// unopened takes a message in a chat that cannot be opened: its sender hears so, and the
// team: in the ticket that it is about, or else the supervisors, once an hour for each
// conversation. What was asked stays asked.
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
	return s.unopenedAlarm()
}

// unopenedEvery is how often the supervisors are told of one conversation: what cannot
// be opened comes in bursts.
const unopenedEvery = time.Hour

func (s *scene) unopenedAlarm() error {
	if s.now.Sub(s.session.Unopened) < unopenedEvery {
		return nil
	}
	s.session.Unopened = s.now
	name := orElse(s.in.FromName, s.in.From.ID)
	if s.proved {
		name = s.who.Name
	}
	says, err := s.toSupervisors("notice.unopened", nil)
	for _, say := range says {
		why := s.e.Catalogue.Word(say.Language, "unopened.why."+string(s.in.Defect))
		say.Data = notice.Data{"Name": name, "Address": s.in.From.ID, "Why": why}
		s.plan.Says = append(s.plan.Says, say)
	}
	return err
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
