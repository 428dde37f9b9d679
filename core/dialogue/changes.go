package dialogue

import (
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Steps of a change by the requester (B8). stepPriority is shared with the opening.
const (
	stepWhat    = "what"
	stepContact = "contact"
	stepCopies  = "copies"
)

// changes lets the requester change a ticket's priority, its contact, or who is in copy.
func (s *scene) changes() error {
	if s.session.Topic == topicOpening && s.session.Draft != nil {
		return s.askFix() // of the ticket that is being opened
	}
	t, err := s.pick(cmdChange, func() ([]*ticket.Ticket, error) { return s.r.OpenOf(s.ctx, s.who.ID, menuSize) })
	if err != nil || t == nil {
		return err
	}
	switch words := fold(s.in.Text); {
	case s.command.level != "":
		if may, err := s.mayChange(t); err != nil || !may {
			return err
		}
		return s.prioritised(t, s.command.level)
	case strings.Contains(words, "priori"):
		return s.askNewPriority(t)
	case strings.Contains(words, "conta"):
		return s.askContact(t)
	case strings.Contains(words, "cop"), strings.Contains(words, "participant"):
		return s.askCopies(t)
	}
	return s.askChange(t)
}

// mayChange says whether there is anything to change here, and answers when not.
func (s *scene) mayChange(t *ticket.Ticket) (bool, error) {
	if err := t.MayPrioritise(s.who); err != nil {
		return false, s.refused(err)
	}
	if t.Status == ticket.Closed {
		return false, s.refused(directory.Refuse("closed", "Number", t.Number))
	}
	s.rest()
	s.focus(t)
	return true, nil
}

// askChange asks what should change.
func (s *scene) askChange(t *ticket.Ticket) error {
	return s.askOf(t, stepWhat, "change.what", nil, s.choice(stepPriority, "field.priority"),
		s.choice(stepContact, "choice.contact"), s.choice(stepCopies, "choice.copies"))
}

func (s *scene) askNewPriority(t *ticket.Ticket) error {
	return s.askOf(t, stepPriority, "open.priority", nil, s.levelChoices()...)
}

func (s *scene) askContact(t *ticket.Ticket) error {
	return s.askOf(t, stepContact, "change.contact", nil)
}

// askCopies shows who is in copy: a number takes somebody out, an e-mail puts one in.
func (s *scene) askCopies(t *ticket.Ticket) error {
	var choices []message.Choice
	for _, id := range t.Participants[:min(len(t.Participants), menuSize)] {
		p, err := s.person(id)
		if err != nil {
			return err
		}
		choices = append(choices, message.Choice{Value: string(id), Label: p.Name})
	}
	return s.askOf(t, stepCopies, "change.copies", notice.Data{"More": len(choices)}, choices...)
}

func (s *scene) askOf(t *ticket.Ticket, step, key string, data notice.Data, choices ...message.Choice) error {
	if may, err := s.mayChange(t); err != nil || !may {
		return err
	}
	s.question(topicChange, step, key, data, choices...).Ticket = t
	s.outcome(message.Talked, "asked: "+step, t)
	return nil
}

// changeAnswered takes the answer. Words that name nothing of the kind are no answer.
func (s *scene) changeAnswered() (bool, error) {
	t, err := s.focused()
	if err != nil || t == nil || len(s.in.Attachments) > 0 {
		return false, err
	}
	c, ok := choose(s.in.Text, s.session.Choices)
	switch step := s.session.Step; {
	case step == stepContact:
		return s.contactGiven(t)
	case step == stepCopies:
		return s.copiesGiven(t, c, ok)
	case !ok:
		return false, nil
	case step == stepPriority:
		return true, s.prioritised(t, ticket.Level(c.Value))
	case c.Value == stepPriority:
		return true, s.askNewPriority(t)
	case c.Value == stepContact:
		return true, s.askContact(t)
	}
	return true, s.askCopies(t)
}

func (s *scene) prioritised(t *ticket.Ticket, to ticket.Level) error {
	return s.changed(t, "change.priority", t.SetPriority(s.who, to, s.now), notice.Data{"Priority": s.e.levelIn(s.lang(), to)})
}

// contactGiven takes a name. What is too long for one is something else.
func (s *scene) contactGiven(t *ticket.Ticket) (bool, error) {
	const longest = 80
	name := strings.TrimSpace(s.in.Text)
	if name == "" || len(name) > longest || strings.Contains(name, "\n") {
		return false, nil
	}
	return true, s.changed(t, "change.contact-done", t.SetContact(s.who, name, s.now), notice.Data{"Contact": name})
}

// copiesGiven takes somebody out by number, or puts somebody in by e-mail. Of an e-mail
// outside the organisation nobody learns whether it is registered.
func (s *scene) copiesGiven(t *ticket.Ticket, c message.Choice, ok bool) (bool, error) {
	if ok {
		id := directory.PersonID(c.Value)
		return true, s.changed(t, "change.copy-out", t.RemoveParticipant(s.who, id, s.now), notice.Data{"Who": c.Label})
	}
	email := findEmail(s.in.Text)
	if email == "" {
		return false, nil
	}
	p, found, err := known(s.r.PersonAt(s.ctx, message.Address{Channel: message.Email, ID: email}))
	if err != nil {
		return true, err
	}
	if !found || p.OnTeam() {
		p = directory.Person{Name: email}
	}
	if err := t.MayPrioritise(s.who); err != nil { // who may change participants, may change this
		return true, s.refused(err)
	}
	had := slices.Clone(t.Participants)
	if err := t.AddParticipant(s.who, p, s.now); err != nil {
		return true, s.refused(directory.Refuse("not-same-organisation", "Name", email))
	}
	s.people[p.ID] = p
	if err := s.changed(t, "change.copy-in", nil, notice.Data{"Who": p.Name}); err != nil || slices.Equal(had, t.Participants) {
		return true, err
	}
	s.tellCopied(t, p)
	return true, nil
}

// tellCopied tells somebody that they are in copy now.
func (s *scene) tellCopied(t *ticket.Ticket, p directory.Person) {
	for _, to := range p.Reach() {
		s.plan.Says = append(s.plan.Says, Say{To: to, Language: notice.Language(orElse(p.Language, s.e.Desk.Language)), Key: "notice.copied",
			Ticket: t, Data: notice.Data{"Name": p.First(), "By": s.who.First()}})
	}
}

// changed stores a change and says so; a rule that said no is answered in words.
func (s *scene) changed(t *ticket.Ticket, key string, err error, data notice.Data) error {
	if err != nil {
		return s.refused(err)
	}
	s.rest()
	s.change(t)
	s.sayOf(t, key, data)
	s.outcome(message.Added, "changed: "+key, t)
	return nil
}
