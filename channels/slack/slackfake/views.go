package slackfake

import (
	"html"
	"maps"
	"strconv"
	"strings"
)

// View is a modal or App Home as it stood when it was looked at.
type View struct {
	ID, CallbackID, Title, Submit, Close string
	ExternalID, Metadata, Hash           string
	Home                                 bool
	Blocks                               []any
	Errors                               map[string]string // by block id: what the app answered to the last submission
	Closed                               bool

	user          *User
	clearOnClose  bool
	notifyOnClose bool
	root, below   string
	live          *View
	state         object // what was picked and typed, by block and action
}

func (v *View) snapshot() *View {
	shown := *v
	shown.live = v
	return &shown
}

// Words are all that a reader sees of the view, one line for each piece.
func (v *View) Words() string {
	return html.UnescapeString(strings.Join(words([]string{v.Title}, v.Blocks), "\n"))
}

// Buttons are those on the view.
func (v *View) Buttons() []Button { return buttons(nil, "", v.Blocks) }

// Now is the view as it stands now.
func (v *View) Now() *View {
	s := v.user.server
	s.mu.Lock()
	defer s.mu.Unlock()
	return v.live.snapshot()
}

// object is the view as the wire has it.
func (v *View) object() object {
	s := v.user.server
	w := v.user.workspace
	o := object{
		"id": v.ID, "team_id": w.id, "type": "modal", "blocks": v.Blocks, "private_metadata": v.Metadata, "callback_id": v.CallbackID, "hash": v.Hash,
		"clear_on_close": v.clearOnClose, "notify_on_close": v.notifyOnClose, "external_id": v.ExternalID, "app_id": s.app.id, "bot_id": w.botID,
		"app_installed_team_id": w.id, "root_view_id": v.root, "previous_view_id": nil, "title": nil, "submit": nil, "close": nil,
		"state": object{"values": v.values()},
	}
	if v.below != "" {
		o["previous_view_id"] = v.below
	}
	if v.Home {
		o["type"] = "home"
		return o
	}
	for key, text := range map[string]string{"title": v.Title, "submit": v.Submit, "close": v.Close} {
		if text != "" {
			o[key] = object{"type": "plain_text", "text": text, "emoji": true}
		}
	}
	return o
}

// values are the states of the inputs, by block and action, as they are now: an event may
// be on its way while somebody types on.
func (v *View) values() object {
	values := object{}
	maps.Copy(values, v.state)
	return values
}

// use takes a trigger: it is good once, for three seconds.
func (c *call) use() (*User, object) {
	s := c.server
	given := c.text("trigger_id")
	if given == "" {
		return nil, c.wrong("invalid_arguments", "no trigger_id")
	}
	t := s.triggers[given]
	switch {
	case t == nil:
		return nil, c.wrong("invalid_trigger_id", "%q was never given", given)
	case t.used:
		return nil, c.no("exchanged_trigger_id")
	case s.faults.triggers > 0:
		s.faults.triggers--
		return nil, c.no("expired_trigger_id")
	case s.now().Sub(t.at) > s.deadline:
		return nil, c.no("expired_trigger_id")
	}
	t.used = true
	return t.user, nil
}

// readView takes a view out of a call.
func (c *call) readView(kind string) (*View, object) {
	var raw object
	if !c.value("view", &raw) || raw == nil {
		return nil, c.wrong("invalid_arguments", "the view is no JSON object")
	}
	v, faults := c.server.parseView(kind, raw)
	if len(faults) > 0 {
		no := c.wrong("invalid_arguments", "%s", strings.Join(faults, "; "))
		no["response_metadata"] = object{"messages": faults}
		return nil, no
	}
	return v, nil
}

// parseView checks a view and makes one of it.
func (s *Server) parseView(kind string, raw object) (*View, []string) {
	if faults := checkView(kind, raw); len(faults) > 0 {
		return nil, faults
	}
	label := func(key string) string {
		o, _ := raw[key].(object)
		return str(o["text"])
	}
	v := &View{
		CallbackID: str(raw["callback_id"]), Title: label("title"), Submit: label("submit"), Close: label("close"), ExternalID: str(raw["external_id"]),
		Metadata: str(raw["private_metadata"]), Home: kind == "home", Blocks: s.named(list(raw["blocks"])),
	}
	v.clearOnClose, _ = raw["clear_on_close"].(bool)
	v.notifyOnClose, _ = raw["notify_on_close"].(bool)
	return v, nil
}

// stamp gives a view its hash. The caller holds the lock.
func (s *Server) stamp(v *View) {
	s.next["hash"]++
	v.Hash = "1700000000." + strconv.Itoa(s.next["hash"])
}

// show puts a modal on top of what the user has open.
func (u *User) show(v *View) {
	s := u.server
	v.ID, v.user = s.id("V"), u
	v.root = v.ID
	if n := len(u.modals); n > 0 {
		v.root, v.below = u.modals[0].ID, u.modals[n-1].ID
	}
	s.stamp(v)
	v.initial()
	u.modals = append(u.modals, v)
	s.changed()
}

func (c *call) viewsOpen() object { return c.openView(false) }

func (c *call) viewsPush() object { return c.openView(true) }

func (c *call) openView(push bool) object {
	v, no := c.readView("modal")
	if no != nil {
		return no
	}
	u, no := c.use()
	if no != nil {
		return no
	}
	switch {
	case push && len(u.modals) >= 3:
		return c.wrong("push_limit_reached", "three views are open")
	case push && len(u.modals) == 0:
		return c.wrong("not_found", "nothing is open to push upon")
	case !push:
		u.closeAll()
	}
	u.show(v)
	return object{"view": v.object()}
}

func (u *User) closeAll() {
	for _, v := range u.modals {
		v.Closed = true
	}
	u.modals = nil
}

func (c *call) viewsUpdate() object {
	v, no := c.readView("modal")
	if no != nil {
		return no
	}
	var old *View
	for _, u := range c.workspace.users {
		for _, m := range u.modals {
			if m.ID == c.text("view_id") || m.ExternalID != "" && m.ExternalID == c.text("external_id") {
				old = m
			}
		}
	}
	switch {
	case old == nil:
		return c.no("not_found")
	case c.text("hash") != "" && c.text("hash") != old.Hash:
		return c.no("hash_conflict")
	}
	old.replace(v)
	return object{"view": old.object()}
}

// replace shows other content in a view. The caller holds the lock.
func (v *View) replace(by *View) {
	id, root, below, user, state := v.ID, v.root, v.below, v.user, v.state
	*v = *by
	v.ID, v.root, v.below, v.user = id, root, below, user
	v.user.server.stamp(v)
	v.initial()
	for block, values := range state { // what was typed stays in blocks of the same name
		if _, still := v.state[block]; still {
			v.state[block] = values
		}
	}
	v.user.server.changed()
}

func (c *call) viewsPublish() object {
	u := c.workspace.user(c.text("user_id"))
	if u == nil {
		return c.no("user_not_found")
	}
	v, no := c.readView("home")
	if no != nil {
		return no
	}
	if u.home == nil {
		v.ID, v.user = c.server.id("V"), u
		v.root = v.ID
		c.server.stamp(v)
		v.initial()
		u.home = v
		c.server.changed()
		return object{"view": v.object()}
	}
	if h := c.text("hash"); h != "" && h != u.home.Hash {
		return c.no("hash_conflict")
	}
	u.home.replace(v)
	return object{"view": u.home.object()}
}
