package dialogue

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
)

// decide routes the turn. Each road ends with an outcome.
func (s *scene) decide(r Reader) error {
	s.r = r
	if s.who.Version != 0 { // who is new here is kept once they are heard
		s.keepStanding()
	}
	switch {
	case s.in.Auto != message.NotAuto:
		return s.machine()
	case s.in.Kind == message.Rating:
		return s.ratedOnPage()
	case s.in.Kind == message.Verdict:
		return s.judgedOnPage()
	case s.in.Own:
		return s.outside()
	case s.proved && s.in.Proof == message.ByTeam:
		return s.letIn()
	case s.in.Kind == message.Arrived:
		return s.pageOf(homeMine) // to look is no word to anybody
	}
	if err := s.count(); err != nil {
		return err
	}
	if err := s.flooded(); err != nil {
		return err
	}
	switch {
	case s.inRoom() && (!s.proved || !s.who.OnTeam()), !s.proved && s.worksHere():
		return s.nobody()
	case !s.proved && s.in.Proof == message.AsGuest:
		return s.guest()
	case !s.proved && s.hushed:
		s.holdHushed()
		return nil
	case !s.proved:
		return s.access()
	case s.session.Topic == topicCode:
		if done, err := s.codeAnswered(); done || err != nil {
			return err
		}
		s.rest() // proved by other means meanwhile
	}
	return s.decideProved()
}

// letIn takes what the team released: this item counts as its sender's. It opens no
// door for the next one: no code in it is tried, and nothing of an address is learned.
func (s *scene) letIn() error {
	if s.session.Topic == topicCode {
		s.rest()
	}
	return s.decideProved()
}

// decideProved takes the turn of somebody who is who they seem.
func (s *scene) decideProved() error {
	if act := s.acting(); act != nil {
		if err := s.heard(); err != nil {
			return err
		}
		return act()
	}
	if s.inRoom() {
		return s.teamInRoom()
	}
	switch s.in.Kind {
	case message.Edit, message.Deletion:
		return s.amended()
	case message.Reaction:
		if answers, err := s.reactionAnswers(); err != nil {
			return err
		} else if !answers {
			return s.reacted()
		}
		s.in.Text = s.in.Choice
	case message.Press:
		if counts, err := s.pressed(); err != nil || !counts {
			return err
		}
	}
	if s.in.Proof != message.ByTeam {
		if err := s.heard(); err != nil {
			return err
		}
	}
	if s.optsOut() {
		return nil
	}
	if s.who.OnTeam() {
		return s.agent()
	}
	if err := s.customer(); err != nil {
		return err
	}
	s.cautious()
	return nil
}

// customer takes a customer's turn: a command at any step, then the answer to what
// was asked, then a rating, then the ticket it belongs to, then something new.
func (s *scene) customer() error {
	if s.in.Defect != message.Whole {
		s.refusedFiles() // the rest goes on, whatever came with them
		if s.chat() {
			return s.unopened()
		}
		return s.defective()
	}
	if s.refusedFiles() {
		return nil
	}
	if s.command.command != cmdNone && len(s.in.Attachments) == 0 && !s.commandAnswers() {
		if done, err := s.obey(); done || err != nil {
			return err
		}
	}
	if s.command.command == cmdNone {
		if q := s.listSaid(); q != nil && !labelled(s.in.Text, s.session.Choices) {
			return s.looks(func() error { return s.showList(q) })
		}
	}
	if done, err := s.rated(); done || err != nil {
		return err
	}
	if s.reading.Intent == Human || s.command.command == cmdHuman && !s.commandAnswers() { // with a file beside it
		return s.asksForHuman()
	}
	if s.asked() {
		if s.offTheList() {
			return nil
		}
		if done, err := s.answer(); done || err != nil {
			return err
		}
		s.rest() // no answer to what was asked: never swallowed, but taken as new words
	}
	return s.fresh()
}

// fresh takes words that answer nothing: part of a ticket, a courtesy, or new.
func (s *scene) fresh() error {
	if s.thread != nil {
		return s.inThread(s.thread)
	}
	thanks := s.courtesy()
	plain := s.plainAnswer()
	if thanks || plain {
		// A ticket that waits for this person gets even an "ok": it may be the answer.
		t, err := s.awaited()
		if t == nil && err == nil && plain {
			t, err = s.talkedOver()
		}
		switch {
		case err != nil:
			return err
		case t != nil:
			return s.add(t)
		}
	}
	switch {
	case thanks:
		return s.thanked(nil)
	case len(s.in.Attachments) > 0: // "bom dia" below a photo is no mere greeting
	case plain, s.reading.Intent == Greeting, s.wordless():
		return s.greeted()
	}
	if !s.chat() {
		return s.open()
	}
	switch t, err := s.namedFirst(); {
	case err != nil:
		return err
	case t != nil:
		return s.inThread(t)
	}
	if done, err := s.goesOnOpening(); done || err != nil {
		return err
	}
	if done, err := s.continues(); done || err != nil {
		return err
	}
	return s.open()
}

