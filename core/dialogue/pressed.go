package dialogue

import (
	"cmp"
	"slices"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/survey"
	"recado/core/ticket"
)

// pressed reads a button or a vote as the words that it stands for. What answers nothing
// that is asked is no word of anybody: a vote in an old poll opens no ticket. False: it
// was that, or it is dealt with.
func (s *scene) pressed() (bool, error) {
	by := func(c message.Choice) bool { return c.Names(s.in.Choice) }
	if i := slices.IndexFunc(s.onOffer(), by); i >= 0 {
		s.in.Text = s.session.Choices[i].Value
		return true, nil
	}
	sent, found, err := s.sentAs(s.in.Target)
	if err != nil {
		return false, err
	}
	offered := false
	if v, ok := votedIn(sent.Out.Poll, by); ok {
		return false, s.voted(v)
	}
	if found {
		if i := slices.IndexFunc(sent.Out.Choices, by); i >= 0 {
			c := sent.Out.Choices[i]
			if _, _, stars := survey.Parse(c.Value); stars {
				s.in.Text = c.Value // a rating may come long after it was asked for
				return true, nil
			}
			offered = true
		}
	}
	if !offered && s.in.Text != "" || s.in.Target.IsZero() {
		s.in.Text = cmp.Or(s.in.Text, s.in.Choice)
		return true, nil // a button of somebody else's: what stands on it was said
	}
	s.outcome(message.Ignored, "a choice that is not on offer any more", nil)
	return false, nil
}

// sentAs is what we posted and a press or a reaction is about.
func (s *scene) sentAs(target message.Key) (Sent, bool, error) {
	if target.ID == "" {
		return Sent{}, false, nil
	}
	return s.r.SentAs(s.ctx, []string{target.ID})
}

// reactionAnswers reports whether a reaction is a yes or a no to the question that is
// open: to the message that asked it, where it is known to which.
func (s *scene) reactionAnswers() (bool, error) {
	if len(s.session.Choices) == 0 || !isYes(s.in.Choice) && !isNo(s.in.Choice) {
		return false, nil
	}
	if s.in.Target.IsZero() {
		return true, nil
	}
	sent, found, err := s.sentAs(s.in.Target)
	return found && slices.Equal(sent.Out.Choices, s.onOffer()), err
}

// reacted keeps a reaction as a small remark in the ticket that it is about. While the
// ticket waits for them, it may be all the answer there is: the team hears of it.
func (s *scene) reacted() error {
	t, found, err := known(s.r.ByRefs(s.ctx, []string{s.in.Target.ID}))
	if err != nil {
		return err
	}
	if found {
		if found, err = s.maySee(t); err != nil {
			return err
		}
	}
	if !found {
		s.outcome(message.Ignored, "a reaction that answers no question", nil)
		return nil
	}
	to, err := s.reactedTo()
	if err != nil {
		return err
	}
	key := "reaction.added"
	if s.in.Choice == "" {
		key = "reaction.taken"
	}
	text, err := s.e.Catalogue.Text(notice.Language(s.e.Desk.Language), key, notice.Data{"Emoji": s.in.Choice, "Text": to})
	if err != nil {
		return err
	}
	focus := s.session.Ticket
	t.Remark(s.who.ID, s.saidAs(text), s.now)
	s.change(t)
	s.session.Ticket = focus // a reaction speaks of nothing
	s.outcome(message.Added, "a reaction", t)
	if t.Status == ticket.Waiting && t.WaitingOn == ticket.OnRequester && s.in.Choice != "" {
		return s.notify(notice.Added, t, notice.Data{"Text": text})
	}
	return nil
}

// reactedTo are the first words of what was reacted to.
func (s *scene) reactedTo() (string, error) {
	entry, found, err := known(s.r.EntryByUpstream(s.ctx, s.in.Target.ID))
	if err != nil || found {
		return excerpt(firstLine(entry.Text), reactedWords), err
	}
	sent, _, err := s.sentAs(s.in.Target)
	return excerpt(firstLine(sent.Out.Text), reactedWords), err
}

const reactedWords = 60 // characters
