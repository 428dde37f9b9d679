package email

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"strconv"
	"time"
)

// step is where in the handing over something happened.
type step string

const (
	atConnect   step = "connecting"
	atSignIn    step = "signing in"
	atSender    step = "naming the sender"
	atRecipient step = "naming the recipient"
	atContent   step = "handing over the content"
)

// relay is one connection to the server that takes our mail. net/smtp does the
// greeting, TLS and signing in; it leaves its text connection open to others, which
// pipelining needs (DECISIONS.md).
type relay struct {
	conn    net.Conn // below TLS: deadlines are set here
	client  *smtp.Client
	server  SMTP
	pipes   bool // RFC 2920: it takes commands ahead of its answers
	utf8    bool // RFC 6531: addresses outside ASCII
	largest int  // bytes of a mail, RFC 1870; 0: it did not say
	used    bool // it has carried a mail
}

// connect dials, upgrades and signs in. The end of ctx breaks it off.
func (s SMTP) connect(ctx context.Context, hello string) (c *relay, at step, err error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, atConnect, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c = &relay{conn: conn, server: s}
	if at, err = c.greet(ctx, hello); err != nil {
		conn.Close()
		return nil, at, asRefusal(err)
	}
	return c, "", nil
}

func (c *relay) greet(ctx context.Context, hello string) (at step, err error) {
	c.patience(c.server.Timeout)
	if c.client, err = smtp.NewClient(c.conn, c.server.Host); err != nil {
		return atConnect, err
	}
	if err := c.client.Hello(hello); err != nil {
		return atConnect, err
	}
	if c.server.Mode == StartTLS {
		if offered, _ := c.client.Extension("STARTTLS"); !offered {
			return atConnect, errNoTLS
		}
		if err := c.client.StartTLS(c.server.tlsConfig()); err != nil {
			return atConnect, err
		}
	}
	c.pipes, _ = c.client.Extension("PIPELINING")
	c.utf8, _ = c.client.Extension("SMTPUTF8")
	if offered, size := c.client.Extension("SIZE"); offered {
		c.largest, _ = strconv.Atoi(size) // without a number there is no limit
	}
	return c.signIn(ctx)
}

// errNoTLS is when a server does not offer what the configuration asks for. To go on
// in the clear is what somebody on the line would want.
var errNoTLS = errors.New("the server does not offer STARTTLS")

// patience is how long the server has for its next answers.
func (c *relay) patience(d time.Duration) { _ = c.conn.SetDeadline(time.Now().Add(d)) } //nolint:forbidigo // the kernel's clock

// errTooLarge is a mail that the server has said it will not take.
var errTooLarge = &refusal{Code: 552, Enhanced: [3]int{5, 3, 4}, Text: "the mail is larger than the server takes"}

// errNoUTF8 is an address that the server cannot spell.
var errNoUTF8 = &refusal{Code: 553, Enhanced: [3]int{5, 6, 7}, Text: "the server does not speak SMTPUTF8, which the address needs"}

// hand is one transaction. given says whether the content was on its way when it
// failed: only then may the server have the mail.
func (c *relay) hand(ctx context.Context, from, to string, mail []byte) (at step, given bool, err error) {
	if c.largest > 0 && len(mail) > c.largest {
		return atSender, false, errTooLarge
	}
	wide := !isASCII(to) || !isASCII(from)
	if wide && !c.utf8 {
		return atRecipient, false, errNoUTF8
	}
	conn := c.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	c.patience(c.server.Timeout)
	if at, err = c.announce(c.mailFrom(from, len(mail), wide), "RCPT TO:<"+to+">"); err == nil {
		given = true
		c.patience(5 * c.server.Timeout) // the server may be filtering; RFC 5321 asks for patience here
		at, err = atContent, c.content(mail)
	}
	if !stop() && err != nil {
		err = errors.Join(ctx.Err(), err)
	}
	c.used = true
	return at, given, err
}

func (c *relay) mailFrom(from string, size int, wide bool) string {
	line := "MAIL FROM:<" + from + ">"
	if c.largest > 0 {
		line += " SIZE=" + strconv.Itoa(size)
	}
	if wide {
		line += " BODY=8BITMIME SMTPUTF8" // RFC 6531 section 3.1: who offers the one offers the other
	}
	return line
}

// announce says the three commands before the content: all at once where the server
// can read ahead, else one after the other.
func (c *relay) announce(mailFrom, rcptTo string) (step, error) {
	commands := []struct {
		at   step
		line string
		want int // code, or its first digits
	}{{atSender, mailFrom, 250}, {atRecipient, rcptTo, 25}, {atContent, "DATA", 354}}
	text := c.client.Text
	if !c.pipes {
		for _, command := range commands {
			if err := text.PrintfLine("%s", command.line); err != nil {
				return command.at, err
			}
			if _, _, err := text.ReadResponse(command.want); err != nil {
				return command.at, asRefusal(err)
			}
		}
		return "", nil
	}
	if err := text.PrintfLine("%s\r\n%s\r\n%s", mailFrom, rcptTo, "DATA"); err != nil {
		return atSender, err
	}
	var first step
	var refused error
	for _, command := range commands {
		_, _, err := text.ReadResponse(command.want)
		if said, ok := errors.AsType[*textproto.Error](err); err != nil && (!ok || said.Code == hangsUp) {
			return command.at, asRefusal(err)
		}
		if err != nil && refused == nil {
			first, refused = command.at, asRefusal(err)
		}
		if command.at == atContent && err == nil && refused != nil {
			// It waits for content though nobody is to have it: an empty one, whatever it
			// says to that (RFC 2920 section 3.1).
			if err := text.PrintfLine("."); err != nil {
				return first, err
			}
			if _, _, err := text.ReadResponse(0); err != nil {
				return first, err
			}
		}
	}
	return first, refused
}

// hangsUp is the code of a server that closes the connection (RFC 5321 section 3.8).
const hangsUp = 421

var lineEnd = []byte("\r\n")

// content sends the mail, dots doubled (RFC 5321 section 4.5.2). It ends with a line
// end, as everything that compose writes.
func (c *relay) content(mail []byte) error {
	w := c.client.Text.W
	if bytes.HasPrefix(mail, []byte(".")) {
		_ = w.WriteByte('.') // a bufio.Writer keeps its error until Flush
	}
	for {
		before, after, found := bytes.Cut(mail, []byte("\r\n."))
		_, _ = w.Write(before)
		if !found {
			break
		}
		_, _ = w.WriteString("\r\n..")
		mail = after
	}
	if !bytes.HasSuffix(mail, lineEnd) {
		_, _ = w.Write(lineEnd)
	}
	_, _ = w.WriteString(".\r\n")
	if err := w.Flush(); err != nil {
		return err
	}
	_, _, err := c.client.Text.ReadResponse(250)
	return asRefusal(err)
}

// settle makes the connection fit for another mail after a refusal. It reports
// whether it is.
func (c *relay) settle(err error) bool {
	if err == nil {
		return true
	}
	said, ok := errors.AsType[*refusal](err)
	if !ok || said.Code == hangsUp {
		return false
	}
	c.patience(c.server.Timeout)
	return c.client.Reset() == nil
}

// quit takes leave; a server that does not answer is left without.
func (c *relay) quit() error {
	const farewell = 2 * time.Second
	c.patience(min(farewell, c.server.Timeout))
	err := c.client.Quit()
	return errors.Join(err, ignoreClosed(c.conn.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
