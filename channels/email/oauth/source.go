package oauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// Memory is where a replaced refresh token is kept. Load of an unknown name is "", nil.
type Memory interface {
	Load(ctx context.Context, name string) (string, error)
	Save(ctx context.Context, name, value string) error
}

// Options describe how one mailbox signs in.
type Options struct {
	Provider
	User         string // the mailbox, for people
	ClientID     string
	ClientSecret string // empty for a public client
	RefreshToken string // as configured; empty: the application signs in for itself
	Memory       Memory
	HTTP         *http.Client // nil: one that gives up after 30 seconds
	Clock        func() time.Time
	Log          *slog.Logger
}

// Source gives access tokens. It may be used by several goroutines.
type Source struct {
	options Options
	turn    chan struct{} // held by whoever fetches; the fields below are theirs

	access  string
	expires time.Time
}

// early is how long before its end a token is not used any more: it must outlive
// the signing in.
const early = time.Minute

// unsaid is the life of a token whose end the provider does not tell
// (expires_in is only recommended, RFC 6749 section 5.1).
const unsaid = 5 * time.Minute

// New returns a Source. It fetches nothing yet.
func New(o Options) (*Source, error) {
	switch {
	case o.ClientID == "":
		return nil, errors.New("oauth: a client id is needed")
	case o.RefreshToken == "" && o.App == "":
		return nil, fmt.Errorf("oauth: %s lets nobody in without a refresh token", o.Name)
	case o.RefreshToken == "" && o.ClientSecret == "":
		return nil, errors.New("oauth: an application that signs in for itself needs a client secret")
	case o.Clock == nil || o.Memory == nil:
		return nil, errors.New("oauth: a clock and a memory are needed")
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Source{options: o, turn: make(chan struct{}, 1)}, nil
}

// Token is an access token that is good for a minute at least.
func (s *Source) Token(ctx context.Context) (string, error) {
	if err := s.enter(ctx); err != nil {
		return "", err
	}
	defer s.leave()
	if s.access != "" && s.options.Clock().Before(s.expires.Add(-early)) {
		return s.access, nil
	}
	got, err := s.fetch(context.WithValue(ctx, oauth2.HTTPClient, s.options.HTTP))
	if err != nil {
		return "", err
	}
	life := unsaid
	if got.ExpiresIn > 0 {
		life = time.Duration(got.ExpiresIn) * time.Second
	}
	s.access, s.expires = got.AccessToken, s.options.Clock().Add(life)
	return s.access, nil
}

// Forget gives up a token that the mail server did not take: it was revoked before
// its end. The next Token fetches another one.
func (s *Source) Forget(ctx context.Context, token string) {
	if s.enter(ctx) != nil {
		return
	}
	defer s.leave()
	if s.access == token {
		s.access = ""
	}
}

func (s *Source) enter(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Source) leave() { <-s.turn }

func (s *Source) fetch(ctx context.Context) (*oauth2.Token, error) {
	o := s.options
	if o.RefreshToken == "" {
		app := clientcredentials.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, TokenURL: o.Endpoint.TokenURL, Scopes: []string{o.App}}
		got, err := app.Token(ctx)
		return got, s.worded(err)
	}
	first := or(s.kept(ctx), o.RefreshToken)
	got, err := s.refresh(ctx, first)
	// Another process may have replaced it meanwhile; or somebody gave the configured
	// one new life.
	for _, next := range []string{s.kept(ctx), o.RefreshToken} {
		if refused(err) && next != "" && next != first {
			got, err = s.refresh(ctx, next)
		}
	}
	return got, s.worded(err)
}

// refresh trades a refresh token for an access token, and keeps a replacement.
func (s *Source) refresh(ctx context.Context, token string) (*oauth2.Token, error) {
	o := s.options
	client := oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, Endpoint: o.Endpoint, Scopes: o.Scopes}
	got, err := client.TokenSource(ctx, &oauth2.Token{RefreshToken: token}).Token()
	if err != nil || got.RefreshToken == token || got.RefreshToken == "" {
		return got, err
	}
	if err := s.keep(ctx, got.RefreshToken); err != nil {
		// The old one still works for most providers; the new one must not be lost silently.
		return nil, fmt.Errorf("keeping the new refresh token of %s: %w", o.User, err)
	}
	return got, nil
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
