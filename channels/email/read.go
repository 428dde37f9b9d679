package email

import (
	"context"
	"fmt"
	"slices"

	"recado/channels/email/letter"
	"recado/channels/email/machine"
	"recado/channels/email/reply"
	"recado/channels/email/sender"
	"recado/core/message"
)

// desk is what both ways in share: who we are, and how a mail is understood.
type desk struct {
	Options
	home letter.Home
	also []letter.Home // other addresses of the desk
}

func newDesk(o Options) (*desk, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	a, _ := letter.ParseAddress(o.Address)
	d := &desk{Options: o, home: letter.Home{Address: a, Separator: o.Detail}}
	for _, other := range o.Also {
		a, ok := letter.ParseAddress(other)
		if !ok {
			return nil, fmt.Errorf("email: the desk's address %q is not an e-mail address", other)
		}
		d.also = append(d.also, letter.Home{Address: a, Separator: o.Detail})
	}
	return d, nil
}

// conversation with somebody. Accounts that share a ledger share it too: otherwise an
// answer that one of them took could overtake the mail that another took.
func (d *desk) conversation(with string) string {
	return message.ConversationWith(or(d.Ledger, d.Account), message.Address{Channel: message.Email, ID: with})
}

// ours is the detail in an address of the desk, and whether it is one.
func (d *desk) ours(a letter.Address) (detail string, ours bool) {
	if detail, ours = d.home.Detail(a); ours {
		return detail, true
	}
	for _, h := range d.also {
		if detail, ours = h.Detail(a); ours {
			return detail, true
		}
	}
	return "", false
}

// answerer is our account, where the key does not say.
func (d *desk) answerer() string {
	if d.Ledger == "" {
		return ""
	}
	return d.Account
}

// key names an item of ours. Accounts that share a ledger have the same mail once.
func (d *desk) key(id string) message.Key {
	return message.Key{Channel: message.Email, Account: or(d.Ledger, d.Account), ID: id}
}

// maxText is how much text of one mail is handed on; more is in the original.
const maxText = 256 << 10

// read turns a mail into an Inbound, whatever it holds. It fails only when the
// file store does, and then the mail must be read again later.
func (d *desk) read(ctx context.Context, raw []byte, env letter.Envelope) (message.Inbound, error) {
	original, err := d.keepOriginal(ctx, raw)
	if err != nil {
		return message.Inbound{}, fmt.Errorf("keeping the mail as it came: %w", err)
	}
	in, l := d.understand(raw, env)
	in.Original = original
	if in.Defect != message.Whole {
		in.OriginalSize = max(int64(len(raw)), env.Size)
		d.Log.Warn("a mail cannot be read as it should; its original is kept", "key", in.Key.String(), "defect", in.Defect, "error", l.Failed)
	}
	if in.Auto == message.BounceDSN || in.Auto == message.Complaint {
		return in, nil // a report's parts are for machines; the original has them
	}
	return in, d.keepFiles(ctx, &in, l)
}

// understand says what a mail is, without its files. When our own code panics on
// it, what is left is that it came.
func (d *desk) understand(raw []byte, env letter.Envelope) (in message.Inbound, l letter.Letter) {
	defer func() {
		if v := recover(); v != nil {
			l = letter.Letter{Failed: fmt.Errorf("reading the mail panicked: %v", v)}
			in = d.unreadable(raw)
		}
	}()
	l = letter.Open(raw)
	in = message.Inbound{
		Key:        d.key(mailID(l, raw)),
		Account:    d.answerer(),
		Kind:       message.Text,
		ReceivedAt: d.Clock().UTC(),
		SentAt:     sentAt(l.Header),
		Subject:    letter.Cut(l.Header.Subject(), 500),
		Thread:     thread(l.Header),
	}
	d.describe(&in, l, env)
	var whole, quotes bool
	in.Text, in.FullText, quotes, whole = texts(&l)
	in.Folded = in.FullText != "" && (len(l.Enclosed) > 0 || quotes && !d.answersUs(in.Thread))
	in.Defect = defect(&l, in.Text, whole && env.Size <= int64(len(raw)))
	if in.Auto == message.NotAuto {
		passedOn(&in, l)
	}
	return in, l
}

// defect says what hinders reading a mail, the worst first.
func defect(l *letter.Letter, text string, whole bool) message.Defect {
	switch {
	case l.Failed != nil, text == "" && len(l.Files) == 0 && len(l.Damaged) > 0 && !l.Broken:
		return message.Garbled
	case l.Sealed:
		return message.Encrypted
	case l.Broken, !whole:
		return message.Incomplete
	}
	return message.Whole
}

