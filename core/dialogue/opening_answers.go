package dialogue

import (
	"slices"
	"strings"

	"recado/core/catalog"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// openingAnswered takes the answer to a question of the opening.
func (s *scene) openingAnswered() (bool, error) {
	d := s.session.Draft
	if d == nil {
		d = &Draft{}
		s.session.Draft = d
	}
	if _, chosen := choose(s.in.Text, s.session.Choices); !chosen && s.session.Step != stepSubject && isSolved(s.in.Text) {
		s.rest()
		s.say("article.solved", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "solved before it was opened", nil)
		return true, nil
	}
	switch s.session.Step {
	case stepWords:
		return true, s.wordsGiven(d)
	case stepConfirm:
		return true, s.confirmAnswered(d)
	case stepFix:
		return true, s.fixChosen(d)
	case stepSubject:
		if text := strings.TrimSpace(s.in.Text); text != "" {
			d.Subject = firstLine(text)
		}
		s.keepFiles(d)
		return true, s.confirm()
	}
	return true, s.choiceAnswered(d)
}

// wordsGiven takes the description.
func (s *scene) wordsGiven(d *Draft) error {
	told := !s.wordless() && (!bareChoice.MatchString(s.in.Text) || len(s.in.Attachments) > 0)
	if told {
		d.Said = append(d.Said, s.said()...)
	}
	if strings.TrimSpace(s.in.Text) == "" && !s.showsMatter() || !told {
		s.question(topicOpening, stepWords, s.wordsKey(), notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "what is it about", nil)
		return nil
	}
	s.readInto(d)
	if s.previous.Draft != nil && slices.Contains(s.previous.Draft.Skipped, valAll) {
		return s.openNow()
	}
	return s.suggestOrAsk()
}

// choiceAnswered takes a choice from a list. Other words are kept as part of the
// description; after a second miss the question is skipped.
func (s *scene) choiceAnswered(d *Draft) error {
	c, ok := choose(s.in.Text, s.session.Choices)
	step := s.session.Step
	if ok {
		s.keepFiles(d)
	}
	switch {
	case ok && c.Value == valSkip, !ok && slices.Contains(skips, fold(s.in.Text)):
		d.Skipped = append(d.Skipped, step)
	case !ok && isThanks(s.in.Text): // no answer and no description either: they want to be done
		d.Skipped = append(d.Skipped, step)
	case ok:
		s.setField(d, step, c.Value)
	default:
		if s.reading.Intent != Greeting || len(s.in.Attachments) > 0 { // "hello??" describes nothing
			d.Said = append(d.Said, s.said()...)
			s.readInto(d)
		}
		if s.previous.Asked >= 1 {
			d.Skipped = append(d.Skipped, step)
		}
	}
	if step == stepSeverity || step == stepPriority {
		return s.confirm()
	}
	return s.askMissing()
}

// confirmAnswered opens, changes or drops the draft; other words are added to it.
func (s *scene) confirmAnswered(d *Draft) error {
	c, ok := choose(s.in.Text, s.session.Choices)
	if ok {
		s.keepFiles(d)
	}
	switch {
	case ok && c.Value == valYes, !ok && (isYes(s.in.Text) || isThanks(s.in.Text)):
		return s.openNow()
	case ok && c.Value == valFix, !ok && isNo(s.in.Text):
		return s.askFix()
	case ok && c.Value == valCancel:
		return s.cancel()
	}
	d.Said = append(d.Said, s.said()...)
	s.readInto(d)
	return s.confirm()
}

// askFix asks which field is wrong.
func (s *scene) askFix() error {
	s.question(topicOpening, stepFix, "open.fix", nil,
		s.choice(stepSubject, "field.subject"), s.choice(stepProduct, "field.product"), s.choice(stepCategory, "field.category"),
		s.choice(stepSeverity, "field.severity"), s.choice(stepPriority, "field.priority"))
	s.outcome(message.Talked, "asked: fix", nil)
	return nil
}

// fixChosen asks for the new value of a field.
func (s *scene) fixChosen(d *Draft) error {
	c, ok := choose(s.in.Text, s.session.Choices)
	if !ok {
		return s.confirmAnswered(d)
	}
	switch c.Value {
	case stepSubject:
		s.question(topicOpening, stepSubject, "open.subject", nil)
	case stepSeverity, stepPriority:
		s.question(topicOpening, c.Value, "open."+c.Value, nil, s.levelChoices()...)
	case stepProduct:
		d.About, d.Skipped = catalog.Path{}, nil
		return s.askMissing()
	case stepCategory:
		d.About.Category = ""
		d.Skipped = slices.DeleteFunc(d.Skipped, func(f string) bool { return f == stepCategory })
		return s.askMissing()
	}
	s.outcome(message.Talked, "asked: "+c.Value, nil)
	return nil
}

func (s *scene) levelChoices() []message.Choice {
	var out []message.Choice
	for _, l := range ticket.Levels {
		out = append(out, s.choice(string(l), "level."+string(l)))
	}
	return out
}

// fixes changes a draft at a person's word; without one, it means nothing.
func (s *scene) fixes() (bool, error) {
	if s.session.Topic != topicOpening || s.session.Draft == nil {
		return false, nil
	}
	return true, s.askFix()
}
