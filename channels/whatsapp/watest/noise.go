package watest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/socket"
	"golang.org/x/crypto/curve25519"
)

// handshake is the answering side of Noise_XX_25519_AESGCM_SHA256 (noiseprotocol.org,
// revision 34), with the nonces that WhatsApp uses.
type handshake struct {
	hash, salt []byte
	key        cipher.AEAD
	counter    uint32
}

// startHandshake takes the bytes that the client sent before its first frame.
func startHandshake(prologue []byte) (*handshake, error) {
	h := &handshake{hash: []byte(socket.NoiseStartPattern)}
	if len(h.hash) != sha256.Size {
		return nil, errors.New("the protocol's name is not as long as a hash")
	}
	h.salt = h.hash
	var err error
	if h.key, err = newAEAD(h.hash); err != nil {
		return nil, err
	}
	h.mixHash(prologue)
	return h, nil
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func nonce(counter uint32) []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint32(n[8:], counter)
	return n
}

func (h *handshake) mixHash(data []byte) {
	sum := sha256.New()
	sum.Write(h.hash)
	sum.Write(data)
	h.hash = sum.Sum(nil)
}

// mixKey takes a Diffie-Hellman result in.
func (h *handshake) mixKey(private, public []byte) error {
	secret, err := curve25519.X25519(private, public)
	if err != nil {
		return err
	}
	keys, err := hkdf.Key(sha256.New, secret, h.salt, "", 2*sha256.Size)
	if err != nil {
		return err
	}
	h.salt, h.counter = keys[:sha256.Size], 0
	h.key, err = newAEAD(keys[sha256.Size:])
	return err
}

func (h *handshake) seal(plain []byte) []byte {
	sealed := h.key.Seal(nil, nonce(h.counter), plain, h.hash)
	h.counter++
	h.mixHash(sealed)
	return sealed
}

func (h *handshake) open(sealed []byte) ([]byte, error) {
	plain, err := h.key.Open(nil, nonce(h.counter), sealed, h.hash)
	if err != nil {
		return nil, fmt.Errorf("what the client sealed does not open: %w", err)
	}
	h.counter++
	h.mixHash(sealed)
	return plain, nil
}

// finish gives the keys of the two directions.
func (h *handshake) finish() (fromClient, toClient *direction, err error) {
	keys, err := hkdf.Key(sha256.New, nil, h.salt, "", 2*sha256.Size)
	if err != nil {
		return nil, nil, err
	}
	in, err := newAEAD(keys[:sha256.Size])
	if err != nil {
		return nil, nil, err
	}
	out, err := newAEAD(keys[sha256.Size:])
	return &direction{key: in}, &direction{key: out}, err
}

// direction is one way of an established connection.
type direction struct {
	key     cipher.AEAD
	counter uint32
}

func (d *direction) seal(plain []byte) []byte {
	sealed := d.key.Seal(nil, nonce(d.counter), plain, nil)
	d.counter++
	return sealed
}

func (d *direction) open(sealed []byte) ([]byte, error) {
	plain, err := d.key.Open(nil, nonce(d.counter), sealed, nil)
	d.counter++
	return plain, err
}
