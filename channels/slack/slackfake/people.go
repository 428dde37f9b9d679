package slackfake

import (
	"slices"
	"strings"
)

// mustSee ends the test when somebody acts on what they cannot see. The caller holds the
// lock.
func (u *User) mustSee(c *Channel) {
	u.server.t.Helper()
	if !c.has(u) && (c.private || u.guest || u.workspace != c.workspace) {
		u.server.t.Fatalf("slackfake: %s is not in %s", u.name, c.name)
	}
}

// act runs do under the lock.
func act[T any](u *User, c *Channel, do func() T) T {
	u.server.t.Helper()
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.mustSee(c)
	return do()
}

// DM is the user's conversation with the app.
func (u *User) DM() *Channel {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	return u.workspace.dm(u)
}

// Says writes a text into a channel.
func (u *User) Says(c *Channel, text string) *Message {
	u.server.t.Helper()
	return u.writes(&message{channel: c}, text)
}

// Replies writes a text into a message's thread.
func (u *User) Replies(to *Message, text string) *Message {
	u.server.t.Helper()
	return u.writes(&message{channel: to.Channel, threadTS: to.root()}, text)
}

// RepliesAloud writes into a message's thread and shows it to the channel too: "also send
// to channel".
func (u *User) RepliesAloud(to *Message, text string) *Message {
	u.server.t.Helper()
	return u.writes(&message{channel: to.Channel, threadTS: to.root(), broadcast: true}, text)
}

func (u *User) writes(m *message, text string) *Message {
	u.server.t.Helper()
	return act(u, m.channel, func() *Message {
		if m.channel.direct != nil {
			u.server.offers("messages tab that people may write in", func(m *manifest) bool { return m.Features.AppHome.Messages && !m.Features.AppHome.ReadOnly })
		}
		m.user, m.text = u, typed(text)
		if !u.isBot {
			m.blocks = rich(u.server.ts(), text)
		}
		return m.post().snapshot()
	})
}

// Edits changes what the user wrote.
func (u *User) Edits(m *Message, text string) {
	u.server.t.Helper()
	act(u, m.Channel, func() bool {
		u.own(m)
		m.live.change(func() {
			m.live.text = typed(text)
			m.live.blocks = rich(m.TS, text)
		})
		return true
	})
}

// Deletes takes back what the user wrote.
func (u *User) Deletes(m *Message) {
	u.server.t.Helper()
	act(u, m.Channel, func() bool {
		if !u.admin {
			u.own(m)
		}
		m.live.remove()
		return true
	})
}

func (u *User) own(m *Message) {
	u.server.t.Helper()
	if m.live.user != u {
		u.server.t.Fatalf("slackfake: %s cannot change what %s wrote", u.name, m.live.user.name)
	}
}

// Reacts puts an emoji on a message: itself, or by its name without colons.
func (u *User) Reacts(to *Message, emoji string) { u.reacts(to, emoji, true) }

// Unreacts takes the emoji away.
func (u *User) Unreacts(to *Message, emoji string) { u.reacts(to, emoji, false) }

func (u *User) reacts(to *Message, emoji string, add bool) {
	u.server.t.Helper()
	emoji = nameOf(emoji)
	act(u, to.Channel, func() bool {
		at := to.live.reacted(emoji)
		has := at >= 0 && slices.Contains(to.live.reactions[at].users, u)
		if has == add {
			u.server.t.Fatalf("slackfake: :%s: of %s is already so", emoji, u.name)
		}
		to.live.react(u, emoji, add)
		return true
	})
}

// Upload is a file that somebody shares.
type Upload struct {
	Name, MediaType string
	Content         []byte
}

// Shares puts files into a channel, with a comment.
func (u *User) Shares(c *Channel, comment string, files ...Upload) *Message {
	u.server.t.Helper()
	return u.shares(&message{channel: c}, comment, files)
}

// SharesIn puts files into a message's thread, with a comment.
func (u *User) SharesIn(to *Message, comment string, files ...Upload) *Message {
	u.server.t.Helper()
	return u.shares(&message{channel: to.Channel, threadTS: to.root()}, comment, files)
}

