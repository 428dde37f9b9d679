package machine

import (
	"bufio"
	"bytes"
	"net/textproto"
	"regexp"
	"strings"

	"recado/channels/email/letter"
	"recado/channels/email/sender"
	"recado/core/message"
)

// LoopHeader marks what we send, with the desk's address as its value.
const LoopHeader = "X-Recado-Loop"

// Kind says which machine wrote the mail, if one did. The surest signs come first.
func Kind(l *letter.Letter, env letter.Envelope, ours letter.Home) message.Auto {
	h := l.Header
	from, _ := sender.Of(h)
	_, fromUs := ours.Detail(from.Address)
	switch {
	case l.HasReport("message/feedback-report") || reportType(h) == "feedback-report":
		return message.Complaint
	case isBounce(l, env):
		return message.BounceDSN
	case fromUs, strings.EqualFold(h.First(loopHeaderKey), ours.Address.String()):
		return message.OwnEcho
	case isAutoReply(l, env):
		return message.AutoReply
	case isList(h):
		return message.ListMail
	}
	return message.NotAuto
}

var loopHeaderKey = strings.ToLower(LoopHeader)

var reportTypeParam = regexp.MustCompile(`(?i)\breport-type\s*=\s*"?([a-z-]+)`)

func reportType(h letter.Header) string {
	if m := reportTypeParam.FindStringSubmatch(h.First("content-type")); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}

var (
	daemonName = regexp.MustCompile(`(?i)^(mailer-?daemon|mail-?daemon|mail[._-]?delivery.*|delivery[._-]?(status|subsystem|failure).*|bounces?)$`)
	postmaster = regexp.MustCompile(`(?i)^(postmaster|mmdf|mail|smtp|admin|administrator|root|daemon|microsoftexchange[0-9a-f]+)$`)
	// Subjects of delivery reports, as mail servers word them.
	deliverySubject = regexp.MustCompile(`(?i)(` +
		`undeliver|not deliver|n[oó]t? be delivered|` +
		`deliver(y|ed)?\b.{0,40}(fail|status|notif|problem|error|delay|report|unsuccess|incomplete)|` +
		`(fail|error|problem|unable|could ?n[o']t|cannot)\b.{0,40}deliver|` +
		`fail(ed|ure)\b.{0,30}(notice|recipient|mail|message|notif)|mail (system|failure|error|delivery)|` +
		`return(ed|ing)? (mail|message|to sender)|user unknown|unknown user|bounce|warning: message|rejected|` +
		`n[ãa]o (foi )?entreg|falha (na|de) entrega|devolvid|no se (pudo|ha podido) entregar|no entregad|` +
		`error de entrega|nondeliver|non remis|unzustellbar|destinat[aá]rio.{0,20}(inexist|inv[aá]lid)` +
		`)`)
)

// nullSender reports the empty return path that no person's mail has (RFC 5321
// section 4.5.5), from the envelope where we have it, else as delivery noted it.
func nullSender(h letter.Header, env letter.Envelope) bool {
	if env.Sender != nil {
		return *env.Sender == ""
	}
	return h.Has("return-path") && strings.ReplaceAll(h.First("return-path"), " ", "") == "<>"
}

// isBounce is RFC 3464 where servers follow it, and their habits where they do not.
func isBounce(l *letter.Letter, env letter.Envelope) bool {
	h := l.Header
	if l.HasReport("message/delivery-status") || l.HasReport("message/global-delivery-status") || reportType(h) == "delivery-status" {
		return true
	}
	if h.Has("x-failed-recipients") {
		return true
	}
	auto := h.Word("auto-submitted")
	if auto == "auto-replied" { // a person's absence may speak of delivery too
		return saysUndelivered(h) && daemon(h)
	}
	if daemon(h) && (daemonSurely(h) || saysUndelivered(h) || nullSender(h, env)) {
		return true
	}
	return saysUndelivered(h) && (nullSender(h, env) || auto == "auto-generated" || l.HasReport("text/rfc822-headers"))
}

func saysUndelivered(h letter.Header) bool { return deliverySubject.MatchString(h.Subject()) }

// daemon reports a sender whose name only mail systems bear, or may bear.
func daemon(h letter.Header) bool {
	p, _ := sender.Of(h)
	return daemonSurely(h) || postmaster.MatchString(p.Address.Local)
}

func daemonSurely(h letter.Header) bool {
	p, ok := sender.Of(h)
	if !ok { // "From: MAILER-DAEMON", as some write it
		return strings.Contains(strings.ToLower(h.First("from")), "mailer-daemon")
	}
	return daemonName.MatchString(p.Address.Local)
}

