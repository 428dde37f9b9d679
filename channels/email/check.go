package email

import (
	"context"
	"errors"
)

// Check signs in to both servers, opens the folders, and says in words what is wrong.
func (m *Mailbox) Check(ctx context.Context) error {
	var wrong []error
	for _, c := range m.collectors {
		f, err := openFolder(ctx, m.desk.IMAP, c.name)
		if err == nil {
			f.close()
		}
		wrong = append(wrong, err)
	}
	return errors.Join(append(wrong, m.checkOut(ctx))...)
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
	c, at, err := p.connect(ctx)
	if err == nil {
		at, err = atConnect, c.quit()
	}
	said, refused := errors.AsType[*refusal](err)
	switch {
	case err == nil:
		return nil
	case revoked(err):
		return err // its words say what to do
	case errors.Is(err, errNoBearer):
		return troubled(err, "the SMTP server at %s does not let anybody in by OAuth; use a password", s.addr())
	case errors.Is(err, errNoWay):
		return troubled(err, "the SMTP server at %s has no way to sign in that is known here", s.addr())
	case errors.Is(err, errNoTLS):
		return troubled(err, "the SMTP server at %s does not offer STARTTLS; try `tls: tls` and port 465", s.addr())
	case refused && at == atSignIn && said.Code >= 500 && s.Tokens != nil:
		return troubled(err, "the SMTP server at %s did not take the access token of %s", s.addr(), s.User)
	case refused && at == atSignIn && said.Code >= 500:
		return troubled(err, "the SMTP server at %s refused the password of %s", s.addr(), s.User)
	case refused:
		return troubled(err, "the SMTP server at %s does not want to talk to us", s.addr())
	}
	return s.unreachable("SMTP", err)
}
