package watest

import (
	"maps"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// message passes a message on: to each device for which it was encrypted. The caller
// holds the lock.
func (s *Server) message(c *conn, n *waBinary.Node) {
	to, _ := n.Attrs["to"].(types.JID)
	id, _ := n.Attrs["id"].(string)
	if c.device == nil || id == "" {
		s.strange("a message before the login, or without id: %s", n)
		return
	}
	fault, _ := first(&c.device.account.messages)
	if fault.silent {
		return
	}
	ack := waBinary.Attrs{"class": "message", "id": id, "from": to, "t": s.unix()}
	if fault.code != "" {
		ack["error"] = fault.code
		c.send(waBinary.Node{Tag: "ack", Attrs: ack})
		return
	}
	if !s.route(c.device, to, n, fault.damaged) {
		ack["error"] = "400"
		s.strange("a message to nobody: %s", to)
	}
	if fault.unacknowledged {
		return
	}
	c.send(waBinary.Node{Tag: "ack", Attrs: ack})
}

// route makes the stanza of each receiving device. False: there is none.
func (s *Server) route(from *device, to types.JID, n *waBinary.Node, damaged bool) bool {
	participants, fanned := n.GetOptionalChildByTag("participants")
	group := s.groups[to]
	rest := besides(n)
	if !fanned { // a retry, or a word between the devices of one account
		if group != nil {
			return s.toGroup(from, group, n, nil, rest)
		}
		d := s.findDevice(to)
		if d == nil {
			return false
		}
		d.give(s.delivery(from, d, to, n, append(encs(n), rest...)))
		return true
	}
	if group != nil {
		return s.toGroup(from, group, n, participants.GetChildren(), rest)
	}
	if s.find(to) == nil {
		return false
	}
	for _, p := range participants.GetChildren() {
		jid, _ := p.Attrs["jid"].(types.JID)
		d := s.findDevice(jid)
		if d == nil {
			continue // it was unlinked meanwhile
		}
		content := p.GetChildren()
		if damaged {
			content = spoilt(content)
		}
		d.give(s.delivery(from, d, to, n, append(append([]waBinary.Node{}, content...), rest...)))
	}
	return true
}

// delivery is the stanza as one device sees it.
func (s *Server) delivery(from, d *device, to types.JID, n *waBinary.Node, content []waBinary.Node) waBinary.Node {
	attrs := waBinary.Attrs{"id": n.Attrs["id"], "type": n.Attrs["type"], "t": s.unix()}
	for _, name := range []string{"edit", "category"} {
		if v, some := n.Attrs[name]; some {
			attrs[name] = v
		}
	}
	if d.account == from.account { // the sender's other devices see to whom it went
		own := from.from(to)
		attrs["from"], attrs["recipient"] = own["from"], to.ToNonAD()
		if other := s.find(to); other != nil && to.Server == types.HiddenUserServer {
			attrs["peer_recipient_pn"] = other.phone
		} else if other != nil {
			attrs["peer_recipient_lid"] = other.lid
		}
		if n.Attrs["category"] == "peer" {
			delete(attrs, "recipient")
		}
	} else {
		maps.Copy(attrs, from.from(to))
		attrs["notify"] = from.account.name
	}
	return waBinary.Node{Tag: "message", Attrs: attrs, Content: content}
}

// encs are the ciphertexts that stand in the message itself.
func encs(n *waBinary.Node) []waBinary.Node { return n.GetChildrenByTag("enc") }

// besides is what goes to every receiver beside the ciphertext.
func besides(n *waBinary.Node) (out []waBinary.Node) {
	for _, c := range n.GetChildren() {
		switch c.Tag {
		case "participants", "enc", "tctoken", "cstoken", "reporting", "biz":
		default:
			out = append(out, c)
		}
	}
	return out
}

// spoilt damages ciphertexts, as a lost key would make them unreadable.
func spoilt(content []waBinary.Node) []waBinary.Node {
	out := make([]waBinary.Node, len(content))
	for i, c := range content {
		if raw, ok := c.Content.([]byte); ok && c.Tag == "enc" && len(raw) > 0 {
			raw = append([]byte(nil), raw...)
			raw[len(raw)-1] ^= 0xff
			c.Content = raw
		}
		out[i] = c
	}
	return out
}

// receipt settles a message and passes the receipt on to who sent it. The caller holds
// the lock.
func (s *Server) receipt(c *conn, n *waBinary.Node) {
	if c.device == nil {
		s.strange("a receipt before the login: %s", n)
		return
	}
	to, _ := n.Attrs["to"].(types.JID)
	kind, _ := n.Attrs["type"].(string)
	if s.faults.receiptLost() || kind == "retry" && s.faults.unanswered(kind) {
		return
	}
	ack := waBinary.Attrs{"class": "receipt", "id": n.Attrs["id"], "from": to}
	if kind != "" {
		ack["type"] = kind
	}
	if p, some := n.Attrs["participant"]; some {
		ack["participant"] = p
	}
	c.send(waBinary.Node{Tag: "ack", Attrs: ack})
	if kind != "retry" {
		id := n.Attrs["id"]
		c.device.settle(func(q waBinary.Node) bool { return q.Tag == "message" && q.Attrs["id"] == id })
	}
	switch kind {
	case "sender", "peer_msg", "hist_sync", "read-self", "server-error":
		s.mediaAgain(c, n, kind)
		return // between the devices of one account, or for the server
	}
	attrs := copied(n.Attrs)
	delete(attrs, "to")
	attrs["t"] = s.unix()
	receivers := s.receiptTo(c, n, to, kind)
	maps.Copy(attrs, c.device.from(to))
	if group := s.groups[to]; group != nil {
		attrs["from"], attrs["participant"] = to, withDevice(c.device.account.lid, c.device.number)
	}
	for _, d := range receivers {
		d.give(waBinary.Node{Tag: "receipt", Attrs: attrs, Content: n.Content})
	}
}

// receiptTo is who hears of a receipt: the sender's device that must send again, else
// all of the sender's devices.
func (s *Server) receiptTo(c *conn, n *waBinary.Node, to types.JID, kind string) []*device {
	if s.groups[to] != nil {
		to, _ = n.Attrs["participant"].(types.JID)
	}
	if kind == "retry" {
		if d := s.findDevice(to); d != nil {
			return []*device{d}
		}
		return nil
	}
	a := s.find(to)
	if a == nil {
		s.strange("a receipt to nobody: %s", n)
		return nil
	}
	var all []*device
	for _, number := range a.numbers() {
		if d := a.devices[number]; d != c.device {
			all = append(all, d)
		}
	}
	return all
}
