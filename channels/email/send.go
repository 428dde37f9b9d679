package email

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/net/idna"

	"recado/channels"
	"recado/channels/email/dkim"
	"recado/channels/email/letter"
	"recado/core/message"
)

// postman is the way out, the same for Mailbox and Listener.
type postman struct {
	desk *desk
	pool *pool
	keys []*dkim.Key
}

func newPostman(d *desk) *postman {
	return &postman{desk: d, pool: newPool(d.SMTP.Connections, d.SMTP.Rest), keys: dkim.For(d.DKIM, d.home.Address.Domain)}
}

// Name is message.Email.
func (p *postman) Name() message.Channel { return message.Email }

// Account names our end, as configured.
func (p *postman) Account() string { return p.desk.Account }

// UpstreamID is the Message-ID, without its brackets, that out bears each time it is sent.
func (p *postman) UpstreamID(out message.Outbound) string { return p.desk.messageID(out) }

// MayAmend says no: nobody calls a mail back.
func (p *postman) MayAmend(message.Outbound, message.Kind, time.Time, time.Time) bool { return false }

// Send composes out and hands it to the SMTP server.
func (p *postman) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	to, ok := letter.ParseAddress(out.To.ID)
	switch {
	case out.To.Channel != message.Email:
		return failed(channels.Permanent, fmt.Errorf("%s is not an e-mail address", out.To))
	case !ok:
		return failed(channels.Unreachable, fmt.Errorf("%q cannot be an e-mail address", out.To.ID))
	}
	out.To.ID = to.String()
	wire := spelled(to)
	mail, err := p.desk.compose(ctx, out)
	if err == nil {
		mail, err = dkim.Sign(mail, p.keys)
	}
	if err != nil {
		return failed(channels.Temporary, err)
	}
	if p.desk.OutFolder != "" {
		err = p.write(out, mail)
	} else {
		err = p.post(ctx, wire, mail)
	}
	if err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{UpstreamID: p.UpstreamID(out)}, nil
}

func failed(kind channels.ErrorKind, err error) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Error{Kind: kind, Err: err}
}

// spelled is the address as any server takes it: a domain in letters beyond ASCII has
// another name that is in them (RFC 5891). A local part has none.
func spelled(a letter.Address) string {
	if domain, err := idna.Lookup.ToASCII(a.Domain); err == nil && isASCII(a.Local) {
		a.Domain = domain
	}
	return a.String()
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

// post hands a mail over on a free connection.
func (p *postman) post(ctx context.Context, to string, mail []byte) error {
	if p.desk.SMTP.Host == "" {
		return &channels.Error{Kind: channels.SignedOut, Err: errors.New("no SMTP server is configured")}
	}
	c, err := p.pool.take(ctx)
	if err != nil {
		return &channels.Error{Kind: channels.Temporary, Err: err}
	}
	defer func() { p.pool.give(c) }()
	var at step
	if c, at, err = p.deliver(ctx, c, to, mail); err != nil {
		return classify(ctx, at, fmt.Errorf("sending by %s: %s: %w", p.desk.SMTP.addr(), at, err))
	}
	return nil
}

// deliver is one SMTP transaction on c, or on a new connection where that is nil. One
// that broke while it rested is replaced once: the server cannot have the mail before
// its content is sent. It returns the connection when that is fit for another mail.
func (p *postman) deliver(ctx context.Context, c *relay, to string, mail []byte) (*relay, step, error) {
	if c == nil {
		var at step
		var err error
		if c, at, err = p.connect(ctx); err != nil {
			return nil, at, err
		}
	}
	again := c.used
	at, given, err := c.hand(ctx, p.desk.home.Address.String(), to, mail)
	if c.settle(err) {
		return c, at, err
	}
	c.conn.Close()
	if again && !given && ctx.Err() == nil {
		return p.deliver(ctx, nil, to, mail)
	}
	return nil, at, err
}

func (p *postman) connect(ctx context.Context) (*relay, step, error) {
	return p.desk.SMTP.connect(ctx, or(p.desk.SMTP.Hello, p.desk.home.Address.Domain))
}
