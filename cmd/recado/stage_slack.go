package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/channels"
	"recado/channels/local"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/message"
	"recado/play"
)

// workspace is the team's, in transcripts.
const workspace = "T1"

// givenRoom is a room of the team: of the tickets about a product, or of all others.
func (s *stage) givenRoom(m []string) error {
	product := ""
	if m[2] != "" {
		if product = s.ids["product/"+fold(m[2])]; product == "" {
			return fmt.Errorf("no product %q was given", m[2])
		}
	}
	if s.rooms == nil {
		s.rooms = map[string]dialogue.Place{}
	}
	s.rooms[product] = dialogue.Place{At: message.Address{Channel: message.Slack, ID: workspace + "/" + m[1]}, Public: m[3] != ""}
	return nil
}

// givenManagement is the room of who leads the team.
func (s *stage) givenManagement(m []string) error {
	s.leads = dialogue.Place{At: message.Address{Channel: message.Slack, ID: workspace + "/" + m[1]}}
	return nil
}

func (s *stage) givenUndo(m []string) (err error) {
	s.undo, err = time.ParseDuration(m[1] + "s")
	return err
}

// place is dialogue.Options.Rooms of a transcript.
func (s *stage) place(about catalog.Path, _ *catalog.Catalog) (dialogue.Place, bool) {
	p, ok := s.rooms[about.Product]
	if !ok {
		p, ok = s.rooms[""]
	}
	return p, ok
}

// slackAddress is somebody in the workspace; everybody is. The upstream vouches for the
// e-mail of those whom the desk knows, and for nothing of a guest.
func (s *stage) slackAddress(who string) message.Address {
	a := message.Address{Channel: message.Slack, ID: workspace + "/U-" + who}
	if p := s.cast[who]; !p.has(a) {
		p.addresses = append(p.addresses, a)
	}
	return a
}

func (s *stage) givenGuest(m []string) error {
	p := s.cast[m[1]]
	if p == nil {
		return fmt.Errorf("nobody was given the name %q", m[1])
	}
	p.guest = true
	return nil
}

// outside reports somebody who is a guest there, as everybody is whom the desk does not know.
func (s *stage) outside(who string) bool { return s.cast[who].guest || s.cast[who].id == "" }

// inWorkspace is how Slack names who did something there.
func (s *stage) inWorkspace(who string, line *local.Line) {
	p := s.cast[who]
	if line.Guest = s.outside(who); line.Guest {
		return
	}
	for _, a := range p.addresses {
		if a.Channel == message.Email {
			line.Also = append(line.Also, a)
		}
	}
}

// roots are the cards from which threads of a ticket hang or hung, the first one first.
func (s *stage) roots(number string) []local.Sent {
	var out []local.Sent
	all, _ := s.hub.Since(0)
	for _, m := range all {
		if m.To.Channel == message.Slack && m.Number == number && m.Card != nil && m.Kind == "" && m.Under == "" && m.Only.IsZero() && !m.Repeat {
			out = append(out, m)
		}
	}
	return out
}

// root is the card of a ticket's thread; "2026-000001#1" is the first that it had.
func (s *stage) root(number string) (local.Sent, error) {
	number, nth, _ := strings.Cut(number, "#")
	all := s.roots(number)
	at := len(all)
	if nth != "" {
		var err error
		if at, err = strconv.Atoi(nth); err != nil {
			return local.Sent{}, fmt.Errorf("which thread of %s: %w", number, err)
		}
	}
	if at < 1 || at > len(all) {
		return local.Sent{}, fmt.Errorf("%s has no such thread", number)
	}
	return all[at-1], nil
}

// inThread puts a line into the thread below a message.
func inThread(line *local.Line, root local.Sent) {
	line.Room, line.Answers = root.To, root.UpstreamID
	line.Conversation = "slack/" + root.To.ID + "/" + root.UpstreamID
}

// slackLine completes what somebody does in the workspace.
func (s *stage) slackLine(a play.Act, line *local.Line) error {
	s.inWorkspace(a.Who, line)
	line.Aloud = a.Aloud
	if a.Mentions != "" {
		line.Mentions = []message.Address{s.slackAddress(a.Mentions)}
		line.Text += " @" + s.cast[a.Mentions].name
	}
	if a.Where != "" {
		line.Room = message.Address{Channel: message.Slack, ID: workspace + "/" + a.Where}
	}
	number := a.Room
	if line.Target != "" { // an edit, a deletion, a reaction: where the words were said
		for _, m := range s.said {
			if m.key.ID == line.Target {
				number = m.room
			}
		}
		if m, ok := s.hub.Find(line.Target); ok {
			number = m.Number
		}
	}
	if number == "" {
		return nil
	}
	root, err := s.root(number)
	if err == nil {
		inThread(line, root)
	}
	return err
}

// opensPage is somebody who looks at their page of the desk.
func (s *stage) opensPage(a play.Act) (local.Line, error) {
	line := local.Line{From: s.slackAddress(a.Who), Name: s.cast[a.Who].name, Kind: message.Arrived}
	s.inWorkspace(a.Who, &line)
	return line, nil
}

// buttonsOf are those that a message, or a page, shows.
func buttonsOf(m local.Sent) (all []message.Button) {
	for _, c := range m.Choices {
		all = append(all, message.Button{Choice: c})
	}
	if m.Card != nil {
		all = append(all, m.Card.Buttons...)
	}
	if m.Home != nil {
		all = append(all, m.Home.Views...)
		for _, r := range m.Home.Rows {
			if r.Button != nil {
				all = append(all, *r.Button)
			}
		}
	}
	return all
}

