package watest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// hosts are the names under which clients look for us.
var hosts = []string{"web.whatsapp.com", "*.whatsapp.net", "*.whatsapp.com"}

// Server is a WhatsApp of a test's own. Its methods are safe for concurrent use.
type Server struct {
	t      testing.TB
	http   *httptest.Server
	static *keys.KeyPair // of the Noise handshake
	faults *faults

	mu       sync.Mutex
	accounts map[string]*Account // by number, and by hidden id
	conns    map[*conn]struct{}
	pairings []*pairing
	groups   map[types.JID]*Group
	media    map[string][]byte // by path
	next     int               // of our own ids
	revision int               // of the front page
	oddities []string
}

// New starts a server for t. When t ends, whatever was strange fails it.
func New(t testing.TB) *Server {
	t.Helper()
	trustRoot()
	s := &Server{
		t: t, static: keys.NewKeyPair(), faults: newFaults(),
		revision: 1, accounts: map[string]*Account{}, conns: map[*conn]struct{}{}, groups: map[types.JID]*Group{}, media: map[string][]byte{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws/chat", s.serveSocket)
	mux.HandleFunc("POST /mms/", s.upload)
	mux.HandleFunc("GET /media/", s.download)
	mux.HandleFunc("GET /{$}", s.frontPage)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.strange("a request for %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	s.http = httptest.NewUnstartedServer(mux)
	s.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // broken connections are what tests are about
	s.http.TLS = &tls.Config{Certificates: []tls.Certificate{tlsCertificate(t)}, NextProtos: []string{"http/1.1"}, MinVersion: tls.VersionTLS12}
	s.http.StartTLS()
	t.Cleanup(s.close)
	return s
}

// frontPage is what WhatsApp Web shows a browser; clients look for their version in it.
func (s *Server) frontPage(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.revision < 0 {
		http.Error(w, "the test wants it so", http.StatusServiceUnavailable)
		return
	}
	_, _ = fmt.Fprintf(w, `<script>{"client_revision":%d,"other":1}</script>`, s.revision)
}

// SetRevision is which version the front page names; below zero there is no page. It is
// 1 otherwise, which is older than any client.
func (s *Server) SetRevision(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.revision = n
}

func (s *Server) close() {
	s.mu.Lock()
	for c := range s.conns {
		c.cut()
	}
	oddities := s.oddities
	s.mu.Unlock()
	s.http.Close()
	for _, odd := range oddities {
		s.t.Error("watest: " + odd)
	}
}

// strange notes what fails the test at its end.
func (s *Server) strange(format string, args ...any) {
	odd := fmt.Sprintf(format, args...)
	go func() { // the caller may hold the lock
		s.mu.Lock()
		defer s.mu.Unlock()
		s.oddities = append(s.oddities, odd)
	}()
}

// Oddities are the strange things so far; a test that provokes some takes them away.
func (s *Server) Oddities() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	odd := s.oddities
	s.oddities = nil
	return odd
}

// Wire leads a client here, and nowhere else.
func (s *Server) Wire(cli *whatsmeow.Client) {
	client := s.HTTPClient()
	cli.SetPreLoginHTTPClient(client)
	cli.SetWebsocketHTTPClient(client)
	cli.SetMediaHTTPClient(client)
}

// HTTPClient dials this server whatever the address says.
func (s *Server) HTTPClient() *http.Client {
	pool := x509.NewCertPool()
	pool.AddCert(s.http.Certificate())
	var dialer net.Dialer
	address := s.http.Listener.Addr().String()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, network, address)
	}
	return &http.Client{Transport: transport}
}

// CertFile writes the server's certificate, for SSL_CERT_FILE of another process.
func (s *Server) CertFile() string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "watest.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func (s *Server) now() time.Time { return time.Now() } //nolint:forbidigo // whatsmeow compares our times with its own, which are the system's

func (s *Server) unix() string { return strconv.FormatInt(s.now().Unix(), 10) }

// newID names a stanza of ours. The caller holds the lock.
func (s *Server) newID() string {
	s.next++
	return "watest-" + strconv.Itoa(s.next)
}

// handle takes one stanza.
func (s *Server) handle(c *conn, n *waBinary.Node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.isEnding() {
		return // it speaks to nobody
	}
	switch n.Tag {
	case "iq":
		s.query(c, n)
	case "message":
		s.message(c, n)
	case "receipt":
		s.receipt(c, n)
	case "ack":
		s.acknowledged(c, n)
	case "chatstate":
		s.chatState(c, n)
	case "presence":
		s.presence(c, n)
	case "ib":
		if _, telemetry := n.GetOptionalChildByTag("unified_session"); !telemetry {
			s.strange("a stanza nobody knows: %s", n)
		}
	default:
		s.strange("a stanza nobody knows: %s", n)
	}
}

// Waiting says how many stanzas an account's devices have not settled.
func (a *Account) Waiting() int {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	n := 0
	for _, d := range a.devices {
		if d.number > 0 || d.noise != nil {
			n += len(d.queue)
		}
	}
	return n
}

// AwaitSettled waits until the account's devices have settled everything; the test
// fails when they do not.
func (a *Account) AwaitSettled() {
	a.server.t.Helper()
	const every = 5 * time.Millisecond
	late := time.After(patience)
	for a.Waiting() > 0 {
		select {
		case <-time.After(every):
		case <-late:
			a.server.t.Fatalf("watest: %d stanzas for %s are not settled after %v", a.Waiting(), a.name, patience)
		}
	}
}

// withDevice is jid for one of its devices.
func withDevice(jid types.JID, device uint16) types.JID {
	jid.Device = device
	return jid
}

func errReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed)
}
