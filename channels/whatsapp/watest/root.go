package watest

import (
	"crypto/ecdh"
	"crypto/sha256"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// root signs the servers' certificates. It is the same in every process, so that a
// program under test that runs by itself can be told of it beforehand.
func root() *keys.KeyPair {
	return keys.NewKeyPairFromPrivateKey(sha256.Sum256([]byte("recado watest root: it vouches for nothing")))
}

// RootKey is the public key to be put into whatsmeow.WACertPubKey.
func RootKey() [32]byte { return *root().Pub }

// Trust makes this process accept our certificates: for a program under test that was
// built for that (go build -tags watest).
func Trust() { trustRoot() }

// trustRoot has all whatsmeow clients of this process accept our certificates. Once:
// clients of other tests read the key at any time.
var trustRoot = sync.OnceFunc(func() {
	whatsmeow.WACertPubKey = RootKey()
	var mute logger.Loggable = silent{} // it writes to the terminal otherwise
	logger.Setup(&mute)
})

// silent drops what libsignal says of messages that a test damaged.
type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

// certificate is the chain that vouches for a server's static key.
func certificate(static *keys.KeyPair, now time.Time) ([]byte, error) {
	const intermediateSerial, leafSerial = 7, 8
	middle := keys.NewKeyPair()
	intermediate, err := signed(root(), &waCert.CertChain_NoiseCertificate_Details{
		Serial: proto.Uint32(intermediateSerial), IssuerSerial: proto.Uint32(whatsmeow.WACertIssuerSerial), Key: middle.Pub[:],
	}, now)
	if err != nil {
		return nil, err
	}
	leaf, err := signed(middle, &waCert.CertChain_NoiseCertificate_Details{
		Serial: proto.Uint32(leafSerial), IssuerSerial: proto.Uint32(intermediateSerial), Key: static.Pub[:],
	}, now)
	if err != nil {
		return nil, err
	}
	return proto.Marshal(&waCert.CertChain{Intermediate: intermediate, Leaf: leaf})
}

func signed(by *keys.KeyPair, details *waCert.CertChain_NoiseCertificate_Details, now time.Time) (*waCert.CertChain_NoiseCertificate, error) {
	details.NotBefore = new(uint64(now.Add(-time.Hour).Unix()))
	details.NotAfter = new(uint64(now.AddDate(1, 0, 0).Unix()))
	raw, err := proto.Marshal(details)
	if err != nil {
		return nil, fmt.Errorf("certificate: %w", err)
	}
	signature := ecc.CalculateSignature(ecc.NewDjbECPrivateKey(*by.Priv), raw)
	return &waCert.CertChain_NoiseCertificate{Details: raw, Signature: signature[:]}, nil
}

// shared is a Diffie-Hellman result.
func shared(private, public []byte) ([]byte, error) {
	priv, err := ecdh.X25519().NewPrivateKey(private)
	if err != nil {
		return nil, err
	}
	pub, err := ecdh.X25519().NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	return priv.ECDH(pub)
}
