package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/channels/seal"
)

// tokens give the token that the Web API takes now.
type tokens interface {
	Token(ctx context.Context) (string, error)
}

// forgetful gives another token when one was refused.
type forgetful interface {
	Forget(ctx context.Context, token string)
}

// fixed is a token that does not end by itself.
type fixed string

func (f fixed) Token(context.Context) (string, error) { return string(f), nil }

// Rotation is what an app needs whose tokens end after 12 hours (docs.slack.dev, "Using
// token rotation").
type Rotation struct {
	ClientID, ClientSecret string
	RefreshToken           string // as configured; Slack takes each one once, and gives the next with the token
}

// tokens are those of the options.
func (o Options) tokens() tokens {
	if o.Rotation.RefreshToken == "" {
		return fixed(o.BotToken)
	}
	return &rotating{Rotation: o.Rotation, o: o}
}

// rotating renews its token before it ends. What it has is kept in the memory, sealed, so
// that all processes have the same: two that renewed would end each other's.
type rotating struct {
	Rotation
	o Options

	mu   sync.Mutex
	have pair
}

// pair is a token and what renews it.
type pair struct {
	Token   string    `json:"token"`
	Refresh string    `json:"refresh"`
	Ends    time.Time `json:"ends"`
}

const (
	early         = time.Hour // before its end a token is renewed
	rotatePurpose = "recado slack tokens"
)

func (r *rotating) name() string { return "slack/" + r.o.Workspace + "/tokens" }

// Token is one that is good for a while.
func (r *rotating) Token(ctx context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.good(r.have) {
		return r.have.Token, nil
	}
	kept, err := r.kept(ctx)
	if err != nil {
		return "", err
	}
	if kept.Token != r.have.Token && r.good(kept) { // another process renewed it
		r.have = kept
		return kept.Token, nil
	}
	return r.renew(ctx, kept)
}

func (r *rotating) good(p pair) bool {
	return p.Token != "" && r.o.Clock().Before(p.Ends.Add(-early))
}

// Forget gives up a token that Slack refused.
func (r *rotating) Forget(_ context.Context, token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.have.Token == token {
		r.have.Ends = time.Time{}
	}
}

// renew trades the refresh token. Of two processes that do so at once one is refused, and
// finds what the other one kept.
func (r *rotating) renew(ctx context.Context, kept pair) (string, error) {
	refresh := or(kept.Refresh, r.RefreshToken)
	got, err := slackgo.RefreshOAuthV2TokenContext(ctx, r.o.HTTP, r.ClientID, r.ClientSecret, refresh, slackgo.OAuthOptionAPIURL(r.o.API))
	if code(err) == "invalid_refresh_token" {
		if other, failed := r.kept(ctx); failed == nil && other.Refresh != kept.Refresh && r.good(other) {
			r.have = other
			return other.Token, nil
		}
	}
	if err != nil {
		return "", fmt.Errorf("renewing the token of %s: %w", r.o.Workspace, err)
	}
	next := pair{Token: got.AccessToken, Refresh: or(got.RefreshToken, refresh), Ends: r.o.Clock().Add(time.Duration(got.ExpiresIn) * time.Second)}
	if err := r.keep(ctx, next); err != nil {
		return "", fmt.Errorf("keeping the new refresh token of %s: %w", r.o.Workspace, err)
	}
	r.have = next
	return next.Token, nil
}

// kept is what was renewed last, for the refresh token that is configured now.
func (r *rotating) kept(ctx context.Context) (p pair, err error) {
	sealed, err := r.o.Memory.Load(ctx, r.name())
	if err != nil || sealed == "" {
		return p, err
	}
	text, err := seal.Open(r.RefreshToken, rotatePurpose, sealed)
	if err != nil {
		return pair{}, nil //nolint:nilerr // kept for another one: the configured one is tried
	}
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return pair{}, nil //nolint:nilerr // as above
	}
	return p, nil
}

// keep must not be cut short: Slack has forgotten the refresh token before.
func (r *rotating) keep(ctx context.Context, p pair) error {
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	sealed, err := seal.Seal(r.RefreshToken, rotatePurpose, string(text))
	if err != nil {
		return err
	}
	return r.o.Memory.Save(context.WithoutCancel(ctx), r.name(), sealed)
}
