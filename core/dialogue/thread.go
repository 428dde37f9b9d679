package dialogue

import (
	"errors"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// inThread takes words that belong to a ticket: added while it is open; after the
// closing a courtesy is only kept, and a request reopens it or opens a new one (B12).
func (s *scene) inThread(t *ticket.Ticket) error {
	if t.Status != ticket.Closed {
		return s.add(t)
	}
	if s.courtesy() {
		return s.thanked(t)
	}
	if s.chat() {
		return s.askReopen(t)
	}
	err := t.Reopen(s.who, s.saidAs(s.in.Text), s.e.ReopenWindow, s.now)
	var r *directory.Refusal
	switch {
	case err == nil:
		return s.reopened(t)
	case asRefusal(err, &r) && (r.Code == "reopen-late" || r.Code == "not-yours-to-close"):
		return s.openLinked(t)
	}
	return s.refused(err)
}

// add puts the turn's words into an open ticket (B7) and tells the others.
func (s *scene) add(t *ticket.Ticket) error {
	said := s.said()
	if len(said) == 0 {
		s.outcome(message.Ignored, "an empty message", t)
		return nil
	}
	for _, one := range said {
		if err := t.Add(s.who, one, s.now); err != nil {
			return s.refused(err)
		}
	}
	words := s.in.Text
	s.rest()
	s.change(t)
	if s.chat() {
		s.session.Words = words // "novo" takes them to a ticket of their own
		s.sayOf(t, "added.chat", nil)
	}
	s.outcome(message.Added, "", t)
	return s.notify(notice.Added, t, notice.Data{"Text": words, "Folded": folded(said)}, s.in.Attachments...)
}

// continues finds the open ticket that words in a chat belong to: the one just
// spoken of, or the only one that waits for this person. When they could be about
// an open ticket or about something new, it asks. True: they were taken.
func (s *scene) continues() (bool, error) {
	t, err := s.focused()
	if err != nil {
		return true, err
	}
	if t != nil && s.speaksOn() {
		switch {
		case t.Status == ticket.Closed:
			return true, s.askReopen(t)
		case s.likely(t), len(waitingOnThem([]*ticket.Ticket{t})) > 0:
			return true, s.add(t)
		}
		s.askWhich([]*ticket.Ticket{t}) // words of another product, in the same breath
		return true, nil
	}
	open, err := s.r.OpenOf(s.ctx, s.who.ID, menuSize)
	if err != nil {
		return true, err
	}
	waiting := waitingOnThem(open)
	var likely []*ticket.Ticket
	for _, t := range open {
		if s.likely(t) {
			likely = append(likely, t)
		}
	}
	switch {
	case len(waiting) == 1:
		return true, s.add(waiting[0])
	case len(waiting) > 1:
		s.askWhich(waiting)
		return true, nil
	case len(likely) > 0:
		s.askWhich(likely)
		return true, nil
	}
	copied, err := s.copiedLately()
	if err != nil || len(copied) == 0 {
		return err != nil, err
	}
	s.askWhich(copied)
	return true, nil
}

// waitingOnThem are those that wait for their requester's word.
func waitingOnThem(open []*ticket.Ticket) []*ticket.Ticket {
	var out []*ticket.Ticket
	for _, t := range open {
		if t.Status == ticket.Waiting && t.WaitingOn == ticket.OnRequester {
			out = append(out, t)
		}
	}
	return out
}

// awaited is the only ticket that waits for this person; nil when it is not one.
func (s *scene) awaited() (*ticket.Ticket, error) {
	open, err := s.r.OpenOf(s.ctx, s.who.ID, menuSize)
	if err != nil {
		return nil, err
	}
	if waiting := waitingOnThem(open); len(waiting) == 1 {
		return waiting[0], nil
	}
	return nil, nil
}

// talkedOver is the open ticket that was just spoken of and that an agent has: a "sim"
// is said to them. nil when there is none.
func (s *scene) talkedOver() (*ticket.Ticket, error) {
	t, err := s.focused()
	if err != nil || t == nil || t.Status == ticket.Closed || t.Agent == "" || !s.speaksOn() {
		return nil, err
	}
	return t, nil
}

// goesOnWith is the open ticket that words in this chat will be added to; nil: none, or
// it would be asked which.
func (s *scene) goesOnWith() (*ticket.Ticket, error) {
	if !s.chat() {
		return nil, nil
	}
	t, err := s.focused()
	if err != nil || t != nil && t.Status != ticket.Closed && s.speaksOn() {
		return t, err
	}
	return s.awaited()
}

// likely reports whether words without a thread could be about an open ticket: it
// moved lately, and the assistant is not sure that they are about another product.
func (s *scene) likely(t *ticket.Ticket) bool {
	if s.now.Sub(t.UpdatedAt) > likelyFor {
		return false
	}
	about := s.reading.About.Product
	return about == "" || t.About.Product == "" || about == t.About.Product || s.reading.Sure["product"] < s.e.Sure
}

// focused is the ticket in focus, if it is still there and may be seen.
func (s *scene) focused() (*ticket.Ticket, error) {
	if s.thread != nil {
		return s.thread, nil
	}
	if s.session.Ticket == "" {
		return nil, nil
	}
	if s.spoken != nil && s.spoken.ID == s.session.Ticket {
		return s.spoken, nil
	}
	t, found, err := known(s.r.Ticket(s.ctx, s.session.Ticket))
	if err != nil || !found {
		return nil, err
	}
	see, err := s.maySee(t)
	if err != nil || !see {
		return nil, err
	}
	if t, err = s.goesOnIn(t); t != nil {
		s.spoken = t
	}
	return t, err
}

// speaksOn reports whether the ticket in focus was spoken of just now.
func (s *scene) speaksOn() bool { return s.session.Ticket != "" && s.now.Sub(s.previous.At) < focusFor }

// goesOn reports whether words will be added to an open ticket, if they are no
// courtesy: nothing was asked, and it is the one they answer or that was just spoken of.
func (s *scene) goesOn() bool {
	t := s.thread
	if t == nil && s.chat() && s.speaksOn() {
		t = s.spoken
	}
	return t != nil && s.session.Topic == "" && t.Status != ticket.Closed
}

// askWhich asks which of several tickets words are about; they are kept meanwhile.
func (s *scene) askWhich(open []*ticket.Ticket) {
	s.session.Draft = &Draft{Said: s.said()}
	s.readInto(s.session.Draft)
	choices := s.ticketChoices(open)
	choices = append(choices, s.choice(valNew, "choice.new-matter"))
	s.question(topicWhich, "", "which.ticket", nil, choices...)
	s.outcome(message.Talked, "asked which ticket", nil)
}

// whichAnswered takes the kept words to the ticket that was chosen.
func (s *scene) whichAnswered() (bool, error) {
	d := s.session.Draft
	c, ok := choose(s.in.Text, s.session.Choices)
	if d == nil || s.session.Step != "" {
		return s.whichFor(c, ok)
	}
	switch {
	case ok && c.Value == valNew, !ok && isNo(s.in.Text):
		return true, s.suggestOrAsk()
	case !ok:
		d.Said = append(d.Said, s.said()...)
		s.readInto(d)
		if s.previous.Asked >= 1 { // asked twice: a ticket too many is better than a third time
			return true, s.suggestOrAsk()
		}
		s.question(topicWhich, "", "which.ticket", nil, s.session.Choices...)
		s.outcome(message.Talked, "asked which ticket", nil)
		return true, nil
	}
	t, err := s.r.Ticket(s.ctx, ticket.ID(c.Value))
	if err != nil {
		return true, err
	}
	if see, err := s.maySee(t); err != nil || !see {
		return true, errors.Join(err, s.refused(directory.Refuse("no-such-ticket", "Number", "")))
	}
	if t.Status == ticket.Closed { // meanwhile: the words are kept
		return true, s.askAgain(t, d)
	}
	for _, one := range d.Said {
		if err := t.Add(s.who, one, s.now); err != nil {
			return true, s.refused(err)
		}
	}
	s.rest()
	s.change(t)
	s.sayOf(t, "added.chat", nil)
	s.outcome(message.Added, "", t)
	return true, s.notify(notice.Added, t, notice.Data{"Text": joined(d.Said), "Folded": folded(d.Said)}, d.files()...)
}

// whichFor goes on with the command that asked which ticket.
func (s *scene) whichFor(c message.Choice, ok bool) (bool, error) {
	if !ok {
		return false, nil
	}
	step := s.session.Step
	t, found, err := known(s.r.Ticket(s.ctx, ticket.ID(c.Value)))
	if err != nil || !found {
		return true, err
	}
	switch command(step) {
	case cmdClose:
		return true, s.askClose(t)
	case cmdReopen:
		return true, s.askWhy(t)
	case cmdWhole:
		return true, s.showWhole(t)
	case cmdChange:
		return true, s.askChange(t)
	case cmdPaper:
		return true, s.prints(t)
	}
	return true, s.show(t, false)
}

// pick finds the ticket a command is about: by the number said, the thread, the
// one in focus, or the only candidate; otherwise it asks. nil: it asked, or said
// that there is none.
func (s *scene) pick(cmd command, candidates func() ([]*ticket.Ticket, error)) (*ticket.Ticket, error) {
	if n := s.command.number; n != "" {
		if cmd == cmdDetails || cmd == cmdWhole || cmd == cmdPaper {
			return s.numbered(n) // what was merged can still be read
		}
		return s.atWork(n)
	}
	t, err := s.focused()
	if t != nil || err != nil {
		return t, err
	}
	list, err := candidates()
	if err != nil {
		return nil, err
	}
	switch len(list) {
	case 0:
		s.rest()
		s.say("which.none", nil)
		s.outcome(message.Talked, "no ticket to "+string(cmd), nil)
		return nil, nil
	case 1:
		return list[0], nil
	}
	s.question(topicWhich, string(cmd), "which."+string(cmd), nil, s.ticketChoices(list)...)
	s.outcome(message.Talked, "asked which ticket", nil)
	return nil, nil
}

// numbered finds a ticket by its protocol number. One that may not be seen and one
// that does not exist are answered alike.
func (s *scene) numbered(n string) (*ticket.Ticket, error) {
	t, found, err := known(s.r.Numbered(s.ctx, n))
	if err != nil {
		return nil, err
	}
	if found {
		see, err := s.maySee(t)
		if err != nil {
			return nil, err
		}
		found = see
	}
	if !found {
		return nil, s.refused(directory.Refuse("no-such-ticket", "Number", n))
	}
	return t, nil
}

func (s *scene) ticketChoices(list []*ticket.Ticket) []message.Choice {
	var out []message.Choice
	for _, t := range list[:min(len(list), menuSize-1)] {
		out = append(out, message.Choice{Value: string(t.ID), Label: t.Number + " · " + ticket.Shorten(t.Subject, s.room(len(t.Number)+3))})
	}
	return out
}

// thanked answers a courtesy. In a ticket it is kept, and reopens nothing.
func (s *scene) thanked(t *ticket.Ticket) error {
	if t != nil {
		t.Remark(s.who.ID, s.saidAs(s.in.Text), s.now)
		s.change(t)
	}
	if s.chat() {
		s.say("thanks", notice.Data{"Name": s.who.First()})
	}
	s.outcome(message.Talked, "a courtesy", t)
	return nil
}

// courtesy reports whether thanks or a goodbye is all that was said.
func (s *scene) courtesy() bool { return s.reading.Intent == Thanks || isThanks(s.in.Text) }

// greeted answers a greeting with what can be done.
func (s *scene) greeted() error {
	s.rest()
	if s.newcomer() {
		s.inviteToTour()
		return nil
	}
	t, err := s.goesOnWith()
	if err != nil {
		return err
	}
	if t != nil { // where the next words will go is said beforehand
		s.focus(t)
		s.sayOf(t, "hello-open", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "a greeting", t)
		return nil
	}
	s.say("hello", notice.Data{"Name": s.who.First()})
	s.outcome(message.Talked, "a greeting", nil)
	return nil
}
