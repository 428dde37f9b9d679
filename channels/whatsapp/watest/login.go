package watest

import (
	"bytes"
	"maps"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
)

// login lets a linked device in. The caller holds the lock.
func (c *conn) login(payload *waWa6.ClientPayload, noise []byte) {
	s := c.server
	a := s.accounts[strconv.FormatUint(payload.GetUsername(), 10)]
	var d *device
	if a != nil {
		if fault, some := first(&a.logins); some {
			c.end(fault)
			return
		}
		d = a.devices[uint16(payload.GetDevice())]
	}
	if d == nil || !bytes.Equal(d.noise, noise) {
		c.end(waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": "401"}})
		return
	}
	if old := d.conn; old != nil {
		a.ousted++
		old.end(waBinary.Node{Tag: "stream:error", Content: []waBinary.Node{{Tag: "conflict", Attrs: waBinary.Attrs{"type": "replaced"}}}})
	}
	if d.number > 0 {
		a.entered++
	}
	d.conn, c.device, d.active = c, d, false
	for _, q := range d.queue {
		q.sent = false
	}
	c.send(waBinary.Node{Tag: "success", Attrs: waBinary.Attrs{"t": s.unix(), "lid": withDevice(a.lid, d.number)}})
}

// becomeActive delivers what waited while the device was away. The caller holds the lock.
func (d *device) becomeActive() {
	if d.account.deaf && d.number > 0 {
		return
	}
	d.active = true
	count := map[string]int{}
	for _, q := range d.queue {
		count[q.node.Tag]++
	}
	total := strconv.Itoa(len(d.queue))
	d.conn.send(waBinary.Node{Tag: "ib", Content: []waBinary.Node{{Tag: "offline_preview", Attrs: waBinary.Attrs{
		"count": total, "appdata": "0", "message": strconv.Itoa(count["message"]),
		"receipt": strconv.Itoa(count["receipt"]), "notification": strconv.Itoa(count["notification"]),
	}}}})
	for _, q := range d.queue {
		n := q.node
		n.Attrs = copied(n.Attrs)
		n.Attrs["offline"] = "0"
		q.sent = true
		d.conn.send(n)
	}
	d.conn.send(waBinary.Node{Tag: "ib", Content: []waBinary.Node{{Tag: "offline", Attrs: waBinary.Attrs{"count": total}}}})
}

func copied(attrs waBinary.Attrs) waBinary.Attrs {
	out := make(waBinary.Attrs, len(attrs)+1)
	maps.Copy(out, attrs)
	return out
}

// give has a stanza delivered for sure: now, or after the device's next login. A phone
// that no client stands behind gets nothing. The caller holds the lock.
func (d *device) give(n waBinary.Node) {
	if d.noise == nil {
		return
	}
	q := &queued{node: n}
	d.queue = append(d.queue, q)
	if d.conn != nil && d.active {
		q.sent = true
		d.conn.send(n)
	}
}

// tell has a stanza delivered if the device is there. The caller holds the lock.
func (d *device) tell(n waBinary.Node) {
	if d.conn != nil {
		d.conn.send(n)
	}
}

// settle forgets the stanzas that match. The caller holds the lock.
func (d *device) settle(match func(waBinary.Node) bool) {
	kept := d.queue[:0]
	for _, q := range d.queue {
		if !q.sent || !match(q.node) {
			kept = append(kept, q)
		}
	}
	d.queue = kept
}

// acknowledged settles what a client acknowledges. The caller holds the lock.
func (s *Server) acknowledged(c *conn, n *waBinary.Node) {
	if c.pairing != nil {
		return // of a step of the pairing
	}
	if c.device == nil {
		s.strange("an acknowledgement before the login: %s", n)
		return
	}
	class, id := n.Attrs["class"], n.Attrs["id"]
	c.device.settle(func(q waBinary.Node) bool { return q.Tag == class && q.Attrs["id"] == id })
}

// chatState passes "is typing" on. The caller holds the lock.
func (s *Server) chatState(c *conn, n *waBinary.Node) {
	to, _ := n.Attrs["to"].(types.JID)
	other := s.find(to)
	if c.device == nil || other == nil && to.Server != types.GroupServer {
		s.strange("a chat state to nobody: %s", n)
		return
	}
	if other == nil {
		return
	}
	for _, d := range other.devices {
		d.tell(waBinary.Node{Tag: "chatstate", Attrs: c.device.from(to), Content: n.Content})
	}
}

// presence notes the push name. The caller holds the lock.
func (s *Server) presence(c *conn, n *waBinary.Node) {
	if c.device == nil {
		s.strange("a presence before the login: %s", n)
		return
	}
	if name, ok := n.Attrs["name"].(string); ok && name != "" {
		c.device.account.name = name
	}
}

// from says who sends, in the kind of name that the receiver was called by.
func (d *device) from(to types.JID) waBinary.Attrs {
	phone, lid := withDevice(d.account.phone, d.number), withDevice(d.account.lid, d.number)
	if d.account.secret {
		return waBinary.Attrs{"from": lid, "addressing_mode": "lid"}
	}
	if to.Server == types.HiddenUserServer {
		return waBinary.Attrs{"from": lid, "sender_pn": d.account.phone, "addressing_mode": "lid"}
	}
	return waBinary.Attrs{"from": phone, "sender_lid": d.account.lid}
}
