package watest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/pbkdf2"
)

// linkCode is a pairing by eight characters that are typed into the phone.
type linkCode struct {
	account   *Account
	ref       string
	wrapped   []byte // the companion's ephemeral key under the code
	ephemeral *keys.KeyPair
	theirs    []byte // the companion's ephemeral key, unwrapped
}

// The parts of a wrapped key: salt, initialisation vector, key.
const (
	wrapSalt   = 32
	wrapIV     = 16
	wrapLength = wrapSalt + wrapIV + 32
	wrapRounds = 2 << 16
)

// wrap encrypts a key under a code, or decrypts it: the cipher is its own inverse.
func wrap(code string, salt, iv, key []byte) ([]byte, error) {
	block, err := aes.NewCipher(pbkdf2.Key([]byte(code), salt, wrapRounds, 32, sha256.New))
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(key))
	cipher.NewCTR(block, iv).XORKeyStream(out, key)
	return out, nil
}

// linking takes the companion's part of pairing by code. The caller holds the lock.
func (s *Server) linking(c *conn, n *waBinary.Node) {
	reg := n.GetChildByTag("link_code_companion_reg")
	switch reg.Attrs["stage"] {
	case "companion_hello":
		s.companionHello(c, n, reg)
	case "companion_finish":
		s.companionFinish(c, n, reg)
	default:
		s.refuse(c, n, "400", "bad-request")
		s.strange("a stage of pairing by code that nobody knows: %s", n)
	}
}

func (s *Server) companionHello(c *conn, n *waBinary.Node, reg waBinary.Node) {
	jid, _ := reg.Attrs["jid"].(types.JID)
	wrapped, _ := reg.GetChildByTag("link_code_pairing_wrapped_companion_ephemeral_pub").Content.([]byte)
	a := s.find(jid)
	if a == nil || c.pairing == nil || len(wrapped) != wrapLength {
		s.refuse(c, n, "400", "bad-request")
		return
	}
	c.pairing.code = &linkCode{account: a, ref: rand.Text(), wrapped: wrapped}
	s.answer(c, n, waBinary.Node{Tag: "link_code_companion_reg", Content: []waBinary.Node{
		{Tag: "link_code_pairing_ref", Content: []byte(c.pairing.code.ref)},
	}})
}

// Enter has the account's phone take the code that the companion shows. It returns
// once the new device is linked, or refused.
func (a *Account) Enter(code string) error {
	code = strings.ReplaceAll(code, "-", "")
	s := a.server
	s.mu.Lock()
	p, err := s.sayHello(a, code)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return <-p.done
}

// sayHello sends the phone's part. The caller holds the lock.
func (s *Server) sayHello(a *Account, code string) (*pairing, error) {
	for _, p := range s.pairings {
		l := p.code
		if l == nil || l.account != a || l.ephemeral != nil {
			continue
		}
		var err error
		if l.theirs, err = wrap(code, l.wrapped[:wrapSalt], l.wrapped[wrapSalt:wrapSalt+wrapIV], l.wrapped[wrapSalt+wrapIV:]); err != nil {
			return nil, err
		}
		l.ephemeral = keys.NewKeyPair()
		head := make([]byte, wrapSalt+wrapIV)
		_, _ = rand.Read(head) // never fails
		key, err := wrap(code, head[:wrapSalt], head[wrapSalt:], l.ephemeral.Pub[:])
		if err != nil {
			return nil, err
		}
		p.conn.send(waBinary.Node{
			Tag: "notification", Attrs: waBinary.Attrs{"type": "link_code_companion_reg", "from": types.ServerJID, "id": s.newID(), "t": s.unix()},
			Content: []waBinary.Node{{Tag: "link_code_companion_reg", Attrs: waBinary.Attrs{"stage": "primary_hello"}, Content: []waBinary.Node{
				{Tag: "link_code_pairing_ref", Content: []byte(l.ref)},
				{Tag: "link_code_pairing_wrapped_primary_ephemeral_pub", Content: slices.Concat(head, key)},
				{Tag: "primary_identity_pub", Content: a.identity.Pub[:]},
			}}},
		})
		return p, nil
	}
	return nil, errors.New("nobody waits for a code of this number")
}

func (s *Server) companionFinish(c *conn, n *waBinary.Node, reg waBinary.Node) {
	s.answer(c, n)
	p := c.pairing
	bundle, _ := reg.GetChildByTag("link_code_pairing_wrapped_key_bundle").Content.([]byte)
	identity, _ := reg.GetChildByTag("companion_identity_public").Content.([]byte)
	if p == nil || p.code == nil || p.code.ephemeral == nil {
		s.strange("a pairing by code that did not begin: %s", n)
		return
	}
	secret, err := p.code.secret(bundle, identity)
	if err == nil {
		err = p.succeed(p.code.account, secret)
	}
	if err != nil {
		p.done <- err
	}
}

// secret opens the companion's bundle and makes the secret that both sides share.
func (l *linkCode) secret(bundle, identity []byte) ([]byte, error) {
	const salt, nonceLength = 32, 12
	if len(bundle) < salt+nonceLength || len(identity) != 32 {
		return nil, errors.New("the companion's bundle is too short")
	}
	ephemeral, err := shared(l.ephemeral.Priv[:], l.theirs)
	if err != nil {
		return nil, err
	}
	key, err := hkdf.Key(sha256.New, ephemeral, bundle[:salt], "link_code_pairing_key_bundle_encryption_key", 32)
	if err != nil {
		return nil, err
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, bundle[salt:salt+nonceLength], bundle[salt+nonceLength:], nil)
	if err != nil {
		return nil, fmt.Errorf("another code was typed in: %w", err)
	}
	if len(plain) != 96 || string(plain[:32]) != string(identity) || string(plain[32:64]) != string(l.account.identity.Pub[:]) {
		return nil, errors.New("the companion's bundle speaks of other keys")
	}
	identities, err := shared(l.account.identity.Priv[:], identity)
	if err != nil {
		return nil, err
	}
	all := append(append(ephemeral, identities...), plain[64:]...)
	return hkdf.Key(sha256.New, all, nil, "adv_secret", 32)
}
