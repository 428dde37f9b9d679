package slackfake

import (
	"cmp"
	"html"
	"maps"
	"slices"
	"strings"
)

// message is what stands in a channel.
type message struct {
	channel        *Channel
	ts, threadTS   string
	user           *User
	broadcast      bool
	username       string // what the app calls itself here
	iconURL, emoji string
	text           string
	blocks         []any
	attachments    []any
	metadata       object
	files          []*File
	reactions      []reaction
	edited         string // ts of the last edit
	past           []string
	tombstone      bool  // a deleted root whose replies are still there
	only           *User // of an ephemeral one, who sees it
	unfurls        bool
}

type reaction struct {
	name  string
	users []*User
}

// Message is a message as it stood when it was looked at.
type Message struct {
	Channel     *Channel
	TS          string
	ThreadTS    string // of a reply, and of a root that has replies
	User        *User
	Broadcast   bool   // a reply that the channel sees too
	Username    string // the name under which the app posted it, if not its own
	IconURL     string
	IconEmoji   string
	Text        string // as the wire has it
	Blocks      []any
	Attachments []any
	Metadata    map[string]any
	Files       []*File
	Reactions   map[string][]*User // by emoji, without colons
	Edits       int
	Past        []string // its texts before, oldest first
	Deleted     bool
	Only        *User // of an ephemeral one, who sees it
	Unfurls     bool  // Slack would have fetched its links and shown them
	live        *message
}

// snapshot copies a message. The caller holds the lock.
func (m *message) snapshot() *Message {
	shown := &Message{
		Channel: m.channel, TS: m.ts, ThreadTS: m.threadTS, User: m.user, Broadcast: m.broadcast, Username: m.username, IconURL: m.iconURL, IconEmoji: m.emoji,
		Text: m.text, Blocks: m.blocks, Attachments: m.attachments, Metadata: maps.Clone(m.metadata), Files: slices.Clone(m.files), Reactions: map[string][]*User{},
		Edits: len(m.past), Past: slices.Clone(m.past), Only: m.only, Unfurls: m.unfurls, live: m,
	}
	for _, r := range m.reactions {
		shown.Reactions[r.name] = slices.Clone(r.users)
	}
	shown.Deleted = m.tombstone || m.only == nil && m.channel.message(m.ts) != m
	return shown
}

// UpstreamID is channel/ts, as in "C1/1712345678.000100".
func (m *Message) UpstreamID() string { return m.Channel.id + "/" + m.TS }

// Now is the message as it stands now.
func (m *Message) Now() *Message {
	s := m.Channel.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return m.live.snapshot()
}

// Replies are what stands in the message's thread now, oldest first.
func (m *Message) Replies() []*Message {
	s := m.Channel.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return snapshots(m.Channel.thread(m.root()))
}

func (m *Message) root() string { return cmp.Or(m.ThreadTS, m.TS) }

func snapshots(all []*message) []*Message {
	var shown []*Message
	for _, m := range all {
		shown = append(shown, m.snapshot())
	}
	return shown
}

// Words are all that a reader sees of the message: its blocks and attachments, or its
// text when it has none; one line for each piece.
func (m *Message) Words() string { return html.UnescapeString(m.raw()) }

// raw is Words as the wire has them: with what is escaped.
func (m *Message) raw() string {
	var seen []string
	seen = words(seen, m.Blocks)
	seen = words(seen, m.Attachments)
	if len(m.Blocks) == 0 {
		seen = append([]string{m.Text}, seen...)
	}
	return strings.Join(seen, "\n")
}

// words collects the texts of blocks, in reading order.
func words(seen []string, piece any) []string {
	switch p := piece.(type) {
	case []any:
		for _, one := range p {
			seen = words(seen, one)
		}
	case object:
		if text, ok := p["text"].(string); ok {
			return append(seen, text)
		}
		for _, key := range []string{"title", "text", "fields", "label", "hint", "element", "elements", "accessory", "blocks", "placeholder", "options"} {
			seen = words(seen, p[key])
		}
	}
	return seen
}

// Button is one that stands on a message, a modal or App Home.
type Button struct {
	BlockID, ActionID, Text, Value, Style, URL string
	Confirm                                    bool // it asks before it counts
}

// Buttons are the message's, in reading order.
func (m *Message) Buttons() []Button { return buttons(nil, "", []any{m.Blocks, m.Attachments}) }

