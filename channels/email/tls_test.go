package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-smtp"
)

// certificate is one for 127.0.0.1, and the pool that trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	lent := httptest.NewTLSServer(nil)
	defer lent.Close()
	roots := x509.NewCertPool()
	roots.AddCert(lent.Certificate())
	return &tls.Config{Certificates: lent.TLS.Certificates}, roots
}

// serveTLS starts an IMAP and an SMTP server that are reached in the given mode.
func serveTLS(t *testing.T, mode TLSMode, config *tls.Config) (imapPort, smtpPort int) {
	t.Helper()
	imapLine, smtpLine := listenLocal(t), listenLocal(t)
	if mode == TLS {
		imapLine.wrap = func(c net.Conn) net.Conn { return tls.Server(c, config) }
		smtpLine.wrap = imapLine.wrap
	}
	memory := imapmemserver.New()
	user := imapmemserver.NewUser(testUser, testPassword)
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory.AddUser(user)
	in := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		TLSConfig: config,
		Logger:    quiet{},
	})
	up := &smtpUpstream{refuse: map[step]error{}}
	out := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &smtpSession{up}, nil }))
	out.ErrorLog = quiet{}
	out.TLSConfig = config
	go func() { _ = in.Serve(imapLine) }()  // ends with Close
	go func() { _ = out.Serve(smtpLine) }() // ends with Close
	t.Cleanup(func() { in.Close(); out.Close() })
	return imapLine.port(), smtpLine.port()
}

// Both servers let passwords pass only over TLS, so that signing in shows it is on.
func TestProtectedConnections(t *testing.T) {
	for _, mode := range []TLSMode{TLS, StartTLS} {
		t.Run(string(mode), func(t *testing.T) {
			config, roots := certificate(t)
			imapPort, smtpPort := serveTLS(t, mode, config)
			o := testOptions(t)
			server := Server{Host: "127.0.0.1", Mode: mode, User: testUser, Password: password, Roots: roots}
			o.IMAP.Server, o.SMTP.Server = server, server
			o.IMAP.Port, o.SMTP.Port = imapPort, smtpPort
			m, err := NewMailbox(o)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Check(context.Background()); err != nil {
				t.Errorf("with the right certificate: %v", err)
			}
			o.IMAP.Roots, o.SMTP.Roots = x509.NewCertPool(), x509.NewCertPool()
			if m, err = NewMailbox(o); err != nil {
				t.Fatal(err)
			}
			err = m.Check(context.Background())
			if err == nil || strings.Count(err.Error(), "is not trusted") != 2 {
				t.Errorf("with a certificate of nobody: %v", err)
			}
		})
	}
}

func TestStartTLSIsNotGivenUp(t *testing.T) {
	in, out := newIMAP(t, asItIs), newSMTP(t) // neither offers it
	o := testOptions(t)
	o.IMAP, o.SMTP = in.options(), out.options()
	o.IMAP.Mode, o.SMTP.Mode = StartTLS, StartTLS
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Check(context.Background()); err == nil || !strings.Contains(err.Error(), "the connection to the IMAP server") || !strings.Contains(err.Error(), "does not offer STARTTLS") {
		t.Errorf("went on without TLS: %v", err)
	}
}
