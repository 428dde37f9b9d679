package local

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"mime"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"recado/channels"
	"recado/core/message"
)

// Line is one thing that a person does. What is left zero is the usual.
type Line struct {
	From message.Address // on which channel, too
	Name string          // as the upstream shows it
	Kind message.Kind    // Text when empty

	Text    string
	Subject string // of a mail; a reply without one has "Re:" and that of what it answers
	Files   []File

	// Answers is the upstream id of what is answered or quoted: a mail brings its
	// references, its quote and, when it was sent to From, the token in its reply
	// address.
	Answers string

	// Target is the upstream id of what is pressed, reacted to, edited or deleted.
	// A press without one is on the newest message to From that has choices.
	Target string

	// Choice is the emoji of a reaction. Of a press it is the value, the label or
	// the number of a choice that was offered.
	Choice string

	Copies []message.Address
	Auto   message.Auto
	Own    bool              // said to From on the desk's own phone
	Also   []message.Address // other names of From, by the upstream's word
	Forged bool              // nothing proves who wrote
	Guest  bool              // from outside the team's workspace: see message.AsGuest
	Defect message.Defect    // what hinders reading it; a mail then has an original
	Form   map[string]string // of a rating or a bounce
	Why    message.Failure   // of a bounce

	// Forward is the mail that this one passes on.
	Forward message.Forward

	// Conversation is needed only where it is not the one with From.
	Conversation string

	Room     message.Address   // where others read it; Answers is then the root of the thread
	Mentions []message.Address // people whom Text names
	Aloud    bool              // said in a thread, and shown to the whole room
	Trigger  string            // what a form that answers this needs; empty: none can be opened
}

// File is a file to attach.
type File struct {
	Name      string
	MediaType string // by the name's ending when empty
	Content   io.Reader
}

// Rating posts the signed page that s offered. Zero stars leave a side unrated.
func Rating(s Sent, service, solution int, comment string) (Line, error) {
	if s.Link == nil || s.Link.Purpose != "rate" {
		return Line{}, fmt.Errorf("%s offers no rating page", s.UpstreamID)
	}
	// The names are those of the form of channels/web.
	form := map[string]string{"survey": s.Link.Subject, "comment": comment, "language": s.Language}
	if service != 0 {
		form["service"] = strconv.Itoa(service)
	}
	if solution != 0 {
		form["solution"] = strconv.Itoa(solution)
	}
	from := message.Address{Channel: message.Web, ID: s.Link.Subject}
	return Line{From: from, Kind: message.Rating, Form: form}, nil
}

// Verdict posts the signed page of a held item that s offered: "release" or "discard".
func Verdict(s Sent, choice string) (Line, error) {
	if s.Link == nil || s.Link.Purpose != "held" {
		return Line{}, fmt.Errorf("%s offers no page of a held item", s.UpstreamID)
	}
	return Line{From: message.Address{Channel: message.Web, ID: s.Link.Subject}, Kind: message.Verdict, Choice: choice}, nil
}

// inbound is what the channel would make of line, all but the number in its key.
func (h *Hub) inbound(ctx context.Context, line Line) (message.Inbound, error) {
	if line.From.Channel == "" || line.From.ID == "" {
		return message.Inbound{}, errors.New("local: a line needs somebody who says it")
	}
	h.mu.Lock()
	account := h.upstream(line.From.Channel).account
	h.mu.Unlock()
	now := h.opts.Clock().UTC()
	in := message.Inbound{
		Key:          message.Key{Channel: line.From.Channel, Account: account, ID: keyPrefix(line)},
		Kind:         line.Kind,
		Conversation: line.Conversation,
		From:         line.From,
		FromName:     line.Name,
		Auto:         line.Auto,
		SentAt:       now,
		ReceivedAt:   now,
		Subject:      line.Subject,
		Text:         line.Text,
		Choice:       line.Choice,
		Form:         line.Form,
		Own:          line.Own,
		Also:         line.Also,
		Failure:      line.Why,
		Copies:       line.Copies,
		Forward:      line.Forward,
		Room:         line.Room,
		Mentions:     line.Mentions,
		Broadcast:    line.Aloud,
		Trigger:      line.Trigger,
	}
	if in.Kind == "" {
		in.Kind = message.Text
	}
	if in.Conversation == "" {
		in.Conversation = message.ConversationWith(account, line.From)
	}
	if err := h.aim(&in, line); err != nil {
		return in, err
	}
	if err := h.answer(&in, line); err != nil {
		return in, err
	}
	if in.Proof = h.proof(in, line); in.Proof == message.Unproved && line.Forged {
		in.Doubt = "dmarc=fail (mx.local)"
	}
	if err := h.spoil(ctx, &in, line); err != nil {
		return in, err
	}
	return in, h.attach(ctx, &in, line.Files)
}

// spoil makes a mail one that its channel could not read: it then has an original.
func (h *Hub) spoil(ctx context.Context, in *message.Inbound, line Line) error {
	if line.Defect == message.Whole || h.opts.Files == nil {
		return nil
	}
	if line.From.Channel != message.Email {
		in.Defect = line.Defect // there is no original of it
		return nil
	}
	raw := "Subject: " + line.Subject + "\r\n\r\n?"
	in.Defect, in.OriginalSize = line.Defect, int64(len(raw))
	var err error
	in.Original, _, err = h.opts.Files.Keep(ctx, strings.NewReader(raw), message.MaxFileSize)
	return err
}

// keyPrefix is a key's ID without its number. That of a page begins with its purpose.
func keyPrefix(line Line) string {
	switch {
	case line.Kind == message.Verdict:
		return "held/" + line.From.ID + "/"
	case line.From.Channel == message.Web:
		return "rate/" + line.From.ID + "/"
	}
	return string(line.From.Channel) + "-"
}

