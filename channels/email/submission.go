package email

import (
	"errors"
	"io"

	"github.com/emersion/go-smtp"

	"recado/channels/email/letter"
)

var (
	closing    = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "closing, come back later"}
	notHere    = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox here, and nothing is relayed"}
	comeLater  = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "the mail could not be kept now, try again later"}
	brokeOff   = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "the mail broke off"}
	tooFastNow = &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many mails in a minute, try again later"}
	enoughOfIt = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 7, 0}, Message: "too many unknown recipients, closing"}
	nobodyHere = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 5, 1}, Message: "no recipient"}
)

// submission is one mail on its way in.
type submission struct {
	intake     *intake
	conn       *owingConn
	peer       string
	hello      string // what the client calls itself
	sender     string
	recipients []string
	strangers  int // recipients of this connection that are not ours
}

// mostStrangers is how many unknown recipients somebody may try who guesses addresses.
const mostStrangers = 20

// Reset is called before each mail.
func (s *submission) Reset() { s.sender, s.recipients = "", nil }

// Logout is called when the connection is gone.
func (s *submission) Logout() error {
	s.conn.forget()
	return nil
}

// Mail takes the sender, if this peer may send now.
func (s *submission) Mail(from string, _ *smtp.MailOptions) error {
	switch {
	case s.intake.ctx.Err() != nil:
		return closing
	case !s.intake.door.mayMail(s.peer):
		return tooFastNow
	}
	s.Reset()
	s.sender = from
	return nil
}

// Rcpt takes a recipient that is ours.
func (s *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	a, ok := letter.ParseAddress(to)
	if _, ours := s.intake.desk.ours(a); ok && ours {
		s.recipients = append(s.recipients, to)
		return nil
	}
	if s.strangers++; s.strangers > mostStrangers {
		s.conn.owe(1, func() { s.conn.Close() })
		return enoughOfIt
	}
	return notHere
}

// answers is how many replies the end of the content gets.
func (s *submission) answers() int {
	if s.intake.o.LMTP {
		return max(1, len(s.recipients))
	}
	return 1
}

// account is whose mail it is: that of the first recipient.
func (s *submission) account() string {
	for _, to := range s.recipients {
		a, _ := letter.ParseAddress(to)
		for _, id := range s.intake.o.For {
			if home, ok := letter.ParseAddress(id.Address); ok {
				if _, theirs := (letter.Home{Address: home, Separator: s.intake.desk.Detail}).Detail(a); theirs {
					return id.Account
				}
			}
		}
	}
	return ""
}

// Data takes the content; nil becomes 250, by LMTP for each recipient: a mail to several
// of our addresses is one item, and committed at once.
func (s *submission) Data(r io.Reader) error {
	b := s.intake
	if !b.begin() {
		return closing
	}
	answers := s.answers()
	defer func() { s.conn.owe(answers, b.atWork.Done) }()
	if len(s.recipients) == 0 {
		return nobodyHere
	}
	raw, err := io.ReadAll(newSteady(r, s.conn, b.o.Admission.Stall))
	var refused *smtp.SMTPError
	switch {
	case errors.As(err, &refused): // larger than MaxMail
		return refused
	case err != nil:
		return brokeOff
	}
	ctx, cancel := draining(b.ctx)
	defer cancel()
	in, err := b.desk.read(ctx, raw, letter.Envelope{Sender: &s.sender, Recipients: s.recipients, Believed: b.o.TrustSubmission, Checked: s.checked(ctx, raw)})
	in.Account = or(s.account(), in.Account)
	if err == nil {
		err = offer(ctx, b.sink, in)
	}
	if err != nil {
		b.desk.Log.Error("mail could not be committed; its sender will try again", "account", b.desk.Account, "error", err)
		return comeLater
	}
	return nil
}
