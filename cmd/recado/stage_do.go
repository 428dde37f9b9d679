package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"recado/channels/email"
	"recado/channels/email/reply"
	"recado/channels/local"
	"recado/core/dialogue"
	"recado/core/message"
	"recado/play"
)

// spoken is what somebody said, to be edited or deleted later.
type spoken struct {
	who, channel, text string
	room, where        string // the ticket in whose thread it was said; or the room, where that is none's
	key                message.Key
}

// Do lets a person act.
func (s *stage) Do(ctx context.Context, a play.Act) error {
	if err := s.start(ctx); err != nil {
		return err
	}
	s.acted = true
	if a.Verb == play.Reads {
		return s.reads(ctx, a)
	}
	line, err := s.line(a)
	if err != nil {
		return err
	}
	s.wrote[line.From] = true
	key, err := s.hub.Say(ctx, line)
	if err == nil && a.Verb == play.Says {
		s.said = append(s.said, spoken{who: a.Who, channel: string(line.From.Channel), text: a.Text, room: a.Room, where: a.Where, key: key})
	}
	return err
}

// doing makes the line of what is more than words; nil when it is not.
func (s *stage) doing(a play.Act) func(play.Act) (local.Line, error) {
	if a.Verb == play.Reacts && a.Channel == string(message.Slack) {
		return s.reactInRoom
	}
	return map[play.Verb]func(play.Act) (local.Line, error){
		play.Rates: s.rating, play.Judges: s.verdict, play.Fails: s.failed,
		play.Press: s.press, play.Fills: s.fill, play.Orders: s.order, play.Picks: s.pick, play.Opens: s.opensPage,
	}[a.Verb]
}

// line is what a person does, as the hub takes it.
func (s *stage) line(a play.Act) (local.Line, error) {
	if do := s.doing(a); do != nil {
		return do(a)
	}
	channel := message.Channel(a.Channel)
	if a.Verb == play.Phones {
		channel = message.WhatsApp
	}
	if a.Reply || a.Thread != "" {
		channel = message.Email
	}
	from, err := s.address(a.Who, channel)
	if err != nil {
		return local.Line{}, err
	}
	line := local.Line{From: from, Name: s.cast[a.Who].name, Text: a.Text, Subject: a.Subject, Forged: a.Forged, Defect: message.Defect(a.Defect)}
	s.rename(a, &line)
	if line.Files, err = filesOf(a.Files); err != nil {
		return line, err
	}
	if line.Copies, err = s.copies(a.Copies); err != nil {
		return line, err
	}
	if a.Auto {
		line.Auto = message.AutoReply
		if channel == message.Slack {
			line.Auto = message.ByApp
		}
	}
	err = s.aim(a, &line)
	if err == nil && channel == message.Slack {
		err = s.slackLine(a, &line)
	}
	if f, ok := reply.Forwarded(line.Subject, line.Text); ok && channel == message.Email && line.Subject != "" {
		line.Forward = message.Forward{Name: f.Name, Subject: f.Subject, Date: f.Date, Text: f.Text}
		if f.Address != "" {
			line.Forward.From = message.Address{Channel: message.Email, ID: f.Address}
		}
	}
	return line, err
}

// aim says what of all that was said before an act is about.
func (s *stage) aim(a play.Act, line *local.Line) (err error) {
	switch {
	case a.Verb == play.Edits, a.Verb == play.Takes:
		line.Kind = message.Edit
		words := a.Old
		if a.Verb == play.Takes {
			line.Kind, words, line.Text = message.Deletion, a.Text, ""
		}
		line.Target, err = s.spokenID(a.Who, words)
	case a.Verb == play.Reacts:
		line.Kind, line.Choice, line.Text = message.Reaction, a.Text, ""
		if a.Text == "nothing" {
			line.Choice = "" // taken back
		}
		if a.Old != "" {
			line.Target, err = s.heardID(line.From, a.Old)
		}
	case a.Verb == play.Votes:
		line.Kind, line.Choice, line.Text = message.Press, a.Text, ""
		line.Target, err = s.pollID(line.From, a.Old)
	case a.Verb == play.Phones:
		line.Own = true
	case a.Old != "":
		line.Answers, err = s.heardID(line.From, a.Old)
	case a.Reply || a.Thread != "":
		line.Answers, err = s.lastMail(line.From, a.Number+a.Thread)
	}
	return err
}

