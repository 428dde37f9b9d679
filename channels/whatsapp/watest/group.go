package watest

import (
	"fmt"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// Group is a group chat.
type Group struct {
	jid     types.JID
	subject string
	members []*Account
}

// JID names the group.
func (g *Group) JID() types.JID { return g.jid }

// Group makes a group of accounts; the first one is its creator.
func (s *Server) Group(subject string, members ...*Account) *Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Group{jid: types.NewJID(fmt.Sprintf("12036300000000%04d", len(s.groups)+1), types.GroupServer), subject: subject, members: members}
	s.groups[g.jid] = g
	return g
}

// groupInfo answers what a group is. The caller holds the lock.
func (s *Server) groupInfo(c *conn, n *waBinary.Node) {
	to, _ := n.Attrs["to"].(types.JID)
	g := s.groups[to]
	if g == nil {
		s.refuse(c, n, "404", "item-not-found")
		return
	}
	var members []waBinary.Node
	for i, m := range g.members {
		attrs := waBinary.Attrs{"jid": m.lid, "phone_number": m.phone}
		if i == 0 {
			attrs["type"] = "superadmin"
		}
		members = append(members, waBinary.Node{Tag: "participant", Attrs: attrs})
	}
	s.answer(c, n, waBinary.Node{Tag: "group", Attrs: waBinary.Attrs{
		"id": g.jid.User, "subject": g.subject, "creation": s.unix(), "s_t": s.unix(), "creator": g.members[0].lid, "addressing_mode": "lid",
	}, Content: members})
}

// toGroup passes a message to a group on: each device gets the common ciphertext, and
// its own one with the sender's key if there is one.
func (s *Server) toGroup(from *device, g *Group, n *waBinary.Node, own, rest []waBinary.Node) bool {
	common := encs(n)
	for _, m := range g.members {
		for _, number := range m.numbers() {
			d := m.devices[number]
			if d == from {
				continue
			}
			var content []waBinary.Node
			for _, p := range own {
				if jid, _ := p.Attrs["jid"].(types.JID); s.findDevice(jid) == d {
					content = append(content, p.GetChildren()...)
				}
			}
			content = append(append(content, common...), rest...)
			d.give(waBinary.Node{Tag: "message", Attrs: waBinary.Attrs{
				"id": n.Attrs["id"], "type": n.Attrs["type"], "t": s.unix(), "from": g.jid, "notify": from.account.name, "addressing_mode": "lid",
				"participant": withDevice(from.account.lid, from.number), "participant_pn": withDevice(from.account.phone, from.number),
			}, Content: content})
		}
	}
	return true
}
