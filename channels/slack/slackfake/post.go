package slackfake

import (
	"regexp"
	"slices"
	"strings"
)

// post puts a message into its channel and tells the app. The caller holds the lock.
func (m *message) post() *message {
	c := m.channel
	s := c.server
	m.ts = s.ts()
	if m.threadTS != "" {
		if root := c.message(m.threadTS); root != nil {
			root.threadTS = root.ts
		}
	}
	c.messages = append(c.messages, m)
	s.changed()
	event := m.event()
	c.tell(event, "history")
	if m.user != c.workspace.bot && strings.Contains(m.text, c.workspace.bot.Mention()) && c.has(c.workspace.bot) {
		c.workspace.tell(mentioned(event), "app_mentions:read")
	}
	return m
}

// event is the message as an event has it.
func (m *message) event() object {
	o := m.object()
	o["channel"], o["channel_type"], o["event_ts"] = m.channel.id, m.channel.kind(), m.ts
	if m.broadcast {
		if root := m.channel.message(m.threadTS); root != nil {
			o["root"] = root.object()
		}
	}
	return o
}

func mentioned(message object) object {
	o := object{"type": "app_mention"}
	for _, key := range []string{"user", "text", "ts", "thread_ts", "channel", "event_ts", "team", "blocks", "files", "client_msg_id"} {
		if v, ok := message[key]; ok {
			o[key] = v
		}
	}
	return o
}

// change edits a message and tells the app. The caller holds the lock.
func (m *message) change(edit func()) {
	before := m.object()
	m.past = append(m.past, m.text)
	s := m.channel.server
	now := s.ts()
	m.edited = now
	edit()
	s.changed()
	m.channel.tell(object{
		"type": "message", "subtype": "message_changed", "hidden": true, "message": m.object(), "previous_message": before,
		"channel": m.channel.id, "channel_type": m.channel.kind(), "ts": now, "event_ts": now,
	}, "history")
}

// remove deletes a message and tells the app; a root with replies leaves a tombstone.
// The caller holds the lock.
func (m *message) remove() {
	c := m.channel
	s := c.server
	before, now := m.object(), s.ts()
	defer s.changed()
	if m.threadTS == m.ts && len(c.thread(m.ts)) > 0 {
		m.tombstone = true
		c.tell(object{
			"type": "message", "subtype": "message_changed", "hidden": true, "message": m.object(), "previous_message": before,
			"channel": c.id, "channel_type": c.kind(), "ts": now, "event_ts": now,
		}, "history")
		return
	}
	c.messages = slices.DeleteFunc(c.messages, func(other *message) bool { return other == m })
	c.gone[m.ts] = true
	c.tell(object{
		"type": "message", "subtype": "message_deleted", "hidden": true, "previous_message": before, "deleted_ts": m.ts,
		"channel": c.id, "channel_type": c.kind(), "ts": now, "event_ts": now,
	}, "history")
}

// react adds or takes away a reaction and tells the app. The caller holds the lock.
func (m *message) react(u *User, name string, add bool) {
	s := m.channel.server
	at := m.reacted(name)
	event := "reaction_added"
	switch {
	case add && at < 0:
		m.reactions = append(m.reactions, reaction{name: name, users: []*User{u}})
	case add:
		m.reactions[at].users = append(m.reactions[at].users, u)
	default:
		event = "reaction_removed"
		m.reactions[at].users = slices.DeleteFunc(slices.Clone(m.reactions[at].users), func(other *User) bool { return other == u })
		if len(m.reactions[at].users) == 0 {
			m.reactions = slices.Delete(m.reactions, at, at+1)
		}
	}
	s.changed()
	m.channel.tell(object{
		"type": event, "user": u.id, "reaction": name, "item_user": m.user.id, "event_ts": s.ts(),
		"item": object{"type": "message", "channel": m.channel.id, "ts": m.ts},
	}, "reactions")
}

// Signs that Slack acts upon, as they stand in a text.
var (
	calls = regexp.MustCompile(`<(?:!(?:channel|here|everyone)|@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+)(?:\|[^<>]*)?>`)
	signs = regexp.MustCompile(`<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+(?:\|[^<>]*)?|!(?:channel|here|everyone)|!subteam\^S[A-Z0-9]+(?:\|[^<>]*)?)>`)
	links = regexp.MustCompile(`https?://[^\s<>]+`)
)

// Mentions are whom the message calls: "<!channel>", "<@U1>", "<!subteam^S1>", as they
// stand in its text, blocks and attachments.
func (m *Message) Mentions() []string { return calls.FindAllString(m.Text+"\n"+m.raw(), -1) }

// Mentions are whom the app called so far, in all that it posted: what each message says
// is there once.
func (s *Server) Mentions() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, w := range s.workspaces {
		for _, c := range w.channels {
			for _, m := range c.messages {
				if m.user.app {
					all = append(all, m.snapshot().Mentions()...)
				}
			}
		}
		for _, u := range w.users {
			for _, m := range u.ephemerals {
				all = append(all, m.snapshot().Mentions()...)
			}
		}
	}
	return all
}

// typed is what Slack makes of what a person types: it escapes, but for mentions that
// were picked (User.Mention), marks links and names emoji.
func typed(text string) string {
	var out strings.Builder
	rest := withNames(text)
	for {
		at := signs.FindStringIndex(rest)
		if at == nil {
			break
		}
		out.WriteString(linked(rest[:at[0]]))
		out.WriteString(rest[at[0]:at[1]])
		rest = rest[at[1]:]
	}
	out.WriteString(linked(rest))
	return out.String()
}

func linked(text string) string {
	var out strings.Builder
	rest := text
	for {
		at := links.FindStringIndex(rest)
		if at == nil {
			break
		}
		out.WriteString(escape(rest[:at[0]]))
		out.WriteString("<" + escape(rest[at[0]:at[1]]) + ">")
		rest = rest[at[1]:]
	}
	out.WriteString(escape(rest))
	return out.String()
}

func escape(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// rich is a text as Slack sends a person's words besides: a rich_text block.
func rich(ts, text string) []any {
	var parts []any
	rest := withNames(text)
	for rest != "" {
		at := signs.FindStringIndex(rest)
		if at == nil {
			parts = append(parts, textParts(rest)...)
			break
		}
		parts = append(parts, textParts(rest[:at[0]])...)
		parts = append(parts, sign(rest[at[0]+1:at[1]-1]))
		rest = rest[at[1]:]
	}
	return []any{object{
		"type": "rich_text", "block_id": "b" + ts[len(ts)-4:],
		"elements": []any{object{"type": "rich_text_section", "elements": parts}},
	}}
}

func sign(inside string) object {
	name, _, _ := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(name, "@"):
		return object{"type": "user", "user_id": name[1:]}
	case strings.HasPrefix(name, "#"):
		return object{"type": "channel", "channel_id": name[1:]}
	case strings.HasPrefix(name, "!subteam^"):
		return object{"type": "usergroup", "usergroup_id": strings.TrimPrefix(name, "!subteam^")}
	}
	return object{"type": "broadcast", "range": strings.TrimPrefix(name, "!")}
}
