package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"recado/channels"
	"recado/channels/email/letter"
)

// Listener is a channel that takes mail in by SMTP and answers by SMTP. It is an
// end, not a relay: it knows the desk's address, with any detail, and no other.
type Listener struct {
	*postman
	*condition
	port    net.Listener
	believe bool
}

var (
	_ channels.Channel    = (*Listener)(nil)
	_ channels.Foreteller = (*Listener)(nil)
	_ channels.Checker    = (*Listener)(nil)
	_ channels.Reporter   = (*Listener)(nil)
)

// ListenOptions describe the SMTP way in.
type ListenOptions struct {
	Addr string // host:port

	// TrustSubmission believes the From of whoever connects. It is for trying things
	// out, and refused on an address that others can reach.
	TrustSubmission bool
}

// Listen opens the port, so that mail sent from now on waits for Run.
func Listen(ctx context.Context, o Options, l ListenOptions) (*Listener, error) {
	d, err := newDesk(o)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(l.Addr)
	if err != nil {
		return nil, fmt.Errorf("email: the address to listen at: %w", err)
	}
	if l.TrustSubmission && !onLoopback(host) {
		return nil, fmt.Errorf("email: senders are believed without proof only on this machine itself, not at %s", l.Addr)
	}
	var config net.ListenConfig
	port, err := config.Listen(ctx, "tcp", l.Addr)
	if err != nil {
		return nil, fmt.Errorf("email: listening at %s: %w", l.Addr, err)
	}
	listener := &Listener{postman: newPostman(d), condition: &condition{}, port: port, believe: l.TrustSubmission}
	listener.set(false, "not started yet")
	return listener, nil
}

// Addr is where it listens, with the port that the system chose for ":0".
func (l *Listener) Addr() net.Addr { return l.port.Addr() }

// Close gives the port back, if Run was never called.
func (l *Listener) Close() error { return l.port.Close() }

// Check tries the way out; the way in is open since Listen.
func (l *Listener) Check(ctx context.Context) error { return l.checkOut(ctx) }

// Run takes mail until ctx ends. Mail whose content is on its way then is still
// committed and answered.
func (l *Listener) Run(ctx context.Context, sink channels.Sink) error {
	defer l.set(false, "stopped")
	b := &intake{ctx: ctx, sink: sink, Listener: l}
	server := smtp.NewServer(b)
	server.Domain = l.desk.home.Address.Domain
	server.MaxMessageBytes = l.desk.MaxMail
	server.MaxRecipients = 50
	server.MaxLineLength = 64 << 10 // broken senders write whole paragraphs in a line; nothing is gained by losing them
	server.ReadTimeout = 5 * time.Minute
	server.WriteTimeout = time.Minute
	server.ErrorLog = quiet{}

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(owingListener{l.port}) }()
	l.set(true, "listening at "+l.port.Addr().String())
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	b.drain()
	_ = server.Close() // ends idle connections; what was owed is done
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("taking mail at %s: %w", l.port.Addr(), err)
	}
	return nil
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
	conn, _ := c.Conn().(*owingConn)
	return &submission{intake: b, conn: conn}, nil
}

// owingListener makes connections that know what they owe.
type owingListener struct{ net.Listener }

func (l owingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &owingConn{Conn: conn}, nil
}

// owingConn settles a debt once the next answer was written: go-smtp writes the
// 250 after Data returned, and Run must not hang up between the two.
type owingConn struct {
	net.Conn
	mu   sync.Mutex
	debt func()
	gone bool
}

func (c *owingConn) owe(debt func()) {
	c.mu.Lock()
	c.debt = debt
	gone := c.gone
	c.mu.Unlock()
	if gone {
		c.settle()
	}
}

func (c *owingConn) settle() {
	c.mu.Lock()
	debt := c.debt
	c.debt = nil
	c.mu.Unlock()
	if debt != nil {
		debt()
	}
}

// forget settles for good: nothing can be answered any more.
func (c *owingConn) forget() {
	c.mu.Lock()
	c.gone = true
	c.mu.Unlock()
	c.settle()
}

func (c *owingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.settle()
	return n, err
}

var (
	closing    = &smtp.SMTPError{Code: 421, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "closing, come back later"}
	notHere    = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox here, and nothing is relayed"}
	comeLater  = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "the mail could not be kept now, try again later"}
	brokeOff   = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 4, 2}, Message: "the mail broke off"}
	nobodyHere = &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 5, 1}, Message: "no recipient"}
)

// submission is one mail on its way in.
type submission struct {
	intake     *intake
	conn       *owingConn
	sender     string
	recipients []string
}

func (s *submission) Reset() { s.sender, s.recipients = "", nil }

// Logout is called when the connection is gone.
func (s *submission) Logout() error {
	s.conn.forget()
	return nil
}

func (s *submission) Mail(from string, _ *smtp.MailOptions) error {
	if s.intake.ctx.Err() != nil {
		return closing
	}
	s.Reset()
	s.sender = from
	return nil
}

func (s *submission) Rcpt(to string, _ *smtp.RcptOptions) error {
	a, ok := letter.ParseAddress(to)
	if _, ours := s.intake.desk.home.Detail(a); !ok || !ours {
		return notHere
	}
	s.recipients = append(s.recipients, to)
	return nil
}

// Data takes the content; nil becomes 250.
func (s *submission) Data(r io.Reader) error {
	b := s.intake
	if !b.begin() {
		return closing
	}
	defer s.conn.owe(b.atWork.Done)
	if len(s.recipients) == 0 {
		return nobodyHere
	}
	raw, err := io.ReadAll(r)
	var refused *smtp.SMTPError
	switch {
	case errors.As(err, &refused): // larger than MaxMail
		return refused
	case err != nil:
		return brokeOff
	}
	ctx, cancel := draining(b.ctx)
	defer cancel()
	in, err := b.desk.read(ctx, raw, letter.Envelope{Sender: &s.sender, Recipients: s.recipients, Believed: b.believe})
	if err == nil {
		err = offer(ctx, b.sink, in)
	}
	if err != nil {
		b.desk.Log.Error("mail could not be committed; its sender will try again", "account", b.desk.Account, "error", err)
		return comeLater
	}
	return nil
}
