package email

import (
	"errors"
	"regexp"

	"github.com/emersion/go-smtp"

	"recado/channels"
)

var (
	tooFast = regexp.MustCompile(`(?i)\brate\b|too (many|fast|much)|throttl|limit|quota|slow down|exceed`)
	nobody  = regexp.MustCompile(`(?i)(no such|unknown|invalid|does ?n.t exist|does not exist|not found|no longer|n[ãa]o existe|inexist)`)
)

// classify turns a failure into what the outbox does next, by the reply code
// (RFC 5321 section 4.2), the enhanced code (RFC 3463), and where it happened.
func classify(at step, err error) error {
	return &channels.Error{Kind: verdict(at, err), Err: err}
}

func verdict(at step, err error) channels.ErrorKind {
	if certificateRefused(err) {
		return channels.SignedOut
	}
	var said *smtp.SMTPError
	if !errors.As(err, &said) {
		return channels.Temporary // the connection failed, the message was not judged
	}
	class, subject, detail := said.EnhancedCode[0], said.EnhancedCode[1], said.EnhancedCode[2]
	switch {
	case said.Code < 500:
		if tooFast.MatchString(said.Message) && (said.Code == 421 || class == 4 && subject == 7) {
			return channels.RateLimited
		}
		return channels.Temporary
	case at == atConnect && said.Code != 554: // 554 at the greeting: not welcome, whoever asks
		return channels.Temporary
	case at == atConnect, at == atSignIn, said.Code == 530, said.Code == 535:
		return channels.SignedOut
	case at == atRecipient && deadAddress(said, class, subject, detail):
		return channels.Unreachable
	}
	return channels.Permanent
}

// deadAddress reports a refusal of the recipient itself. X.1.7 and X.1.8 speak of
// the sender; X.2.1 is a mailbox that was closed; without an enhanced code the
// words decide, since 550 is said for policy too.
func deadAddress(said *smtp.SMTPError, class, subject, detail int) bool {
	switch {
	case class == 5 && subject == 1:
		return detail != 7 && detail != 8
	case class == 5 && subject == 2:
		return detail == 1
	case class == 5 && subject != 0:
		return false
	}
	return (said.Code == 550 || said.Code == 551 || said.Code == 553) && nobody.MatchString(said.Message)
}