// press is a button: of the newest message that shows it to who presses.
func (s *stage) press(a play.Act) (local.Line, error) {
	who := s.slackAddress(a.Who)
	line := local.Line{From: who, Name: s.cast[a.Who].name, Kind: message.Press, Choice: a.Text}
	s.inWorkspace(a.Who, &line)
	all, _ := s.hub.Since(0)
	for _, m := range slices.Backward(all) {
		visible := m.Only == who || m.To == who || m.Only.IsZero() && strings.HasPrefix(m.To.ID, workspace+"/")
		if m.To.Channel != message.Slack || !visible || a.Thread != "" && m.Number != a.Thread {
			continue
		}
		at := slices.IndexFunc(buttonsOf(m), func(b message.Button) bool { return strings.EqualFold(b.Label, a.Text) })
		if at < 0 {
			continue
		}
		if m.Home != nil {
			line.Choice, line.Trigger = buttonsOf(m)[at].Value, s.trigger(a)
			return line, nil
		}
		line.Target, line.Trigger = m.UpstreamID, s.trigger(a)
		if m.Kind == message.Edit {
			line.Target = s.hub.Foretold(*m.Amends)
		}
		if m.To != who {
			line.Room = m.To
			if root, err := s.root(m.Number); err == nil {
				inThread(&line, root)
			}
		}
		return line, nil
	}
	return line, fmt.Errorf("%s sees no button %q", a.Who, a.Text)
}

// reads lets a message be read, as the upstream tells it.
func (s *stage) reads(ctx context.Context, a play.Act) error {
	at, err := s.address(a.Who, message.Channel(a.Channel))
	if err != nil {
		return err
	}
	id, err := s.heardID(at, a.Text)
	if err != nil {
		return err
	}
	return s.desk.bot.Witness(ctx, channels.Delivery{UpstreamID: id, To: at, At: s.clock.Now(), Read: true})
}

// Thread lists what everybody sees in a ticket's threads, under whose name.
func (s *stage) Thread(number string) ([]play.Message, error) {
	return s.slackSeen(func(m local.Sent) bool { return m.Number == number && m.Under != "" && m.Only.IsZero() }), nil
}

// Private lists what one person alone was shown.
func (s *stage) Private(who string) ([]play.Message, error) {
	if _, ok := s.cast[who]; !ok {
		return nil, fmt.Errorf("nobody was given the name %q", who)
	}
	at := s.slackAddress(who)
	return s.slackSeen(func(m local.Sent) bool { return m.Only == at || m.Home != nil && m.To == at }), nil
}

// Management lists what was said in the room of who leads the team.
func (s *stage) Management() []play.Message {
	return s.slackSeen(func(m local.Sent) bool { return m.To == s.leads.At && m.Only.IsZero() })
}

func (s *stage) slackSeen(is func(local.Sent) bool) []play.Message {
	if s.hub == nil {
		return nil
	}
	var out []play.Message
	all, _ := s.hub.Since(0)
	for _, m := range all {
		if m.To.Channel != message.Slack || m.Repeat || !is(m) {
			continue
		}
		heard := play.Message{Channel: string(message.Slack), Text: formShown(m)}
		switch {
		case m.Kind == message.Edit:
			heard.Text = "✏️ " + m.Text
		case m.Kind == message.Deletion:
			heard.Text = "🗑️ " + m.Amends.Text
		case m.Kind != "":
			continue
		}
		if m.As != nil {
			heard.Text = m.As.Name + ": " + heard.Text
		}
		for _, b := range buttonsOf(m) {
			heard.Text += "\n[" + b.Label + "]"
		}
		for _, f := range m.Attachments {
			heard.Files = append(heard.Files, f.Name)
		}
		out = append(out, heard)
	}
	return out
}

// cardFields are the names of a card's fields in a transcript, in their order.
var cardFields = []string{"requester", "product", "priority", "severity", "status", "agent", "due", "last"}

// Card reads what a ticket's card shows now.
func (s *stage) Card(number string) (map[string]string, error) {
	root, err := s.root(number)
	if err != nil {
		return nil, err
	}
	now := root
	all, _ := s.hub.Since(0)
	for _, m := range all {
		if m.Kind == message.Edit && m.Amends.ID == root.ID && m.Card != nil {
			now = m
		}
	}
	f := map[string]string{"title": now.Card.Title, "foot": now.Card.Foot, "color": now.Card.Color, "room": strings.TrimPrefix(root.To.ID, workspace+"/")}
	for i, field := range now.Card.Fields {
		f[cardFields[i]] = field.Value
	}
	var buttons []string
	for _, b := range now.Card.Buttons {
		buttons = append(buttons, b.Label)
	}
	f["buttons"] = strings.Join(buttons, ", ")
	return f, nil
}

// Marks are the desk's reactions that stand now on what somebody said.
func (s *stage) Marks(words string) (string, error) {
	id := ""
	for _, m := range s.said {
		if strings.Contains(m.text, words) {
			id = m.key.ID
		}
	}
	if id == "" {
		return "", fmt.Errorf("nobody said %q", words)
	}
	var marks []string
	all, _ := s.hub.Since(0)
	for _, m := range all {
		switch {
		case m.Kind == message.Reaction && m.About.ID == id && !slices.Contains(marks, m.Text):
			marks = append(marks, m.Text)
		case m.Kind == message.Deletion && m.Amends.Kind == message.Reaction && m.Amends.About.ID == id:
			marks = slices.DeleteFunc(marks, func(mark string) bool { return mark == m.Amends.Text })
		}
	}
	if len(marks) == 0 {
		return "nothing", nil
	}
	return strings.Join(marks, " "), nil
}