// copies are the mail addresses of others who get the mail.
func (s *stage) copies(list string) ([]message.Address, error) {
	var out []message.Address
	for _, nick := range listOf(list) {
		a, err := s.address(nick, message.Email)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// rating uses the page of the last closing that this person was asked about.
func (s *stage) rating(a play.Act) (local.Line, error) {
	for _, at := range s.cast[a.Who].addresses {
		for _, m := range slices.Backward(s.hub.To(at, 0)) {
			if m.Link != nil {
				return local.Rating(m, a.Service, a.Solution, a.Text)
			}
		}
	}
	return local.Line{}, fmt.Errorf("%s was sent no rating page", a.Who)
}

var statusCode = regexp.MustCompile(`\b[245]\.\d\.\d+\b`)

// failed is what becomes of the last mail to somebody, as a server reports it. A forged
// report knows the ticket's number, and not what the mail bore.
func (s *stage) failed(a play.Act) (local.Line, error) {
	to, err := s.address(a.Who, message.Email)
	if err != nil {
		return local.Line{}, err
	}
	line := local.Line{
		From: to, Kind: message.Bounce, Auto: message.BounceDSN, Text: a.Text, Forged: true,
		Form: map[string]string{"action": "failed", "diagnostic": a.Text}, Why: email.WhyReturned(statusCode.FindString(a.Text), a.Text),
	}
	mail, err := s.lastMail(to, "")
	if err != nil {
		return line, err
	}
	switch a.Fate {
	case "is delayed":
		line.Kind, line.Why, line.Form["action"] = message.Text, "", "delayed"
	case "is called junk":
		line.Kind, line.Auto, line.Why, line.Form = message.Text, message.Complaint, "", map[string]string{"feedback": "abuse"}
	}
	if a.Forged {
		last, _ := s.hub.Find(mail)
		line.Subject = "Undeliverable: [" + last.Number + "]"
		return line, nil
	}
	line.Answers = mail
	return line, nil
}

// verdict uses the page of the held item that this person was last told of.
func (s *stage) verdict(a play.Act) (local.Line, error) {
	for _, at := range s.cast[a.Who].addresses {
		for _, m := range slices.Backward(s.hub.To(at, 0)) {
			if m.Link != nil && m.Link.Purpose == dialogue.HeldPurpose {
				return local.Verdict(m, map[string]string{"releases": dialogue.ValRelease, "discards": dialogue.ValDiscard}[a.Verdict])
			}
		}
	}
	return local.Line{}, fmt.Errorf("%s was sent no page of a held item", a.Who)
}

func (s *stage) address(who string, channel message.Channel) (message.Address, error) {
	p, ok := s.cast[who]
	if !ok {
		return message.Address{}, fmt.Errorf("nobody was given the name %q", who)
	}
	for _, a := range p.addresses {
		if a.Channel == channel {
			return a, nil
		}
	}
	if channel == message.Slack {
		return s.slackAddress(who), nil
	}
	return message.Address{}, fmt.Errorf("%s has no address on %s", who, channel)
}

// lastMail is the last mail that an address got, about a ticket if one is named.
func (s *stage) lastMail(to message.Address, number string) (string, error) {
	for _, m := range slices.Backward(s.hub.To(to, 0)) {
		if number == "" || m.Number == number {
			return m.UpstreamID, nil
		}
	}
	return "", fmt.Errorf("%s got no mail to answer", to)
}

func (s *stage) spokenID(who, text string) (string, error) {
	for _, m := range slices.Backward(s.said) {
		if m.who == who && strings.Contains(m.text, text) {
			return m.key.ID, nil
		}
	}
	return "", fmt.Errorf("%s never said %q", who, text)
}

// rename gives who speaks another name of the upstream's.
func (s *stage) rename(a play.Act, line *local.Line) {
	if a.Names == "" {
		return
	}
	name := message.Address{Channel: line.From.Channel, ID: a.Name}
	if who := s.cast[a.Who]; !who.has(name) {
		who.addresses = append(who.addresses, name)
	}
	if a.Names == "only" {
		line.From = name
		return
	}
	line.Also = []message.Address{name}
}

// heardID is the id of the last message to somebody with some words in it.
func (s *stage) heardID(to message.Address, words string) (string, error) {
	for _, m := range slices.Backward(s.hub.To(to, 0)) {
		if strings.Contains(m.Text, words) {
			return m.UpstreamID, nil
		}
	}
	return "", fmt.Errorf("%s was never sent %q", to, words)
}

// pollID is the id of the last message to somebody with a poll about some words.
func (s *stage) pollID(to message.Address, words string) (string, error) {
	for _, m := range slices.Backward(s.hub.To(to, 0)) {
		if m.Poll != nil && strings.Contains(m.Poll.Name, words) {
			return m.UpstreamID, nil
		}
	}
	return "", fmt.Errorf("%s was asked nothing in a poll about %q", to, words)
}
