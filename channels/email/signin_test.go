package email

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"recado/channels"
	"recado/channels/email/oauth"
)

// choosySession lets in by one mechanism only.
type choosySession struct {
	smtpSession
	mechanism string
}

func (s *choosySession) AuthMechanisms() []string { return []string{s.mechanism} }

func (s *choosySession) Auth(string) (sasl.Server, error) {
	let := func(user, password string) error {
		if user != testUser || password != testPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}
	if s.mechanism == sasl.Login {
		return &loginServer{let: let}, nil
	}
	return &refusing{&bearerServer{mechanism: s.mechanism, welcome: func() error { return nil }}}, nil
}

// refusing says no as SMTP servers do.
type refusing struct{ sasl.Server }

func (r refusing) Next(response []byte) (challenge []byte, done bool, err error) {
	if challenge, done, err = r.Server.Next(response); err != nil {
		err = smtp.ErrAuthFailed
	}
	return challenge, done, err
}

// loginServer is the other side of LOGIN, which go-sasl has no more.
type loginServer struct {
	let  func(user, password string) error
	user string
}

func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil:
		return []byte("Username:"), false, nil
	case l.user == "":
		l.user = string(response)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.let(l.user, string(response))
}

func newChoosySMTP(t *testing.T, mechanism string) *smtpUpstream {
	t.Helper()
	u := &smtpUpstream{cuttable: listenLocal(t), refuse: map[step]error{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &choosySession{smtpSession{u}, mechanism}, nil
	}))
	server.AllowInsecureAuth, server.ErrorLog = true, quiet{}
	go func() { _ = server.Serve(u.cuttable) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return u
}

func TestSigningInToSend(t *testing.T) {
	for _, mechanism := range []string{sasl.Login, xoauth2, sasl.OAuthBearer} {
		t.Run(mechanism, func(t *testing.T) {
			tokens := &purse{tokens: []string{"revoked", "good"}}
			m := newSender(t, newChoosySMTP(t, mechanism), func(o *Options) {
				if mechanism != sasl.Login {
					o.SMTP.Password, o.SMTP.Tokens = nil, tokens
				}
			})
			_, err := m.Send(t.Context(), notice())
			if mechanism != sasl.Login {
				if kind, _ := channels.KindOf(err); kind != channels.SignedOut || !slices.Equal(tokens.tokens, []string{"good"}) {
					t.Errorf("with a revoked token: %s, %v; left %q", kind, err, tokens.tokens)
				}
				_, err = m.Send(t.Context(), notice())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSigningInToSendFails(t *testing.T) {
	for _, c := range []struct {
		name      string
		mechanism string
		err       error
		want      channels.ErrorKind
	}{
		{"the grant was withdrawn", xoauth2, fmt.Errorf("wrapped: %w", &oauth.Refused{Text: "sign in again"}), channels.SignedOut},
		{"the provider is away", xoauth2, errors.New("connection refused"), channels.Away},
		{"a server without OAuth", sasl.Login, nil, channels.SignedOut},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newSender(t, newChoosySMTP(t, c.mechanism), func(o *Options) { o.SMTP.Tokens = &purse{tokens: []string{"bad"}, err: c.err} })
			_, err := m.Send(t.Context(), notice())
			if kind, _ := channels.KindOf(err); err == nil || kind != c.want {
				t.Errorf("%s, %v", kind, err)
			}
		})
	}
}
