// Package sign makes and checks the tokens that Recado gives away: links to
// signed pages, and the reply addresses of e-mail. It also seals secrets that pass
// through the database.
//
// Promises: a token says what it is for and cannot be made, or moved to another
// purpose, without the key; comparing takes constant time; the first key signs and
// every key verifies, so that keys can be changed. It keeps no list of tokens:
// whether one was used is the business of who asks. A token that fails is ErrInvalid
// or ErrExpired, with no hint which part was wrong.
package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"strings"
	"time"
)

// What can be wrong with a token.
var (
	ErrInvalid = errors.New("the token is not valid")
	ErrExpired = errors.New("the token has expired")
)

// macSize is 100 bits in base32: beyond guessing, and short enough for the local
// part of an address (64 octets, RFC 5321 4.5.3.1.1).
const macSize = 20

// lower is base32 in lower case: mail systems change the case of local parts.
var lower = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Signer holds the keys.
type Signer struct {
	keys [][]byte
}

// MinKey is the fewest bytes of a key.
const MinKey = 32

// New returns a Signer. The first key signs, all verify; each has at least MinKey bytes.
func New(keys ...[]byte) (*Signer, error) {
	if len(keys) == 0 {
		return nil, errors.New("sign: no key")
	}
	for _, k := range keys {
		if len(k) < MinKey {
			return nil, errors.New("sign: a key is shorter than 32 bytes")
		}
	}
	return &Signer{keys: keys}, nil
}

// mac binds purpose and parts unambiguously: each is preceded by its length.
func mac(key []byte, purpose string, parts ...string) string {
	h := hmac.New(sha256.New, key)
	for _, s := range append([]string{purpose}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return lower.EncodeToString(h.Sum(nil))[:macSize]
}

// Reply is the detail part of a reply address: the protocol number and a proof
// that it was given to this address. It does not expire: a mail may be answered
// years later, and then opens what its ticket's rules allow.
func (s *Signer) Reply(number, address string) string {
	return strings.ToLower(number) + "." + mac(s.keys[0], "reply", strings.ToLower(number), strings.ToLower(address))
}

// VerifyReply returns the protocol number of a detail part that was given to address.
func (s *Signer) VerifyReply(detail, address string) (number string, err error) {
	detail = strings.ToLower(detail)
	i := strings.LastIndexByte(detail, '.')
	if i < 0 {
		return "", ErrInvalid
	}
	number, got := detail[:i], detail[i+1:]
	for _, k := range s.keys {
		if hmac.Equal([]byte(got), []byte(mac(k, "reply", number, strings.ToLower(address)))) {
			return strings.ToUpper(number), nil
		}
	}
	return "", ErrInvalid
}

// Link is a token for a page about subject, valid until expires (whole seconds).
func (s *Signer) Link(purpose, subject string, expires time.Time) string {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(expires.Unix()))
	body := lower.EncodeToString(append(n[:], subject...))
	return body + "." + mac(s.keys[0], "link:"+purpose, body)
}

// VerifyLink returns the subject of a token made for purpose.
func (s *Signer) VerifyLink(purpose, token string, now time.Time) (subject string, err error) {
	subject, _, err = s.OpenLink(purpose, token, now)
	return subject, err
}

// OpenLink is VerifyLink that also tells until when the token holds, so that a page
// can lead to others for as long, and no longer.
func (s *Signer) OpenLink(purpose, token string, now time.Time) (subject string, expires time.Time, err error) {
	body, got, ok := strings.Cut(strings.ToLower(token), ".")
	if !ok {
		return "", time.Time{}, ErrInvalid
	}
	for _, k := range s.keys {
		if hmac.Equal([]byte(got), []byte(mac(k, "link:"+purpose, body))) {
			return opened(body, now)
		}
	}
	return "", time.Time{}, ErrInvalid
}

func opened(body string, now time.Time) (subject string, expires time.Time, err error) {
	raw, err := lower.DecodeString(body)
	if err != nil || len(raw) < 8 {
		return "", time.Time{}, ErrInvalid
	}
	expires = time.Unix(int64(binary.BigEndian.Uint64(raw)), 0).UTC()
	if now.Unix() > expires.Unix() {
		return "", expires, ErrExpired
	}
	return string(raw[8:]), expires, nil
}
