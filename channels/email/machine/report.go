package machine

import (
	"bufio"
	"bytes"
	"net/textproto"
	"regexp"
	"strings"

	"recado/channels/email/letter"
)

// Report is what a machine says of a mail of ours: that it was not delivered (RFC
// 3464), or that its reader complained (RFC 5965). What is not said is zero.
type Report struct {
	Recipient  letter.Address // whom it is about, as we wrote to them
	Action     string         // failed, delayed, delivered, relayed, expanded (RFC 3464 section 2.3.3)
	Status     string         // RFC 3463: 5.1.1
	Diagnostic string         // the server's words
	Feedback   string         // abuse, fraud, virus, opt-out, auth-failure... (RFC 5965 section 7.3)
	MessageID  string         // of ours that came back
	AnswerTo   letter.Address // its Reply-To, which bears our token
}

// Final reports that no further attempt will be made.
func (r *Report) Final() bool { return r.Action == "" || r.Action == "failed" }

// Form is what is known, in the words of RFC 3464 and RFC 5965.
func (r *Report) Form() map[string]string {
	form := map[string]string{}
	for name, value := range map[string]string{"action": r.Action, "status": r.Status, "diagnostic": r.Diagnostic, "feedback": r.Feedback} {
		if value != "" {
			form[name] = value
		}
	}
	return form
}

// recipient takes the first of a list for who it is about, if nobody was named yet.
func (r *Report) recipient(list []letter.Party) {
	if r.Recipient == (letter.Address{}) && len(list) > 0 {
		r.Recipient = list[0].Address
	}
}

// ReadBounce gathers what the parts, the header and at last the text say.
func ReadBounce(l *letter.Letter) (r Report) {
	m := look(l, letter.Envelope{})
	if event, ok := m.notification(); ok {
		return event.report()
	}
	for _, part := range m.Reports {
		if part.MediaType == "message/delivery-status" || part.MediaType == "message/global-delivery-status" {
			r.readStatus(part.Content)
		}
	}
	r.recipient(letter.Parties(m.Header.First("x-failed-recipients")))
	r.readText(m)
	for _, head := range m.returned() {
		r.readReturned(letter.ParseHeader(head))
	}
	if r.Action == "" && delaySubject.MatchString(m.Header.Subject()) {
		r.Action = "delayed"
	}
	if r.Action == "" && strings.HasPrefix(r.Status, "5") {
		r.Action = "failed"
	}
	return r
}

// delaySubject is how servers announce, outside RFC 3464, that they go on trying.
var delaySubject = regexp.MustCompile(`(?i)delay|still being|warning|temporar|atras[ao]|retrasad|demorad|verz[öo]gert`)

// readStatus reads the groups of a delivery-status part; the first that failed counts.
func (r *Report) readStatus(content []byte) {
	lines := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(bytes.TrimSpace(content), "\r\n\r\n"...))))
	for range letter.MostParties {
		group, err := lines.ReadMIMEHeader()
		r.readGroup(group.Get("Original-Recipient"), group.Get("Final-Recipient"), group.Get("Action"), group.Get("Status"), group.Get("Diagnostic-Code"))
		if err != nil {
			return
		}
	}
}

// readGroup is one recipient's: it is taken if nobody was named yet, or none that failed.
func (r *Report) readGroup(original, final, action, status, diagnostic string) {
	action = strings.ToLower(letter.OneLine(action))
	action, _, _ = strings.Cut(action, " ")
	to := typedAddress(original, final)
	if to == (letter.Address{}) && action == "" || r.Action != "" && (r.Final() || action != "failed") {
		return
	}
	r.Recipient, r.Action, r.Status = to, action, statusIn(status)
	r.Diagnostic = diagnosticOf(diagnostic)
	r.Status = sharper(r.Status, statusOf(r.Diagnostic))
}

// typedAddress is the first "rfc822;address" that is one; some leave the type out.
func typedAddress(values ...string) letter.Address {
	for _, v := range values {
		if _, addr, ok := strings.Cut(v, ";"); ok {
			v = addr
		}
		if list := letter.Leniently(strings.TrimSpace(v)); len(list) > 0 {
			return list[0].Address
		}
	}
	return letter.Address{}
}

// readReturned reads the head of our message that came back.
func (r *Report) readReturned(h letter.Header) {
	if ids := letter.MessageIDs(h.First("message-id")); len(ids) > 0 && r.MessageID == "" {
		r.MessageID = ids[0]
	}
	if to := letter.Parties(h.First("reply-to")); len(to) == 1 && r.AnswerTo == (letter.Address{}) {
		r.AnswerTo = to[0].Address
	}
	for _, name := range []string{"x-hmxmroriginalrecipient", "to"} {
		if to := letter.Parties(h.First(name)); len(to) == 1 {
			r.recipient(to)
		}
	}
}

// ReadReceipt is the id of the mail of ours that a receipt is about (RFC 8098 section
// 3.2.5); "" when it does not say.
func ReadReceipt(l *letter.Letter) string {
	for _, part := range l.Reports {
		if part.MediaType != "message/disposition-notification" {
			continue
		}
		if ids := letter.MessageIDs(letter.ParseHeader(part.Content).First("original-message-id")); len(ids) > 0 {
			return ids[0]
		}
	}
	return ""
}
