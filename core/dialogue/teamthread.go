package dialogue

import (
	"errors"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// inTeamThread carries an order out on a ticket.
func (s *scene) inTeamThread(t *ticket.Ticket, text string) error {
	what, words := parseOrder(text)
	said := s.saidAs(words)
	if words == "" && len(said.Attachments) == 0 && what != orderReopen {
		if parseCommand(text, 0).command == cmdTake {
			return s.takes(t)
		}
		s.sayOf(t, "team.empty", nil)
		s.outcome(message.Ignored, "nothing but quotes", t)
		return nil
	}
	if what == orderAnswer && s.command.command == cmdTake {
		return s.takes(t)
	}
	if what != orderNote && (s.hushed || s.doubtful(text)) {
		return s.keptBack(t, s.saidAs(text))
	}
	switch what {
	case orderNote:
		return s.noted(t, said)
	case orderClose:
		return s.closedByTeam(t, said)
	case orderReopen:
		if err := t.Reopen(s.who, said, s.e.ReopenWindow, s.now); err != nil {
			return s.refused(err)
		}
		return s.teamDone(t, notice.Reopened, said)
	case orderWait:
		return s.waits(t, said)
	case orderAct:
		return s.ordered(t, said)
	case orderNear:
		return s.keptOrder(t, said, s.example(said.Text))
	}
	return s.answered(t, said)
}

// waits notes on what the ticket waits: the first line, which the customer sees as its
// status. What follows is no answer, and is kept as a note.
func (s *scene) waits(t *ticket.Ticket, said ticket.Said) error {
	on, more, _ := strings.Cut(said.Text, "\n")
	on = ticket.Shorten(on, ticket.MaxSubject)
	if err := t.SetStatus(s.who, ticket.Waiting, on, s.now); err != nil {
		return s.refused(err)
	}
	if said.Text = strings.TrimSpace(more); said.Text != "" || len(said.Attachments) > 0 {
		return s.keptBack(t, said)
	}
	s.change(t)
	s.teamSays(t, "team.waiting", notice.Data{"On": on})
	s.outcome(message.Added, "waits on: "+on, t)
	return nil
}

// answered sends an agent's words to the customer (A5, D1).
func (s *scene) answered(t *ticket.Ticket, said ticket.Said) error {
	step := s.e.Schedule.Next(s.now, 0)
	if err := t.Answer(s.who, said, step.At, s.now); err != nil {
		return s.refused(err)
	}
	if h, err := s.roomOf(t); err != nil || h != nil && s.in.Key.Channel == h.At.Channel {
		return errors.Join(err, s.goesOut(t, said))
	}
	return s.teamDone(t, notice.Answered, said)
}

// teamDone stores, notifies and says whom it reached.
func (s *scene) teamDone(t *ticket.Ticket, event notice.Event, said ticket.Said) error {
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.rest()
	s.change(t)
	s.teamSays(t, "team.sent", notice.Data{"Audience": reachText(f)})
	s.outcome(message.Added, string(event), t)
	if event == notice.Reopened {
		s.plan.Outcome.Code = message.Reopened
	}
	asked, err := s.asks(t)
	if err != nil {
		return err
	}
	told, err := s.notifyAll(event, t, notice.Data{"Text": said.Text}, said.Attachments)
	for _, i := range told {
		if say := &s.plan.Says[i]; say.Key != noticeKey(event, notice.Agent) && say.To.Channel == message.Email {
			say.Quote = asked
		}
	}
	return err
}

// asks is the beginning of what the customer said last, if nobody answered it: a mail
// that answers shows it, since its reader may have asked days ago.
func (s *scene) asks(t *ticket.Ticket) (string, error) {
	entries, err := s.r.Latest(s.ctx, t.ID, 1)
	if err != nil || len(entries) == 0 || entries[0].Side != ticket.Customer || !entries[0].DeletedAt.IsZero() {
		return "", err
	}
	const most = 4 // lines
	lines := strings.Split(strings.TrimSpace(entries[0].Text), "\n")
	if len(lines) > most {
		lines = append(lines[:most], "…")
	}
	return excerpt(strings.Join(lines, "\n"), 300), nil
}

// noted keeps an internal note. Nobody outside the team is told.
func (s *scene) noted(t *ticket.Ticket, said ticket.Said) error {
	if err := t.Note(s.who, said, s.now); err != nil {
		return s.refused(err)
	}
	s.rest()
	s.change(t)
	s.teamSays(t, "team.noted", nil)
	s.outcome(message.Added, "an internal note", t)
	return nil
}

// closedByTeam closes with the final message (B11) and asks for stars (E1).
func (s *scene) closedByTeam(t *ticket.Ticket, said ticket.Said) error {
	if err := t.Close(s.who, ticket.Team, said, s.now); err != nil {
		return s.refused(err)
	}
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.rest()
	s.change(t)
	sv := s.newSurvey(t)
	s.outcome(message.Closing, "", t)
	told, err := s.notifyClosed(notice.Closed, t, sv.ID, notice.Data{"Text": said.Text}, said.Attachments...)
	if err != nil {
		return err
	}
	if h, err := s.roomOf(t); err != nil || h != nil && s.in.Key.Channel == h.At.Channel && s.e.Undo > 0 {
		return errors.Join(err, s.holdsBack(t, said, told, "room.closing", f))
	}
	s.teamSays(t, "team.closed", notice.Data{"Audience": reachText(f)})
	return nil
}

// teamSays confirms in a chat; a mail is confirmed only by what goes wrong.
func (s *scene) teamSays(t *ticket.Ticket, key string, data notice.Data) {
	if s.chat() {
		s.sayOf(t, key, data)
	}
}

func (s *scene) takes(t *ticket.Ticket) error {
	if err := t.Take(s.who, s.who, s.now); err != nil {
		return s.refused(err)
	}
	s.change(t)
	s.sayOf(t, "team.taken", nil)
	s.outcome(message.Added, "taken", t)
	return nil
}
