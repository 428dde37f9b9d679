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

// Topics: what was asked last. The zero Topic is no question.
const (
	topicEmail    Topic = "email"    // A7: which e-mail are you registered with
	topicCode     Topic = "code"     // A7: the code that was sent
	topicOpening  Topic = "opening"  // B1: a ticket is being opened
	topicArticle  Topic = "article"  // A3: did it help
	topicMissing  Topic = "missing"  // E4: what did it lack
	topicList     Topic = "list"     // C1: a list was shown
	topicDetails  Topic = "details"  // B6: a ticket was shown
	topicAdding   Topic = "adding"   // B7: what should be added
	topicWhich    Topic = "which"    // which ticket is meant
	topicClosing  Topic = "closing"  // B11
	topicReopen   Topic = "reopen"   // B12
	topicStars    Topic = "stars"    // E1
	topicAgentMsg Topic = "agentmsg" // the team: what to send
	topicForward  Topic = "forward"  // whose ticket a mail becomes that was passed on
	topicHeld     Topic = "held"     // the team: what is held, and what to do with it
	topicTour     Topic = "tour"     // A9: the guided tour
	topicNPS      Topic = "nps"      // E3
	topicChange   Topic = "change"   // B8: what of a ticket should change
	topicAdvice   Topic = "advice"   // H4: the team: what to do with a draft
	topicCall     Topic = "call"     // A10: who called
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
			return s.showList(q)
		}
	}
	if done, err := s.rated(); done || err != nil {
		return err
	}
	if s.reading.Intent == Human {
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

// commandAnswers reports whether words that are a command answer what was asked: the
// label of a choice, "pode fechar" to "close?", the number of a ticket to "which?".
func (s *scene) commandAnswers() bool {
	about := func(c command) bool {
		return s.command.command == c && (s.command.number == "" || s.thread != nil)
	}
	switch {
	case labelled(s.in.Text, s.session.Choices):
		return true
	case s.session.Topic == topicClosing:
		return about(cmdClose)
	case s.session.Topic == topicReopen && s.session.Step == stepAgain:
		return about(cmdReopen)
	case s.session.Topic == topicReopen && s.session.Step == stepLate:
		return about(cmdNew)
	case s.session.Topic == topicWhich && s.session.Draft != nil:
		_, chosen := choose(s.in.Text, s.session.Choices)
		return chosen
	}
	return false
}

// offTheList says how far the numbers go, when a number that is not among the choices
// or a text without a word answers them: neither tells anything about a matter. What
// was asked stays asked. True: it did.
func (s *scene) offTheList() bool {
	most := len(s.session.Choices)
	if most == 0 || len(s.in.Attachments) > 0 || s.in.Kind != message.Text || !s.chat() {
		return false
	}
	number := bareChoice.MatchString(s.in.Text)
	if _, chosen := choose(s.in.Text, s.session.Choices); chosen || !number && (fold(s.in.Text) != "" || isYes(s.in.Text) || isNo(s.in.Text)) {
		return false
	}
	s.say("no-such-choice", notice.Data{"Most": most})
	s.outcome(message.Talked, "not among the choices", nil)
	return true
}

// asked reports whether a question is open that this turn could answer. A mail in
// another ticket's thread is about that ticket, and one that answers no mail is about
// something else than what we asked.
func (s *scene) asked() bool {
	if s.session.Topic == "" || s.startsAfresh() {
		return false
	}
	return s.thread == nil || s.thread.ID == s.session.Ticket || s.session.Ticket == ""
}

// startsAfresh reports a mail with a subject of its own that refers to no other.
func (s *scene) startsAfresh() bool {
	return s.in.Key.Channel == message.Email && len(s.in.Thread.Refs) == 0 && s.in.Subject != "" && stripRe(s.in.Subject) == s.in.Subject
}

// answer hands the turn to the topic that asked. False: it was no answer.
func (s *scene) answer() (bool, error) {
	switch s.session.Topic {
	case topicArticle:
		return s.articleAnswered()
	case topicMissing:
		return s.missingTold()
	case topicOpening:
		return s.openingAnswered()
	case topicList:
		return s.listAnswered()
	case topicDetails:
		return s.detailsAnswered()
	case topicAdding:
		return s.addingAnswered()
	case topicWhich:
		return s.whichAnswered()
	case topicClosing:
		return s.closingAnswered()
	case topicReopen:
		return s.reopenAnswered()
	case topicStars:
		return s.starsAnswered()
	case topicForward:
		return s.colleagueAnswered()
	case topicTour:
		return s.tourAnswered()
	case topicNPS:
		return s.npsAnswered()
	case topicChange:
		return s.changeAnswered()
	}
	return false, nil
}

// fresh takes words that answer nothing: part of a ticket, a courtesy, or new.
func (s *scene) fresh() error {
	if s.thread != nil {
		return s.inThread(s.thread)
	}
	thanks := s.courtesy()
	plain := s.chat() && (isYes(s.in.Text) || isNo(s.in.Text)) // to nothing it is no matter for a ticket
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
	case plain, s.reading.Intent == Greeting, s.wordless():
		return s.greeted()
	}
	if s.chat() {
		if t, err := s.namedFirst(); t != nil || err != nil {
			if err != nil {
				return err
			}
			return s.inThread(t)
		}
		if done, err := s.continues(); done || err != nil {
			return err
		}
	}
	return s.open()
}

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
		return true, s.list(s.command.command)
	case cmdNew:
		return true, s.opensNew()
	case cmdDetails:
		return true, s.details()
	case cmdWhole:
		return true, s.whole()
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
	case cmdTour:
		s.tour()
		return true, nil
	case cmdNews:
		return true, s.news()
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
	if strings.TrimSpace(s.in.Text+s.in.Subject) == "" || s.command.command != cmdNone {
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
