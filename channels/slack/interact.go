package slack

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"recado/core/message"
)

// What people do with what the desk shows: buttons, forms, menus, commands. Slack gives
// each such act a trigger of its own, which names it, whatever road it comes by.

// interaction is a press, a form, or a shortcut.
func (c *Channel) interaction(n node) act {
	user := n.at("user").text("id")
	if user == "" {
		return pass("blank")
	}
	switch n.text("type") {
	case "block_actions":
		return c.pressed(n, user)
	case "view_submission":
		return c.submitted(n, user)
	case "message_action":
		return c.shortcut(n, user)
	case "shortcut":
		a := c.doing(message.Shortcut, n, user)
		a.in.Choice = n.text("callback_id")
		a.settle(c.Workspace)
		return a
	case "view_closed":
		return pass("form closed")
	}
	return pass("unknown")
}

// doing begins an interaction.
func (c *Channel) doing(kind message.Kind, n node, user string) act {
	channel := or(n.at("channel").text("id"), n.at("container").text("channel_id"))
	id := n.text("trigger_id")
	if id == "" {
		id = strings.Join([]string{user, n.text("action_ts"), n.at("view").text("id"), n.at("view").text("hash"), n.text("callback_id")}, "/")
	}
	when := n.text("action_ts")
	for _, a := range n.list("actions") {
		when = or(when, a.text("action_ts"))
	}
	a := c.begin(kind, string(kind)+"/"+id, user, n.at("user").text("team_id"), channel, when)
	a.in.Trigger = n.text("trigger_id")
	return a
}

// pressed is a button, or a choice in a menu, on a message or on the desk's page.
func (c *Channel) pressed(n node, user string) act {
	done := n.list("actions")
	if len(done) == 0 {
		return pass("blank")
	}
	one := done[0]
	if strings.HasPrefix(one.text("action_id"), linkAction) {
		return pass("link") // a button that opens a page
	}
	a := c.doing(message.Press, n, user)
	a.in.Choice = chosen(one)
	a.in.Text = entities.Replace(or(one.at("text").text("text"), one.at("selected_option", "text").text("text")))
	if form := c.fields(n.at("view", "state", "values")); len(form) > 0 {
		a.in.Form = form
	}
	at := spot{n.at("container").text("channel_id"), n.at("container").text("message_ts")}
	if at.channel == "" {
		at.channel = n.at("channel").text("id")
	}
	if at.ts == "" {
		at.ts = n.at("message").text("ts")
	}
	if !at.isZero() {
		a.place, a.in.Target = at, c.key(at)
		a.root = or(n.at("message").text("thread_ts"), n.at("container").text("thread_ts"))
		if a.root == "" {
			a.root = or(c.roots.of(at), at.ts)
		}
	}
	a.settle(c.Workspace)
	return a
}

// chosen is the value of an action.
func chosen(a node) string {
	switch a.text("type") {
	case "multi_static_select", "checkboxes":
		var all []string
		for _, o := range a.list("selected_options") {
			all = append(all, o.text("value"))
		}
		return strings.Join(all, " ")
	case "datetimepicker":
		return a.text("selected_date_time")
	}
	picked := a.first("value", "selected_user", "selected_date", "selected_time", "selected_conversation", "selected_channel")
	return or(picked, a.at("selected_option").text("value"))
}

// submitted is a form that was sent.
func (c *Channel) submitted(n node, user string) act {
	view := n.at("view")
	a := c.doing(message.Submit, n, user)
	a.in.Choice = view.text("callback_id")
	a.in.Form = c.fields(view.at("state", "values"))
	var about aboutForm
	if err := json.Unmarshal([]byte(view.text("private_metadata")), &about); err == nil {
		a.in.Target = about.Target
		a.root = about.Root
		if about.Room != "" {
			a.in.Room = address(c.Workspace, about.Room)
		}
	}
	a.settle(c.Workspace)
	return a
}

// aboutForm is what a form carries along: where it was asked for, and what it is about.
type aboutForm struct {
	Target message.Key `json:"target,omitzero"`
	Room   string      `json:"room,omitempty"`
	Root   string      `json:"root,omitempty"`
}

// fields are what was filled in: by the name of the input, which is the block's id.
func (c *Channel) fields(values node) map[string]string {
	out := map[string]string{}
	for block := range values {
		inner := values.at(block)
		ids := make([]string, 0, len(inner))
		for id := range inner {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for _, id := range ids {
			if text := c.field(inner.at(id)); text != "" || len(ids) == 1 {
				out[block] = text
			}
		}
	}
	return out
}

// field is one value, as message.Input says it comes back.
func (c *Channel) field(v node) string {
	switch v.text("type") {
	case "users_select":
		if user := v.text("selected_user"); user != "" {
			return c.whoIs(user)
		}
		return ""
	case "multi_users_select":
		var all []string
		for _, user := range v.texts("selected_users") {
			all = append(all, c.whoIs(user))
		}
		return strings.Join(all, " ")
	case "datetimepicker":
		at := moment(v.text("selected_date_time"))
		if at.IsZero() {
			return ""
		}
		return at.Format(time.RFC3339)
	case "plain_text_input":
		return strings.TrimSpace(v.text("value"))
	}
	return chosen(v)
}

// whoIs is somebody who was picked: of their own workspace, as far as it is known.
func (c *Channel) whoIs(user string) string {
	team := c.Workspace
	if who, known := c.people.get(user); known {
		team = who.team
	}
	return address(team, user).String()
}

// shortcut was picked in the menu of a message.
func (c *Channel) shortcut(n node, user string) act {
	m := n.at("message")
	at := spot{n.at("channel").text("id"), n.first("message_ts")}
	if at.ts == "" {
		at.ts = m.text("ts")
	}
	if at.isZero() || moment(at.ts).IsZero() {
		return pass("blank")
	}
	a := c.doing(message.Shortcut, n, user)
	a.place, a.in.Target, a.in.Choice = at, c.key(at), n.text("callback_id")
	a.root = or(m.text("thread_ts"), at.ts)
	a.said, a.emoji, a.by = m.text("text"), emojiIn(m.list("blocks")), m.text("user")
	a.settle(c.Workspace)
	return a
}

// command is a slash command. Slack knows none in a thread.
func (c *Channel) command(n node) act {
	user := n.text("user_id")
	if user == "" {
		return pass("blank")
	}
	id := or(n.text("trigger_id"), user+"/"+n.text("command")+"/"+n.text("text"))
	a := c.begin(message.Command, "command/"+id, user, n.text("team_id"), n.text("channel_id"), "")
	a.in.Choice, a.said, a.in.Trigger = n.text("command"), n.text("text"), n.text("trigger_id")
	a.settle(c.Workspace)
	return a
}
