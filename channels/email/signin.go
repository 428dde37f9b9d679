package email

import (
	"context"
	"errors"
	"fmt"
	"net/smtp"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
)

// errNoWay is when the server offers no way to sign in that we know.
var errNoWay = errors.New("the server offers no way to sign in that is known here")

// signIn signs in where there is a user. A mail server on the desk's own machine,
// which Plain is for, mostly knows no users: it knows machines.
func (c *relay) signIn(ctx context.Context) (step, error) {
	s := c.server
	offers, ways := c.client.Extension("AUTH")
	if s.User == "" || s.Mode == Plain && !offers {
		return "", nil
	}
	offered := strings.Fields(strings.ToUpper(ways))
	known := func(mechanism string) bool { return slices.Contains(offered, mechanism) }
	if s.Tokens != nil {
		return atSignIn, c.signInByToken(ctx, known)
	}
	way, err := s.passwordBy(ctx, known)
	if err != nil {
		return atSignIn, err
	}
	return atSignIn, c.client.Auth(overSMTP{way})
}

// signInByToken gives up a token that the server refuses: the next connection brings a
// new one, and only trying can tell whether that helps.
func (c *relay) signInByToken(ctx context.Context, offers func(mechanism string) bool) error {
	shown, err := c.server.bearer(ctx, offers)
	if err != nil {
		return err
	}
	err = c.client.Auth(overSMTP{shown})
	if said, ok := asRefusal(err).(*refusal); ok && said.Code >= 500 { //nolint:errorlint // as asRefusal returns it
		c.server.Tokens.Forget(ctx, shown.token)
	}
	return err
}

// passwordBy is how the password is shown, by a mechanism that the server offers.
func (s Server) passwordBy(ctx context.Context, offers func(mechanism string) bool) (sasl.Client, error) {
	password, err := s.Password(ctx)
	if err != nil {
		return nil, fmt.Errorf("the password could not be had: %w", err)
	}
	switch {
	case offers(sasl.Plain):
		return sasl.NewPlainClient("", s.User, password), nil
	case offers(sasl.Login):
		return sasl.NewLoginClient(s.User, password), nil
	}
	return nil, errNoWay
}

// overSMTP lets net/smtp speak any mechanism of go-sasl.
type overSMTP struct{ sasl.Client }

func (o overSMTP) Start(*smtp.ServerInfo) (mechanism string, first []byte, err error) {
	return o.Client.Start()
}

func (o overSMTP) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	return o.Client.Next(challenge)
}