func (u *User) shares(m *message, comment string, files []Upload) *Message {
	u.server.t.Helper()
	return act(u, m.channel, func() *Message {
		m.user, m.text = u, typed(comment)
		if comment != "" {
			m.blocks = rich(u.server.ts(), comment)
		}
		for _, f := range files {
			file := &File{workspace: m.channel.workspace, id: u.server.id("F"), user: u, Name: f.Name, Title: f.Name, MediaType: f.MediaType, Content: f.Content}
			m.channel.workspace.files = append(m.channel.workspace.files, file)
			m.files = append(m.files, file)
		}
		m.post()
		m.shared()
		return m.snapshot()
	})
}

// OpensHome shows the user the app's Home tab; the app is told.
func (u *User) OpensHome() {
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	u.server.offers("home tab", func(m *manifest) bool { return m.Features.AppHome.Home })
	u.opened = true
	event := object{"type": "app_home_opened", "user": u.id, "channel": u.workspace.dm(u).id, "tab": "home", "event_ts": u.server.ts()}
	if u.home != nil {
		event["view"] = u.home.object()
	}
	u.workspace.tell(event, "")
}

// Command runs a slash command in a channel, such as "/recado" with "ajuda".
func (u *User) Command(c *Channel, command, text string) *Act {
	u.server.t.Helper()
	return act(u, c, func() *Act {
		a := &Act{user: u, what: command + " " + text}
		s := u.server
		s.offers("command "+command, hasCommand(command))
		payload := object{
			"token": verification, "team_id": u.workspace.id, "team_domain": u.workspace.domain, "channel_id": c.id, "channel_name": commandName(c),
			"user_id": u.id, "user_name": handle(u.name), "command": command, "text": text, "api_app_id": s.app.id, "is_enterprise_install": "false",
			"response_url": s.responseURL(a, c, nil), "trigger_id": s.trigger(u),
		}
		s.send(&delivery{kind: "slash_commands", workspace: u.workspace, payload: payload, act: a, answers: true})
		return a
	})
}

func commandName(c *Channel) string {
	switch {
	case c.direct != nil:
		return "directmessage"
	case c.private:
		return "privategroup"
	}
	return c.name
}

// Shortcut uses the app's message shortcut on a message.
func (u *User) Shortcut(on *Message, callbackID string) *Act {
	u.server.t.Helper()
	return act(u, on.Channel, func() *Act {
		a := &Act{user: u, what: "shortcut " + callbackID}
		s := u.server
		s.offers("message shortcut "+callbackID, hasShortcut("message", callbackID))
		payload := u.payload("message_action", u.workspace)
		payload["callback_id"], payload["message_ts"], payload["message"] = callbackID, on.TS, on.live.object()
		payload["channel"] = object{"id": on.Channel.id, "name": on.Channel.shownName()}
		payload["response_url"], payload["trigger_id"] = s.responseURL(a, on.Channel, on.live), s.trigger(u)
		s.send(&delivery{kind: "interactive", workspace: u.workspace, payload: payload, act: a})
		return a
	})
}

func (c *Channel) shownName() string {
	switch {
	case c.direct != nil:
		return "directmessage"
	case c.private && !strings.HasPrefix(c.name, "mpdm"):
		return "privategroup"
	}
	return c.name
}

// GlobalShortcut uses one of the app's shortcuts that belong to no message.
func (u *User) GlobalShortcut(callbackID string) *Act {
	s := u.server
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offers("global shortcut "+callbackID, hasShortcut("global", callbackID))
	a := &Act{user: u, what: "shortcut " + callbackID}
	payload := u.payload("shortcut", u.workspace)
	payload["callback_id"], payload["trigger_id"] = callbackID, s.trigger(u)
	s.send(&delivery{kind: "interactive", workspace: u.workspace, payload: payload, act: a})
	return a
}

// payload begins an interactive payload. The caller holds the lock.
func (u *User) payload(kind string, w *Workspace) object {
	u.server.t.Helper()
	u.server.offers("interactivity", func(m *manifest) bool { return m.Settings.Interactivity.On })
	return object{
		"type": kind, "token": verification, "api_app_id": u.server.app.id, "action_ts": u.server.ts(),
		"team": object{"id": w.id, "domain": w.domain}, "enterprise": nil, "is_enterprise_install": false,
		"user": object{"id": u.id, "username": handle(u.name), "name": handle(u.name), "team_id": u.workspace.id},
	}
}
