package dialogue

import (
	"slices"

	"recado/core/notice"
	"recado/core/ticket"
)

// opening is the ticket that somebody is in the middle of opening in a chat, with words
// or files of theirs in it; nil: none.
func (s *scene) opening() *Draft {
	d := s.session.Draft
	if d == nil || len(d.Said) == 0 || !s.chat() {
		return nil
	}
	switch s.session.Topic {
	case topicOpening, topicArticle, topicWhich:
		return d
	}
	return nil
}

// looks runs what only shows something. A ticket that was being opened is put aside for
// it, and said to be: to look at one's list loses nothing.
func (s *scene) looks(show func() error) error {
	d, topic := s.opening(), s.session.Topic
	if err := show(); err != nil || d == nil || s.session.Draft == d && s.session.Topic == topic {
		return err
	}
	s.session.Draft, s.session.Aside = nil, d
	if s.session.Topic == "" { // nothing was found to choose from
		return s.resumes()
	}
	s.say("open.aside", notice.Data{"Title": ticket.Shorten(d.Subject, ticket.MaxSubject)})
	return nil
}

// resumes goes on with the ticket that was put aside, where it was left.
func (s *scene) resumes() error {
	s.takesUp()
	return s.askMissing()
}

func (s *scene) takesUp() { s.session.Draft, s.session.Aside = s.session.Aside, nil }

// goesOnOpening takes words for the ticket that was put aside a moment ago. Who looked at
// another ticket meanwhile speaks of that one. True: they were taken.
func (s *scene) goesOnOpening() (bool, error) {
	d := s.session.Aside
	if d == nil || s.now.Sub(s.previous.At) >= focusFor || slices.Contains([]Topic{topicDetails, topicAdding}, s.previous.Topic) {
		return false, nil
	}
	s.takesUp()
	d.Said = append(d.Said, s.said()...)
	s.readInto(d)
	return true, s.suggestOrAsk()
}
