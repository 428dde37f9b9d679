package email

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"

	"recado/channels"
	"recado/core/message"
)

// desk is what both ways in share: who we are, and how a mail is understood.
type desk struct {
	Options
	address address
}

func newDesk(o Options) (*desk, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	a, _ := parseAddress(o.Address)
	return &desk{Options: o, address: a}, nil
}

// envelope is what is known of a mail beside its content.
type envelope struct {
	sender     *string  // MAIL FROM, nil when not known
	recipients []string // RCPT TO
	size       int64    // of the whole mail, when raw is only its beginning
	believed   bool     // the submitter vouches for From
}

// What a mail that cannot be taken apart is called, and what stands for the part
// of a mail that was too large to read.
const (
	unreadableSubject = "Mensagem que não pôde ser lida (guardada como chegou)"
	restOfMail        = "resto da mensagem"
)

// maxText is how much text of one mail is handed on; more is in the original.
const maxText = 256 << 10

// read turns a mail into an Inbound, whatever it holds. It fails only when the
// file store does, and then the mail must be read again later.
func (d *desk) read(ctx context.Context, raw []byte, env envelope) (message.Inbound, error) {
	original, _, err := d.Files.Keep(ctx, bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return message.Inbound{}, fmt.Errorf("keeping the mail as it came: %w", err)
	}
	in, l := d.understand(raw, env)
	in.Original = original
	if l.failed != nil {
		d.Log.Warn("a mail could not be taken apart; its original is kept", "key", in.Key.String(), "error", l.failed)
	}
	if env.size > int64(len(raw)) {
		in.Refused = append(in.Refused, message.Refusal{Name: restOfMail, Size: env.size - int64(len(raw)), Why: message.TooLarge})
	}
	if in.Auto == message.BounceDSN || in.Auto == message.Complaint {
		return in, nil // a report's parts are for machines; the original has them
	}
	return in, d.keepFiles(ctx, &in, l)
}

// understand says what a mail is, without its files. When our own code panics on
// it, what is left is that it came.
func (d *desk) understand(raw []byte, env envelope) (in message.Inbound, l letter) {
	defer func() {
		if v := recover(); v != nil {
			l = letter{failed: fmt.Errorf("reading the mail panicked: %v", v)}
			in = d.unreadable(raw)
		}
	}()
	l = open(raw)
	in = message.Inbound{
		Key:        message.Key{Channel: message.Email, Account: d.Account, ID: mailID(l, raw)},
		Kind:       message.Text,
		ReceivedAt: d.Clock().UTC(),
		SentAt:     sentAt(l.header),
		Subject:    cut(l.header.subject(), 500),
		Thread:     thread(l.header),
	}
	d.describe(&in, l, env)
	if l.failed != nil {
		in.Subject = strings.TrimSpace(unreadableSubject + " " + in.Subject)
	}
	var whole bool
	if in.Text, in.FullText, whole = texts(l.segments); !whole {
		in.Refused = append(in.Refused, message.Refusal{Name: "texto", Why: message.TooLarge})
	}
	return in, l
}

// unreadable is a mail of which nothing is known but its bytes.
func (d *desk) unreadable(raw []byte) message.Inbound {
	return message.Inbound{
		Key:          message.Key{Channel: message.Email, Account: d.Account, ID: mailID(letter{}, raw)},
		Kind:         message.Text,
		Conversation: message.ConversationWith(d.Account, message.Address{Channel: message.Email}),
		ReceivedAt:   d.Clock().UTC(),
		Subject:      unreadableSubject,
	}
}

// describe says who wrote, and whether that is sure.
func (d *desk) describe(in *message.Inbound, l letter, env envelope) {
	in.Auto = d.machine(&l, env)
	if in.Auto == message.BounceDSN {
		d.describeBounce(in, l, env)
		return
	}
	if from, ok := sender(l.header); ok {
		in.From, in.FromName = from.address.of(), cut(from.name, 200)
		in.Thread.Number = d.tokenNumber(l.header, env, from.address)
		in.Proof = d.proof(l.header, env, from.address, in.Thread.Number)
	}
	in.Copies = d.copies(l.header, in.From)
	in.Conversation = message.ConversationWith(d.Account, message.Address{Channel: message.Email, ID: in.From.ID})
}

// describeBounce makes the person who could not be reached the one it is about.
// A report of a delay or a delivery stays a Text: nothing failed yet.
func (d *desk) describeBounce(in *message.Inbound, l letter, env envelope) {
	b := readBounce(&l)
	in.From = b.recipient.of()
	if b.final() {
		in.Kind = message.Bounce
	}
	in.Form = b.form()
	if b.messageID != "" {
		in.Thread.Refs = append([]string{b.messageID}, slices.DeleteFunc(in.Thread.Refs, func(id string) bool { return id == b.messageID })...)
	}
	in.Thread.Number = d.tokenNumber(l.header, env, b.recipient)
	in.Conversation = message.ConversationWith(d.Account, message.Address{Channel: message.Email, ID: in.From.ID})
}

