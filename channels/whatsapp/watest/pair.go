package watest

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// pairing is a connection that wants to become somebody's linked device.
type pairing struct {
	conn   *conn
	device *device
	refs   []string
	iq     string // of pair-success, while it is under way
	to     *Account
	signed *waAdv.ADVSignedDeviceIdentity
	code   *linkCode
	done   chan error // holds how it ended
}

const pairingRefs = 6 // as many codes are shown one after the other

// offerPairing hands out the references that become QR codes. The caller holds the lock.
func (c *conn) offerPairing(payload *waWa6.ClientPayload, noise []byte) error {
	data := payload.GetDevicePairingData()
	if data == nil {
		return errors.New("a client without account does not want to pair either")
	}
	if reason := c.server.faults.next(&c.server.faults.pairings); reason != 0 {
		c.end(waBinary.Node{Tag: "failure", Attrs: waBinary.Attrs{"reason": strconv.Itoa(reason)}})
		return nil
	}
	signed := waBinary.Node{Tag: "skey", Content: []waBinary.Node{
		{Tag: "id", Content: data.GetESkeyID()}, {Tag: "value", Content: data.GetESkeyVal()}, {Tag: "signature", Content: data.GetESkeySig()},
	}}
	p := &pairing{conn: c, done: make(chan error, 1), device: &device{
		noise: noise, bundle: bundle{registration: data.GetERegid(), identity: data.GetEIdent(), signed: signed},
	}}
	var refs []waBinary.Node
	for range pairingRefs {
		ref := rand.Text()
		p.refs = append(p.refs, ref)
		refs = append(refs, waBinary.Node{Tag: "ref", Content: []byte(ref)})
	}
	c.pairing = p
	c.server.pairings = append(c.server.pairings, p)
	c.send(waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": c.server.newID(), "xmlns": "md"},
		Content: []waBinary.Node{{Tag: "pair-device", Content: refs}},
	})
	return nil
}

// Scan has the account's phone scan a QR code. It returns once the new device is
// linked, or refused.
func (a *Account) Scan(code string) error {
	_, code, _ = strings.Cut(code, "#")
	parts := strings.Split(code, ",")
	if len(parts) < 4 {
		return fmt.Errorf("the code has %d parts", len(parts))
	}
	var decoded [3][]byte
	for i := range decoded {
		var err error
		if decoded[i], err = base64.StdEncoding.DecodeString(parts[i+1]); err != nil {
			return fmt.Errorf("the code's part %d: %w", i+1, err)
		}
	}
	s := a.server
	s.mu.Lock()
	p := s.pairingOf(parts[0])
	if p == nil || !bytes.Equal(p.device.noise, decoded[0]) || !bytes.Equal(p.device.bundle.identity, decoded[1]) {
		s.mu.Unlock()
		return errors.New("nobody waits to be paired by this code")
	}
	err := p.succeed(a, decoded[2])
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return <-p.done
}

// refOf is the reference in a QR code.
func refOf(code string) string {
	if _, rest, cut := strings.Cut(code, "#"); cut {
		code = rest
	}
	ref, _, _ := strings.Cut(code, ",")
	return ref
}

func (s *Server) pairingOf(ref string) *pairing {
	for _, p := range s.pairings {
		if slices.Contains(p.refs, ref) {
			return p
		}
	}
	return nil
}

var (
	accountPrefix = whatsmeow.AdvAccountSignaturePrefix
	devicePrefix  = whatsmeow.AdvDeviceSignaturePrefix
)

// succeed sends the device its identity, signed by the account's phone. The caller
// holds the lock.
func (p *pairing) succeed(a *Account, advSecret []byte) error {
	s := a.server
	a.link(p.device)
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{
		RawID: proto.Uint32(1), Timestamp: new(uint64(s.now().Unix())), KeyIndex: new(uint32(p.device.number)),
		AccountType: waAdv.ADVEncryptionType_E2EE.Enum(), DeviceType: waAdv.ADVEncryptionType_E2EE.Enum(),
	})
	if err != nil {
		return err
	}
	p.to, p.iq = a, s.newID()
	p.signed = &waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: a.identity.Pub[:], AccountSignature: sign(a.identity, accountPrefix, details, p.device.bundle.identity),
	}
	signed, err := proto.Marshal(p.signed)
	if err != nil {
		return err
	}
	sum := hmac.New(sha256.New, advSecret)
	sum.Write(signed)
	container, err := proto.Marshal(&waAdv.ADVSignedDeviceIdentityHMAC{Details: signed, HMAC: sum.Sum(nil)})
	if err != nil {
		return err
	}
	p.conn.send(waBinary.Node{
		Tag: "iq", Attrs: waBinary.Attrs{"from": types.ServerJID, "type": "set", "id": p.iq, "t": s.unix()},
		Content: []waBinary.Node{{Tag: "pair-success", Content: []waBinary.Node{
			{Tag: "device-identity", Content: container},
			{Tag: "device", Attrs: waBinary.Attrs{"jid": withDevice(a.phone, p.device.number), "lid": withDevice(a.lid, p.device.number)}},
			{Tag: "platform", Attrs: waBinary.Attrs{"name": "android"}},
			{Tag: "biz", Attrs: waBinary.Attrs{"name": a.name}},
		}}},
	})
	return nil
}

func sign(by *keys.KeyPair, parts ...[]byte) []byte {
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*by.Priv), bytes.Join(parts, nil))
	return signature[:]
}

// answered takes the device's signature, or its refusal. The caller holds the lock.
func (p *pairing) answered(n *waBinary.Node) {
	err := p.check(n)
	if err != nil {
		delete(p.to.devices, p.device.number)
		p.done <- err
		return
	}
	p.to.tellDevices()
	p.conn.end(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": "515"}})
	p.done <- nil
}

func (p *pairing) check(n *waBinary.Node) error {
	if n.Attrs["type"] == "error" {
		return fmt.Errorf("the device refused: %s", n)
	}
	node, ok := n.GetOptionalChildByTag("pair-device-sign", "device-identity")
	if !ok {
		return fmt.Errorf("the device did not sign: %s", n)
	}
	raw, _ := node.Content.([]byte)
	self := &waAdv.ADVSignedDeviceIdentity{}
	if err := proto.Unmarshal(raw, self); err != nil {
		return fmt.Errorf("the device's signature: %w", err)
	}
	if len(self.GetDeviceSignature()) != 64 || len(self.GetAccountSignatureKey()) != 0 {
		return errors.New("the device sent something else than its signature")
	}
	identity := p.device.bundle.identity
	said := bytes.Join([][]byte{devicePrefix, p.signed.GetDetails(), identity, p.to.identity.Pub[:]}, nil)
	if !ecc.VerifySignature(ecc.NewDjbECPublicKey([32]byte(identity)), said, [64]byte(self.GetDeviceSignature())) {
		return errors.New("the device's signature is wrong")
	}
	return nil
}
