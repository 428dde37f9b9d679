package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"recado/channels"
	"recado/channels/email/letter"
	"recado/core/message"
)

// postman is the way out, the same for Mailbox and Listener.
type postman struct {
	desk  *desk
	lines chan *line // a place for each connection; idle ones wait in it
}

// line is a place for one connection; client is nil while there is none.
type line struct {
	conn   net.Conn
	client *smtp.Client
	used   time.Time
}

// longestRest is how long an unused connection is trusted. Servers hang up after
// some minutes (RFC 5321 section 4.5.3.2.7), NAT boxes sooner.
const longestRest = 30 * time.Second

func newPostman(d *desk) *postman {
	p := &postman{desk: d, lines: make(chan *line, d.SMTP.Connections)}
	for range d.SMTP.Connections {
		p.lines <- &line{}
	}
	return p
}

// Name is message.Email.
func (p *postman) Name() message.Channel { return message.Email }

// Account names our end, as configured.
func (p *postman) Account() string { return p.desk.Account }

// UpstreamID is the Message-ID, without its brackets, that out bears each time it is sent.
func (p *postman) UpstreamID(out message.Outbound) string { return p.desk.messageID(out) }

// Send composes out and hands it to the SMTP server.
func (p *postman) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	to, ok := letter.ParseAddress(out.To.ID)
	switch {
	case out.To.Channel != message.Email:
		return failed(channels.Permanent, fmt.Errorf("%s is not an e-mail address", out.To))
	case !ok:
		return failed(channels.Unreachable, fmt.Errorf("%q cannot be an e-mail address", out.To.ID))
	case !isASCII(to.String()):
		return failed(channels.Permanent, fmt.Errorf("%q needs SMTPUTF8, which is not spoken yet", to))
	}
	out.To.ID = to.String()
	mail, err := p.desk.compose(ctx, out)
	if err != nil {
		return failed(channels.Temporary, err)
	}
	if p.desk.OutFolder != "" {
		err = p.write(out, mail)
	} else {
		err = p.post(ctx, to.String(), mail)
	}
	if err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{UpstreamID: p.UpstreamID(out)}, nil
}

func failed(kind channels.ErrorKind, err error) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Error{Kind: kind, Err: err}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// write puts the mail into a folder instead, whole or not at all.
func (p *postman) write(out message.Outbound, mail []byte) error {
	path := filepath.Join(p.desk.OutFolder, p.UpstreamID(out)+".eml")
	err := os.MkdirAll(p.desk.OutFolder, 0o700)
	if err == nil {
		err = os.WriteFile(path+".part", mail, 0o600)
	}
	if err == nil {
		err = os.Rename(path+".part", path)
	}
	if err != nil {
		return &channels.Error{Kind: channels.Temporary, Err: fmt.Errorf("writing the mail to its folder: %w", err)}
	}
	return nil
}

// post hands a mail over on a free connection. One that broke while it rested is
// replaced once: nothing was said on it yet.
func (p *postman) post(ctx context.Context, to string, mail []byte) error {
	if p.desk.SMTP.Host == "" {
		return &channels.Error{Kind: channels.SignedOut, Err: errors.New("no SMTP server is configured")}
	}
	var l *line
	select {
	case l = <-p.lines:
	case <-ctx.Done():
		return &channels.Error{Kind: channels.Temporary, Err: ctx.Err()}
	}
	defer func() { p.lines <- l }()

	if l.client != nil && p.desk.Clock().Sub(l.used) > longestRest {
		l.hangUp()
	}
	rested := l.client != nil
	at, err := p.deliver(ctx, l, to, mail)
	if err != nil && rested && at == atSender && l.client == nil && ctx.Err() == nil {
		at, err = p.deliver(ctx, l, to, mail)
	}
	l.used = p.desk.Clock()
	if err != nil {
		return classify(at, fmt.Errorf("sending by %s: %s: %w", p.desk.SMTP.addr(), at, err))
	}
	return nil
}

