package dialogue

import (
	"cmp"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Steps of what is offered for a mail that was passed on.
const (
	stepSender    = "sender"    // the team: a ticket in the name of who wrote it
	stepColleague = "colleague" // a customer: their colleague's part in the ticket
)

const (
	valRequester = "requester"
	valCopy      = "copy"
)

// offerSender offers an agent who passes a customer's mail on to open a ticket in that
// customer's name. Who is named in it need not have written it, so nothing is told to
// them before an agent, who may open for anybody, says yes.
func (s *scene) offerSender() error {
	f := s.in.Forward
	p, found, err := s.registered(f.From)
	if err != nil {
		return err
	}
	s.rest()
	who := notice.Data{"Who": whoWrote(f), "Title": ticket.Shorten(cmp.Or(stripRe(f.Subject), firstLine(f.Text)), ticket.MaxSubject)}
	if !found || p.OnTeam() || len(p.Members) == 0 {
		s.say("forward.unknown", who)
		s.outcome(message.Talked, "passed on: its sender is not registered", nil)
		return nil
	}
	org, err := s.r.Organisation(s.ctx, p.Members[0].Org)
	if err != nil {
		return err
	}
	who["Who"], who["Organisation"] = p.Name+" <"+f.From.ID+">", org.Name
	s.question(topicForward, stepSender, "forward.sender", who, s.choice(valYes, "choice.open-for"), s.choice(valNo, "choice.leave"))
	// What the agent wrote above it is for the team; so is the whole mail.
	note := s.saidAs(s.in.Text)
	passed := ticket.Said{At: s.now, Text: f.Text, Via: message.Email, Attachments: note.Attachments}
	note.Attachments = nil
	s.session.Draft = &Draft{For: p.ID, Subject: stripRe(f.Subject), Said: []ticket.Said{passed}, Note: []ticket.Said{note}}
	s.outcome(message.Talked, "passed on: asked whose ticket", nil)
	return nil
}

// registered finds an active person to whom an address was proved to belong.
func (s *scene) registered(a message.Address) (directory.Person, bool, error) {
	if a.IsZero() {
		return directory.Person{}, false, nil
	}
	p, found, err := known(s.r.PersonAt(s.ctx, a))
	return p, found && p.Active && p.Verified(a), err
}

// whoWrote is the alleged writer, for people to read.
func whoWrote(f message.Forward) string {
	switch {
	case f.From.ID == "":
		return f.Name
	case f.Name == "":
		return f.From.ID
	}
	return f.Name + " <" + f.From.ID + ">"
}

// senderChosen opens the ticket, or leaves it. Other words answer nothing.
func (s *scene) senderChosen() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	d := s.session.Draft
	switch {
	case d == nil || d.For == "":
		return false, nil
	case ok && c.Value == valYes, !ok && isYes(s.in.Text):
		return true, s.openFor(d)
	case ok, isNo(s.in.Text):
		return true, s.cancel()
	}
	return false, nil
}

// openFor opens a ticket in the name of who wrote what an agent passed on.
func (s *scene) openFor(d *Draft) error {
	p, err := s.person(d.For)
	if err != nil {
		return err
	}
	if !p.Active || len(p.Members) == 0 {
		return s.refused(directory.Refuse("not-member"))
	}
	words := joined(d.Said)
	subject := cmp.Or(d.Subject, firstLine(words), s.e.Catalogue.Word(s.lang(), "open.no-subject"))
	t, err := ticket.New(ticket.Draft{
		Org: p.Members[0].Org, Requester: p.ID, OpenedBy: s.who.ID, Subject: subject, Description: cmp.Or(words, subject), Via: message.Email, Said: d.Said,
	}, s.now)
	if err != nil {
		return s.refused(err)
	}
	t.SetPromise(s.e.Promises[t.Severity], s.e.Calendar)
	for _, note := range d.Note {
		if err := t.Note(s.who, note, s.now); err != nil {
			return s.refused(err)
		}
	}
	s.rest()
	s.change(t)
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	s.sayOf(t, "forward.opened", notice.Data{"Audience": reachText(f)})
	s.outcome(message.Opened, "for who wrote what was passed on", t)
	return s.notify(notice.Opened, t, notice.Data{"Text": words}, d.files()...)
}

// offerColleague offers a customer who passed a colleague's mail on to give that
// colleague a part in the ticket: their own, where the rules let them (F10), or in copy
// (B9). It is not said whether somebody of another organisation is registered.
func (s *scene) offerColleague(t *ticket.Ticket) error {
	f := s.in.Forward
	p, found, err := s.registered(f.From)
	if err != nil || !found || p.ID == s.who.ID || p.ID == t.Requester || p.OnTeam() {
		return err
	}
	if _, member := p.In(t.Org); !member {
		return nil
	}
	var choices []message.Choice
	if t.MayChangeRequester(s.who) == nil {
		choices = append(choices, s.choice(valRequester, "choice.as-requester"))
	}
	if !t.IsParticipant(p.ID) {
		choices = append(choices, s.choice(valCopy, "choice.in-copy"))
	}
	if len(choices) == 0 {
		return nil
	}
	choices = append(choices, s.choice(valNo, "choice.leave"))
	s.question(topicForward, stepColleague, "forward.colleague", notice.Data{"Who": p.Name}, choices...).Ticket = t
	s.session.Draft = &Draft{For: p.ID}
	return nil
}

// colleagueAnswered gives the colleague their part. Other words answer nothing, and are
// taken as any.
func (s *scene) colleagueAnswered() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	d := s.session.Draft
	t, err := s.focused()
	if err != nil || d == nil || t == nil || !ok && !isNo(s.in.Text) {
		return false, err
	}
	if !ok || c.Value == valNo {
		return true, s.cancel()
	}
	p, err := s.person(d.For)
	if err != nil {
		return true, err
	}
	as := notice.Participant
	if c.Value == valRequester {
		as = notice.Requester
		err = t.SetRequester(s.who, p, s.now)
		if err == nil && s.who.ID == t.OpenedBy {
			err = t.AddParticipant(s.who, s.who, s.now) // who opened it follows it still
		}
	} else {
		err = t.AddParticipant(s.who, p, s.now)
	}
	if err != nil {
		return true, s.refused(err)
	}
	s.rest()
	s.change(t)
	s.sayOf(t, "forward.joined", notice.Data{"Who": p.Name, "Requester": as == notice.Requester})
	s.outcome(message.Added, "a colleague takes part: "+string(as), t)
	return true, s.tellJoined(t, p, as)
}

// tellJoined tells one person of the ticket that they are now part of.
func (s *scene) tellJoined(t *ticket.Ticket, p directory.Person, as notice.Audience) error {
	requester, err := s.person(t.Requester)
	if err != nil {
		return err
	}
	for _, to := range p.Reach() {
		s.plan.Says = append(s.plan.Says, Say{
			To: to, Language: notice.Language(orElse(p.Language, s.e.Desk.Language)), Key: noticeKey(notice.Opened, as), Ticket: t,
			Data: notice.Data{
				"Name": p.First(), "By": s.byName(as), "Requester": requester.Name, "Text": strings.TrimSpace(t.Description), "About": "",
				"Chat": to.Channel != message.Email, "Folded": false, "Caution": "", "Seen": "",
			},
		})
	}
	return nil
}
