package slackfake

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"
)

// postArgs are the arguments that all ways to post share.
const postArgs = "channel* text blocks attachments as_user icon_emoji icon_url link_names markdown_text mrkdwn parse thread_ts " +
	"unfurl_links unfurl_media username"

const (
	maxText       = 40000
	maxUpdateText = 4000
	maxMetadata   = 8 << 10
)

// length is a text's as Slack counts it: emoji may count twice, so they do here.
func length(text string) int { return len(utf16.Encode([]rune(text))) }

// place finds the channel that a call names and the app may speak in.
func (c *call) place(name string) (*Channel, object) {
	id := c.text(name)
	w := c.workspace
	if strings.HasPrefix(id, "U") {
		u := w.user(id)
		if u == nil {
			return nil, c.wrong("channel_not_found", "nobody is %s", id)
		}
		if c.method != "chat.postMessage" {
			return nil, c.wrong("channel_not_found", "a user is no channel here: %s", id)
		}
		return w.dm(u), nil
	}
	ch := w.channel(id)
	switch {
	case ch == nil:
		return nil, c.no("channel_not_found")
	case ch.archived:
		return nil, c.no("is_archived")
	case !ch.has(c.bot) && ch.private:
		return nil, c.no("channel_not_found")
	case !ch.has(c.bot) && (c.method != "chat.postMessage" || c.scoped("chat:write.public") != nil):
		return nil, c.no("not_in_channel")
	}
	return ch, nil
}

// content reads what a call wants to say into a message.
func (c *call) content(m *message, most int) object {
	m.text = c.text("text")
	given := c.args["blocks"] != nil || c.args["attachments"] != nil
	if c.args["markdown_text"] != nil {
		return c.wrong("markdown_text_conflict", "this fake does not read Markdown")
	}
	var blocks, attachments []any
	if !c.value("blocks", &blocks) {
		return c.wrong("invalid_blocks_format", "blocks are no JSON list")
	}
	if !c.value("attachments", &attachments) {
		return c.wrong("invalid_attachments", "attachments are no JSON list")
	}
	if faults := checkBlocks("message", blocks); len(faults) > 0 {
		return c.badBlocks("invalid_blocks", faults)
	}
	if faults := checkAttachments(attachments); len(faults) > 0 {
		return c.badBlocks("invalid_attachments", faults)
	}
	m.blocks, m.attachments = c.server.named(blocks), attachments
	for _, a := range attachments {
		if o, ok := a.(object); ok {
			o["blocks"] = c.server.named(list(o["blocks"]))
		}
	}
	switch n := length(m.text); {
	case m.text == "" && len(blocks) == 0 && len(attachments) == 0 && (!given || c.method != "chat.update"):
		return c.wrong("no_text", "nothing to say")
	case n > most:
		return c.wrong("msg_too_long", "%d characters, of %d", n, most)
	case m.text == "" && len(blocks) > 0:
		c.server.strange("%s: blocks without a text leave notifications and screen readers with nothing", c.method)
	}
	return c.meta(m)
}

// badBlocks refuses and says what is wrong with each block.
func (c *call) badBlocks(code string, faults []string) object {
	no := c.wrong(code, "%s", strings.Join(faults, "; "))
	no["response_metadata"] = object{"messages": faults}
	return no
}

// meta reads a message's metadata.
func (c *call) meta(m *message) object {
	if c.args["metadata"] == nil {
		return nil
	}
	meta := object{}
	if !c.value("metadata", &meta) {
		return c.wrong("invalid_metadata_format", "it is no JSON object")
	}
	if len(meta) == 0 {
		return nil
	}
	payload, ok := meta["event_payload"].(object)
	if str(meta["event_type"]) == "" || !ok {
		return c.wrong("invalid_metadata_schema", "event_type or event_payload is missing")
	}
	for key := range meta {
		if key != "event_type" && key != "event_payload" {
			return c.wrong("invalid_metadata_schema", "there is no %s in metadata", key)
		}
	}
	if size(payload) > maxMetadata {
		return c.wrong("metadata_too_large", "over %d bytes", maxMetadata)
	}
	m.metadata = meta
	return nil
}

// under settles in which thread a message stands. Slack posts below no root at all when
// the root was deleted meanwhile.
func (c *call) under(m *message) object {
	ts := c.text("thread_ts")
	if ts == "" {
		return nil
	}
	root := m.channel.message(ts)
	switch {
	case root == nil && m.channel.gone[ts]:
		return nil
	case root == nil:
		return c.wrong("thread_not_found", "no message of %s is %s", m.channel.name, ts)
	case root.threadTS != "" && root.threadTS != root.ts:
		c.server.strange("%s: thread_ts %s is a reply; Slack asks for its root", c.method, ts)
		ts = root.threadTS
	}
	m.threadTS = ts
	return nil
}

// compose reads a message to be posted.
func (c *call) compose() (*message, object) {
	ch, no := c.place("channel")
	if no != nil {
		return nil, no
	}
	m := &message{
		channel: ch, user: c.bot, username: c.text("username"), iconURL: c.text("icon_url"), emoji: strings.Trim(c.text("icon_emoji"), ":"),
		unfurls: c.text("unfurl_media") != "false" || c.flag("unfurl_links"),
	}
	if m.username != "" || m.iconURL != "" || m.emoji != "" {
		if no := c.scoped("chat:write.customize"); no != nil {
			return nil, no
		}
	}
	if length(m.username) > 80 {
		c.server.strange("%s: a username of %d characters is cut by Slack", c.method, length(m.username))
	}
	if c.flag("as_user") {
		return nil, c.wrong("as_user_not_supported", "only classic apps had that")
	}
	if c.flag("link_names") || c.text("parse") == "full" {
		c.server.strange("%s: link_names and parse=full make mentions of what people wrote", c.method)
	}
	if no := c.content(m, maxText); no != nil {
		return nil, no
	}
	return m, c.under(m)
}

