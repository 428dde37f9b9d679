// Package seal keeps secrets that an upstream replaces, such as refresh tokens, in a
// database that should not hold any.
//
// Promises: what is sealed with a key opens with that key alone, and says nothing of the
// text but its length. The key is made of the secret that was configured: who can read
// the database but not the configuration has nothing, and when a person configures a new
// one, what was kept for the old does not open any more, so that nobody has to clear it
// away.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// ErrOther is returned by Open for what was sealed with another key, or damaged.
var ErrOther = errors.New("sealed with another key")

// Seal hides text. purpose keeps apart what is sealed with one key for several uses.
func Seal(key, purpose, text string) (string, error) {
	b, err := box(key, purpose)
	if err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(b.Seal(nil, nil, []byte(text), nil)), nil //nolint:gosec // the nonce is made inside
}

// Open is Seal backwards.
func Open(key, purpose, sealed string) (string, error) {
	b, err := box(key, purpose)
	if err != nil {
		return "", err
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", ErrOther
	}
	text, err := b.Open(nil, nil, raw, nil)
	if err != nil {
		return "", ErrOther
	}
	return string(text), nil
}

func box(key, purpose string) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, []byte(key), nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
