package slackfake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// lifetime is how long a rotating token is good for.
const lifetime = 12 * time.Hour

// token is one that the app may show.
type token struct {
	text      string
	workspace *Workspace
	scopes    []string
	expires   time.Time // zero: never
	state     string    // the error that it is answered with, when it is good no more
}

// issue makes a token of a workspace. The caller holds the lock.
func (s *Server) issue(w *Workspace, scopes []string, rotating bool) *token {
	kind := "xoxb"
	if rotating {
		kind = "xoxe.xoxb-1"
	}
	t := &token{text: fmt.Sprintf("%s-%s-%s", kind, w.id, s.id("fake")), workspace: w, scopes: scopes}
	if rotating {
		t.expires = s.now().Add(lifetime)
	}
	s.tokens[t.text] = t
	return t
}

// authorize judges the call's token.
func (c *call) authorize() object {
	s := c.server
	switch {
	case c.spec.token == "none":
		return nil
	case c.token == "":
		return c.wrong("not_authed", "no token")
	case c.spec.token == "app":
		return c.appToken()
	case c.token == s.app.token:
		return c.wrong("not_allowed_token_type", "an app-level token")
	}
	t := s.tokens[c.token]
	switch {
	case t == nil:
		return c.no("invalid_auth")
	case t.state != "":
		return c.no(t.state)
	case !t.expires.IsZero() && s.now().After(t.expires):
		return c.no("token_expired")
	}
	c.workspace, c.bot, c.scopes = t.workspace, t.workspace.bot, t.scopes
	c.header.Set("X-Oauth-Scopes", strings.Join(t.scopes, ","))
	return c.scoped(c.spec.scope)
}

func (c *call) appToken() object {
	s := c.server
	switch {
	case s.tokens[c.token] != nil:
		return c.wrong("not_allowed_token_type", "a bot token")
	case c.token != s.app.token:
		return c.no("invalid_auth")
	case s.app.tokenRevoked:
		return c.no("token_revoked")
	}
	return nil
}

// scoped refuses when the token has none of some scopes, parted by |.
func (c *call) scoped(needed string) object {
	if needed == "" || slices.ContainsFunc(strings.Split(needed, "|"), func(one string) bool { return slices.Contains(c.scopes, one) }) {
		return nil
	}
	no := c.no("missing_scope")
	no["needed"], no["provided"] = strings.ReplaceAll(needed, "|", ","), strings.Join(c.scopes, ",")
	return no
}

func (c *call) authTest() object {
	w := c.workspace
	return object{
		"url": "https://" + w.domain + ".slack.com/", "team": w.name, "user": handle(c.bot.name), "team_id": w.id, "user_id": c.bot.id, "bot_id": w.botID,
		"is_enterprise_install": false,
	}
}

// Rotate turns token rotation on for the workspace: its token lasts 12 hours and has a
// refresh token, which is returned. The one before holds until it is revoked.
func (w *Workspace) Rotate() (refresh string) {
	s := w.server
	s.mu.Lock()
	defer s.mu.Unlock()
	w.token = s.issue(w, w.token.scopes, true)
	return s.refreshToken(w)
}

// InstallCode is what somebody brings who just installed the app: oauth.v2.access makes
// a token of it, once.
func (w *Workspace) InstallCode() string {
	s := w.server
	s.mu.Lock()
	defer s.mu.Unlock()
	code := s.id("code")
	s.codes[code] = w
	return code
}

func (s *Server) refreshToken(w *Workspace) string {
	r := "xoxe-1-" + s.id("refresh")
	s.refresh[r] = w
	return r
}

// ExpireToken lets the workspace's token be over its time.
func (w *Workspace) ExpireToken() { w.end("token_expired") }

// RevokeToken takes the workspace's token back; the app is told.
func (w *Workspace) RevokeToken() {
	w.server.mu.Lock()
	w.tell(object{"type": "tokens_revoked", "tokens": object{"oauth": []string{}, "bot": []string{w.bot.id}}, "event_ts": w.server.ts()}, "")
	w.server.mu.Unlock()
	w.end("token_revoked")
}

// Uninstall removes the app from the workspace; it is told.
func (w *Workspace) Uninstall() {
	w.server.mu.Lock()
	w.tell(object{"type": "app_uninstalled", "event_ts": w.server.ts()}, "")
	w.server.mu.Unlock()
	w.end("account_inactive")
}

func (w *Workspace) end(state string) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	w.token.state = state
}

// RevokeAppToken takes the app-level token back and ends its sockets.
func (s *Server) RevokeAppToken() {
	s.mu.Lock()
	s.app.tokenRevoked = true
	s.mu.Unlock()
	s.DropSockets()
}

// oauthAccess is oauth.v2.access: a code for a token, or a refresh token for the next.
func (c *call) oauthAccess() object {
	s := c.server
	switch {
	case c.text("client_id") != s.app.clientID:
		return c.wrong("invalid_client_id", "it is %q", c.text("client_id"))
	case c.text("client_secret") != s.app.clientSecret:
		return c.wrong("bad_client_secret", "it is another")
	}
	from, given := s.codes, c.text("code")
	code := "invalid_code"
	if c.text("grant_type") == "refresh_token" {
		from, given, code = s.refresh, c.text("refresh_token"), "invalid_refresh_token"
	}
	w := from[given]
	if w == nil {
		return c.no(code)
	}
	delete(from, given)
	// Two tokens of a workspace hold at once; the older ones end.
	live := s.live(w)
	for len(live) > 1 {
		live[0].state, live = "token_revoked", live[1:]
	}
	w.token = s.issue(w, w.token.scopes, true)
	return object{
		"app_id": s.app.id, "access_token": w.token.text, "token_type": "bot", "scope": strings.Join(w.token.scopes, ","), "bot_user_id": w.bot.id,
		"team": object{"id": w.id, "name": w.name}, "enterprise": nil, "is_enterprise_install": false, "authed_user": object{"id": w.bot.id},
		"expires_in": int(lifetime.Seconds()), "refresh_token": s.refreshToken(w),
	}
}

// live are the workspace's rotating tokens that hold, oldest first.
func (s *Server) live(w *Workspace) []*token {
	var all []*token
	for _, t := range s.tokens {
		if t.workspace == w && t.state == "" && !t.expires.IsZero() {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b *token) int { return a.expires.Compare(b.expires) })
	return all
}

func (c *call) teamInfo() object {
	w := c.workspace
	return object{"team": object{"id": w.id, "name": w.name, "domain": w.domain, "email_domain": "", "icon": object{"image_default": true}}}
}

func (c *call) botsInfo() object {
	for _, u := range c.workspace.users {
		if u.isBot && u.bot() == c.text("bot") {
			bot := object{"id": u.bot(), "deleted": false, "name": u.name, "updated": 1700000000, "app_id": u.appID(), "user_id": u.id, "icons": object{}}
			return object{"bot": bot}
		}
	}
	return c.no("bot_not_found")
}
