package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"

	"recado/channels/email/oauth"
)

// purse gives tokens in turn.
type purse struct {
	mu     sync.Mutex
	tokens []string
	err    error
}

func (p *purse) Token(context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens[0], p.err
}

func (p *purse) Forget(_ context.Context, token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.tokens) > 1 && p.tokens[0] == token {
		p.tokens = p.tokens[1:]
	}
}

// bearerSession is an IMAP session into which a token leads, and no password.
type bearerSession struct {
	imapserver.Session
	user       *imapmemserver.User
	mechanisms []string
}

func (s *bearerSession) AuthenticateMechanisms() []string { return s.mechanisms }

func (s *bearerSession) Authenticate(mechanism string) (sasl.Server, error) {
	return &bearerServer{mechanism: mechanism, welcome: func() error { return s.Login(testUser, testPassword) }}, nil
}

// bearerServer is the other side of XOAUTH2 and OAUTHBEARER, as Google describes it.
type bearerServer struct {
	mechanism string
	welcome   func() error
	refused   bool
}

func (s *bearerServer) Next(response []byte) (challenge []byte, done bool, err error) {
	want := "user=" + testUser + "\x01auth=Bearer good\x01\x01"
	if s.mechanism == sasl.OAuthBearer {
		want = "n,a=" + testUser + ",\x01host=127.0.0.1\x01port="
	}
	switch {
	case response == nil:
		return nil, false, nil
	case s.refused:
		return nil, true, errors.New("authentication failed")
	case strings.HasPrefix(string(response), want) && strings.Contains(string(response), "auth=Bearer good\x01\x01"):
		return nil, true, s.welcome()
	}
	s.refused = true
	return []byte(`{"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}`), false, nil
}

func newBearerIMAP(t *testing.T, mechanisms ...string) *imapUpstream {
	t.Helper()
	u := &imapUpstream{cuttable: listenLocal(t), user: imapmemserver.NewUser(testUser, testPassword)}
	if err := u.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(u.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &bearerSession{Session: memory.NewSession(), user: u.user, mechanisms: mechanisms}, nil, nil
		},
		InsecureAuth: true,
		Logger:       quiet{},
	})
	go func() { _ = server.Serve(u.cuttable) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return u
}

// A token that was revoked before its end is replaced, and mail comes in.
func TestSigningInByToken(t *testing.T) {
	for _, mechanism := range []string{xoauth2, sasl.OAuthBearer} {
		t.Run(mechanism, func(t *testing.T) {
			in := newBearerIMAP(t, sasl.Plain, mechanism)
			in.put(t, letterFrom("1", "um"))
			o := mailboxOptions(t, in)
			o.IMAP.Password, o.IMAP.Tokens = nil, &purse{tokens: []string{"revoked", "good"}}
			sink := newDesktop()
			_, stop := runMailbox(t, o, sink)
			if got := sink.next(t); got.Text != "um" {
				t.Errorf("came %q", got.Text)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestTokenThatCannotBeHad(t *testing.T) {
	no := &oauth.Refused{Text: "sign in again"}
	for _, c := range []struct {
		name       string
		mechanisms []string
		err        error
		final      bool
		says       string
	}{
		{"the grant was withdrawn", []string{xoauth2}, fmt.Errorf("wrapped: %w", no), true, "sign in again"},
		{"the provider is away", []string{xoauth2}, errors.New("connection refused"), false, "connection refused"},
		{"a server without OAuth", []string{sasl.Plain}, nil, true, "does not let anybody in by OAuth"},
		{"the mail server refuses", []string{xoauth2}, nil, false, "did not take the access token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := mailboxOptions(t, newBearerIMAP(t, c.mechanisms...))
			o.IMAP.Tokens = &purse{tokens: []string{"bad-token"}, err: c.err}
			_, err := openFolder(t.Context(), o.withDefaults().IMAP, "INBOX")
			said, _ := errors.AsType[*trouble](err)
			if final := said != nil && said.final; err == nil || final != c.final || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "bad-token") {
				t.Errorf("final %v, %v", final, err)
			}
		})
	}
}
