package dialogue

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"recado/core/message"
	"recado/core/notice"
)

// mostHeard is how many recordings of a turn are written down.
const mostHeard = 3

// listener is the assistant's ear, if the turn is a recording without words; nil otherwise.
func (s *scene) listener() Listener {
	l, can := s.e.Assistant.(Listener)
	if !can || !s.proved || s.noModel || s.who.OnTeam() || s.in.Own || s.in.Auto != message.NotAuto || s.in.Kind != message.Text {
		return nil
	}
	if strings.TrimSpace(s.in.Text) != "" || !slices.ContainsFunc(s.in.Attachments, func(a message.Attachment) bool { return l.Hears(a.MediaType) }) {
		return nil
	}
	return l
}

// transcribe has recordings written down, and then read like words. It takes a part of the
// patience, so that some is left for reading. What a machine heard is marked so wherever
// it is kept; the recording stays beside it.
func (s *scene) transcribe(ctx context.Context, l Listener) {
	ctx, cancel := context.WithTimeout(ctx, s.e.Patience)
	defer cancel()
	hearing, done := context.WithTimeout(ctx, s.e.Patience*6/10)
	defer done()
	items := slices.Clone(s.plan.Turn.Items)
	left := mostHeard
	var words []string
	for i := range items {
		for _, a := range items[i].Attachments {
			if left == 0 || !l.Hears(a.MediaType) {
				continue
			}
			left--
			text, err := s.hear(hearing, l, a)
			if err != nil {
				s.e.Log.WarnContext(ctx, "a recording was not written down", "error", err)
				continue
			}
			marked, err := s.e.Catalogue.Text(notice.Language(s.e.Desk.Language), "heard", notice.Data{"Text": text})
			if err != nil {
				s.e.Log.ErrorContext(ctx, "a recording was not written down", "error", err)
				continue
			}
			words = append(words, text)
			items[i].Text = strings.TrimSpace(items[i].Text + "\n" + marked)
		}
	}
	if len(words) == 0 {
		return
	}
	s.plan.Turn.Items = items
	s.in = merged(items)
	s.heardWords = strings.Join(words, "\n")
	if c := parseCommand(s.heardWords, 0); c.command == cmdHuman { // no other: a word that was misheard must close nothing
		s.command = c
	}
	if s.wantsReading() {
		s.ask(ctx)
	}
}

// hear turns a panic into an error, as read does.
func (s *scene) hear(ctx context.Context, l Listener, a message.Attachment) (text string, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the listener panicked: %v", v)
		}
	}()
	return l.Hear(ctx, Heard{File: a, Language: s.who.Language, Organisation: s.org, Conversation: s.in.Conversation})
}
