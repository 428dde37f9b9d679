package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"recado/channels"
)

// Listener is a channel that takes mail in by SMTP or LMTP and answers by SMTP. It is an
// end, not a relay: it knows the desk's addresses, with any detail, and no other.
type Listener struct {
	*postman
	*condition
	door *door
	o    ListenOptions
	tls  *tls.Config // nil: STARTTLS is not offered
}

var (
	_ channels.Channel    = (*Listener)(nil)
	_ channels.Foreteller = (*Listener)(nil)
	_ channels.Checker    = (*Listener)(nil)
	_ channels.Reporter   = (*Listener)(nil)
	_ channels.Amender    = (*Listener)(nil)
)

// ListenOptions describe the way in.
type ListenOptions struct {
	Addr string // host:port, or unix: and the path of a socket
	LMTP bool   // RFC 2033, one answer for each recipient; else SMTP

	// CertFile and KeyFile are for STARTTLS, in PEM. They are read again for each
	// connection, so that a renewed certificate needs no restart. Empty: none is offered.
	CertFile, KeyFile string

	// For are the desk's other addresses that mail is taken for. What comes for them is
	// answered by the channel of their account.
	For []Identity

	Admission Admission
	Senders   SenderCheck

	// TrustSubmission believes the From of whoever connects. It is for trying things
	// out, and refused on an address that others can reach.
	TrustSubmission bool
}

// Identity is an address of the desk, and the account of the channel that answers for it.
type Identity struct{ Address, Account string }

const unixPrefix = "unix:"

// Listen opens the port, so that mail sent from now on waits for Run.
func Listen(ctx context.Context, o Options, l ListenOptions) (*Listener, error) {
	for _, id := range l.For {
		o.Also = append(o.Also, id.Address)
	}
	d, err := newDesk(o)
	if err != nil {
		return nil, err
	}
	if l.TrustSubmission && !l.private() {
		return nil, fmt.Errorf("email: senders are believed without proof only on this machine itself, not at %s", l.Addr)
	}
	l.Admission = l.Admission.withDefaults()
	l.Senders = l.Senders.withDefaults()
	secured, err := l.tlsConfig()
	if err != nil {
		return nil, err
	}
	port, err := l.open(ctx)
	if err != nil {
		return nil, fmt.Errorf("email: listening at %s: %w", l.Addr, err)
	}
	listener := &Listener{
		postman: newPostman(d), condition: &condition{}, door: newDoor(port, l.Admission, d.Clock), o: l, tls: secured,
	}
	listener.set(false, "not started yet")
	return listener, nil
}

// private reports whether nobody but this machine can connect.
func (l ListenOptions) private() bool {
	host, _, err := net.SplitHostPort(l.Addr)
	return strings.HasPrefix(l.Addr, unixPrefix) || err == nil && onLoopback(host)
}

// open takes the port. A socket that a killed process left behind is replaced; one at
// which somebody answers is not.
func (l ListenOptions) open(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	path, local := strings.CutPrefix(l.Addr, unixPrefix)
	if !local {
		return config.Listen(ctx, "tcp", l.Addr)
	}
	var dialer net.Dialer
	if conn, err := dialer.DialContext(ctx, "unix", path); err == nil {
		conn.Close()
		return nil, errors.New("somebody listens there already")
	}
	if info, err := os.Lstat(path); err == nil && info.Mode().Type() == os.ModeSocket {
		_ = os.Remove(path) // else Listen says what is wrong
	}
	port, err := config.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	// The mail server is another user: it gets in by its group.
	if err := os.Chmod(path, 0o660); err != nil { //nolint:gosec // see above
		return nil, errors.Join(err, port.Close())
	}
	return port, nil
}

func (l ListenOptions) tlsConfig() (*tls.Config, error) {
	if l.CertFile == "" {
		return nil, nil
	}
	load := func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		pair, err := tls.LoadX509KeyPair(l.CertFile, l.KeyFile)
		return &pair, err
	}
	if _, err := load(nil); err != nil {
		return nil, fmt.Errorf("email: the certificate for STARTTLS: %w", err)
	}
	return &tls.Config{GetCertificate: load, MinVersion: tls.VersionTLS12}, nil
}

// Addr is where it listens, with the port that the system chose for ":0".
func (l *Listener) Addr() net.Addr { return l.door.Addr() }

// Close gives the port back, if Run was never called.
func (l *Listener) Close() error { return l.door.Close() }

// Check tries the way out; the way in is open since Listen.
func (l *Listener) Check(ctx context.Context) error { return l.checkOut(ctx) }

// Run takes mail until ctx ends. Mail whose content is on its way then is still
// committed and answered, if it comes soon.
func (l *Listener) Run(ctx context.Context, sink channels.Sink) error {
	defer l.set(false, "stopped")
	b := &intake{ctx: ctx, sink: sink, Listener: l}
	server := l.server(b)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l.door) }()
	l.set(true, "listening at "+l.door.Addr().String())
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	late := time.AfterFunc(grace, func() { _ = server.Close() }) // it may be closed already
	b.drain()
	late.Stop()
	_ = server.Close() // ends idle connections; what was owed is done
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("taking mail at %s: %w", l.door.Addr(), err)
	}
	return nil
}

func (l *Listener) server(b *intake) *smtp.Server {
	server := smtp.NewServer(b)
	server.LMTP = l.o.LMTP
	server.Domain = l.desk.home.Address.Domain
	server.TLSConfig = l.tls
	server.MaxMessageBytes = l.desk.MaxMail
	server.MaxRecipients = l.o.Admission.Recipients
	server.MaxLineLength = 64 << 10 // broken senders write whole paragraphs in a line; nothing is gained by losing them
	server.ReadTimeout = l.o.Admission.Idle
	server.WriteTimeout = time.Minute
	server.EnableSMTPUTF8, server.EnableBINARYMIME = true, true
	server.ErrorLog = quiet{}
	return server
}

// quiet drops what go-smtp says of connections that broke off.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// intake is the server's backend for one Run.
type intake struct {
	*Listener
	ctx  context.Context //nolint:containedctx // of Run: go-smtp's callbacks have none of their own
	sink channels.Sink

	mu       sync.Mutex
	draining bool
	atWork   sync.WaitGroup
}

// begin notes that content is being taken, unless Run is ending.
func (b *intake) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.draining {
		return false
	}
	b.atWork.Add(1)
	return true
}

func (b *intake) drain() {
	b.mu.Lock()
	b.draining = true
	b.mu.Unlock()
	b.atWork.Wait()
}

// NewSession is called for each connection.
func (b *intake) NewSession(c *smtp.Conn) (smtp.Session, error) {
	if b.ctx.Err() != nil {
		return nil, closing
	}
	conn := c.Conn()
	if secured, ok := conn.(*tls.Conn); ok { // after STARTTLS
		conn = secured.NetConn()
	}
	owing, ok := conn.(*owingConn)
	if !ok {
		return nil, errors.New("a connection from elsewhere")
	}
	return &submission{intake: b, conn: owing, peer: peerOf(owing), hello: c.Hostname()}, nil
}
