package dialogue

import (
	"strings"
	"time"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/report"
	"recado/core/ticket"
)

// agent takes the turn of somebody of the team. In a ticket's thread words go to
// the customer unless they are marked as a note; elsewhere they are asked about
// first, so that nothing leaves by accident.
func (s *scene) agent() error {
	if s.in.Defect != message.Whole {
		return s.defectiveByTeam(s.thread)
	}
	if s.refusedFiles() {
		return nil
	}
	if done, err := s.judgedInWords(); done || err != nil {
		return err
	}
	if deeds, _ := parseDeeds(s.in.Text); len(deeds) == 1 && deeds[0].op == opCall {
		return s.called(deeds[0].value)
	}
	if s.thread != nil && !s.picks() && !s.commandsUs() {
		return s.inTeamThread(s.thread, s.in.Text)
	}
	if done, err := s.obeyTeam(); done || err != nil {
		return err
	}
	if s.session.Topic != "" {
		if done, err := s.teamAnswered(); done || err != nil {
			return err
		}
	}
	if !s.in.Forward.IsZero() {
		return s.offerSender()
	}
	if num, rest := s.numberFirst(s.in.Text); num != "" {
		t, err := s.atWork(num)
		if t == nil || err != nil {
			return err
		}
		return s.inTeamThread(t, rest)
	}
	return s.askAudience()
}

// picks reports whether the turn answers a question of ours by one of its choices: by
// mail that answer comes in the ticket's thread, and is no word for the customer.
func (s *scene) picks() bool {
	_, ok := choose(s.in.Text, s.session.Choices)
	return ok && s.asked()
}

// commandsUs reports whether the turn is nothing but a command: in a ticket's thread
// too, a lone "fila" or "fechar" is no word for the customer.
func (s *scene) commandsUs() bool {
	if len(s.in.Attachments) > 0 {
		return false
	}
	switch s.command.command {
	case cmdHelp, cmdCancel, cmdQueue, cmdMine, cmdDetails, cmdWhole, cmdPaper, cmdTake, cmdClose, cmdHeld, cmdDraft, cmdSummary, cmdAlike:
		return true
	}
	return false
}

// numberFirst takes a protocol number off the beginning of words; "" when none stands there,
// or when nothing follows.
func (s *scene) numberFirst(text string) (num, rest string) {
	num, rest = cutNumber(text, s.now.In(s.e.Location).Year())
	if num == "" || !leads(text, rest) {
		return "", text
	}
	return num, strings.TrimLeft(rest, " :,-")
}

// leads reports whether the number that was cut out stood first: rest is then all
// that followed it.
func leads(text, rest string) bool {
	rest = strings.TrimSpace(rest)
	return rest != "" && strings.HasSuffix(strings.TrimSpace(text), rest) && len(strings.TrimSpace(text)) > len(rest)
}

// obeyTeam runs the commands of the team.
func (s *scene) obeyTeam() (bool, error) {
	switch s.command.command {
	case cmdHelp:
		return true, s.help()
	case cmdCancel:
		return true, s.cancel()
	case cmdQueue, cmdMine:
		q := &Listing{Whose: string(report.Organisation), State: "open"}
		return true, s.showList(q)
	case cmdClosed:
		return true, s.showList(&Listing{Whose: string(report.Organisation), State: "closed"})
	case cmdDetails:
		return true, s.details()
	case cmdWhole:
		return true, s.whole()
	case cmdPaper:
		return s.paper()
	case cmdTake:
		return true, s.take()
	case cmdHeld:
		return true, s.listHeld()
	case cmdDraft, cmdSummary, cmdAlike:
		return true, s.advised()
	case cmdClose:
		if s.command.number == "" && s.session.Ticket == "" && s.thread == nil {
			return false, nil
		}
		s.say("team.close-how", nil)
		s.outcome(message.Talked, "how to close", nil)
		return true, nil
	case cmdPT, cmdEN, cmdES:
		s.speaks(string(s.command.command))
		return true, nil
	}
	return false, nil
}

// take makes the agent responsible for the ticket in focus.
func (s *scene) take() error {
	if s.command.number == "" && s.thread == nil && s.session.Ticket == "" {
		s.say("which.take", nil)
		s.outcome(message.Talked, "asked which ticket", nil)
		return nil
	}
	t, err := s.pick(cmdTake, func() ([]*ticket.Ticket, error) { return nil, nil })
	if err != nil || t == nil {
		return err
	}
	return s.takes(t)
}

// askAudience asks where words without a thread should go.
func (s *scene) askAudience() error {
	t, err := s.focused()
	if err != nil {
		return err
	}
	what, _ := parseOrder(s.in.Text)
	switch {
	case t == nil && what != orderAnswer:
		s.say("which.order", notice.Data{"Text": excerpt(s.in.Text, 60)})
		s.outcome(message.Talked, "asked which ticket", nil)
		return nil
	case t == nil || strings.TrimSpace(s.in.Text) == "":
		return s.help()
	case what != orderAnswer:
		return s.inTeamThread(t, s.in.Text)
	}
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	words := s.said()
	s.question(topicAgentMsg, "", "team.where", notice.Data{"Audience": reachText(f), "Text": excerpt(s.in.Text, 200)},
		s.choice(valYes, "choice.send"), s.choice(string(orderNote), "choice.note"), s.choice(valCancel, "choice.cancel")).Ticket = t
	s.session.Draft = &Draft{Said: words}
	s.outcome(message.Talked, "asked where it goes", t)
	return nil
}

// teamAnswered goes on with what the team was asked.
func (s *scene) teamAnswered() (bool, error) {
	switch s.session.Topic {
	case topicList:
		return s.listAnswered()
	case topicDetails:
		if c, ok := choose(s.in.Text, s.session.Choices); ok && c.Value != valAll {
			s.say("team.how", nil)
			s.outcome(message.Talked, "how to answer", nil)
			return true, nil
		}
		return s.detailsAnswered()
	case topicWhich:
		return s.whichAnswered()
	case topicAgentMsg:
		return s.audienceChosen()
	case topicHeld:
		return s.heldAnswered()
	case topicAdvice:
		return s.draftAnswered()
	case topicForward:
		return s.senderChosen()
	case topicCall:
		return s.callerGiven()
	}
	return false, nil
}

// audienceChosen sends, notes or drops the words that were kept.
func (s *scene) audienceChosen() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	d := s.session.Draft
	t, err := s.focused()
	if err != nil || !ok || d == nil || t == nil || len(d.Said) == 0 {
		return false, err
	}
	said := d.Said[0]
	said.Text, said.Attachments = joined(d.Said), d.files()
	switch c.Value {
	case valYes:
		return true, s.answered(t, said)
	case string(orderNote):
		return true, s.noted(t, said)
	}
	return true, s.cancel()
}

// Overdue warns the team of a service level (B14).
func overdueKind(t *ticket.Ticket, now time.Time) (bit int, due time.Time) {
	if t.AnsweredAt.IsZero() && !t.AnswerDue.IsZero() && !t.AnswerDue.After(now) && t.DueWarned&ticket.WarnedAnswer == 0 {
		return ticket.WarnedAnswer, t.AnswerDue
	}
	return ticket.WarnedSolve, t.SolveDue
}
