package email

import (
	"context"
	"errors"
	"fmt"

	"github.com/emersion/go-sasl"

	"recado/channels/email/oauth"
)

// Tokens gives access tokens, which sign in where a password is not wanted any more.
type Tokens interface {
	// Token is one that is good for the next minute at least.
	Token(ctx context.Context) (string, error)
	// Forget gives up one that a mail server refused.
	Forget(ctx context.Context, token string)
}

var _ Tokens = (*oauth.Source)(nil)

// xoauth2 is older than OAUTHBEARER (RFC 7628), and the only one that Microsoft knows.
const xoauth2 = "XOAUTH2"

// bearer is a sasl.Client that shows an access token.
type bearer struct {
	mechanism string
	server    Server
	token     string
}

var errNoBearer = errors.New("the server offers neither XOAUTH2 nor OAUTHBEARER")

// bearer fetches a token for a mechanism that the server offers.
func (s Server) bearer(ctx context.Context, offers func(mechanism string) bool) (*bearer, error) {
	b := &bearer{server: s}
	switch {
	case offers(xoauth2):
		b.mechanism = xoauth2
	case offers(sasl.OAuthBearer):
		b.mechanism = sasl.OAuthBearer
	default:
		return nil, errNoBearer
	}
	var err error
	b.token, err = s.Tokens.Token(ctx)
	return b, err
}

// Start shows the token. The forms are Google's for XOAUTH2, and RFC 7628 section 3.1.
func (b *bearer) Start() (mechanism string, response []byte, err error) {
	if b.mechanism == xoauth2 {
		return xoauth2, fmt.Appendf(nil, "user=%s\x01auth=Bearer %s\x01\x01", b.server.User, b.token), nil
	}
	return sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{
		Username: b.server.User, Token: b.token, Host: b.server.Host, Port: b.server.Port,
	}).Start()
}

// Next answers the only challenge there is: the server's reason for a refusal. The
// refusal itself comes after a line without meaning (RFC 7628 section 3.2.3), and
// says enough.
func (b *bearer) Next([]byte) ([]byte, error) { return []byte{1}, nil }
