package dialogue

import (
	"regexp"
	"slices"
	"strings"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Steps of the opening, in the order in which they are asked. What is known or has
// only one answer is not asked.
const (
	stepWords    = "words"    // what is happening
	stepOrg      = "org"      // F5: for which organisation
	stepProduct  = "product"  // B1
	stepSystem   = "system"   // B1
	stepModule   = "module"   // B1, F4
	stepCategory = "category" // B1
	stepConfirm  = "confirm"  // B1: is it right
	stepFix      = "fix"      // what should be changed
	stepSubject  = "subject"
	stepSeverity = "severity"
	stepPriority = "priority"
)

// Values of choices.
const (
	valYes    = "yes"
	valNo     = "no"
	valSkip   = "skip"
	valNew    = "new"
	valFix    = "fix"
	valCancel = "cancel"
	valMore   = "more"
	valAdd    = "add"
	valClose  = "close"
	valAll    = "all"
	valChange = "change"
)

// bareChoice is a number out of a menu and nothing else.
var bareChoice = regexp.MustCompile(`^\s*-?\d{1,2}[.)]?\s*$`)

// open starts a ticket of the turn's words (A2, B1): read, suggest, ask what is
// missing, confirm. A mail is opened at once: nobody wants a quiz by mail.
func (s *scene) open() error {
	if len(s.who.Members) == 0 {
		s.rest()
		s.say("access.no-organisation", notice.Data{"Name": s.who.First(), "To": s.e.Desk.Email})
		s.outcome(message.Talked, "a person without organisation", nil)
		return nil
	}
	d := &Draft{Said: s.said()}
	s.session.Draft = d
	if s.chat() && bareChoice.MatchString(s.in.Text) && len(s.in.Attachments) == 0 {
		d.Said = nil // the answer to a question that was lost describes nothing
	}
	if len(d.Said) == 0 || s.untold() && !s.showsMatter() {
		s.question(topicOpening, stepWords, s.wordsKey(), notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "what is it about", nil)
		return nil
	}
	s.readInto(d)
	if !s.chat() {
		return s.openNow()
	}
	return s.suggestOrAsk()
}

// untold reports files beside which no matter is told: without a word, with a greeting, or
// with an answer to nothing.
func (s *scene) untold() bool {
	if strings.TrimSpace(s.in.Text+s.in.Subject) == "" {
		return true
	}
	nothing := len(s.sights) > 0 && s.reading.By != "" && s.reading.Intent == Unclear
	return len(s.in.Attachments) > 0 && (s.plainAnswer() || nothing || s.reading.Intent == Greeting)
}

// showsMatter reports pictures without words, in which a matter was seen.
func (s *scene) showsMatter() bool { return len(s.sights) > 0 && s.reading.Intent == Matter }

// opensNew starts afresh at a person's word. Words that were just put into another
// ticket are taken along.
func (s *scene) opensNew() error {
	switch d := s.session.Draft; {
	case d == nil || len(d.Said) == 0:
	case s.session.Topic == topicArticle, s.session.Topic == topicOpening:
		return s.askMissing()
	case s.session.Topic == topicWhich, s.session.Topic == topicReopen:
		return s.suggestOrAsk()
	}
	words := s.session.Words
	s.rest()
	s.session.Aside = nil
	if words != "" && s.now.Sub(s.previous.At) < focusFor {
		s.session.Draft = &Draft{Said: []ticket.Said{{At: s.now, Text: words, Via: s.in.Key.Channel}}, Subject: firstLine(words)}
		return s.askMissing()
	}
	s.question(topicOpening, stepWords, "open.words", notice.Data{"Name": s.who.First()})
	s.outcome(message.Talked, "what is it about", nil)
	return nil
}

// suggestOrAsk goes on with a draft that has words: an article first, then what is missing.
func (s *scene) suggestOrAsk() error {
	if done, err := s.suggest(); done || err != nil {
		return err
	}
	d := s.session.Draft
	d.Nothing = d.Type == ticket.Question && len(d.Offered) == 0 && s.reading.By != "" // said when the draft is shown
	return s.askMissing()
}

// wordsKey asks for words, or acknowledges files that came without.
func (s *scene) wordsKey() string {
	if len(s.in.Attachments) > 0 {
		return "open.words-file"
	}
	return "open.words"
}

// choice is one option in the person's language.
func (s *scene) choice(value, key string) message.Choice {
	return message.Choice{Value: value, Label: s.e.Catalogue.Word(s.lang(), key)}
}

// askMissing asks for the next thing, or shows it all for confirmation.
func (s *scene) askMissing() error {
	d := s.session.Draft
	step, choices, err := s.missing(d)
	if err != nil {
		return err
	}
	switch {
	case slices.Contains(d.Skipped, valAll) && step != stepOrg && step != stepWords:
		return s.openNow() // a person was asked for: no more questions
	case !s.chat() && step != stepWords:
		return s.openNow() // no quiz by mail
	}
	if step == "" {
		return s.confirm()
	}
	s.question(topicOpening, step, "open."+step, notice.Data{"Name": s.who.First()}, choices...)
	s.outcome(message.Talked, "asked: "+step, nil)
	return nil
}

// confirm shows the draft (B1).
func (s *scene) confirm() error {
	s.question(topicOpening, stepConfirm, "open.confirm", s.draftData(s.session.Draft),
		s.choice(valYes, "choice.open"), s.choice(valFix, "choice.fix"), s.choice(valCancel, "choice.cancel"))
	s.outcome(message.Talked, "asked: confirm", nil)
	return nil
}