// isAutoReply follows RFC 3834, and what answering machines wrote before it.
func isAutoReply(l *letter.Letter, env letter.Envelope) bool {
	h := l.Header
	switch auto := h.Word("auto-submitted"); {
	case auto != "" && auto != "no":
		return true
	case h.Has("x-autoreply"), h.Has("x-autorespond"), h.Has("x-autoresponder"), h.Has("x-auto-reply"):
		return h.Word("x-autoreply") != "no"
	case h.Word("precedence") == "auto_reply":
		return true
	case reportType(h) == "disposition-notification":
		return true
	}
	return nullSender(h, env)
}

func isList(h letter.Header) bool {
	switch h.Word("precedence") {
	case "list", "bulk", "junk":
		return true
	}
	return h.Has("list-id") || h.Has("list-unsubscribe")
}

// Bounce is what a delivery report says.
type Bounce struct {
	Recipient  letter.Address // who could not be reached, as we wrote to them
	action     string         // failed, delayed, delivered, relayed, expanded (RFC 3464 section 2.3.3)
	status     string         // RFC 3463: 5.1.1
	diagnostic string
	MessageID  string // of ours that came back
}

// Final reports that no further attempt will be made.
func (b *Bounce) Final() bool { return b.action == "" || b.action == "failed" }

// Form is what is known, in the words of RFC 3464.
func (b *Bounce) Form() map[string]string {
	form := map[string]string{}
	for name, value := range map[string]string{"action": b.action, "status": b.status, "diagnostic": b.diagnostic} {
		if value != "" {
			form[name] = value
		}
	}
	return form
}

// ReadBounce gathers what the parts, the header and at last the text say.
func ReadBounce(l *letter.Letter) (b Bounce) {
	for _, r := range l.Reports {
		switch r.MediaType {
		case "message/delivery-status", "message/global-delivery-status":
			b.readStatus(r.Content)
		default:
			b.readReturned(r.Content)
		}
	}
	for _, f := range l.Files {
		if f.MediaType == "message/rfc822" {
			b.readReturned(f.Content())
		}
	}
	if list := letter.Parties(l.Header.First("x-failed-recipients")); b.Recipient == (letter.Address{}) && len(list) > 0 {
		b.Recipient = list[0].Address
	}
	for _, s := range l.Segments {
		b.readText(s.Plain)
	}
	if b.action == "" && delaySubject.MatchString(l.Header.Subject()) {
		b.action = "delayed"
	}
	return b
}

// delaySubject is how servers announce, outside RFC 3464, that they go on trying.
var delaySubject = regexp.MustCompile(`(?i)delayed|still being|warning: |temporar|atras[ao]|retrasad|demorad`)

// readStatus reads the groups of a delivery-status part; the first that failed counts.
func (b *Bounce) readStatus(content []byte) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(bytes.TrimSpace(content), "\r\n\r\n"...))))
	for range letter.MostParties {
		group, err := r.ReadMIMEHeader()
		to := typedAddress(group.Get("Original-Recipient"), group.Get("Final-Recipient"))
		if to != (letter.Address{}) && (b.Recipient == (letter.Address{}) || !b.Final()) {
			b.Recipient = to
			b.action = strings.ToLower(letter.OneLine(group.Get("Action")))
			b.status = letter.OneLine(group.Get("Status"))
			b.diagnostic = letter.Cut(letter.OneLine(group.Get("Diagnostic-Code")), 500)
		}
		if err != nil {
			return
		}
	}
}

// typedAddress is the first "rfc822;address" that is one.
func typedAddress(values ...string) letter.Address {
	for _, v := range values {
		if _, addr, ok := strings.Cut(v, ";"); ok {
			if list := letter.Leniently(addr); len(list) > 0 {
				return list[0].Address
			}
		}
	}
	return letter.Address{}
}

// readReturned reads the head of our message that came back.
func (b *Bounce) readReturned(content []byte) {
	h := letter.ParseHeader(content)
	if ids := letter.MessageIDs(h.First("message-id")); len(ids) > 0 && b.MessageID == "" {
		b.MessageID = ids[0]
	}
	if to := letter.Parties(h.First("to")); len(to) == 1 && b.Recipient == (letter.Address{}) {
		b.Recipient = to[0].Address
	}
}

var returnedID = regexp.MustCompile(`(?im)^[>\s]*message-id:\s*<([^<>\s]+)>`)

// mostSearched bounds what is matched against patterns, in bytes.
const mostSearched = 64 << 10

// readText finds our message's id where it came back as plain text.
func (b *Bounce) readText(text string) {
	if b.MessageID != "" {
		return
	}
	if m := returnedID.FindStringSubmatch(letter.Cut(text, mostSearched)); m != nil && len(m[1]) <= letter.MaxMessageID {
		b.MessageID = m[1]
	}
}
