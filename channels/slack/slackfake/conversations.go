package slackfake

import (
	"slices"
	"strings"
)

// types are the kinds of channel that a call asks for.
func (c *call) types(ch *Channel) bool {
	asked := c.text("types")
	if asked == "" {
		asked = "public_channel"
	}
	kind := "public_channel"
	switch {
	case ch.direct != nil:
		kind = "im"
	case ch.private:
		kind = "private_channel"
	}
	return slices.Contains(strings.Split(asked, ","), kind) && c.scoped(ch.scope("read")) == nil && (!c.flag("exclude_archived") || !ch.archived)
}

func (c *call) conversationsList() object {
	var found []*Channel
	for _, ch := range c.workspace.channels {
		if c.types(ch) && (!ch.private || ch.has(c.bot)) {
			found = append(found, ch)
		}
	}
	return c.channelPage(found)
}

func (c *call) usersConversations() object {
	who := c.bot
	if id := c.text("user"); id != "" {
		if who = c.workspace.user(id); who == nil {
			return c.no("user_not_found")
		}
	}
	var found []*Channel
	for _, ch := range c.workspace.channels {
		if c.types(ch) && ch.has(who) && (!ch.private || ch.has(c.bot)) {
			found = append(found, ch)
		}
	}
	return c.channelPage(found)
}

func (c *call) channelPage(found []*Channel) object {
	part, meta := page(c, found, 1000)
	if meta == nil {
		return c.wrong("invalid_cursor", "%q", c.text("cursor"))
	}
	all := []any{}
	for _, ch := range part {
		all = append(all, ch.object())
	}
	return object{"channels": all, "response_metadata": meta}
}

// known finds a channel that the app may know of, and judges the scope for it.
func (c *call) known(ability string) (*Channel, object) {
	ch := c.workspace.channel(c.text("channel"))
	if ch == nil || ch.private && !ch.has(c.bot) {
		return nil, c.no("channel_not_found")
	}
	return ch, c.scoped(ch.scope(ability))
}

func (c *call) conversationsInfo() object {
	ch, no := c.known("read")
	if no != nil {
		return no
	}
	return object{"channel": ch.object()}
}

func (c *call) conversationsMembers() object {
	ch, no := c.known("read")
	if no != nil {
		return no
	}
	part, meta := page(c, ids(ch.members), 1000)
	if meta == nil {
		return c.wrong("invalid_cursor", "%q", c.text("cursor"))
	}
	return object{"members": part, "response_metadata": meta}
}

// readable finds a channel whose history the app may read.
func (c *call) readable() (*Channel, object) {
	ch, no := c.known("history")
	if no == nil && !ch.has(c.bot) {
		no = c.no("not_in_channel")
	}
	return ch, no
}

func (c *call) conversationsHistory() object {
	ch, no := c.readable()
	if no != nil {
		return no
	}
	var found []*message
	for _, m := range slices.Backward(ch.messages) { // newest first
		if (m.threadTS == "" || m.threadTS == m.ts || m.broadcast) && c.within(m.ts) {
			found = append(found, m)
		}
	}
	return c.messagePage(found)
}

func (c *call) conversationsReplies() object {
	ch, no := c.readable()
	if no != nil {
		return no
	}
	root := ch.message(c.text("ts"))
	if root == nil {
		return c.no("thread_not_found")
	}
	found := []*message{root}
	if root.threadTS == "" || root.threadTS == root.ts {
		for _, m := range ch.thread(root.ts) {
			if c.within(m.ts) {
				found = append(found, m)
			}
		}
	}
	return c.messagePage(found)
}

// within judges oldest and latest; the bounds count with inclusive.
func (c *call) within(ts string) bool {
	oldest, latest, inclusive := c.text("oldest"), c.text("latest"), c.flag("inclusive")
	switch {
	case oldest != "" && oldest != "0" && (ts < oldest || ts == oldest && !inclusive):
		return false
	case latest != "" && latest != "0" && (ts > latest || ts == latest && !inclusive):
		return false
	}
	return true
}

