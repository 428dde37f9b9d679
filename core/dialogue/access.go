package dialogue

import (
	"regexp"
	"strings"
	"unicode"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// access takes the turn of somebody who is not proved (A7, A8). What they wrote is
// held, and comes back to the inbox once they are.
func (s *scene) access() error {
	switch {
	case s.in.From.IsZero():
		s.hold()
		s.outcome(message.HeldBack, "no sender", nil)
		return nil
	case s.known && !s.who.Active:
		if s.in.Proof != message.Unproved { // else the answer would go to whoever was forged
			s.say("access.inactive", notice.Data{"Email": s.e.Desk.Email})
		}
		s.outcome(message.Ignored, "the person is deactivated", nil)
		return nil
	}
	switch {
	case s.in.Kind == message.Reaction:
		s.outcome(message.Ignored, "a stranger's reaction", nil)
		return nil
	case s.in.Kind == message.Command, s.in.Kind == message.Shortcut, s.in.Kind == message.Submit:
		return s.refused(directory.Refuse("not-on-team")) // nothing to keep until they are somebody
	case s.in.Kind == message.Edit, s.in.Kind == message.Deletion:
		s.hold() // behind the words that it changes
		return nil
	case s.in.Defect != message.Whole && s.chat():
		return s.unopened()
	}
	s.listen()
	if done, err := s.codeAnswered(); done || err != nil {
		return err
	}
	if email := s.emailAnswered(); email != "" {
		s.keepBeside(email)
		return s.emailGiven(email)
	}
	switch {
	case s.known && s.in.Key.Channel == message.Email:
		return s.mailUnproved()
	case s.in.Key.Channel == message.Email:
		return s.mailFromStranger()
	case s.session.Topic != "" && s.saidBeside():
		return nil
	case s.session.Topic == topicCode:
		s.keepBeside("")
		s.question(topicCode, "code", "access.code-again", nil)
		s.outcome(message.Talked, "no code in the answer", nil)
		return nil
	}
	return s.firstWords()
}

// emailAnswered is the e-mail by which a stranger says who they are. In a mail, one's
// own address is a signature; and one that nothing proves is only held.
func (s *scene) emailAnswered() string {
	if s.session.Topic != topicEmail && s.session.Topic != topicCode {
		return ""
	}
	email := findEmail(s.in.Text)
	if !s.chat() && (s.known || s.in.Proof == message.Unproved || email == s.in.From.ID) {
		return ""
	}
	return email
}

// keepBeside holds what was said beside an answer, so that it comes back once the
// sender is proved: nothing is swallowed.
func (s *scene) keepBeside(answer string) {
	if s.saysMore(answer) {
		s.hold()
	}
}

// saysMore reports whether there is more than an answer: "here is the code that you
// sent" is no matter.
func (s *scene) saysMore(answer string) bool {
	const usual = 6 // words around an answer
	rest := strings.Replace(strings.ToLower(s.in.Text), answer, " ", 1)
	return len(strings.Fields(fold(rest))) > usual || len(s.in.Attachments) > 0
}

// listen takes up the language that a stranger asks for, or that of their first words.
func (s *scene) listen() {
	switch s.command.command {
	case cmdPT, cmdEN, cmdES:
		s.session.Language = string(s.command.command)
	}
	if s.e.LanguageOf == nil || s.session.Language != "" {
		return
	}
	s.session.Language = s.e.LanguageOf(emailInText.ReplaceAllString(s.in.Subject+"\n"+s.in.Text, ""))
}

// saidBeside takes what strangers say instead of an answer: they may stop, change the
// language, ask how else to reach the desk, or just say thanks. True: it was that.
func (s *scene) saidBeside() bool {
	again := func() { s.question(topicEmail, s.session.Step, "access.email-again", nil) }
	if s.session.Topic == topicCode {
		again = func() { s.question(topicCode, s.session.Step, "access.code-again", nil) }
	}
	switch s.command.command {
	case cmdCancel:
		s.rest()
		s.say("cancelled.done", nil)
	case cmdPT, cmdEN, cmdES:
		again()
	case cmdHelp, cmdHuman, cmdContact:
		s.contacts()
		again()
	default:
		if !isThanks(s.in.Text) || s.session.Topic == topicCode && isYes(s.in.Text) {
			return false
		}
		s.say("thanks", notice.Data{"Name": s.in.FromName})
	}
	s.outcome(message.Talked, "beside the question who it is", nil)
	return true
}

// firstWords greets somebody whose number nobody knows, and asks for their e-mail.
func (s *scene) firstWords() error {
	if s.session.Topic == topicEmail {
		s.hold()
		s.question(topicEmail, "email", "access.email-again", nil)
		s.outcome(message.HeldBack, "no e-mail in the answer", nil)
		return nil
	}
	s.hold()
	s.question(topicEmail, "email", "access.hello", notice.Data{"Name": calledBy(s.in.FromName)})
	s.outcome(message.HeldBack, "first access: who is it", nil)
	return nil
}

// emailGiven looks the e-mail up, and sends a code there when it is somebody's.
func (s *scene) emailGiven(email string) error {
	at := message.Address{Channel: message.Email, ID: email}
	p, found, err := known(s.r.PersonAt(s.ctx, at))
	if err != nil {
		return err
	}
	if !found || !p.Active || p.OnTeam() {
		return s.unregistered(email)
	}
	return s.sendCode(p, at)
}

// mailUnproved holds a mail whose From: line is not proved, and sends a code there:
// only its owner can answer with it.
func (s *scene) mailUnproved() error {
	s.hold()
	return s.sendCode(s.who, s.in.From)
}

// mailFromStranger answers a proved but unregistered sender (A8). An unproved one
// gets no answer: it would go to whoever was forged.
func (s *scene) mailFromStranger() error {
	s.hold()
	if s.in.Proof == message.Unproved {
		s.outcome(message.HeldBack, "an unregistered sender, not proved", nil)
		return nil
	}
	s.outcome(message.HeldBack, "an unregistered sender", nil)
	if s.session.Topic == topicEmail {
		return nil // they were told
	}
	s.session.Topic, s.session.Step = topicEmail, "email"
	return s.explainUnregistered(s.in.From.ID)
}

// unregistered says so, in the chat (A8).
func (s *scene) unregistered(email string) error {
	if err := s.explainUnregistered(email); err != nil {
		return err
	}
	s.session.Topic, s.session.Step = topicEmail, "email"
	s.outcome(message.Talked, "an e-mail that nobody registered", nil)
	return nil
}

// explainUnregistered tells who administers the organisation of the e-mail's
// domain, or what to send to be registered.
func (s *scene) explainUnregistered(email string) error {
	_, domain, _ := strings.Cut(email, "@")
	org, found, err := known(s.r.OrganisationFor(s.ctx, domain))
	if err != nil {
		return err
	}
	if found {
		admins, err := s.r.Members(s.ctx, org.ID, directory.Administrator)
		if err != nil {
			return err
		}
		if names := namesOf(admins); names != "" {
			s.say("access.ask-administrator", notice.Data{"Email": email, "Organisation": org.Name, "Names": names})
			return nil
		}
	}
	s.say("access.ask-us", notice.Data{"Email": email, "To": s.e.Desk.Email})
	return nil
}

var emailInText = regexp.MustCompile(`[\w.+%'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)

func findEmail(text string) string {
	return strings.ToLower(strings.Trim(emailInText.FindString(text), ".'"))
}

func namesOf(people []directory.Person) string {
	var names []string
	for _, p := range people {
		names = append(names, p.Name)
	}
	return strings.Join(names, ", ")
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// calledBy is how to greet who has this name on their phone: "" when it is no name but a
// number or a picture.
func calledBy(name string) string {
	first := directory.Person{Name: name}.First()
	if !strings.ContainsFunc(first, unicode.IsLetter) {
		return ""
	}
	return first
}