// aim finds what is pressed, reacted to, edited or deleted.
func (h *Hub) aim(in *message.Inbound, line Line) error {
	target := line.Target
	if in.Kind == message.Press && target == "" && h.onPage(line) {
		in.Choice = line.Choice
		return nil
	}
	if in.Kind == message.Press {
		offered, err := h.offer(line)
		if err != nil {
			return err
		}
		target = offered.UpstreamID
		if in.Choice, err = pressedOn(offered, line.Choice); err != nil {
			return err
		}
	}
	if target != "" {
		in.Target = message.Key{Channel: in.Key.Channel, Account: in.Key.Account, ID: target}
	}
	return nil
}

// onPage reports whether a value stands on the page that somebody was shown last.
func (h *Hub) onPage(line Line) bool {
	for _, s := range slices.Backward(h.To(line.From, 0)) {
		if s.Home == nil {
			continue
		}
		return slices.ContainsFunc(s.Home.Views, func(b message.Button) bool { return b.Value == line.Choice }) ||
			slices.ContainsFunc(s.Home.Rows, func(r message.Row) bool { return r.Button != nil && r.Button.Value == line.Choice })
	}
	return false
}

// offer is the message whose button is pressed.
func (h *Hub) offer(line Line) (Sent, error) {
	if line.Target != "" {
		s, ok := h.Find(line.Target)
		if !ok {
			return Sent{}, fmt.Errorf("local: no message %q was sent", line.Target)
		}
		all, _ := h.Since(0)
		for _, edit := range all {
			if edit.Kind == message.Edit && edit.Amends.ID == s.ID && edit.Card != nil {
				s.Card = edit.Card // it shows this now
			}
		}
		return s, nil
	}
	for _, s := range slices.Backward(h.To(line.From, 0)) {
		if len(s.Choices) > 0 {
			return s, nil
		}
	}
	return Sent{}, fmt.Errorf("local: %s was offered nothing to press", line.From)
}

// offeredIn are the choices of a message, and the buttons of its card.
func offeredIn(s Sent) []message.Choice {
	choices := slices.Clone(s.Choices)
	if s.Card != nil {
		for _, b := range s.Card.Buttons {
			choices = append(choices, b.Choice)
		}
	}
	return choices
}

// pressedOn is what comes in when somebody chooses: of a poll no more than the digest of
// a label.
func pressedOn(offered Sent, choice string) (string, error) {
	if p := offered.Poll; p != nil {
		for _, option := range p.Options {
			if option.Label == choice {
				sum := sha256.Sum256([]byte(choice))
				return message.ByLabelDigest(sum[:]), nil
			}
		}
	}
	return valueOf(offeredIn(offered), choice)
}

func valueOf(choices []message.Choice, pressed string) (string, error) {
	var labels []string
	for i, c := range choices {
		labels = append(labels, c.Label)
		if pressed == c.Value || strings.EqualFold(pressed, c.Label) || pressed == strconv.Itoa(i+1) {
			return c.Value, nil
		}
	}
	return "", fmt.Errorf("local: %q was not offered, only %q", pressed, labels)
}

var protocolNumber = regexp.MustCompile(`\b20\d{2}-\d{6,}\b`)

// answer ties an item to the message that it answers.
func (h *Hub) answer(in *message.Inbound, line Line) error {
	mail := in.Key.Channel == message.Email
	if line.Answers != "" {
		s, ok := h.Find(line.Answers)
		if !ok {
			return fmt.Errorf("local: no message %q was sent", line.Answers)
		}
		in.Thread.Refs = append(in.Thread.Refs, s.UpstreamID)
		if mail {
			answerByMail(in, s)
		}
	}
	if mail {
		in.Thread.Numbers = protocolNumber.FindAllString(in.Subject, -1)
	}
	return nil
}

// answerByMail adds what a mail program does when a person presses "reply".
func answerByMail(in *message.Inbound, s Sent) {
	for _, ref := range slices.Backward(s.Refs) {
		in.Thread.Refs = append(in.Thread.Refs, ref)
	}
	if in.Subject == "" {
		in.Subject = "Re: " + strings.TrimPrefix(s.Subject, "Re: ")
	}
	if s.To == in.From {
		in.Thread.Number = s.Number // the token in Reply-To is good for this address alone
	}
	in.FullText = in.Text + "\n\n> " + strings.ReplaceAll(s.Text, "\n", "\n> ")
}

// proof is how sure the real channel would be of From.
func (h *Hub) proof(in message.Inbound, line Line) message.Proof {
	switch {
	case in.Key.Channel == message.Web:
		return message.ByToken
	case in.Key.Channel == message.Email && (line.Forged || h.opts.UnprovedMail):
		if in.Thread.Number == "" {
			return message.Unproved
		}
		return message.ByToken
	case line.Forged:
		return message.Unproved
	case line.Guest:
		return message.AsGuest
	}
	return message.ByUpstream
}

// attach keeps the files, within the limits of B3.
func (h *Hub) attach(ctx context.Context, in *message.Inbound, files []File) error {
	for i, f := range files {
		if i >= message.MaxFiles {
			in.Refused = append(in.Refused, message.Refusal{Name: f.Name, Why: message.TooMany})
			continue
		}
		if h.opts.Files == nil {
			return fmt.Errorf("local: attach %q: no file store", f.Name)
		}
		if err := channels.Attach(ctx, h.opts.Files, in, f.Name, mediaType(f), f.Content); err != nil {
			return fmt.Errorf("local: %w", err)
		}
	}
	return nil
}

func mediaType(f File) string {
	if f.MediaType != "" {
		return f.MediaType
	}
	if t := mime.TypeByExtension(filepath.Ext(f.Name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
