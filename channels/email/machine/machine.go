package machine

import (
	"regexp"
	"strings"

	"recado/channels/email/letter"
	"recado/channels/email/sender"
	"recado/core/message"
)

// LoopHeader marks what we send, with the desk's address as its value.
const LoopHeader = "X-Recado-Loop"

var loopHeaderKey = strings.ToLower(LoopHeader)

// Kind says which machine wrote the mail, if one did. The surest signs come first.
func Kind(l *letter.Letter, env letter.Envelope, ours letter.Home) message.Auto {
	m := look(l, env)
	event, notified := m.notification()
	switch {
	case notified && event.complains(), m.isComplaint():
		return message.Complaint
	case m.isReceipt():
		return message.Receipt
	case notified, m.isBounce():
		return message.BounceDSN
	case m.isEcho(ours):
		return message.OwnEcho
	case m.isAutoReply():
		return message.AutoReply
	case m.isList(ours):
		return message.ListMail
	}
	return message.NotAuto
}

// mail is a mail, and what is asked of it again and again.
type mail struct {
	*letter.Letter

	from  letter.Party
	named bool // from is the single author
	null  bool // it has the empty return path
	env   letter.Envelope
	said  *string // its text, once somebody asked
}

func look(l *letter.Letter, env letter.Envelope) *mail {
	m := &mail{Letter: l, env: env}
	m.from, m.named = sender.Of(l.Header)
	m.null = nullSender(l.Header, env)
	return m
}

// nullSender reports the empty return path that no person's mail has (RFC 5321
// section 4.5.5), from the envelope where we have it, else as delivery noted it: old
// servers wrote "<MAILER-DAEMON>", and some "<null>". An empty From is another form.
func nullSender(h letter.Header, env letter.Envelope) bool {
	if env.Sender != nil && *env.Sender == "" {
		return true
	}
	if strings.ReplaceAll(h.First("from"), " ", "") == "<>" {
		return true
	}
	path := strings.ToLower(strings.ReplaceAll(h.First("return-path"), " ", ""))
	return env.Sender == nil && (path == "<>" || path == "<null>" || strings.HasPrefix(path, "<mailer-daemon"))
}

// mostSearched bounds what of a text is matched against patterns, in bytes.
const mostSearched = 64 << 10

var tags = regexp.MustCompile(`(?s)<(style|script)\b.*?</(style|script)>|<[^<>]*>`)

// text is what there is to read, at most mostSearched of it.
func (m *mail) text() string {
	if m.said != nil {
		return *m.said
	}
	var b strings.Builder
	for _, s := range m.Segments {
		if b.Len() > mostSearched {
			break
		}
		part := s.Plain
		if strings.TrimSpace(part) == "" {
			part = unescape(tags.ReplaceAllString(letter.Cut(s.HTML, mostSearched), "\n"))
		}
		b.WriteString(part)
		b.WriteString("\n")
	}
	text := letter.Cut(b.String(), mostSearched)
	m.said = &text
	return text
}

// opening is the beginning of the text, where a machine says what it is about. What
// stands behind ">" is somebody else's.
func (m *mail) opening() string {
	const beginning = 3 << 10
	var b strings.Builder
	for line := range strings.Lines(letter.Cut(m.text(), beginning)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "> ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// isEcho reports mail that we sent ourselves, come back.
func (m *mail) isEcho(ours letter.Home) bool {
	_, fromUs := ours.Detail(m.from.Address)
	return m.named && fromUs || strings.EqualFold(m.Header.First(loopHeaderKey), ours.Address.String())
}

// isReceipt reports that a mail was shown or deleted (RFC 8098).
func (m *mail) isReceipt() bool {
	return m.reportType() == "disposition-notification" || m.isMultipartReport() && m.HasReport("message/disposition-notification")
}

var reportTypeParam = regexp.MustCompile(`(?i)\breport-type\s*=\s*"?([a-z-]+)`)

func (m *mail) reportType() string {
	if found := reportTypeParam.FindStringSubmatch(m.Header.First("content-type")); found != nil {
		return strings.ToLower(found[1])
	}
	return ""
}

func (m *mail) isMultipartReport() bool { return m.Header.Word("content-type") == "multipart/report" }

// forwarded is the subject of a mail that somebody passed on.
var forwarded = regexp.MustCompile(`(?i)^\s*(fwd?|enc|encaminhad[oa]|rv|reenv|tr|wg|i)\s*:`)

// passedOn reports that a person sent on what they had got.
func (m *mail) passedOn() bool { return forwarded.MatchString(m.Header.Subject()) }

// byHand reports a mail program for people, or a subject of what people pass on.
func (m *mail) byHand() bool {
	return m.passedOn() || handPrograms.in(fold(m.Header.First("user-agent")+" "+m.Header.First("x-mailer")))
}

// declared reports that the mail says of itself that no person wrote it.
func (m *mail) declared() bool {
	if auto := m.Header.Word("auto-submitted"); auto != "" && auto != "no" {
		return true
	}
	switch m.Header.Word("precedence") {
	case "bulk", "junk", "auto_reply":
		return true
	}
	return m.isMultipartReport()
}