// plainAnswer reports a bare yes or no in a chat: to nothing it is no matter for a ticket.
func (s *scene) plainAnswer() bool { return s.chat() && (isYes(s.in.Text) || isNo(s.in.Text)) }

// wordless reports whether nothing but signs was written in a chat: "?", "🙂".
func (s *scene) wordless() bool {
	return s.chat() && fold(s.in.Text) == "" && strings.TrimSpace(s.in.Text) != "" && len(s.in.Attachments) == 0
}

// obey runs a command. False: it means nothing here, and is taken as words.
func (s *scene) obey() (bool, error) {
	switch s.command.command {
	case cmdHelp:
		return true, s.help()
	case cmdCancel:
		return true, s.cancel()
	case cmdHuman:
		return true, s.human()
	case cmdMine, cmdClosed, cmdAll, cmdCopy, cmdOrg:
		return true, s.looks(func() error { return s.list(s.command.command) })
	case cmdNew:
		return true, s.opensNew()
	case cmdDetails:
		return true, s.looks(s.details)
	case cmdWhole:
		return true, s.looks(s.whole)
	case cmdClose:
		return true, s.close()
	case cmdReopen:
		return true, s.reopen()
	case cmdContact:
		s.contacts()
		return true, nil
	case cmdPT, cmdEN, cmdES:
		s.speaks(string(s.command.command))
		return true, nil
	case cmdFix:
		return s.fixes()
	case cmdResume:
		if s.session.Aside == nil {
			return false, nil
		}
		return true, s.resumes()
	case cmdTour:
		s.tour()
		return true, nil
	case cmdNews:
		return true, s.looks(s.news)
	case cmdChange:
		return true, s.changes()
	case cmdPaper:
		return s.paper()
	}
	return false, nil
}

// wantsReading reports whether the assistant should read this turn: words of a
// proved customer that are no command.
func (s *scene) wantsReading() bool {
	if s.e.Assistant == nil || !s.proved || s.in.Own || s.who.OnTeam() || s.in.Auto != message.NotAuto || s.in.Kind != message.Text {
		return false
	}
	if s.in.Defect != message.Whole && strings.TrimSpace(s.in.Text) == "" {
		return false
	}
	if strings.TrimSpace(s.in.Text+s.in.Subject) == "" && len(s.sights) == 0 || s.command.command != cmdNone || s.reading.Intent == Human {
		return false
	}
	if _, _, stars := survey.Parse(s.in.Text); stars {
		return false
	}
	if len(s.session.Choices) == 0 {
		return true
	}
	_, choice := choose(s.in.Text, s.session.Choices)
	return !choice && senses(s.in.Text)&^(grateful|polite) == 0
}

// heard notes under which names a person writes, that an address given up for dead lives,
// and the language of a person whose language nobody knew.
func (s *scene) heard() error {
	if err := s.meet(); err != nil {
		return err
	}
	s.keepStanding()
	if s.who.Language == "" && s.reading.Language != "" {
		s.who.Language = notice.Language(s.reading.Language)
		s.savePerson(s.who)
	}
	return nil
}

// savePerson stores a person with the plan; the later word wins, and comes later: an
// address is free once whoever had it was stored without it.
func (s *scene) savePerson(p directory.Person) {
	s.plan.People = slices.DeleteFunc(s.plan.People, func(q directory.Person) bool { return q.ID == p.ID })
	s.plan.People = append(s.plan.People, p)
	s.people[p.ID] = p
}

// refusedFiles tells which files were not kept, and why (B3); the rest goes on.
// True when nothing else came with them.
func (s *scene) refusedFiles() bool {
	if len(s.in.Refused) == 0 {
		return false
	}
	var names []string
	limits := false // whether they explain anything here
	for _, f := range s.in.Refused {
		limits = limits || f.Why == message.TooLarge || f.Why == message.TooMany
		why := s.e.Catalogue.Word(s.lang(), "file."+string(f.Why))
		names = append(names, "• "+f.Name+": "+why)
	}
	s.say("file.refused", notice.Data{
		"Files": strings.Join(names, "\n"), "Count": len(names), "Limits": limits, "Most": message.MaxFiles, "Size": notice.Size(message.MaxFileSize),
	})
	if strings.TrimSpace(s.in.Text) != "" || len(s.in.Attachments) > 0 || s.in.Kind != message.Text {
		return false
	}
	s.outcome(message.Talked, "only files that are not kept", nil)
	return true
}

var rePrefix = regexp.MustCompile(`(?i)^\s*((re|res|fw|fwd|enc|rv)\s*:\s*)+`)

// stripRe takes "Re:" and its relatives off a subject.
func stripRe(subject string) string {
	return strings.TrimSpace(rePrefix.ReplaceAllString(subject, ""))
}

func asRefusal(err error, r **directory.Refusal) bool { return errors.As(err, r) }