// passedOn notes a mail that is passed on in this one, written into its text or
// attached. What is passed on is what was sent: its text is not folded away.
func passedOn(in *message.Inbound, l letter.Letter) {
	all := in.Text
	if in.FullText != "" {
		all = in.FullText
	}
	if f, ok := reply.Forwarded(in.Subject, all); ok {
		in.Forward = message.Forward{Name: f.Name, Subject: f.Subject, Date: f.Date, Text: f.Text}
		if a, ok := letter.ParseAddress(f.Address); ok {
			in.Forward.From = a.Of()
		}
		in.Text, in.FullText, in.Folded = all, "", false
		return
	}
	enclosed := slices.DeleteFunc(slices.Clone(l.Files), func(f letter.File) bool { return f.MediaType != "message/rfc822" })
	if len(enclosed) != 1 {
		return // none, or a digest: that is nobody's in particular
	}
	inner := letter.Open(enclosed[0].Content())
	if from, ok := sender.Of(inner.Header); ok {
		own, _, _, _ := texts(&inner)
		in.Forward = message.Forward{
			From: from.Address.Of(), Name: letter.Cut(from.Name, 200), Subject: letter.Cut(inner.Header.Subject(), 500),
			Date: letter.Cut(inner.Header.First("date"), 100), Text: own,
		}
	}
}

// unreadable is a mail of which nothing is known but its bytes.
func (d *desk) unreadable(raw []byte) message.Inbound {
	return message.Inbound{
		Key:          d.key(mailID(letter.Letter{}, raw)),
		Account:      d.answerer(),
		Kind:         message.Text,
		Conversation: d.conversation(""),
		ReceivedAt:   d.Clock().UTC(),
		Defect:       message.Garbled,
	}
}

// describe says who wrote, and whether that is sure.
func (d *desk) describe(in *message.Inbound, l letter.Letter, env letter.Envelope) {
	in.Auto = machine.Kind(&l, env, d.home)
	if in.Auto == message.BounceDSN || in.Auto == message.Complaint {
		d.describeReport(in, l, env)
		return
	}
	if from, ok := sender.Of(l.Header); ok {
		in.From, in.FromName = from.Address.Of(), letter.Cut(from.Name, 200)
		in.Thread.Number = d.tokenNumber(l.Header, env, from.Address)
		in.Proof, in.Doubt = d.proof(&l, env, from.Address, in.Thread.Number)
	} else {
		in.Doubt = message.Doubt(sender.Unclear(&l))
	}
	if in.Auto == message.Receipt {
		in.Thread.Refs = before(in.Thread.Refs, machine.ReadReceipt(&l))
	}
	in.Copies = d.copies(l.Header, in.From)
	in.Conversation = d.conversation(in.From.ID)
}

// describeReport makes the person who could not be reached, or who complained, the one
// it is about: that they wrote it is proved by nothing. A report of a delay or a
// delivery stays a Text: nothing failed yet.
func (d *desk) describeReport(in *message.Inbound, l letter.Letter, env letter.Envelope) {
	read := machine.ReadBounce
	if in.Auto == message.Complaint {
		read = machine.ReadComplaint
	}
	r := read(&l)
	in.From = r.Recipient.Of()
	if in.Auto == message.BounceDSN && r.Final() {
		in.Kind, in.Failure = message.Bounce, WhyReturned(r.Status, r.Diagnostic)
	}
	in.Form = r.Form()
	in.Thread.Refs = before(in.Thread.Refs, r.MessageID)
	in.Thread.Number = d.tokenNumber(l.Header, env, r.Recipient)
	if in.Thread.Number == "" {
		in.Thread.Number = d.numberIn(r.AnswerTo, r.Recipient)
	}
	in.Conversation = d.conversation(in.From.ID)
}

// before puts an id first, once.
func before(refs []string, id string) []string {
	if id == "" {
		return refs
	}
	return append([]string{id}, slices.DeleteFunc(refs, func(other string) bool { return other == id })...)
}

// copies are the others who got it. Theirs are the addresses of To and Cc alone:
// the remaining fields name who forwarded.
func (d *desk) copies(h letter.Header, from message.Address) (out []message.Address) {
	const most = 50
	for _, name := range []string{"to", "cc"} {
		for _, value := range h.All(name) {
			for _, p := range letter.Parties(value) {
				a := p.Address.Of()
				if _, ours := d.ours(p.Address); !ours && a != from && len(out) < most && !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	return out
}