func buttons(found []Button, block string, piece any) []Button {
	switch p := piece.(type) {
	case []any:
		for _, one := range p {
			found = buttons(found, block, one)
		}
	case object:
		if id, ok := p["block_id"].(string); ok {
			block = id
		}
		if p["type"] == "button" {
			label, _ := p["text"].(object)
			_, asks := p["confirm"]
			return append(found, Button{
				BlockID: block, ActionID: str(p["action_id"]), Text: str(label["text"]), Value: str(p["value"]), Style: str(p["style"]),
				URL: str(p["url"]), Confirm: asks,
			})
		}
		for _, key := range []string{"blocks", "elements", "accessory"} {
			found = buttons(found, block, p[key])
		}
	}
	return found
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// reacted finds a reaction by its emoji; -1 when there is none.
func (m *message) reacted(name string) int {
	return slices.IndexFunc(m.reactions, func(r reaction) bool { return r.name == name })
}

// object is the message as the Web API and events have it.
func (m *message) object() object {
	o := object{"type": "message", "ts": m.ts, "text": m.text, "user": m.user.id, "team": m.user.workspace.id}
	if m.tombstone {
		return object{
			"type": "message", "subtype": "tombstone", "text": "This message was deleted.", "user": "USLACKBOT", "hidden": true, "ts": m.ts, "thread_ts": m.ts,
			"reply_count": len(m.channel.thread(m.ts)), "is_locked": false, "subscribed": false,
		}
	}
	if m.user.isBot {
		m.marked(o)
	} else {
		o["client_msg_id"] = clientID(m.ts)
		if m.user.workspace != m.channel.workspace {
			o["user_team"], o["source_team"] = m.user.workspace.id, m.user.workspace.id
		}
	}
	if m.blocks != nil {
		o["blocks"] = m.blocks
	}
	if m.attachments != nil {
		o["attachments"] = m.attachments
	}
	if m.edited != "" {
		o["edited"] = object{"user": m.user.id, "ts": m.edited}
	}
	m.threaded(o)
	if m.files != nil {
		m.sharing(o)
	}
	if len(m.reactions) > 0 {
		var all []any
		for _, r := range m.reactions {
			all = append(all, object{"name": r.name, "users": ids(r.users), "count": len(r.users)})
		}
		o["reactions"] = all
	}
	return o
}

// marked adds what tells a bot's message from a person's.
func (m *message) marked(o object) {
	o["bot_id"], o["app_id"] = m.user.bot(), m.user.appID()
	o["bot_profile"] = object{
		"id": m.user.bot(), "app_id": m.user.appID(), "name": m.user.name, "deleted": false, "updated": 1700000000,
		"team_id": m.user.workspace.id, "icons": object{},
	}
	if m.user.workflow || m.username != "" {
		// Who posts under another name has no user in its messages.
		o["subtype"], o["username"] = "bot_message", cmp.Or(m.username, m.user.name)
		delete(o, "user")
		delete(o, "bot_profile")
	}
	switch {
	case m.iconURL != "":
		o["icons"] = object{"image_48": m.iconURL}
	case m.emoji != "":
		o["icons"] = object{"emoji": m.emoji}
	}
}

func (m *message) threaded(o object) {
	if m.threadTS == "" {
		return
	}
	o["thread_ts"] = m.threadTS
	if m.threadTS != m.ts {
		if root := m.channel.message(m.threadTS); root != nil {
			o["parent_user_id"] = root.user.id
		}
		if m.broadcast {
			o["subtype"] = "thread_broadcast"
		}
		return
	}
	replies := m.channel.thread(m.ts)
	var who []*User
	for _, r := range replies {
		if !slices.Contains(who, r.user) {
			who = append(who, r.user)
		}
	}
	o["reply_count"], o["reply_users_count"], o["reply_users"], o["is_locked"], o["subscribed"] = len(replies), len(who), ids(who), false, true
	if len(replies) > 0 {
		o["latest_reply"] = replies[len(replies)-1].ts
	}
}

// sharing adds the files. What the app itself shared looks like a person's message, but
// for the id of its user.
func (m *message) sharing(o object) {
	var all []any
	for _, f := range m.files {
		all = append(all, f.object())
	}
	o["files"], o["upload"], o["display_as_bot"] = all, false, false
	if o["subtype"] == nil {
		o["subtype"] = "file_share"
	}
	if m.user.app {
		delete(o, "bot_id")
		delete(o, "app_id")
		delete(o, "bot_profile")
	}
}

// clientID is the id that a person's program gave to a message.
func clientID(ts string) string {
	digits := strings.ReplaceAll(ts, ".", "")
	return "00000000-0000-4000-8000-" + digits[max(0, len(digits)-12):]
}
