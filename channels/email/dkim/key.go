// Package dkim signs what the desk sends (RFC 6376), so that it is known to be of the
// desk's domain whatever servers it passes.
//
// Promises: a key is RSA of 2048 bits or more (RFC 8301) or Ed25519 (RFC 8463), in PEM;
// a signature is relaxed/relaxed over the whole body, without l=, and over each field of
// Fields once more than it is there, so that none can be added. What is published for a
// key can be printed, and compared with what DNS has. It looks nothing up, and verifies
// nothing: see channels/email/sender.
package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Algorithm is a kind of key.
type Algorithm string

// The algorithms. All verifiers know RSA; Ed25519 is forty times quicker and its record
// is short, but few of the big ones take it: publish both, or RSA.
const (
	RSA     Algorithm = "rsa"
	Ed25519 Algorithm = "ed25519"
)

// rsaBits: longer ones do not fit into one string of a TXT record everywhere, and
// RFC 8301 section 3.2 asks verifiers for no more.
const rsaBits = 2048

// Generate makes a new key, in PEM (PKCS #8).
func Generate(a Algorithm) ([]byte, error) {
	var key any
	var err error
	switch a {
	case RSA:
		key, err = rsa.GenerateKey(rand.Reader, rsaBits)
	case Ed25519:
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		return nil, fmt.Errorf("dkim: unknown algorithm %q", a)
	}
	if err != nil {
		return nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("dkim: write a key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Key signs for a domain, under a selector.
type Key struct {
	Domain   string // of the From fields that it signs, and of those below it
	Selector string // tells the keys of a domain apart

	private   crypto.Signer
	algorithm Algorithm
}

// Parse reads a key in PEM: PKCS #8, or the older form of RSA keys. Errors are for the
// person who configures it.
func Parse(domain, selector string, text []byte) (*Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("this is no key in PEM; `recado dkim` makes one")
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		if private, err = x509.ParsePKCS1PrivateKey(block.Bytes); err != nil {
			return nil, errors.New("the key cannot be read: it is neither PKCS #8 nor an RSA key")
		}
	}
	k := &Key{Domain: strings.ToLower(domain), Selector: selector}
	switch p := private.(type) {
	case *rsa.PrivateKey:
		if p.N.BitLen() < rsaBits {
			return nil, fmt.Errorf("an RSA key of %d bits is too short; `recado dkim` makes one of %d", p.N.BitLen(), rsaBits)
		}
		k.private, k.algorithm = p, RSA
	case ed25519.PrivateKey:
		k.private, k.algorithm = p, Ed25519
	default:
		return nil, errors.New("DKIM knows keys of RSA and of Ed25519 only")
	}
	return k, nil
}

// Name is where the key's record is published.
func (k *Key) Name() string { return k.Selector + "._domainkey." + k.Domain }

// Record is what is published there, as a TXT record.
func (k *Key) Record() string {
	return "v=DKIM1; k=" + string(k.algorithm) + "; p=" + k.public()
}

// public is the key's other half: SubjectPublicKeyInfo for RSA (RFC 6376 section 3.6.1),
// the bare bytes for Ed25519 (RFC 8463 section 4.2).
func (k *Key) public() string {
	if p, ok := k.private.Public().(ed25519.PublicKey); ok {
		return base64.StdEncoding.EncodeToString(p)
	}
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	if err != nil {
		return "" // of an RSA key it cannot fail
	}
	return base64.StdEncoding.EncodeToString(der)
}

// Published compares the key with the TXT records found at its name. Errors say what to
// do.
func (k *Key) Published(records []string) error {
	var ours []string
	for _, r := range records {
		if tags := tagsOf(r); tags["v"] == "DKIM1" || tags["p"] != "" {
			ours = append(ours, r)
		}
	}
	switch {
	case len(ours) == 0:
		return fmt.Errorf("there is no DKIM record at %s; publish this as TXT: %s", k.Name(), k.Record())
	case len(ours) > 1:
		return fmt.Errorf("there are %d DKIM records at %s, and none of them counts; keep one: %s", len(ours), k.Name(), k.Record())
	}
	tags := tagsOf(ours[0])
	switch {
	case tags["p"] == "":
		return fmt.Errorf("the DKIM record at %s says that the key is revoked; publish this: %s", k.Name(), k.Record())
	case tags["p"] != k.public():
		return fmt.Errorf("the DKIM record at %s is of another key, so that no signature holds; publish this: %s", k.Name(), k.Record())
	}
	return nil
}

// tagsOf reads a tag list (RFC 6376 section 3.2), blanks inside values left out.
func tagsOf(record string) map[string]string {
	tags := map[string]string{}
	for tag := range strings.SplitSeq(record, ";") {
		name, value, _ := strings.Cut(tag, "=")
		tags[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
	}
	return tags
}

// Zone is the record as a line of a zone file, in strings of at most 255 bytes
// (RFC 1035 section 3.3).
func (k *Key) Zone() string {
	const longest = 255
	var parts []string
	for rest := k.Record(); rest != ""; {
		n := min(longest, len(rest))
		parts, rest = append(parts, `"`+rest[:n]+`"`), rest[n:]
	}
	return k.Name() + ". IN TXT ( " + strings.Join(parts, " ") + " )"
}
