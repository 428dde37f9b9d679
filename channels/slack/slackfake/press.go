package slackfake

import (
	"maps"
	"strings"
)

// Presses presses a button of a message that the user can see: by its action_id or its
// label. The test fails when there is no such button.
func (u *User) Presses(m *Message, button string) *Act {
	u.server.t.Helper()
	return act(u, m.Channel, func() *Act {
		if m.live.only != nil && m.live.only != u {
			u.server.t.Fatalf("slackfake: %s does not see what only %s sees", u.name, m.live.only.name)
		}
		now := m.live
		block, element := find([]any{now.blocks, now.attachments}, "", button)
		if element == nil || element["type"] != "button" {
			u.server.t.Fatalf("slackfake: there is no button %q on %q", button, now.snapshot().Words())
		}
		return u.onMessage(now, block, element, object{"value": element["value"], "text": element["text"]})
	})
}

// Picks picks an option of a select menu or an overflow menu on a message, by its value.
func (u *User) Picks(m *Message, action, value string) *Act {
	u.server.t.Helper()
	return act(u, m.Channel, func() *Act {
		block, element := find([]any{m.live.blocks, m.live.attachments}, "", action)
		if element == nil {
			u.server.t.Fatalf("slackfake: there is no %q on %q", action, m.Words())
		}
		return u.onMessage(m.live, block, element, u.input(element, value))
	})
}

// onMessage sends block_actions of a message. The caller holds the lock.
func (u *User) onMessage(m *message, block string, element, picked object) *Act {
	s := u.server
	a := &Act{user: u, what: str(element["action_id"])}
	p := u.payload("block_actions", m.channel.workspace)
	container := object{"type": "message", "message_ts": m.ts, "channel_id": m.channel.id, "is_ephemeral": m.only != nil}
	if m.threadTS != "" {
		container["thread_ts"] = m.threadTS
	}
	p["container"], p["channel"] = container, object{"id": m.channel.id, "name": m.channel.shownName()}
	p["state"], p["trigger_id"], p["response_url"] = object{"values": object{}}, s.trigger(u), s.responseURL(a, m.channel, m)
	if m.only == nil { // Slack does not send what only one sees
		p["message"] = m.object()
	}
	p["actions"] = []any{u.action(block, element, picked)}
	s.send(&delivery{kind: "interactive", workspace: m.channel.workspace, payload: p, act: a})
	return a
}

func (u *User) action(block string, element, picked object) object {
	one := object{"type": element["type"], "block_id": block, "action_id": element["action_id"], "action_ts": u.server.ts()}
	for key, v := range picked {
		if v != nil {
			one[key] = v
		}
	}
	return one
}

// PressesIn presses a button in a modal or on App Home.
func (u *User) PressesIn(v *View, button string) *Act {
	u.server.t.Helper()
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	block, element := find(v.live.Blocks, "", button)
	if element == nil || element["type"] != "button" {
		u.server.t.Fatalf("slackfake: there is no button %q on %q", button, v.live.Words())
	}
	return u.onView(v.live, block, element, object{"value": element["value"], "text": element["text"]})
}

// PicksIn picks an option of a menu on App Home, or of one in a modal that acts at once.
func (u *User) PicksIn(v *View, action, value string) *Act {
	u.server.t.Helper()
	u.server.mu.Lock()
	defer u.server.mu.Unlock()
	block, element := find(v.live.Blocks, "", action)
	if element == nil {
		u.server.t.Fatalf("slackfake: there is no %q on %q", action, v.live.Words())
	}
	picked := u.input(element, value)
	v.live.put(block, element, picked)
	return u.onView(v.live, block, element, picked)
}

func (u *User) onView(v *View, block string, element, picked object) *Act {
	s := u.server
	a := &Act{user: u, what: str(element["action_id"])}
	p := u.payload("block_actions", u.workspace)
	p["container"], p["view"], p["trigger_id"] = object{"type": "view", "view_id": v.ID}, v.object(), s.trigger(u)
	p["actions"] = []any{u.action(block, element, picked)}
	s.send(&delivery{kind: "interactive", workspace: u.workspace, payload: p, act: a})
	return a
}

// find looks for an element by action_id, or for a button by its label.
func find(piece any, block, wanted string) (string, object) {
	switch p := piece.(type) {
	case []any:
		for _, one := range p {
			if b, e := find(one, block, wanted); e != nil {
				return b, e
			}
		}
	case object:
		if id := str(p["block_id"]); id != "" {
			block = id
		}
		label, _ := p["text"].(object)
		if str(p["action_id"]) == wanted || p["type"] == "button" && str(label["text"]) == wanted {
			return block, p
		}
		for _, key := range []string{"blocks", "elements", "accessory", "element"} {
			if b, e := find(p[key], block, wanted); e != nil {
				return b, e
			}
		}
	}
	return "", nil
}

// Values are what somebody fills into a modal: by action_id or block_id, as text. Of a
// menu it is the option's value, or several parted by spaces; of people their ids; of a
// time unix seconds.
type Values map[string]string

