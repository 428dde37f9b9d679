package sign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Seal encrypts text for Open with the same purpose (AES-256-GCM). It is for secrets that
// have to pass through the database: who has that alone, has nothing.
func (s *Signer) Seal(purpose, text string) (string, error) {
	b, err := box(s.keys[0], purpose)
	if err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(b.Seal(nil, nil, []byte(text), nil)), nil //nolint:gosec // the nonce is made inside
}

// Open returns what was sealed for purpose with any of the keys, or ErrInvalid.
func (s *Signer) Open(purpose, sealed string) (string, error) {
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", ErrInvalid
	}
	for _, k := range s.keys {
		b, err := box(k, purpose)
		if err != nil {
			return "", err
		}
		if text, err := b.Open(nil, nil, raw, nil); err == nil {
			return string(text), nil
		}
	}
	return "", ErrInvalid
}

func box(key []byte, purpose string) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, key, nil, "recado seal:"+purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("sign: derive a key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("sign: make a cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}
