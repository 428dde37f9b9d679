package slack

import (
	"slices"

	"recado/core/message"
)

// What people say: messages, their edits and deletions, reactions. What a payload of
// "message" is, its subtype says (docs.slack.dev, "message event").

// asWritten are the subtypes under which people's own words come.
var asWritten = map[string]bool{"": true, "thread_broadcast": true, "file_share": true, "me_message": true, "bot_message": true}

func (c *Channel) message(e node) act {
	channel := e.text("channel")
	switch kind := e.text("subtype"); {
	case kind == "message_changed":
		return c.changed(e)
	case kind == "message_deleted":
		return c.deleted(e)
	case !asWritten[kind]:
		return pass("notice") // somebody joined, a topic was set, a file was commented on …
	}
	at := spot{channel, e.text("ts")}
	switch {
	case at.isZero() || moment(at.ts).IsZero():
		return pass("blank")
	case c.own(e.text("user"), e.text("bot_id"), e.at("bot_profile").text("id")):
		return pass("own")
	case !c.concerns(channel):
		return pass("elsewhere")
	}
	a := c.begin(message.Text, at.String(), e.text("user"), e.first("user_team", "team"), channel, at.ts)
	a.place, a.root, a.said, a.emoji, a.files = at, e.text("thread_ts"), e.text("text"), emojiIn(e.list("blocks")), e.list("files")
	if a.root == "" {
		a.root = at.ts
	}
	a.in.Thread.ID = at.String()
	a.in.Broadcast = e.text("subtype") == "thread_broadcast"
	if byMachine(e) {
		a.in.Auto, a.user = message.ByApp, ""
		a.in.From = address(c.Workspace, or(e.text("bot_id"), or(e.text("user"), "USLACKBOT")))
		a.in.FromName = or(e.at("bot_profile").text("name"), e.text("username"))
	}
	a.settle(c.Workspace)
	if a.in.Auto != "" && isDirect(channel) {
		a.in.Conversation = message.ConversationWith(c.Workspace, a.in.From)
	}
	if a.said == "" && len(a.files) == 0 {
		return pass("wordless") // a message of theirs that was passed on, or blocks of a machine
	}
	return a
}

// slackbot speaks for Slack itself.
const slackbot = "USLACKBOT"

// byMachine reports an app, a workflow or Slack itself. What an app says in a person's
// name bears its id too.
func byMachine(m node) bool {
	return m.text("subtype") == "bot_message" || m.has("bot_id") || m.has("bot_profile") || m.has("workflow_id") ||
		m.text("user") == slackbot || m.text("user") == ""
}

// concerns reports whether what is said in a channel is the desk's.
func (c *Channel) concerns(channel string) bool {
	return isDirect(channel) || len(c.Rooms) == 0 || slices.Contains(c.Rooms, channel)
}

// changed is an edit, or one of the many other things for which Slack sends the message
// again: a link was unfurled, a reply came, a file went.
func (c *Channel) changed(e node) act {
	now, before := e.at("message"), e.at("previous_message")
	at := spot{e.text("channel"), now.text("ts")}
	switch {
	case at.isZero() || moment(at.ts).IsZero():
		return pass("blank")
	case c.own(now.text("user"), now.text("bot_id"), before.text("user"), before.text("bot_id")):
		return pass("own")
	case !c.concerns(at.channel):
		return pass("elsewhere")
	case now.text("subtype") == "tombstone":
		return c.gone(e, at, before)
	case byMachine(now):
		return pass("machine's edit")
	case !now.has("edited") || now.text("text") == before.text("text"):
		return pass("touched") // nobody wrote anything else
	}
	// The same edit comes once as an event and may be found again in the history: by when
	// it was made, not by the event's id.
	edited := or(now.at("edited").text("ts"), e.text("event_ts"))
	editor := or(now.at("edited").text("user"), now.text("user"))
	a := c.begin(message.Edit, at.String()+"/edit/"+edited, editor, now.first("user_team", "team"), at.channel, edited)
	a.place, a.root, a.said, a.emoji = at, or(now.text("thread_ts"), at.ts), now.text("text"), emojiIn(now.list("blocks"))
	a.in.Target = c.key(at)
	a.settle(c.Workspace)
	return a
}

// deleted is a message that is no more. Slack does not say who took it back, so that it
// counts as its author's doing; an administrator may have been it.
func (c *Channel) deleted(e node) act {
	before := e.at("previous_message")
	at := spot{e.text("channel"), or(e.text("deleted_ts"), before.text("ts"))}
	switch {
	case at.isZero() || moment(at.ts).IsZero():
		return pass("blank")
	case c.own(before.text("user"), before.text("bot_id")):
		return pass("own")
	case !c.concerns(at.channel):
		return pass("elsewhere")
	case byMachine(before):
		return pass("machine's deletion")
	}
	return c.gone(e, at, before)
}

func (c *Channel) gone(e node, at spot, before node) act {
	if byMachine(before) {
		return pass("machine's deletion")
	}
	a := c.begin(message.Deletion, at.String()+"/deleted", before.text("user"), before.first("user_team", "team"), at.channel, e.text("event_ts"))
	a.place, a.root = at, or(before.text("thread_ts"), at.ts)
	a.in.Target = c.key(at)
	a.settle(c.Workspace)
	return a
}

// reaction is an emoji put on a message, or taken off.
func (c *Channel) reaction(e node) act {
	item := e.at("item")
	at := spot{item.text("channel"), item.text("ts")}
	name, user := e.text("reaction"), e.text("user")
	switch {
	case item.text("type") != "message" || at.isZero() || moment(at.ts).IsZero() || name == "" || user == "":
		return pass("blank")
	case c.own(user):
		return pass("own")
	case !c.concerns(at.channel) && emojiOf(name) != ticketEmoji:
		return pass("elsewhere")
	}
	sign := "+"
	if e.text("type") == "reaction_removed" {
		sign = "-"
	}
	a := c.begin(message.Reaction, at.String()+"/"+sign+name+"/"+user+"/"+e.text("event_ts"), user, "", at.channel, e.text("event_ts"))
	a.place, a.in.Target, a.seek = at, c.key(at), true
	if sign == "+" {
		a.in.Choice = emojiOf(name)
		a.words = a.in.Choice == ticketEmoji
	} else {
		a.in.Form = map[string]string{"taken": emojiOf(name)}
	}
	a.root = at.ts // until it is known better
	if root := c.roots.of(at); root != "" {
		a.root, a.seek = root, false
	}
	a.settle(c.Workspace)
	return a
}

// ticketEmoji makes a ticket out of a message, wherever it stands.
const ticketEmoji = "🎫"

// key names a message, as other acts refer to it.
func (c *Channel) key(at spot) message.Key {
	return message.Key{Channel: message.Slack, Account: c.Workspace, ID: at.String()}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