// Submits fills in a modal and sends it off, as far as Slack lets them.
func (u *User) Submits(v *View, filled Values) *Act {
	u.server.t.Helper()
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	live := v.live
	if live.Closed || len(u.modals) == 0 || u.modals[len(u.modals)-1] != live {
		s.t.Fatalf("slackfake: %s has no modal %q in front", u.name, v.Title)
	}
	if live.Submit == "" {
		s.t.Fatalf("slackfake: the modal %q has no button to submit it", v.Title)
	}
	used := Values{}
	for _, b := range live.Blocks {
		block, _ := b.(object)
		element, _ := block["element"].(object)
		if block["type"] != "input" {
			continue
		}
		id, action := str(block["block_id"]), str(element["action_id"])
		for _, name := range []string{action, id} {
			if value, given := filled[name]; given {
				live.put(id, element, u.input(element, value))
				used[name] = value
			}
		}
		if optional, _ := block["optional"].(bool); !optional && blank(live.got(id, action)) {
			s.t.Fatalf("slackfake: Slack lets nobody leave %q of %q empty", label(block), v.Title)
		}
	}
	for name := range filled {
		if _, ok := used[name]; !ok {
			s.t.Fatalf("slackfake: the modal %q has no input %q", v.Title, name)
		}
	}
	live.Errors = nil
	a := &Act{user: u, what: "modal " + live.Title}
	p := u.payload("view_submission", u.workspace)
	p["view"], p["trigger_id"], p["response_urls"] = live.object(), s.trigger(u), []any{}
	s.send(&delivery{kind: "interactive", workspace: u.workspace, payload: p, act: a, answers: true})
	return a
}

// Cancels closes the modal in front; the app is told if it asked for that.
func (u *User) Cancels(v *View) {
	s := u.server
	s.mu.Lock()
	defer s.mu.Unlock()
	live := v.live
	u.drop(live)
	if live.notifyOnClose {
		p := u.payload("view_closed", u.workspace)
		p["view"], p["is_cleared"] = live.object(), false
		s.send(&delivery{kind: "interactive", workspace: u.workspace, payload: p, act: &Act{user: u, what: "closing " + live.Title}})
	}
}

func (u *User) drop(v *View) {
	v.Closed = true
	for i, open := range u.modals {
		if open == v {
			u.modals = append(u.modals[:i:i], u.modals[i+1:]...)
		}
	}
	u.server.changed()
}

func label(block object) string {
	l, _ := block["label"].(object)
	return str(l["text"])
}

// put notes what an input holds.
func (v *View) put(block string, element, value object) {
	if v.state == nil {
		v.state = object{}
	}
	one := object{"type": element["type"]}
	maps.Copy(one, value)
	v.state[block] = object{str(element["action_id"]): one}
}

func (v *View) got(block, action string) object {
	values, _ := v.state[block].(object)
	got, _ := values[action].(object)
	return got
}

// blank reports whether an input holds nothing.
func blank(state object) bool {
	for key, v := range state {
		l, isList := v.([]any)
		if key != "type" && v != nil && v != "" && (!isList || len(l) > 0) {
			return false
		}
	}
	return true
}

// answered is what Slack does with the answer to a submission. The caller holds the lock.
func (u *User) answered(d *delivery, answer object) {
	s := u.server
	if d.payload["type"] != "view_submission" {
		if d.kind == "slash_commands" && len(answer) > 0 {
			s.said(d, answer)
		}
		return
	}
	shown, _ := d.payload["view"].(object)
	var top *View
	for _, v := range u.modals {
		if v.ID == str(shown["id"]) {
			top = v
		}
	}
	if top == nil {
		return
	}
	switch action := str(answer["response_action"]); action {
	case "":
		if len(answer) > 0 {
			s.strange("an answer to a submission that says no response_action: %v", answer)
		}
		u.drop(top)
	case "clear":
		u.closeAll()
	case "errors":
		top.fail(answer)
	case "update", "push":
		raw, _ := answer["view"].(object)
		v, faults := s.parseView("modal", raw)
		if len(faults) > 0 {
			s.strange("an answer to a submission: %s", strings.Join(faults, "; "))
			return
		}
		if action == "push" {
			u.show(v)
			return
		}
		top.replace(v)
	default:
		s.strange("an answer to a submission: response_action %q", action)
	}
	s.changed()
}

// fail shows the app's objections below the inputs that they name.
func (v *View) fail(answer object) {
	errors, _ := answer["errors"].(object)
	if len(errors) == 0 {
		v.user.server.strange("response_action errors without any")
	}
	v.Errors = map[string]string{}
	for id, why := range errors {
		known := false
		for _, b := range v.Blocks {
			block, _ := b.(object)
			known = known || block["block_id"] == id && block["type"] == "input"
		}
		if !known {
			v.user.server.strange("response_action errors names %q, which is no input block", id)
		}
		v.Errors[id] = str(why)
	}
}