// copies are the others who got it. Theirs are the addresses of To and Cc alone:
// the remaining fields name who forwarded.
func (d *desk) copies(h header, from message.Address) (out []message.Address) {
	const most = 50
	for _, name := range []string{"to", "cc"} {
		for _, value := range h.all(name) {
			for _, p := range parties(value) {
				a := p.address.of()
				if _, ours := d.address.detail(p.address, d.Detail); !ours && a != from && len(out) < most && !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	return out
}

// mailID is the same for every copy of a mail, and another one for another mail
// that bears the same Message-ID.
func mailID(l letter, raw []byte) string {
	ids := messageIDs(l.header.first("message-id"))
	if len(ids) == 0 {
		sum := sha256.Sum256(raw)
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	h := sha256.New()
	for _, name := range []string{"from", "date", "subject"} {
		fmt.Fprintf(h, "%q\n", l.header.first(name))
	}
	for _, s := range l.segments {
		fmt.Fprintf(h, "%q %q\n", strings.TrimSpace(s.plain), strings.TrimSpace(s.html))
	}
	for _, f := range l.files {
		fmt.Fprintf(h, "%x\n", sha256.Sum256(f.content))
	}
	for _, r := range l.reports {
		fmt.Fprintf(h, "%q\n", bytes.TrimSpace(r.content))
	}
	return fmt.Sprintf("%s#%x", ids[0], h.Sum(nil)[:4])
}

func sentAt(h header) time.Time {
	if t, err := mail.ParseDate(h.first("date")); err == nil {
		return t.UTC()
	}
	return time.Time{}
}

var protocolNumber = regexp.MustCompile(`\b20\d{2}-\d{6,}\b`)

// thread is what the header says of earlier mails, nearest first.
func thread(h header) (t message.Thread) {
	if ids := messageIDs(h.first("message-id")); len(ids) > 0 {
		t.ID = ids[0]
	}
	refs := messageIDs(h.first("references"))
	slices.Reverse(refs)
	for _, id := range append(messageIDs(h.first("in-reply-to")), refs...) {
		if !slices.Contains(t.Refs, id) {
			t.Refs = append(t.Refs, id)
		}
	}
	for _, n := range protocolNumber.FindAllString(h.subject(), 20) {
		if !slices.Contains(t.Numbers, n) {
			t.Numbers = append(t.Numbers, n)
		}
	}
	return t
}

// texts joins what the person wrote, and all there is to read; the second is empty
// when it says no more. They are whole unless a mail holds more than maxText.
func texts(segments []segment) (own, full string, whole bool) {
	var owns, fulls []string
	whole = true
	total := 0
	for _, s := range segments {
		if total > maxText {
			whole = false
			break
		}
		o, f := s.plain, s.plain
		if strings.TrimSpace(s.plain) == "" && s.html != "" {
			o, f = htmlReply(s.html)
			whole = whole && len(s.html) <= maxHTML
		}
		total += len(f)
		owns = append(owns, readReply(cut(o, maxText)).own)
		fulls = append(fulls, strings.TrimSpace(cut(f, maxText)))
	}
	own, full = joinTexts(owns), joinTexts(fulls)
	if full == own {
		full = ""
	}
	return cut(own, maxText), cut(full, maxText), whole && len(full) <= maxText
}

func joinTexts(all []string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return strings.TrimSpace(s) == "" }), "\n\n")
}

// keepFiles keeps the files of l within the limits of B3. Pictures of a signature
// come last, so that they never take the place of what somebody attached.
func (d *desk) keepFiles(ctx context.Context, in *message.Inbound, l letter) error {
	files := slices.Clone(l.files)
	slices.SortStableFunc(files, func(a, b file) int { return rank(a) - rank(b) })
	for _, f := range files {
		size := int64(len(f.content))
		if len(in.Attachments) == message.MaxFiles {
			in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: size, Why: message.TooMany})
			continue
		}
		digest, kept, err := d.Files.Keep(ctx, bytes.NewReader(f.content), message.MaxFileSize)
		switch {
		case errors.Is(err, channels.ErrFileTooLarge):
			in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: size, Why: message.TooLarge})
		case err != nil:
			return fmt.Errorf("keeping the attachment %q: %w", f.name, err)
		default:
			in.Attachments = append(in.Attachments, message.Attachment{
				Name: f.name, MediaType: f.mediaType, Size: kept, Digest: digest, Inline: f.inline,
			})
		}
	}
	for _, f := range l.damaged {
		in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: int64(len(f.content)), Why: message.Unreadable})
	}
	return nil
}

func rank(f file) int {
	if f.inline {
		return 1
	}
	return 0
}
