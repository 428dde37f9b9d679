package slack

import (
	"errors"
	"slices"
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// connected is what State says when all is well.
const connected = "connected"

// condition is how the workspace fares: several goroutines tell it, and ask.
type condition struct {
	mu        sync.Mutex
	bySocket  bool
	running   bool
	sockets   int       // that are connected
	noneSince time.Time // when the last one went; zero: there was none yet
	failing   error     // why there is no connection, or no answer; nil: none is known
	sink      error     // why what comes in is not committed
	sending   error     // why nothing can be sent until a person acts
}

func (c *condition) run(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running = yes
}

// connected counts a socket, or one less. away is how long there was none before this one.
func (c *condition) connected(by int, now time.Time) (away time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if by > 0 {
		if c.failing = nil; c.sockets == 0 && !c.noneSince.IsZero() {
			away = now.Sub(c.noneSince)
		}
	}
	if c.sockets += by; c.sockets == 0 {
		c.noneSince = now
	}
	return away
}

// unreached notes why Slack cannot be reached, or lets us not in; nil: it does.
func (c *condition) unreached(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failing = err
}

func (c *condition) committed(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sink = err
}

// sent notes whether a person must act before anything can be sent.
func (c *condition) sent(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sending = err
}

// signedOut are Slack's words for a token that opens nothing any more.
var signedOut = []string{
	"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission", "org_login_required", "ekm_access_denied",
	"invalid_refresh_token", "invalid_client_id", "bad_client_secret",
	"team_access_not_granted", "not_allowed_token_type", "two_factor_setup_required", "access_denied", "team_not_found",
}

func isSignedOut(err error) bool {
	_, wrong := errors.AsType[*wrongWorkspaceError](err)
	return wrong || errors.Is(err, errLinkDisabled) || slices.Contains(signedOut, code(err))
}

func (c *condition) get() channels.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.sending != nil:
		return channels.State{Detail: inWords(c.sending), Trouble: message.Uninstalled}
	case c.failing != nil && isSignedOut(c.failing):
		return channels.State{Up: c.sockets > 0, Detail: inWords(c.failing), Trouble: message.Uninstalled}
	case !c.running:
		return channels.State{Detail: "not running"}
	case c.bySocket && c.sockets == 0 && c.failing != nil:
		return channels.State{Detail: inWords(c.failing), Trouble: message.Down}
	case c.bySocket && c.sockets == 0:
		return channels.State{Detail: "not connected yet"}
	case c.failing != nil:
		return channels.State{Up: true, Detail: "one of the sockets cannot be opened: " + inWords(c.failing)}
	case c.sink != nil:
		return channels.State{Up: true, Detail: "what came in could not be committed: " + c.sink.Error()}
	}
	return channels.State{Up: true, Detail: connected}
}

// inWords is a failure for the person who runs the desk.
func inWords(err error) string {
	switch said := code(err); said {
	case "":
		return err.Error()
	case "invalid_auth", "not_authed", "token_revoked", "token_expired":
		return "Slack does not take the token any more (" + said + "): install the app again in the workspace, and configure the new token"
	case "invalid_refresh_token":
		return "Slack takes the refresh token no more (" + said + "): install the app again in the workspace, and configure the new one"
	case "invalid_client_id", "bad_client_secret":
		return "client_id or client_secret are not the app's (" + said + "): they stand under Basic Information"
	case "account_inactive", "team_not_found":
		return "the app is not installed in the workspace any more (" + said + "): install it again, and configure the new token"
	case "not_allowed_token_type":
		return "a token is of the wrong kind (" + said + "): bot_token begins with xoxb-, app_token with xapp-"
	case "missing_scope":
		return "the app lacks a permission (" + needed(err) + "): add it under OAuth & Permissions, and install the app again"
	case "channel_not_found", "not_in_channel":
		return "the app is not in the channel, or there is none of that id (" + said + "): invite the app there, with /invite"
	case "is_archived":
		return "the channel is archived: bring it back, or name another one in the configuration"
	default:
		return "Slack says " + said
	}
}
