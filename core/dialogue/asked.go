package dialogue

import (
	"recado/core/message"
	"recado/core/notice"
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
