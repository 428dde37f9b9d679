package email

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"

	"recado/core/message"
)

// refusal is what a server said no with.
type refusal struct {
	Code     int
	Enhanced [3]int // RFC 3463; zero when there was none
	Text     string // without the enhanced code
}

func (r *refusal) Error() string {
	if r.Enhanced == ([3]int{}) {
		return fmt.Sprintf("%d %s", r.Code, r.Text)
	}
	return fmt.Sprintf("%d %d.%d.%d %s", r.Code, r.Enhanced[0], r.Enhanced[1], r.Enhanced[2], r.Text)
}

var enhanced = regexp.MustCompile(`^([245])\.(\d{1,3})\.(\d{1,3})(?:[ \t]+|$)`)

// asRefusal reads a server's answer; other errors stay what they are.
func asRefusal(err error) error {
	said, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return err
	}
	r := &refusal{Code: said.Code}
	var words []string
	for line := range strings.Lines(said.Msg) {
		if m := enhanced.FindStringSubmatch(line); m != nil {
			for i := range r.Enhanced {
				r.Enhanced[i], _ = strconv.Atoi(m[i+1]) // digits
			}
			line = line[len(m[0]):]
		}
		words = append(words, strings.TrimSpace(line))
	}
	r.Text = strings.Join(words, " ")
	return r
}

// about reports whether the enhanced code has that subject: 1 address, 2 mailbox,
// 3 mail system, 4 network, 5 protocol, 6 content, 7 policy.
func (r *refusal) about(subject int) bool { return r.Enhanced[0] != 0 && r.Enhanced[1] == subject }

// is reports whether the enhanced code ends in subject.detail, whatever its class.
func (r *refusal) is(subject int, details ...int) bool {
	for _, d := range details {
		if r.about(subject) && r.Enhanced[2] == d {
			return true
		}
	}
	return false
}

// WhyReturned is why a mail came back, by the status code of a report (RFC 3463) and the
// server's words in it (RFC 3464 section 2.3.6): what they would have meant as an answer
// to us.
func WhyReturned(status, diagnostic string) message.Failure {
	r := &refusal{Code: 550, Text: diagnostic}
	if m := replyCode.FindStringSubmatch(diagnostic); m != nil {
		r.Code, _ = strconv.Atoi(m[1]) // digits
		r.Text = diagnostic[len(m[0]):]
	}
	for _, code := range []string{r.Text, status} { // the report's own code counts more
		if m := enhanced.FindStringSubmatch(code); m != nil && m[1]+m[2]+m[3] != m[1]+"00" {
			for i := range r.Enhanced {
				r.Enhanced[i], _ = strconv.Atoi(m[i+1]) // digits
			}
		}
	}
	if r.Enhanced[0] == 4 { // given up after many tries
		r.Code = 450
	}
	return r.why(atRecipient)
}

var replyCode = regexp.MustCompile(`^(?:[ -~]{0,20};\s*)?([45]\d\d)[ -]`)

// why is what is understood of a refusal, for the team.
func (r *refusal) why(at step) message.Failure {
	switch {
	case r.is(6, 7, 9):
		return message.NotSpelled
	case r.is(2, 2) || !r.about(1) && !r.about(7) && fullWords.MatchString(r.Text) && !r.is(4, 5):
		return message.MailboxFull
	case r.is(3, 4), r.is(2, 3), sizeWords.MatchString(r.Text) && (r.Code == 552 || r.Code == 523):
		return message.Oversized
	case r.limits():
		return message.TooOften
	case r.is(1, 7, 8), senderWords.MatchString(r.Text):
		return message.SenderRefused
	case relayWords.MatchString(r.Text):
		return message.NotRelayed
	case r.is(7, 26, 509), authWords.MatchString(r.Text):
		return message.Unauthenticated
	case r.nobody(at):
		if r.is(1, 2) {
			return message.NoSuchDomain
		}
		return message.NoSuchAddress
	case r.Code >= 500 && r.is(4, 4):
		return message.NoSuchDomain
	case fileWords.MatchString(r.Text):
		return message.FileForbidden
	case spamWords.MatchString(r.Text):
		return message.TakenForSpam
	case r.Code < 500, r.about(4):
		return message.NoAnswer
	}
	return message.Refused
}