func (c *call) chatPost() object {
	m, no := c.compose()
	if no != nil {
		return no
	}
	m.broadcast = c.flag("reply_broadcast") && m.threadTS != ""
	var files []string
	if !c.value("file_ids", &files) {
		return c.wrong("invalid_arguments", "file_ids are no JSON list")
	}
	for _, id := range files {
		f := c.workspace.file(id)
		if f == nil {
			return c.no("file_not_found")
		}
		m.files = append(m.files, f)
	}
	m.post()
	m.shared()
	return object{"channel": m.channel.id, "ts": m.ts, "message": m.said()}
}

// said is the message as the answer of a call has it: with its metadata.
func (m *message) said() object {
	o := m.object()
	if m.metadata != nil {
		o["metadata"] = m.metadata
	}
	return o
}

func (c *call) chatEphemeral() object {
	m, no := c.compose()
	if no != nil {
		return no
	}
	u := c.workspace.user(c.text("user"))
	if u == nil || !m.channel.has(u) {
		return c.no("user_not_in_channel")
	}
	m.only, m.ts = u, c.server.ts()
	u.ephemerals = append(u.ephemerals, m)
	c.server.changed()
	return object{"message_ts": m.ts}
}

// own finds the app's message that a call wants to change.
func (c *call) own(wrongOwner string) (*message, object) {
	ch, no := c.place("channel")
	if no != nil {
		return nil, no
	}
	m := ch.message(c.text("ts"))
	switch {
	case m == nil || m.tombstone:
		return nil, c.no("message_not_found")
	case m.user != c.bot:
		return nil, c.wrong(wrongOwner, "it is %s's", m.user.name)
	}
	return m, nil
}

func (c *call) chatUpdate() object {
	m, no := c.own("cant_update_message")
	if no != nil {
		return no
	}
	changed := &message{channel: m.channel}
	if no := c.content(changed, maxUpdateText); no != nil {
		return no
	}
	m.change(func() {
		// A text alone takes the place of the blocks. Attachments stay until they are named.
		if c.args["blocks"] != nil || changed.text != "" {
			m.blocks = changed.blocks
		}
		if len(changed.blocks) > 0 {
			m.edited = "" // Slack does not mark what was edited by blocks
		}
		m.text = cmp.Or(changed.text, m.text)
		if c.args["attachments"] != nil {
			m.attachments = changed.attachments
		}
		if changed.metadata != nil {
			m.metadata = changed.metadata
		}
		if c.flag("reply_broadcast") {
			m.broadcast = true
		}
	})
	return object{"channel": m.channel.id, "ts": m.ts, "text": m.text, "message": m.said()}
}

func (c *call) chatDelete() object {
	m, no := c.own("cant_delete_message")
	if no != nil {
		return no
	}
	m.remove()
	return object{"channel": m.channel.id, "ts": m.ts}
}

func (c *call) chatPermalink() object {
	ch := c.workspace.channel(c.text("channel"))
	if ch == nil {
		return c.no("channel_not_found")
	}
	m := ch.message(c.text("message_ts"))
	if m == nil {
		return c.no("message_not_found")
	}
	link := "https://" + c.workspace.domain + ".slack.com/archives/" + ch.id + "/p" + strings.ReplaceAll(m.ts, ".", "")
	if m.threadTS != "" && m.threadTS != m.ts {
		link += "?thread_ts=" + m.threadTS + "&cid=" + ch.id
	}
	return object{"channel": ch.id, "permalink": link}
}

// chatUnfurl is refused: nothing of a link's page has a place in a ticket's thread.
func (c *call) chatUnfurl() object {
	return c.wrong("cannot_unfurl_url", "this app has no domains to unfurl")
}

func (c *call) reacting() (*message, object) {
	ch, no := c.place("channel")
	if no != nil {
		return nil, no
	}
	m := ch.message(c.text("timestamp"))
	if m == nil || m.tombstone {
		return nil, c.no("message_not_found")
	}
	return m, nil
}

func (c *call) reactionsAdd() object {
	m, no := c.reacting()
	if no != nil {
		return no
	}
	name := c.text("name")
	if !emojiName(name) {
		return c.wrong("invalid_name", "%q is no emoji's name", name)
	}
	at := m.reacted(name)
	if at >= 0 && slices.Contains(m.reactions[at].users, c.bot) {
		return c.no("already_reacted")
	}
	m.react(c.bot, name, true)
	return object{}
}

func (c *call) reactionsRemove() object {
	m, no := c.reacting()
	if no != nil {
		return no
	}
	at := m.reacted(c.text("name"))
	if at < 0 || !slices.Contains(m.reactions[at].users, c.bot) {
		return c.no("no_reaction")
	}
	m.react(c.bot, c.text("name"), false)
	return object{}
}

func (c *call) reactionsGet() object {
	m, no := c.reacting()
	if no != nil {
		return no
	}
	return object{"type": "message", "channel": m.channel.id, "message": m.object()}
}

// emojiName reports whether a name could be an emoji's: Slack takes no emoji itself, and
// no colons.
func emojiName(name string) bool {
	if name == "" {
		return false
	}
	for _, r := range name {
		if r > 0x7f || !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789_-+':", r) {
			return false
		}
	}
	return !strings.HasPrefix(name, ":") && !strings.HasSuffix(name, ":")
}
