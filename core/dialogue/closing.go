package dialogue

import (
	"regexp"
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Steps of closing and reopening.
const (
	stepSure  = "sure"  // close? The default is no
	stepFinal = "final" // the final message
	stepWhy   = "why"   // why it is reopened
	stepLate  = "late"  // the window is over: a new one?
	stepAgain = "again" // words after the closing: reopen, or something new?
)

// close asks whether a ticket should be closed (B11).
func (s *scene) close() error {
	t, err := s.pick(cmdClose, func() ([]*ticket.Ticket, error) { return s.r.OpenOf(s.ctx, s.who.ID, menuSize) })
	if err != nil || t == nil {
		return err
	}
	return s.askClose(t)
}

func (s *scene) askClose(t *ticket.Ticket) error {
	if err := t.MayClose(s.who); err != nil {
		return s.refused(err)
	}
	if t.Status == ticket.Closed {
		return s.refused(directory.Refuse("already-closed", "Number", t.Number))
	}
	s.focus(t)
	s.question(topicClosing, stepSure, "close.sure", nil, s.choice(valNo, "choice.keep-open"), s.choice(valYes, "choice.close")).Ticket = t
	s.outcome(message.Talked, "asked: close?", t)
	return nil
}

// closingAnswered: only a clear yes closes; then the final message is asked for.
func (s *scene) closingAnswered() (bool, error) {
	t, err := s.focused()
	if err != nil || t == nil {
		return false, err
	}
	if s.session.Step == stepFinal {
		return true, s.finalGiven(t)
	}
	c, ok := choose(s.in.Text, s.session.Choices)
	switch {
	case ok && c.Value == valYes, !ok && isYes(s.in.Text), s.command.command == cmdClose:
		s.question(topicClosing, stepFinal, "close.final", nil).Ticket = t
		s.outcome(message.Talked, "asked: final message", t)
		return true, nil
	case ok, isNo(s.in.Text):
		s.rest()
		s.sayOf(t, "close.kept", nil)
		s.outcome(message.Talked, "kept open", t)
		return true, nil
	}
	s.sayOf(t, "close.kept", nil)
	return false, nil // other words: it stays open, and they are taken as they are
}

// finalGiven closes with the requester's final message.
func (s *scene) finalGiven(t *ticket.Ticket) error {
	if isNo(s.in.Text) { // that is no message
		s.rest()
		s.sayOf(t, "close.kept", nil)
		s.outcome(message.Talked, "kept open", t)
		return nil
	}
	final := s.saidAs(s.in.Text)
	if isYes(final.Text) { // nor is that
		final.Text = ""
	}
	if strings.TrimSpace(final.Text) == "" {
		if len(final.Attachments) > 0 {
			if err := t.Add(s.who, final, s.now); err != nil {
				return s.refused(err)
			}
			s.change(t)
		}
		s.question(topicClosing, stepFinal, "close.final", nil).Ticket = t
		s.outcome(message.Talked, "asked: final message", t)
		return nil
	}
	if err := t.Close(s.who, ticket.Customer, final, s.now); err != nil {
		return s.refused(err)
	}
	s.rest()
	return s.closed(t, s.in.Text)
}

// closed tells everybody, and asks the requester for stars (E1).
func (s *scene) closed(t *ticket.Ticket, words string) error {
	s.change(t)
	s.outcome(message.Closing, "", t)
	asked := s.newSurvey(t)
	if s.who.ID == t.Requester {
		s.sayOf(t, "closed.self", nil)
		if s.chat() {
			s.askStars(t, asked.ID)
		} else {
			s.plan.Says[len(s.plan.Says)-1].Link = s.rateLink(asked.ID)
		}
	} else {
		s.sayOf(t, "closed.by-you", nil)
	}
	_, err := s.notifyClosed(notice.Closed, t, asked.ID, notice.Data{"Text": words})
	return err
}

// reopen takes a closed ticket up again (B12).
func (s *scene) reopen() error {
	t, err := s.pick(cmdReopen, func() ([]*ticket.Ticket, error) {
		closed, err := s.r.RecentlyClosedOf(s.ctx, s.who.ID, s.now.Add(-s.e.ReopenWindow), menuSize)
		return slices.DeleteFunc(closed, func(t *ticket.Ticket) bool { return t.MergedInto != "" }), err
	})
	if err != nil || t == nil {
		return err
	}
	return s.askWhy(t)
}

// askWhy asks what happened, or offers a new ticket when it is too late to reopen.
func (s *scene) askWhy(t *ticket.Ticket) error {
	if t.Status != ticket.Closed {
		return s.refused(directory.Refuse("not-closed", "Number", t.Number))
	}
	if err := t.MayClose(s.who); err != nil {
		return s.refused(err)
	}
	s.focus(t)
	if s.late(t) {
		return s.offerLinked(t)
	}
	s.question(topicReopen, stepWhy, "reopen.why", nil).Ticket = t
	s.outcome(message.Talked, "asked: why reopen", t)
	return nil
}

// askReopen asks what words after a closing are about; they are kept meanwhile.
func (s *scene) askReopen(t *ticket.Ticket) error {
	if s.late(t) || t.MayClose(s.who) != nil {
		return s.open()
	}
	d := &Draft{Said: s.said()}
	s.readInto(d)
	return s.askAgain(t, d)
}

// askAgain asks whether the words of a draft reopen a ticket.
func (s *scene) askAgain(t *ticket.Ticket, d *Draft) error {
	if s.late(t) || t.MayClose(s.who) != nil {
		s.session.Draft = d
		return s.suggestOrAsk()
	}
	s.rest()
	s.focus(t)
	s.session.Draft = d
	s.question(topicReopen, stepAgain, "reopen.again", nil,
		s.choice(valYes, "choice.reopen"), s.choice(valNew, "choice.new-matter")).Ticket = t
	s.outcome(message.Talked, "asked: reopen or new", t)
	return nil
}

// reopenAnswered goes on with either.
func (s *scene) reopenAnswered() (bool, error) {
	t, err := s.focused()
	if err != nil || t == nil {
		return false, err
	}
	c, ok := choose(s.in.Text, s.session.Choices)
	switch s.session.Step {
	case stepLate:
		if ok && c.Value == valYes || !ok && (isYes(s.in.Text) || s.command.command == cmdNew) {
			s.session.Topic, s.session.Step = topicOpening, stepWords
			s.session.Draft = &Draft{Continues: t.ID}
			s.question(topicOpening, stepWords, "open.words", notice.Data{"Name": s.who.First()})
			s.outcome(message.Talked, "what is it about", nil)
			return true, nil
		}
		if ok || isNo(s.in.Text) {
			return true, s.cancel()
		}
		return false, nil
	case stepAgain:
		return true, s.againAnswered(t, c, ok)
	}
	if strings.TrimSpace(s.in.Text) == "" && len(s.in.Attachments) == 0 {
		return false, nil
	}
	if err := t.Reopen(s.who, s.saidAs(s.in.Text), s.e.ReopenWindow, s.now); err != nil {
		return true, s.refused(err)
	}
	return true, s.reopened(t)
}

// againAnswered reopens with the words that were kept, or opens a new ticket of them.
func (s *scene) againAnswered(t *ticket.Ticket, c message.Choice, ok bool) error {
	d := s.session.Draft
	switch {
	case d != nil && (ok && c.Value == valNew || !ok && isNo(s.in.Text)):
		s.session.Ticket = ""
		return s.suggestOrAsk()
	case d != nil && (ok || isYes(s.in.Text) || isUnsolved(s.in.Text) || s.command.command == cmdReopen):
		if err := t.Reopen(s.who, ticket.Said{}, s.e.ReopenWindow, s.now); err != nil {
			return s.refused(err)
		}
		for _, said := range d.Said {
			if err := t.Add(s.who, said, s.now); err != nil {
				return s.refused(err)
			}
		}
		s.in.Text = joined(d.Said)
		return s.reopened(t)
	}
	if d != nil {
		d.Said = append(d.Said, s.said()...)
		s.readInto(d)
		if s.previous.Asked >= 1 { // asked twice: a ticket too many is better than a third time
			s.session.Ticket = ""
			return s.suggestOrAsk()
		}
	}
	s.question(topicReopen, stepAgain, "reopen.again", nil,
		s.choice(valYes, "choice.reopen"), s.choice(valNew, "choice.new-matter")).Ticket = t
	s.outcome(message.Talked, "asked: reopen or new", t)
	return nil
}

// reopened tells everybody.
func (s *scene) reopened(t *ticket.Ticket) error {
	words := s.in.Text
	s.rest()
	s.change(t)
	s.sayOf(t, "reopened.self", nil)
	s.outcome(message.Reopened, "", t)
	return s.notify(notice.Reopened, t, notice.Data{"Text": words, "Folded": s.in.Folded}, s.in.Attachments...)
}

// offerLinked offers a new ticket that continues one closed too long ago.
func (s *scene) offerLinked(t *ticket.Ticket) error {
	s.question(topicReopen, stepLate, "reopen.late", notice.Data{"Days": days(s.e.ReopenWindow)},
		s.choice(valYes, "choice.new-linked"), s.choice(valNo, "choice.leave")).Ticket = t
	s.outcome(message.Talked, "too late to reopen", t)
	return nil
}

// openLinked opens a mail's words as a new ticket that continues the old one.
func (s *scene) openLinked(old *ticket.Ticket) error {
	if len(s.who.Members) == 0 {
		return s.open() // they left its organisation, and are told so
	}
	s.thread = nil
	s.session.Draft = &Draft{Continues: old.ID, Said: s.said(), Subject: stripNumber(stripRe(s.in.Subject))}
	s.readInto(s.session.Draft)
	return s.openNow()
}

func (s *scene) late(t *ticket.Ticket) bool { return s.now.After(t.ClosedAt.Add(s.e.ReopenWindow)) }

// stripNumber takes "[2026-000001]" off a subject.
func stripNumber(subject string) string {
	return strings.TrimSpace(bracketed.ReplaceAllString(subject, ""))
}

var bracketed = regexp.MustCompile(`\[#?20\d{2}-\d{6,}\]\s*`)