// limits reports whether we sent too much, and not whether a mailbox is full. Policy
// (4.7.x) and 421 are where the big providers say it; greylisting is said there too.
func (r *refusal) limits() bool {
	if r.is(4, 5, 6) || r.is(7, 28) {
		return true
	}
	if r.Code < 500 && r.Code != 421 && !r.about(7) && !r.about(3) && r.Enhanced[0] != 0 {
		return false // 4.2.1: it is the recipient who gets too much
	}
	return limitWords.MatchString(r.Text)
}

// nobody reports that the address is dead. 5.2.1 is a mailbox that was closed, 5.4.1 is
// how Exchange Online says that its directory does not have it; X.1.7 and X.1.8 speak of
// the sender. Without an enhanced code words decide, since 550 is said for policy too.
func (r *refusal) nobody(at step) bool {
	switch {
	case r.Code < 500 || at == atSender:
		return false
	case r.about(1):
		return true
	case r.is(2, 1):
		return true
	case r.is(4, 1):
		return nobodyWords.MatchString(r.Text) || deniedWords.MatchString(r.Text)
	case r.Enhanced[0] != 0 && !r.about(0) && !r.about(5):
		return false
	}
	return r.Code != 552 && nobodyWords.MatchString(r.Text)
}

// Words of servers, as their makers' lists have them and as they are met in Brazil. No
// more is read from them than what the codes leave open.
var (
	limitWords = anyOf(
		`\b(max|limits?|exceed\w*|quota|cota|limite|excedid[oa]|ultrapass\w*)\b.{0,60}\b(daily|hour|hourly|day|sending|emails?|messages?|envios?|hora|dia|rate)\b`,
		`\b(daily|hourly|hora|dia|sending|submission|envios?|rate)\b.{0,40}\b(limit\w*|quota|cota|exceed\w*|excedid[oa]|ultrapass\w*|atingid[oa])\b`,
		`too (many (messages|mails|emails|concurrent|connections)|fast|quickly)`, `slow down`, `throttl`, `unusual (sending|rate)`, `unexpected volume`,
	)
	fullWords = anyOf(
		`(mail ?box|inbox|quota|account|storage|caixa( postal)?|cota|buz[óo]n).{0,40}\b(full|exceed\w*|over|out of|cheia|lotada|excedid[oa]|lleno)\b`,
		`over ?quota`, `out of storage`, `insufficient (disk|mailbox) space`,
	)
	nobodyWords = anyOf(
		`no such (user|recipient|mailbox|person|address|account)`,
		`(user|recipient|mailbox|account|address|usu[áa]rio|conta|destinat[áa]rio|caixa postal)\b.{0,60}\b`+
			`(unknown|not found|doesn.?t exist|not exist|unavailable|invalid|disabled|inactive|no longer|`+
			`n[ãa]o existe|inexistente|desconhecid[oa]|desativad[oa]|no existe)`,
		`(unknown|invalid|nonexistent|inactive|disabled)\b.{0,20}\b(user|recipient|mailbox|account|address)`,
		`unrouteable address`, `doesn.t have a .{1,60} account`,
	)
	senderWords = anyOf(
		`sender address rejected`, `sender (verify|verification) failed`, `not owned by user`, `send ?as ?denied`, `permissions? to send as`,
		`relaying disallowed as`, `remetente (n[ãa]o autorizado|inv[áa]lido)`, `outgoing blocked`,
	)
	relayWords = anyOf(
		`relay\w* (access )?(denied|not permitted|not allowed|prohibited)`, `not (permitted|allowed) to relay`, `(unable|refus\w*) to relay`,
	)
	authWords = anyOf(`\b(dmarc|dkim|spf)\b`, `unauthenticated`)
	fileWords = anyOf(
		`(attachment|file|anexo|arquivo|content)\b.{0,60}\b(not allowed|blocked|forbidden|prohibited|n[ãa]o permitid\w*|virus|v[íi]rus)`,
		`security issue`,
	)
	spamWords = anyOf(
		`\bspam`, `unsolicited`, `junk`, `(black|block) ?list`, `\bRBL\b`, `DNSBL`, `spamhaus`, `reputation`, `lista negra`, `suspicious`,
		`policy reasons`, `blocked using`,
	)
	sizeWords   = anyOf(`(message|mail|size|mensagem|tamanho)\b.{0,50}\b(too (big|large|long)|exceed\w*|excede\w*|maximum permitted|muito grande)`)
	deniedWords = anyOf(`recipient address rejected: access denied`)
)

func anyOf(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile("(?i)" + strings.Join(patterns, "|"))
}
