package watest

import (
	"slices"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// query answers an iq. The caller holds the lock.
func (s *Server) query(c *conn, n *waBinary.Node) {
	kind, _ := n.Attrs["type"].(string)
	if kind == "result" || kind == "error" {
		if p := c.pairing; p != nil && n.Attrs["id"] == p.iq && p.to != nil {
			p.answered(n)
		}
		return // of pair-device, otherwise
	}
	what, _ := n.Attrs["xmlns"].(string)
	if s.faults.unanswered(what) {
		return
	}
	switch ask := what + " " + kind + " " + child(n).Tag; {
	case ask == "md set link_code_companion_reg":
		s.linking(c, n)
	case c.device == nil:
		s.refuse(c, n, "401", "not-authorized")
		s.strange("a question before the login: %s", n)
	case ask == "encrypt get count":
		// Never none: told so at its first login, whatsmeow makes 812 keys instead of 50.
		s.answer(c, n, waBinary.Node{Tag: "count", Attrs: waBinary.Attrs{"value": strconv.Itoa(max(1, len(c.device.bundle.once)))}})
	case ask == "encrypt get key":
		s.bundles(c, n)
	case what == "encrypt" && kind == "set":
		s.newKeys(c, n)
	case ask == "passive set active":
		s.answer(c, n)
		c.device.becomeActive()
	case what == "w:p", ask == "passive set passive", ask == "privacy set tokens", what == "urn:xmpp:whatsapp:push":
		s.answer(c, n)
		s.passTokens(c, n)
	case ask == "usync get usync":
		s.usync(c, n)
	case ask == "w:m set media_conn":
		attrs := waBinary.Attrs{"auth": "watest", "ttl": "3600", "auth_ttl": "3600", "max_buckets": "12"}
		host := waBinary.Node{Tag: "host", Attrs: waBinary.Attrs{"hostname": mediaHost}}
		s.answer(c, n, waBinary.Node{Tag: "media_conn", Attrs: attrs, Content: []waBinary.Node{host}})
	case ask == "privacy get privacy":
		s.answer(c, n, waBinary.Node{Tag: "privacy", Content: []waBinary.Node{{Tag: "category", Attrs: waBinary.Attrs{"name": "readreceipts", "value": "all"}}}})
	case what == "blocklist" && kind == "get":
		s.answer(c, n, waBinary.Node{Tag: "list", Attrs: waBinary.Attrs{"dhash": "none"}})
	case what == "w:profile:picture" && kind == "get":
		s.refuse(c, n, "404", "item-not-found")
	case what == "w:g2" && kind == "get":
		s.groupInfo(c, n)
	case ask == "md set remove-companion-device":
		s.answer(c, n)
		delete(c.device.account.devices, c.device.number)
		c.device.account.tellDevices()
		c.end(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "401"}, Content: []waBinary.Node{
			{Tag: "conflict", Attrs: waBinary.Attrs{"type": "device_removed"}},
		}})
	default:
		s.refuse(c, n, "501", "feature-not-implemented")
		s.strange("a question nobody knows: %s", n)
	}
}

// child is the first child, or an empty node.
func child(n *waBinary.Node) waBinary.Node {
	if all := n.GetChildren(); len(all) > 0 {
		return all[0]
	}
	return waBinary.Node{}
}

func (s *Server) answer(c *conn, n *waBinary.Node, content ...waBinary.Node) {
	reply := waBinary.Node{Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "result", "id": n.Attrs["id"]}}
	if len(content) > 0 {
		reply.Content = content
	}
	c.send(reply)
}

func (s *Server) refuse(c *conn, n *waBinary.Node, code, text string) {
	c.send(waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "error", "id": n.Attrs["id"]},
		Content: []waBinary.Node{{Tag: "error", Attrs: waBinary.Attrs{"code": code, "text": text}}},
	})
}

// newKeys takes the device's fresh keys in. The caller holds the lock.
func (s *Server) newKeys(c *conn, n *waBinary.Node) {
	list, some := n.GetOptionalChildByTag("list")
	b := &c.device.bundle
	for _, part := range n.GetChildren() {
		content, _ := part.Content.([]byte)
		switch part.Tag {
		case "registration":
			b.registration = content
		case "identity":
			b.identity = content
		case "skey":
			b.signed = part
		}
	}
	if !some || len(b.registration) != 4 || len(b.identity) != 32 {
		s.refuse(c, n, "400", "bad-request")
		s.strange("keys without what belongs to them: %d parts", len(n.GetChildren()))
		return
	}
	b.once = append(b.once, list.GetChildren()...)
	s.answer(c, n)
}

