package email

import (
	"context"
	"errors"

	"github.com/emersion/go-smtp"
)

// Check signs in to both servers, opens the folder, and says in words what is wrong.
func (m *Mailbox) Check(ctx context.Context) error {
	f, err := openFolder(ctx, m.desk.IMAP)
	if err == nil {
		f.close()
	}
	return errors.Join(err, m.checkOut(ctx))
}

// checkOut signs in to the SMTP server. It sends nothing.
func (p *postman) checkOut(ctx context.Context) error {
	s := p.desk.SMTP.Server
	switch {
	case p.desk.OutFolder != "":
		return nil
	case s.Host == "":
		return errors.New("no SMTP server is configured, so nothing can be answered by e-mail")
	}
	var l line
	at, err := p.connect(ctx, &l)
	if err == nil {
		err = l.client.Quit()
		l.hangUp()
		at = atConnect
	}
	var said *smtp.SMTPError
	switch {
	case err == nil:
		return nil
	case at == atSignIn && errors.As(err, &said) && said.Code == 504:
		return troubled(err, "the SMTP server at %s has no way to sign in that is known here", s.addr())
	case at == atSignIn && errors.As(err, &said) && said.Code >= 500:
		return troubled(err, "the SMTP server at %s refused the password of %s", s.addr(), s.User)
	case errors.As(err, &said):
		return troubled(err, "the SMTP server at %s does not want to talk to us", s.addr())
	}
	return s.unreachable("SMTP", err)
}