func (c *call) messagePage(found []*message) object {
	part, meta := page(c, found, 999)
	if meta == nil {
		return c.wrong("invalid_cursor", "%q", c.text("cursor"))
	}
	all := []any{}
	for _, m := range part {
		o := m.object()
		if m.metadata != nil && c.flag("include_all_metadata") {
			o["metadata"] = m.metadata
		}
		all = append(all, o)
	}
	return object{"messages": all, "has_more": meta["next_cursor"] != "", "pin_count": 0, "response_metadata": meta}
}

func (c *call) conversationsOpen() object {
	users := strings.Split(c.text("users"), ",")
	if c.text("channel") != "" {
		ch := c.workspace.channel(c.text("channel"))
		if ch == nil || ch.direct == nil {
			return c.no("channel_not_found")
		}
		users = []string{ch.direct.id}
	}
	if len(users) != 1 {
		return c.wrong("invalid_arguments", "this fake opens conversations with one person only")
	}
	u := c.workspace.user(users[0])
	switch {
	case u == nil:
		return c.no("user_not_found")
	case u.deleted:
		return c.no("user_disabled")
	case u.isBot:
		return c.wrong("cannot_dm_bot", "%s is a bot", u.name)
	}
	known := slices.ContainsFunc(c.workspace.channels, func(ch *Channel) bool { return ch.direct == u })
	ch := c.workspace.dm(u)
	out := object{"no_op": known, "already_open": known, "channel": object{"id": ch.id}}
	if c.flag("return_im") {
		out["channel"] = ch.object()
	}
	return out
}

func (c *call) conversationsJoin() object {
	ch := c.workspace.channel(c.text("channel"))
	switch {
	case ch == nil || ch.private && !ch.has(c.bot):
		return c.no("channel_not_found")
	case ch.direct != nil || ch.private:
		return c.no("method_not_supported_for_channel_type")
	case ch.archived:
		return c.no("is_archived")
	}
	out := object{"channel": ch.object()}
	if ch.has(c.bot) {
		out["warning"], out["response_metadata"] = "already_in_channel", object{"warnings": []string{"already_in_channel"}}
		return out
	}
	ch.join(c.bot)
	out["channel"] = ch.object()
	return out
}

// withEmail reports whether the token may see e-mail addresses.
func (c *call) withEmail() bool { return slices.Contains(c.scopes, "users:read.email") }

func (c *call) userObject(u *User) object {
	o := u.object(c.workspace, c.withEmail())
	if c.flag("include_locale") {
		o["locale"] = u.locale
	}
	return o
}

func (c *call) usersInfo() object {
	u := c.workspace.user(c.text("user"))
	if u == nil {
		return c.no("user_not_found")
	}
	return object{"user": c.userObject(u)}
}

func (c *call) usersList() object {
	part, meta := page(c, c.workspace.users, 1000)
	if meta == nil {
		return c.wrong("invalid_cursor", "%q", c.text("cursor"))
	}
	all := []any{}
	for _, u := range part {
		all = append(all, c.userObject(u))
	}
	return object{"members": all, "cache_ts": c.server.now().Unix(), "response_metadata": meta}
}

func (c *call) usersLookup() object {
	for _, u := range c.workspace.users {
		if strings.EqualFold(u.email, c.text("email")) && !u.deleted {
			return object{"user": c.userObject(u)}
		}
	}
	return c.no("users_not_found")
}

func (c *call) usergroupsList() object {
	all := []any{}
	for _, g := range c.workspace.groups {
		if g.deletedSince == 0 || c.flag("include_disabled") {
			all = append(all, g.object(c.flag("include_users")))
		}
	}
	return object{"usergroups": all}
}

func (c *call) usergroupsUsers() object {
	for _, g := range c.workspace.groups {
		if g.id == c.text("usergroup") {
			return object{"users": ids(g.members)}
		}
	}
	return c.no("no_such_subteam")
}
