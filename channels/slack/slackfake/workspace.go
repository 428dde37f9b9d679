package slackfake

import (
	"slices"
	"strings"
)

// Workspace is one team on Slack, with the app installed.
type Workspace struct {
	server   *Server
	id, name string
	domain   string
	bot      *User
	botID    string
	token    *token // the one that BotToken hands out
	users    []*User
	channels []*Channel
	groups   []*Group
	files    []*File
}

// scopes are all that the app could ask for here.
var scopes = []string{
	"app_mentions:read", "channels:history", "channels:join", "channels:read", "chat:write", "chat:write.customize", "chat:write.public",
	"commands", "files:read", "files:write", "groups:history", "groups:read", "im:history", "im:read", "im:write", "mpim:history", "mpim:read", "mpim:write",
	"reactions:read", "reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email",
}

// Workspace makes one, with the app installed under all scopes.
func (s *Server) Workspace(name string) *Workspace {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := &Workspace{server: s, id: s.id("T"), name: name, domain: strings.ReplaceAll(strings.ToLower(name), " ", "-"), botID: s.id("B")}
	s.workspaces = append(s.workspaces, w)
	w.bot = w.add(&User{name: s.app.name, isBot: true, app: true})
	w.token = s.issue(w, slices.Clone(scopes), false)
	return w
}

// ID is the team's, as in "slack:T1/U1".
func (w *Workspace) ID() string { return w.id }

// Bot is the app's own user.
func (w *Workspace) Bot() *User { return w.bot }

// BotID is the id under which the app's messages are marked.
func (w *Workspace) BotID() string { return w.botID }

// BotToken is the token that the installation got.
func (w *Workspace) BotToken() string {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	return w.token.text
}

// Grant leaves the app just these scopes here, as if it had been installed with them.
func (w *Workspace) Grant(scopes ...string) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	w.token.scopes = scopes
}

// Withdraw takes scopes away.
func (w *Workspace) Withdraw(scopes ...string) {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	w.token.scopes = slices.DeleteFunc(slices.Clone(w.token.scopes), func(s string) bool { return slices.Contains(scopes, s) })
}

// Group is a user group, such as @supervisores.
type Group struct {
	workspace    *Workspace
	id, name     string
	members      []*User
	deletedSince int64 // unix seconds; zero: enabled
}

// Group makes a user group.
func (w *Workspace) Group(name string, members ...*User) *Group {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	g := &Group{workspace: w, id: w.server.id("S"), name: name, members: members}
	w.groups = append(w.groups, g)
	return g
}

// ID is the group's.
func (g *Group) ID() string { return g.id }

// SetMembers is who belongs to the group from now on; the app is told.
func (g *Group) SetMembers(members ...*User) {
	s := g.workspace.server
	s.mu.Lock()
	defer s.mu.Unlock()
	g.members = members
	g.workspace.tell(object{"type": "subteam_members_changed", "subteam_id": g.id, "team_id": g.workspace.id, "event_ts": s.ts()}, "usergroups:read")
}

// Disable keeps the group, of no use.
func (g *Group) Disable() {
	s := g.workspace.server
	s.mu.Lock()
	defer s.mu.Unlock()
	g.deletedSince = s.now().Unix()
}

func (g *Group) object(withUsers bool) object {
	o := object{
		"id": g.id, "team_id": g.workspace.id, "is_usergroup": true, "name": g.name, "handle": handle(g.name), "description": "",
		"is_external": false, "date_create": 1700000000, "date_update": 1700000000, "date_delete": g.deletedSince, "auto_type": nil,
		"created_by": g.workspace.bot.id, "user_count": len(g.members), "prefs": object{"channels": []string{}, "groups": []string{}},
	}
	if withUsers {
		o["users"] = ids(g.members)
	}
	return o
}

func ids(users []*User) []string {
	all := []string{}
	for _, u := range users {
		all = append(all, u.id)
	}
	return all
}

// user finds somebody whom this workspace knows: its own, and strangers in channels that
// it shares.
func (w *Workspace) user(id string) *User {
	for _, u := range w.users {
		if u.id == id {
			return u
		}
	}
	for _, c := range w.channels {
		for _, u := range c.members {
			if u.id == id {
				return u
			}
		}
	}
	return nil
}

func (w *Workspace) channel(id string) *Channel {
	for _, c := range w.channels {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (w *Workspace) file(id string) *File {
	for _, f := range w.files {
		if f.id == id {
			return f
		}
	}
	return nil
}
