package main

import (
	"fmt"
	"slices"
	"strings"

	"recado/channels/local"
	"recado/core/message"
	"recado/play"
)

// trigger is what a form needs, of an act to which one can be opened.
func (s *stage) trigger(a play.Act) string {
	if a.Late {
		return ""
	}
	return "trigger"
}

// order is a slash command: typed in a room, or to the desk alone.
func (s *stage) order(a play.Act) (local.Line, error) {
	line := local.Line{From: s.slackAddress(a.Who), Name: s.cast[a.Who].name, Kind: message.Command, Text: a.Text, Trigger: s.trigger(a)}
	if a.Mentions != "" {
		line.Mentions = []message.Address{s.knownAs(a.Mentions)}
	}
	if a.Room != "" {
		line.Room = message.Address{Channel: message.Slack, ID: workspace + "/" + a.Room}
	}
	s.inWorkspace(a.Who, &line)
	return line, nil
}

// fill sends the last form that was opened for somebody: what they leave as it is comes
// back as it stood there.
func (s *stage) fill(a play.Act) (local.Line, error) {
	who := s.slackAddress(a.Who)
	all, _ := s.hub.Since(0)
	for _, m := range slices.Backward(all) {
		if m.Form == nil || m.To != who && m.Only != who {
			continue
		}
		form := map[string]string{}
		for _, in := range m.Form.Inputs {
			form[in.Name] = in.Value
		}
		for field := range strings.SplitSeq(a.Text, "; ") {
			name, value, _ := strings.Cut(field, "=")
			in, ok := inputNamed(m.Form, name)
			if !ok {
				return local.Line{}, fmt.Errorf("the form asks for no %q", name)
			}
			form[name] = s.filledIn(in, value)
		}
		line := local.Line{From: who, Name: s.cast[a.Who].name, Kind: message.Submit, Choice: m.Form.Name, Form: form, Target: m.Form.Target.ID}
		if m.To != who {
			line.Room = m.To
			if root, err := s.root(m.Number); err == nil {
				inThread(&line, root)
			}
		}
		s.inWorkspace(a.Who, &line)
		return line, nil
	}
	return local.Line{}, fmt.Errorf("no form was opened for %s", a.Who)
}

func inputNamed(f *message.Form, name string) (message.Input, bool) {
	i := slices.IndexFunc(f.Inputs, func(in message.Input) bool { return in.Name == name })
	if i < 0 {
		return message.Input{}, false
	}
	return f.Inputs[i], true
}

// filledIn is what comes back of an input: of a choice the value that its label stands
// for, of a person their address.
func (s *stage) filledIn(in message.Input, text string) string {
	switch in.Kind {
	case message.InputPerson:
		if s.cast[text] != nil {
			return s.knownAs(text).String()
		}
	case message.InputChoice:
		for _, o := range in.Options {
			if strings.HasPrefix(o.Label, text) {
				return o.Value
			}
		}
	}
	return text
}

// pick is an entry of a message's menu, or of no message's.
func (s *stage) pick(a play.Act) (local.Line, error) {
	line := local.Line{From: s.slackAddress(a.Who), Name: s.cast[a.Who].name, Kind: message.Shortcut, Choice: a.Text, Trigger: s.trigger(a)}
	s.inWorkspace(a.Who, &line)
	if a.Old == "" {
		return line, nil
	}
	return line, s.onMessage(a.Old, &line)
}

// reactInRoom puts an emoji on a message in a room, or on a card.
func (s *stage) reactInRoom(a play.Act) (local.Line, error) {
	line := local.Line{From: s.slackAddress(a.Who), Name: s.cast[a.Who].name, Kind: message.Reaction, Choice: a.Text}
	if a.Text == "nothing" {
		line.Choice = "" // taken back
	}
	s.inWorkspace(a.Who, &line)
	return line, s.onMessage(a.Old, &line)
}

// onMessage aims at the newest message in a room with some words: with who wrote it, and
// what stands there.
func (s *stage) onMessage(words string, line *local.Line) error {
	for _, m := range slices.Backward(s.said) {
		if m.channel != string(message.Slack) || !strings.Contains(m.text, words) {
			continue
		}
		line.Target, line.Text = m.key.ID, m.text
		line.Forward = message.Forward{From: s.knownAs(m.who), Name: s.cast[m.who].name}
		if m.room == "" {
			line.Room = message.Address{Channel: message.Slack, ID: workspace + "/" + m.where}
			return nil
		}
		root, err := s.root(m.room)
		if err == nil {
			inThread(line, root)
		}
		return err
	}
	all, _ := s.hub.Since(0)
	for _, m := range slices.Backward(all) {
		if m.To.Channel != message.Slack || !m.Only.IsZero() || m.Number == "" || !strings.Contains(m.Text, words) {
			continue
		}
		line.Target, line.Text = m.UpstreamID, m.Text
		root, err := s.root(m.Number)
		if err == nil {
			inThread(line, root)
		}
		return err
	}
	return fmt.Errorf("nobody said %q in a room", words)
}

// knownAs is the address by which the workspace vouches for somebody: the e-mail of those
// who are registered.
func (s *stage) knownAs(who string) message.Address {
	p := s.cast[who]
	for _, a := range p.addresses {
		if a.Channel == message.Email && !s.outside(who) {
			return a
		}
	}
	return s.slackAddress(who)
}

// formShown is what somebody sees of a message: the form, where one was opened.
func formShown(m local.Sent) string {
	if m.Form == nil {
		return m.Text
	}
	lines := []string{"[" + m.Form.Title + "]"}
	for _, in := range m.Form.Inputs {
		value := in.Value
		for _, o := range in.Options {
			if o.Value == value {
				value = o.Label
			}
		}
		line := in.Label + ": " + value
		if in.Hint != "" {
			line += " (" + in.Hint + ")"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
