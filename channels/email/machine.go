package email

import (
	"bufio"
	"bytes"
	"net/textproto"
	"regexp"
	"strings"

	"recado/core/message"
)

// loopHeader marks what we send, with the desk's address as its value.
const loopHeader = "X-Recado-Loop"

// machine says which machine wrote the mail, if one did. The surest signs come first.
func (d *desk) machine(l *letter, env envelope) message.Auto {
	h := l.header
	from, _ := sender(h)
	_, fromUs := d.address.detail(from.address, d.Detail)
	switch {
	case l.hasReport("message/feedback-report") || reportType(h) == "feedback-report":
		return message.Complaint
	case isBounce(l, env):
		return message.BounceDSN
	case fromUs, strings.EqualFold(h.first(loopHeaderKey), d.address.String()):
		return message.OwnEcho
	case isAutoReply(l, env):
		return message.AutoReply
	case isList(h):
		return message.ListMail
	}
	return message.NotAuto
}

var loopHeaderKey = strings.ToLower(loopHeader)

func (l *letter) hasReport(mediaType string) bool {
	for _, r := range l.reports {
		if r.mediaType == mediaType {
			return true
		}
	}
	return false
}

var reportTypeParam = regexp.MustCompile(`(?i)\breport-type\s*=\s*"?([a-z-]+)`)

func reportType(h header) string {
	if m := reportTypeParam.FindStringSubmatch(h.first("content-type")); m != nil {
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
func nullSender(h header, env envelope) bool {
	if env.sender != nil {
		return *env.sender == ""
	}
	return h.has("return-path") && strings.ReplaceAll(h.first("return-path"), " ", "") == "<>"
}

// isBounce is RFC 3464 where servers follow it, and their habits where they do not.
func isBounce(l *letter, env envelope) bool {
	h := l.header
	if l.hasReport("message/delivery-status") || l.hasReport("message/global-delivery-status") || reportType(h) == "delivery-status" {
		return true
	}
	if h.has("x-failed-recipients") {
		return true
	}
	auto := h.word("auto-submitted")
	if auto == "auto-replied" { // a person's absence may speak of delivery too
		return saysUndelivered(h) && daemon(h)
	}
	if daemon(h) && (daemonSurely(h) || saysUndelivered(h) || nullSender(h, env)) {
		return true
	}
	return saysUndelivered(h) && (nullSender(h, env) || auto == "auto-generated" || l.hasReport("text/rfc822-headers"))
}

func saysUndelivered(h header) bool { return deliverySubject.MatchString(h.subject()) }

// daemon reports a sender whose name only mail systems bear, or may bear.
func daemon(h header) bool {
	p, _ := sender(h)
	return daemonSurely(h) || postmaster.MatchString(p.address.local)
}

func daemonSurely(h header) bool {
	p, ok := sender(h)
	if !ok { // "From: MAILER-DAEMON", as some write it
		return strings.Contains(strings.ToLower(h.first("from")), "mailer-daemon")
	}
	return daemonName.MatchString(p.address.local)
}

// isAutoReply follows RFC 3834, and what answering machines wrote before it.
func isAutoReply(l *letter, env envelope) bool {
	h := l.header
	switch auto := h.word("auto-submitted"); {
	case auto != "" && auto != "no":
		return true
	case h.has("x-autoreply"), h.has("x-autorespond"), h.has("x-autoresponder"), h.has("x-auto-reply"):
		return h.word("x-autoreply") != "no"
	case h.word("precedence") == "auto_reply":
		return true
	case reportType(h) == "disposition-notification":
		return true
	}
	return nullSender(h, env)
}

func isList(h header) bool {
	switch h.word("precedence") {
	case "list", "bulk", "junk":
		return true
	}
	return h.has("list-id") || h.has("list-unsubscribe")
}

// bounce is what a delivery report says.
type bounce struct {
	recipient  address // who could not be reached, as we wrote to them
	action     string  // failed, delayed, delivered, relayed, expanded (RFC 3464 section 2.3.3)
	status     string  // RFC 3463: 5.1.1
	diagnostic string
	messageID  string // of ours that came back
}

// final reports that no further attempt will be made.
func (b *bounce) final() bool { return b.action == "" || b.action == "failed" }

// form is what is known, in the words of RFC 3464.
func (b *bounce) form() map[string]string {
	form := map[string]string{}
	for name, value := range map[string]string{"action": b.action, "status": b.status, "diagnostic": b.diagnostic} {
		if value != "" {
			form[name] = value
		}
	}
	return form
}

// readBounce gathers what the parts, the header and at last the text say.
func readBounce(l *letter) (b bounce) {
	for _, r := range l.reports {
		switch r.mediaType {
		case "message/delivery-status", "message/global-delivery-status":
			b.readStatus(r.content)
		default:
			b.readReturned(r.content)
		}
	}
	for _, f := range l.files {
		if f.mediaType == "message/rfc822" {
			b.readReturned(f.content)
		}
	}
	if list := parties(l.header.first("x-failed-recipients")); b.recipient == (address{}) && len(list) > 0 {
		b.recipient = list[0].address
	}
	for _, s := range l.segments {
		b.readText(s.plain)
	}
	if b.action == "" && delaySubject.MatchString(l.header.subject()) {
		b.action = "delayed"
	}
	return b
}

// delaySubject is how servers announce, outside RFC 3464, that they go on trying.
var delaySubject = regexp.MustCompile(`(?i)delayed|still being|warning: |temporar|atras[ao]|retrasad|demorad`)

// readStatus reads the groups of a delivery-status part; the first that failed counts.
func (b *bounce) readStatus(content []byte) {
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(bytes.TrimSpace(content), "\r\n\r\n"...))))
	for range mostParties {
		group, err := r.ReadMIMEHeader()
		if to := typedAddress(group.Get("Original-Recipient"), group.Get("Final-Recipient")); to != (address{}) && (b.recipient == (address{}) || !b.final()) {
			b.recipient = to
			b.action = strings.ToLower(oneLine(group.Get("Action")))
			b.status = oneLine(group.Get("Status"))
			b.diagnostic = cut(oneLine(group.Get("Diagnostic-Code")), 500)
		}
		if err != nil {
			return
		}
	}
}

// typedAddress is the first "rfc822;address" that is one.
func typedAddress(values ...string) address {
	for _, v := range values {
		if _, addr, ok := strings.Cut(v, ";"); ok {
			if list := leniently(addr); len(list) > 0 {
				return list[0].address
			}
		}
	}
	return address{}
}

// readReturned reads the head of our message that came back.
func (b *bounce) readReturned(content []byte) {
	h := parseHeader(content)
	if ids := messageIDs(h.first("message-id")); len(ids) > 0 && b.messageID == "" {
		b.messageID = ids[0]
	}
	if to := parties(h.first("to")); len(to) == 1 && b.recipient == (address{}) {
		b.recipient = to[0].address
	}
}

var returnedID = regexp.MustCompile(`(?im)^[>\s]*message-id:\s*<([^<>\s]+)>`)

// readText finds our message's id where it came back as plain text.
func (b *bounce) readText(text string) {
	if b.messageID != "" {
		return
	}
	if m := returnedID.FindStringSubmatch(cut(text, maxMatched)); m != nil && len(m[1]) <= maxMessageID {
		b.messageID = m[1]
	}
}
