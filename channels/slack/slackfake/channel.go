package slackfake

import "slices"

// Channel is a place where people talk: a channel, or the conversation of two.
type Channel struct {
	server    *Server
	workspace *Workspace
	id, name  string
	private   bool
	archived  bool
	direct    *User        // the other party of a conversation with the app
	shared    []*Workspace // the others that it is shared with (Slack Connect)
	members   []*User
	messages  []*message // oldest first, replies too
	gone      map[string]bool
}

// Channel makes a public channel with these members. The app is in it when it is one of
// them.
func (w *Workspace) Channel(name string, members ...*User) *Channel {
	return w.open(&Channel{name: name, members: members})
}

// PrivateChannel makes a private one.
func (w *Workspace) PrivateChannel(name string, members ...*User) *Channel {
	return w.open(&Channel{name: name, members: members, private: true})
}

// SharedChannel makes a public one that another workspace takes part in. Members of that
// are strangers here.
func (w *Workspace) SharedChannel(name string, with *Workspace, members ...*User) *Channel {
	return w.open(&Channel{name: name, members: members, shared: []*Workspace{with}})
}

func (w *Workspace) open(c *Channel) *Channel {
	w.server.mu.Lock()
	defer w.server.mu.Unlock()
	c.server, c.workspace, c.id, c.gone = w.server, w, w.server.id("C"), map[string]bool{}
	w.channels = append(w.channels, c)
	return c
}

// dm is the conversation of a user with the app. The caller holds the lock.
func (w *Workspace) dm(u *User) *Channel {
	for _, c := range w.channels {
		if c.direct == u {
			return c
		}
	}
	c := &Channel{server: w.server, workspace: w, id: w.server.id("D"), direct: u, private: true, members: []*User{u, w.bot}, gone: map[string]bool{}}
	w.channels = append(w.channels, c)
	return c
}

// ID is the channel's.
func (c *Channel) ID() string { return c.id }

// Name is the channel's, without #.
func (c *Channel) Name() string { return c.name }

// Invite lets people in; the app is told, also when it is the one.
func (c *Channel) Invite(users ...*User) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	for _, u := range users {
		c.join(u)
	}
}

func (c *Channel) join(u *User) {
	if c.has(u) {
		return
	}
	c.members = append(c.members, u)
	c.server.changed()
	c.tell(object{
		"type": "member_joined_channel", "user": u.id, "channel": c.id, "channel_type": c.letter(), "team": u.workspace.id, "event_ts": c.server.ts(),
	}, "")
}

// Remove puts somebody out; the app is told.
func (c *Channel) Remove(u *User) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	event := object{
		"type": "member_left_channel", "user": u.id, "channel": c.id, "channel_type": c.letter(), "team": u.workspace.id, "event_ts": c.server.ts(),
	}
	c.tell(event, "")
	c.members = slices.DeleteFunc(c.members, func(m *User) bool { return m == u })
}

// Archive closes the channel; the app is told.
func (c *Channel) Archive() {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.archived = true
	c.tell(object{"type": "channel_archive", "channel": c.id, "user": c.workspace.bot.id, "is_moved": 0, "event_ts": c.server.ts()}, "")
}

// Rename gives the channel another name; the app is told.
func (c *Channel) Rename(name string) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.name = name
	c.tell(object{"type": "channel_rename", "channel": object{"id": c.id, "name": name, "created": 1700000000}, "event_ts": c.server.ts()}, "")
}

func (c *Channel) has(u *User) bool { return slices.Contains(c.members, u) }

// scope is what the app needs to do something with a channel of this kind: "history",
// "read".
func (c *Channel) scope(ability string) string {
	switch {
	case c.direct != nil:
		return "im:" + ability
	case c.private:
		return "groups:" + ability
	}
	return "channels:" + ability
}

// kind is the channel_type of a message event.
func (c *Channel) kind() string {
	switch {
	case c.direct != nil:
		return "im"
	case c.private:
		return "group"
	}
	return "channel"
}

// letter is the channel_type of a membership event.
func (c *Channel) letter() string {
	if c.private {
		return "G"
	}
	return "C"
}

func (c *Channel) object() object {
	if c.direct != nil {
		return object{
			"id": c.id, "created": 1700000000, "is_im": true, "is_archived": false, "is_org_shared": false, "user": c.direct.id, "is_user_deleted": c.direct.deleted,
			"priority": 0, "context_team_id": c.workspace.id,
		}
	}
	o := object{
		"id": c.id, "name": c.name, "name_normalized": c.name, "created": 1700000000, "creator": c.workspace.bot.id,
		"is_channel": !c.private, "is_group": c.private, "is_im": false, "is_mpim": false, "is_private": c.private, "is_archived": c.archived, "is_general": false,
		"is_shared": c.shared != nil, "is_ext_shared": c.shared != nil, "is_org_shared": false, "is_pending_ext_shared": false, "pending_shared": []string{},
		"is_member": c.has(c.workspace.bot), "num_members": len(c.members), "context_team_id": c.workspace.id, "unlinked": 0,
		"topic": object{"value": "", "creator": "", "last_set": 0}, "purpose": object{"value": "", "creator": "", "last_set": 0}, "previous_names": []string{},
	}
	if c.shared != nil {
		teams := []string{c.workspace.id}
		for _, w := range c.shared {
			teams = append(teams, w.id)
		}
		o["shared_team_ids"], o["connected_team_ids"], o["conversation_host_id"] = teams, teams[1:], c.workspace.id
	}
	return o
}

// message finds one by its ts.
func (c *Channel) message(ts string) *message {
	for _, m := range c.messages {
		if m.ts == ts {
			return m
		}
	}
	return nil
}

// thread is what was said under a root, oldest first, without the root.
func (c *Channel) thread(root string) []*message {
	var all []*message
	for _, m := range c.messages {
		if m.threadTS == root && m.ts != root {
			all = append(all, m)
		}
	}
	return all
}
