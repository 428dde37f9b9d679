package email

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/channels"
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

// mailID is the same for every copy of a mail, and another one for another mail
// that bears the same Message-ID.
func mailID(l letter.Letter, raw []byte) string {
	ids := letter.MessageIDs(l.Header.First("message-id"))
	if len(ids) == 0 {
		sum := sha256.Sum256(raw)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	h := sha256.New()
	part := func(b string) { h.Write([]byte(b + "\x00")) }
	for _, name := range []string{"from", "date", "subject"} {
		part(l.Header.First(name))
	}
	for _, s := range l.Segments {
		part(strings.TrimSpace(s.Plain))
		part(strings.TrimSpace(s.HTML))
	}
	for _, f := range l.Files {
		_, _ = io.Copy(h, f.Open()) // from memory into a hash: neither fails
		part("")
	}
	for _, r := range l.Reports {
		part(string(bytes.TrimSpace(r.Content)))
	}
	return fmt.Sprintf("%s#%x", ids[0], h.Sum(nil)[:4])
}

func sentAt(h letter.Header) time.Time {
	if t, err := mail.ParseDate(h.First("date")); err == nil {
		return t.UTC()
	}
	return time.Time{}
}

var protocolNumber = regexp.MustCompile(`\b20\d{2}-\d{6,}\b`)

// thread is what the header says of earlier mails, nearest first.
func thread(h letter.Header) (t message.Thread) {
	if ids := letter.MessageIDs(h.First("message-id")); len(ids) > 0 {
		t.ID = ids[0]
	}
	refs := letter.MessageIDs(h.First("references"))
	slices.Reverse(refs)
	for _, id := range append(letter.MessageIDs(h.First("in-reply-to")), refs...) {
		if !slices.Contains(t.Refs, id) {
			t.Refs = append(t.Refs, id)
		}
	}
	for _, n := range protocolNumber.FindAllString(h.Subject(), 20) {
		if !slices.Contains(t.Numbers, n) {
			t.Numbers = append(t.Numbers, n)
		}
	}
	return t
}

// texts joins what the person wrote, and all there is to read; the second is empty
// when it says no more. quotes: an earlier mail is in it. They are whole unless a mail
// holds more than maxText.
func texts(l *letter.Letter) (own, full string, quotes, whole bool) {
	var owns, fulls []string
	whole = true
	total := 0
	for _, s := range l.Segments {
		if total > maxText {
			whole = false
			break
		}
		m := reply.Parts(letter.Cut(s.Plain, maxText), s.HTML)
		quotes = quotes || m.Quotes
		whole = whole && m.Whole && len(s.Plain) <= maxText
		total += len(m.Full)
		owns, fulls = append(owns, m.Own), append(fulls, letter.Cut(m.Full, maxText))
	}
	own = joinTexts(append(owns, l.Invitations...))
	full = joinTexts(append(append(fulls, l.Invitations...), enclosed(l)...))
	if own == "" {
		own = full // nothing but an earlier mail: that was sent, so it is shown
	}
	if full == own {
		full = ""
	}
	return letter.Cut(own, maxText), letter.Cut(full, maxText), quotes, whole && len(full) <= maxText
}

// answersUs reports a mail whose quote is our own notice: it came by the address that
// we gave for answers, or names a mail of ours as the one it answers.
func (d *desk) answersUs(t message.Thread) bool {
	if t.Number != "" {
		return true
	}
	if len(t.Refs) == 0 {
		return false
	}
	id, domain, _ := strings.Cut(t.Refs[0], "@")
	return domain == d.home.Address.Domain && uuid.Validate(id) == nil
}

// enclosed are the texts of the mails that lie in this one, each below a line that says
// whose it is. They are no words of who sent it.
func enclosed(l *letter.Letter) (all []string) {
	for i := range l.Enclosed {
		inner := &l.Enclosed[i]
		own, full, _, _ := texts(&letter.Letter{Segments: inner.Segments, Invitations: inner.Invitations})
		if full = or(full, own); full == "" {
			continue
		}
		from, _ := sender.Of(inner.Header)
		head := joinNonBlank(" · ", from.Name, from.Address.String(), inner.Header.First("date"), inner.Header.Subject())
		all = append(all, joinTexts([]string{"✉️ " + letter.Cut(head, 500), full}))
	}
	return all
}

func joinNonBlank(between string, all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), between)
}

func joinTexts(all []string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n\n")
}

// keepOriginal keeps a mail as it came. One in which a scanner found something is kept
// too, past the scanner, and sealed: nothing is lost, and nobody is handed it.
func (d *desk) keepOriginal(ctx context.Context, raw []byte) (string, error) {
	original, _, err := d.Files.Keep(ctx, bytes.NewReader(raw), int64(len(raw)))
	if _, infected := errors.AsType[*channels.InfectedError](err); !infected && !errors.Is(err, channels.ErrUnscanned) {
		return original, err
	}
	original, _, err = d.Originals.Keep(ctx, bytes.NewReader(raw), int64(len(raw)))
	return message.Seal(original), err
}

// keepFiles keeps the files of l within the limits of B3. Pictures of a signature
// come last, so that they never take the place of what somebody attached.
func (d *desk) keepFiles(ctx context.Context, in *message.Inbound, l letter.Letter) error {
	files := slices.Clone(l.Files)
	slices.SortStableFunc(files, func(a, b letter.File) int { return rank(a) - rank(b) })
	for _, f := range files {
		if len(in.Attachments) == message.MaxFiles {
			refuse(in, f, message.TooMany, "")
			continue
		}
		kept, refused, err := channels.KeepAttachment(ctx, d.Files, f.Name, f.MediaType, f.Open())
		switch {
		case err != nil:
			return fmt.Errorf("keeping the attachment %q: %w", f.Name, err)
		case refused.Why != "":
			refuse(in, f, refused.Why, refused.Virus)
		default:
			kept.Inline = f.Inline
			in.Attachments = append(in.Attachments, kept)
		}
	}
	for _, f := range l.Damaged {
		refuse(in, f, message.Unreadable, "")
	}
	return nil
}

// mostRefused is how many refused files are named one by one; a mail may hold a
// thousand. The last of them stands for the rest.
const mostRefused = 20

func refuse(in *message.Inbound, f letter.File, why message.Reason, virus string) {
	if why == message.Infected {
		in.Original = message.Seal(in.Original) // it holds the same bytes
	}
	r := message.Refusal{Name: f.Name, Size: f.Size(), Why: why, Virus: virus}
	if len(in.Refused) < mostRefused {
		in.Refused = append(in.Refused, r)
		return
	}
	last := &in.Refused[mostRefused-1]
	last.Name, last.Size = "…", last.Size+r.Size
}

func rank(f letter.File) int {
	if f.Inline {
		return 1
	}
	return 0
}
