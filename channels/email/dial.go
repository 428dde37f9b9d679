package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
)

// dial connects, with TLS from the start where that is the mode. The protocol
// itself upgrades a connection for STARTTLS.
func (s Server) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.addr())
	if err != nil || s.Mode != TLS {
		return conn, err
	}
	secured := tls.Client(conn, s.tlsConfig())
	if err := secured.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return secured, nil
}

func (s Server) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
}

// trouble is an error in words for the person who runs the desk.
type trouble struct {
	text  string
	err   error
	final bool // only a person can mend it; trying again is of no use
}

func (t *trouble) Error() string { return t.text }
func (t *trouble) Unwrap() error { return t.err }

// troubled words a failure; what the server itself said is put behind it.
func troubled(err error, format string, args ...any) *trouble {
	return &trouble{text: fmt.Sprintf(format, args...) + " (" + err.Error() + ")", err: err}
}

// unreachable words why no connection to a server came about.
func (s Server) unreachable(protocol string, err error) error {
	var dns *net.DNSError
	var op *net.OpError
	switch {
	case certificateRefused(err):
		return troubled(err, "the certificate of the %s server at %s is not trusted", protocol, s.addr())
	case errors.As(err, &dns):
		return troubled(err, "the %s server's name %s is not known", protocol, s.Host)
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return troubled(err, "the %s server at %s did not answer within %v", protocol, s.addr(), s.Timeout)
	case errors.As(err, &op) && op.Op == "dial":
		return troubled(err, "nothing answers at %s, where the %s server should be", s.addr(), protocol)
	}
	return troubled(err, "the connection to the %s server at %s failed", protocol, s.addr())
}

func certificateRefused(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host) || errors.As(err, &invalid)
}