// bundles hands out what is needed to write to devices; a key for one use is used up.
// The caller holds the lock.
func (s *Server) bundles(c *conn, n *waBinary.Node) {
	const few = 5
	var list []waBinary.Node
	asked := n.GetChildByTag("key")
	for _, user := range asked.GetChildren() {
		jid, _ := user.Attrs["jid"].(types.JID)
		d := s.findDevice(jid)
		if d == nil {
			unknown := waBinary.Node{Tag: "error", Attrs: waBinary.Attrs{"code": "404"}}
			list = append(list, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: []waBinary.Node{unknown}})
			continue
		}
		content := []waBinary.Node{
			{Tag: "registration", Content: d.bundle.registration}, {Tag: "type", Content: []byte{5}},
			{Tag: "identity", Content: d.bundle.identity}, d.bundle.signed,
		}
		if len(d.bundle.once) > 0 {
			content = append(content, d.bundle.once[0])
			if d.bundle.once = d.bundle.once[1:]; len(d.bundle.once) == few {
				d.give(waBinary.Node{
					Tag: "notification", Attrs: waBinary.Attrs{"type": "encrypt", "from": types.ServerJID, "id": s.newID(), "t": s.unix()},
					Content: []waBinary.Node{{Tag: "count", Attrs: waBinary.Attrs{"value": strconv.Itoa(few)}}},
				})
			}
		}
		list = append(list, waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}, Content: content})
	}
	s.answer(c, n, waBinary.Node{Tag: "list", Content: list})
}

// usync tells about users: their devices, their other name, whether they are here. The
// caller holds the lock.
func (s *Server) usync(c *conn, n *waBinary.Node) {
	ask := n.GetChildByTag("usync")
	query, list := ask.GetChildByTag("query"), ask.GetChildByTag("list")
	wants := func(tag string) bool {
		return slices.ContainsFunc(query.GetChildren(), func(q waBinary.Node) bool { return q.Tag == tag })
	}
	contact := query.GetChildByTag("contact")
	var users []waBinary.Node
	seen := map[types.JID]bool{}
	for _, user := range list.GetChildren() {
		if number, ok := user.GetOptionalChildByTag("contact"); ok {
			users = append(users, s.contact(number, contact.Attrs["addressing_mode"] == "lid"))
			continue
		}
		jid, _ := user.Attrs["jid"].(types.JID)
		if seen[jid] { // answered twice, it would spoil the session
			continue
		}
		seen[jid] = true
		users = append(users, s.user(jid, wants))
	}
	s.answer(c, n, waBinary.Node{Tag: "usync", Attrs: ask.Attrs, Content: []waBinary.Node{
		{Tag: "result"}, {Tag: "list", Content: users},
	}})
}

func (s *Server) user(jid types.JID, wants func(string) bool) waBinary.Node {
	out := waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": jid}}
	a := s.find(jid)
	if a == nil {
		return out
	}
	var content []waBinary.Node
	if wants("devices") {
		var devices []waBinary.Node
		for _, number := range a.numbers() {
			attrs := waBinary.Attrs{"id": strconv.Itoa(int(number))}
			if number > 0 {
				attrs["key-index"] = strconv.Itoa(int(number))
			}
			devices = append(devices, waBinary.Node{Tag: "device", Attrs: attrs})
		}
		content = append(content, waBinary.Node{Tag: "devices", Content: []waBinary.Node{{Tag: "device-list", Content: devices}}})
	}
	if wants("lid") {
		content = append(content, waBinary.Node{Tag: "lid", Attrs: waBinary.Attrs{"val": a.lid}})
	}
	if wants("status") {
		content = append(content, waBinary.Node{Tag: "status"})
	}
	out.Content = content
	return out
}

// contact says whether somebody with a number is here.
func (s *Server) contact(asked waBinary.Node, byLID bool) waBinary.Node {
	text, _ := asked.Content.([]byte)
	jid, _ := types.ParseJID(string(text))
	number := jid.User
	if len(number) > 0 && number[0] == '+' {
		number = number[1:]
	}
	a := s.accounts[number]
	if a == nil {
		return waBinary.Node{Tag: "user", Attrs: waBinary.Attrs{"jid": types.NewJID(number, types.DefaultUserServer)}, Content: []waBinary.Node{
			{Tag: "contact", Attrs: waBinary.Attrs{"type": "out"}, Content: text},
		}}
	}
	attrs := waBinary.Attrs{"jid": a.phone}
	if byLID {
		attrs = waBinary.Attrs{"jid": a.lid, "pn_jid": a.phone}
	}
	return waBinary.Node{Tag: "user", Attrs: attrs, Content: []waBinary.Node{{Tag: "contact", Attrs: waBinary.Attrs{"type": "in"}, Content: text}}}
}

// passTokens hands a privacy token on to whom it is meant for. The caller holds the lock.
func (s *Server) passTokens(c *conn, n *waBinary.Node) {
	tokens, some := n.GetOptionalChildByTag("tokens")
	if !some {
		return
	}
	for _, token := range tokens.GetChildren() {
		jid, _ := token.Attrs["jid"].(types.JID)
		a := s.find(jid)
		if a == nil {
			s.strange("a privacy token for nobody: %s", n)
			continue
		}
		for _, d := range a.devices {
			own := token
			own.Attrs = copied(token.Attrs)
			own.Attrs["jid"] = c.device.account.lid
			d.give(waBinary.Node{
				Tag: "notification", Attrs: waBinary.Attrs{
					"type": "privacy_token", "from": c.device.account.phone, "sender_lid": c.device.account.lid, "id": s.newID(), "t": s.unix(),
				},
				Content: []waBinary.Node{{Tag: "tokens", Content: []waBinary.Node{own}}},
			})
		}
	}
}