// step is where in the handing over something happened.
type step string

const (
	atConnect   step = "connecting"
	atSignIn    step = "signing in"
	atSender    step = "naming the sender"
	atRecipient step = "naming the recipient"
	atContent   step = "handing over the content"
)

// deliver is one SMTP transaction. Afterwards the connection is ready for the
// next one, or gone. The end of ctx breaks it.
func (p *postman) deliver(ctx context.Context, l *line, to string, mail []byte) (at step, err error) {
	if l.client == nil {
		if at, err := p.connect(ctx, l); err != nil {
			return at, err
		}
	}
	conn := l.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	at, err = transact(l.client, p.desk.home.Address.String(), to, mail)
	if !stop() && err != nil {
		err = errors.Join(ctx.Err(), err)
	}
	if err != nil && (!saidBySMTP(err) || l.client.Reset() != nil) {
		l.hangUp()
	}
	return at, err
}

func saidBySMTP(err error) bool {
	var said *smtp.SMTPError
	return errors.As(err, &said) && said.Code != 421 // 421 announces that the server hangs up
}

func transact(c *smtp.Client, from, to string, mail []byte) (step, error) {
	if err := c.Mail(from, &smtp.MailOptions{Size: int64(len(mail))}); err != nil {
		return atSender, err
	}
	if err := c.Rcpt(to, nil); err != nil {
		return atRecipient, err
	}
	w, err := c.Data()
	if err != nil {
		return atContent, err
	}
	if _, err := w.Write(mail); err != nil {
		return atContent, err
	}
	return atContent, w.Close()
}

func (l *line) hangUp() {
	if l.conn != nil {
		l.conn.Close()
	}
	l.conn, l.client = nil, nil
}

// connect dials, upgrades and signs in.
func (p *postman) connect(ctx context.Context, l *line) (step, error) {
	conn, err := p.desk.SMTP.dial(ctx)
	if err != nil {
		return atConnect, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	client, at, err := p.greet(ctx, conn)
	if err != nil {
		conn.Close()
		return at, err
	}
	l.conn, l.client = conn, client
	return "", nil
}

func (p *postman) greet(ctx context.Context, conn net.Conn) (c *smtp.Client, at step, err error) {
	if p.desk.SMTP.Mode == StartTLS {
		if c, err = smtp.NewClientStartTLS(conn, p.desk.SMTP.tlsConfig()); err != nil {
			return nil, atConnect, err
		}
	} else {
		c = smtp.NewClient(conn)
	}
	c.CommandTimeout = p.desk.SMTP.Timeout
	c.SubmissionTimeout = 5 * p.desk.SMTP.Timeout // the server may be filtering; RFC 5321 asks for patience here
	if err := c.Hello(or(p.desk.SMTP.Hello, p.desk.home.Address.Domain)); err != nil {
		return nil, atConnect, err
	}
	if p.desk.SMTP.User == "" || p.desk.SMTP.Mode == Plain && !offersSignIn(c) {
		return c, "", nil
	}
	password, err := p.desk.SMTP.Password(ctx)
	if err != nil {
		return nil, atConnect, fmt.Errorf("the password could not be had: %w", err)
	}
	return c, atSignIn, signIn(c, p.desk.SMTP.User, password)
}

// offersSignIn reports whether the server knows users at all. A mail server on the
// desk's own machine, which Plain is for, mostly does not: it knows machines.
func offersSignIn(c *smtp.Client) bool {
	offers, _ := c.Extension("AUTH")
	return offers
}

func signIn(c *smtp.Client, user, password string) error {
	switch {
	case c.SupportsAuth(sasl.Plain):
		return c.Auth(sasl.NewPlainClient("", user, password))
	case c.SupportsAuth(sasl.Login):
		return c.Auth(sasl.NewLoginClient(user, password))
	}
	return &smtp.SMTPError{Code: 504, EnhancedCode: smtp.EnhancedCode{5, 7, 4}, Message: "the server offers neither PLAIN nor LOGIN"}
}
