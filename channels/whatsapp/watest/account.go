package watest

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// Account is somebody's WhatsApp: a phone number, the hidden id (LID) beside it, and
// the linked devices. Device 0 is the phone itself.
type Account struct {
	server   *Server
	phone    types.JID
	lid      types.JID
	name     string // push name
	identity *keys.KeyPair
	devices  map[uint16]*device

	logins   []waBinary.Node // how its next logins fail
	messages []messageFault  // how its next messages fare
	deaf     bool            // its linked devices are told nothing
	entered  int             // logins of linked devices
	secret   bool            // others are not told the number
	ousted   int             // ... that ended an earlier connection of the same device
}

// Phone is the account's number as a JID.
func (a *Account) Phone() types.JID { return a.phone }

// LID is the account's hidden id.
func (a *Account) LID() types.JID { return a.lid }

// HideNumber keeps the account's number from others, as of somebody who is known by a
// username: all that they see is the hidden id.
func (a *Account) HideNumber() {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	a.secret = true
}

// device is one client of an account: its keys, its connection, and what waits for it.
type device struct {
	account *Account
	number  uint16
	noise   []byte // public key by which it logs in; nil for a phone without a client
	bundle  bundle
	conn    *conn     // nil while it is away
	active  bool      // it asked for what waits; before that, nothing is delivered
	queue   []*queued // not settled, oldest first
}

// bundle is what others need to write to a device (Signal's X3DH).
type bundle struct {
	registration []byte // 4 bytes
	identity     []byte
	signed       waBinary.Node   // <skey>
	once         []waBinary.Node // <key>, each given away once
}

// queued is a stanza that its receiver has not settled yet.
type queued struct {
	node waBinary.Node
	sent bool // on the connection that is open now
}

// Account makes an account, or returns the one with that number. Digits only, with
// country code.
func (s *Server) Account(number, name string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a := s.accounts[number]; a != nil {
		return a
	}
	a := &Account{
		server: s, name: name, identity: keys.NewKeyPair(), devices: map[uint16]*device{},
		phone: types.NewJID(number, types.DefaultUserServer),
		lid:   types.NewJID(fmt.Sprintf("9%014d", len(s.accounts)/2+1), types.HiddenUserServer),
	}
	a.devices[0] = &device{account: a, bundle: newBundle(a.identity)}
	s.accounts[number], s.accounts[a.lid.User] = a, a
	return a
}

// newBundle is for a phone that no client stands behind: others can write to it, and
// what they write is never read.
func newBundle(identity *keys.KeyPair) bundle {
	registration := make([]byte, 4)
	_, _ = rand.Read(registration) // never fails
	registration[0] = 0
	pre := identity.CreateSignedPreKey(1)
	return bundle{registration: registration, identity: identity.Pub[:], signed: keyNode("skey", pre)}
}

func keyNode(tag string, k *keys.PreKey) waBinary.Node {
	id := make([]byte, 4)
	binary.BigEndian.PutUint32(id, k.KeyID)
	content := []waBinary.Node{{Tag: "id", Content: id[1:]}, {Tag: "value", Content: k.Pub[:]}}
	if k.Signature != nil {
		content = append(content, waBinary.Node{Tag: "signature", Content: k.Signature[:]})
	}
	return waBinary.Node{Tag: tag, Content: content}
}

// find is the account of a JID, whichever of its names it uses. The caller holds the lock.
func (s *Server) find(jid types.JID) *Account {
	switch jid.Server {
	case types.DefaultUserServer, types.HiddenUserServer, types.LegacyUserServer:
		return s.accounts[jid.User]
	}
	return nil
}

// findDevice is the device of a JID. The caller holds the lock.
func (s *Server) findDevice(jid types.JID) *device {
	if a := s.find(jid); a != nil {
		return a.devices[jid.Device]
	}
	return nil
}

// numbers are the account's devices, in order.
func (a *Account) numbers() []uint16 {
	var all []uint16
	for n := range a.devices {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

// link takes a new device in and tells who may have the old list. The caller holds the lock.
func (a *Account) link(d *device) {
	d.number = 1
	for a.devices[d.number] != nil {
		d.number++
	}
	d.account = a
	a.devices[d.number] = d
}

// tellDevices makes every other client forget the account's list of devices. The
// caller holds the lock.
func (a *Account) tellDevices() {
	for _, other := range a.server.accounts {
		for _, d := range other.devices {
			for _, from := range []types.JID{a.phone, a.lid} {
				d.give(waBinary.Node{
					Tag: "notification", Attrs: waBinary.Attrs{"type": "devices", "from": from, "id": a.server.newID(), "t": a.server.unix()},
					Content: []waBinary.Node{{Tag: "update"}},
				})
			}
		}
	}
}

// Unlink removes the account's linked devices, as its owner does on the phone.
func (a *Account) Unlink() {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	for n, d := range a.devices {
		if n == 0 {
			continue
		}
		delete(a.devices, n)
		if d.conn != nil {
			d.conn.end(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "401"}, Content: []waBinary.Node{
				{Tag: "conflict", Attrs: waBinary.Attrs{"type": "device_removed"}},
			}})
		}
	}
	a.tellDevices()
}
