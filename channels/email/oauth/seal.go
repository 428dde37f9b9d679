package oauth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
)

// A replaced refresh token is sealed with a key made of the configured one. Who can
// read the database but not the configuration has nothing; and when a person signs in
// again and configures the new token, what was kept for the old one does not open any
// more, so that nobody has to clear it away.

func (s *Source) memoryName() string { return "oauth " + s.options.User }

// kept is the refresh token that replaced the configured one; "" if none did.
func (s *Source) kept(ctx context.Context) string {
	sealed, err := s.options.Memory.Load(ctx, s.memoryName())
	if err != nil {
		s.options.Log.WarnContext(ctx, "the kept refresh token could not be loaded; the configured one is tried", "user", s.options.User, "error", err)
		return ""
	}
	if sealed == "" {
		return ""
	}
	token, err := open(s.options.RefreshToken, sealed)
	if err != nil {
		return "" // kept for another configured token
	}
	return token
}

func (s *Source) keep(ctx context.Context, token string) error {
	sealed, err := seal(s.options.RefreshToken, token)
	if err != nil {
		return err
	}
	return s.options.Memory.Save(context.WithoutCancel(ctx), s.memoryName(), sealed)
}

func box(key string) (cipher.AEAD, error) {
	derived, err := hkdf.Key(sha256.New, []byte(key), nil, "recado refresh token", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func seal(key, text string) (string, error) {
	b, err := box(key)
	if err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(b.Seal(nil, nil, []byte(text), nil)), nil //nolint:gosec // the nonce is made inside
}

var errSealed = errors.New("sealed with another key")

func open(key, sealed string) (string, error) {
	b, err := box(key)
	if err != nil {
		return "", err
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", errSealed
	}
	text, err := b.Open(nil, nil, raw, nil)
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}
