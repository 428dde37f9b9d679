package email

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"recado/channels"
	"recado/channels/channeltest"
	"recado/core/message"
)

const (
	testUser     = "suporte"
	testPassword = "segredo"
)

// cuttable notes the connections of a server, to break them.
type cuttable struct {
	net.Listener
	mu    sync.Mutex
	conns []net.Conn
	wrap  func(net.Conn) net.Conn
}

func listenLocal(t testing.TB) *cuttable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &cuttable{Listener: l, wrap: asItIs}
}

func (c *cuttable) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.mu.Lock()
		c.conns = append(c.conns, conn)
		c.mu.Unlock()
		conn = c.wrap(conn)
	}
	return conn, err
}

func asItIs(c net.Conn) net.Conn { return c }

// withoutIdle hides an ability that the memory server always has.
type withoutIdle struct{ net.Conn }

func (c withoutIdle) Write(p []byte) (int, error) {
	return c.Conn.Write(bytes.ReplaceAll(p, []byte(" IDLE"), []byte(" XDLE")))
}

func (c *cuttable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

// served counts the connections that are known now.
func (c *cuttable) served() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.conns)
}

func (c *cuttable) port() int { return c.Addr().(*net.TCPAddr).Port }

// imapUpstream is a mailbox on an IMAP server in memory.
type imapUpstream struct {
	*cuttable
	user *imapmemserver.User
}

func newIMAP(t testing.TB, wrap func(net.Conn) net.Conn) *imapUpstream {
	t.Helper()
	u := &imapUpstream{cuttable: listenLocal(t), user: imapmemserver.NewUser(testUser, testPassword)}
	u.wrap = wrap
	if err := u.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(u.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		InsecureAuth: true,
		Logger:       quiet{},
	})
	go func() { _ = server.Serve(u.cuttable) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return u
}

// literal is what the memory server takes for a mail.
type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

func (u *imapUpstream) put(t testing.TB, raw string) {
	t.Helper()
	if _, err := u.user.Append("INBOX", literal{strings.NewReader(raw)}, &imap.AppendOptions{}); err != nil {
		t.Errorf("putting a mail into the mailbox: %v", err)
	}
}

// letterFrom is a mail as Ana's program would write it.
func letterFrom(id, text string) string {
	return strings.Join([]string{
		"From: Ana Souza <ana@cliente.example>",
		"To: suporte@desk.example",
		"Subject: Ajuda",
		"Date: Mon, 23 Nov 2026 10:00:00 -0300",
		"Message-ID: <" + id + "@cliente.example>",
		"MIME-Version: 1.0",
		"Content-Type: text/plain; charset=utf-8",
		"Content-Transfer-Encoding: 8bit",
		"",
		text,
		"",
	}, "\r\n")
}

// smtpUpstream is an SMTP server that notes what it took, and refuses on order.
type smtpUpstream struct {
	*cuttable
	mu     sync.Mutex
	taken  []string
	refuse map[step]error // the next time that step comes
}

func newSMTP(t testing.TB) *smtpUpstream {
	t.Helper()
	u := &smtpUpstream{cuttable: listenLocal(t), refuse: map[step]error{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		if err := u.refusal(atConnect); err != nil {
			return nil, err
		}
		return &smtpSession{u}, nil
	}))
	server.AllowInsecureAuth = true
	server.ErrorLog = quiet{}
	go func() { _ = server.Serve(u.cuttable) }() // ends with Close
	t.Cleanup(func() { server.Close() })
	return u
}

func (u *smtpUpstream) refusal(at step) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	err := u.refuse[at]
	delete(u.refuse, at)
	return err
}

func (u *smtpUpstream) refuseNext(at step, code int, enhanced smtp.EnhancedCode, words string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refuse[at] = &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: words}
}

func (u *smtpUpstream) mails() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]string(nil), u.taken...)
}

func (u *smtpUpstream) ids() (ids []string) {
	for _, raw := range u.mails() {
		if m, err := mail.ReadMessage(strings.NewReader(raw)); err == nil {
			ids = append(ids, strings.Trim(m.Header.Get("Message-ID"), "<>"))
		}
	}
	return ids
}

type smtpSession struct{ u *smtpUpstream }

func (s *smtpSession) Reset()        {}
func (s *smtpSession) Logout() error { return nil }

func (s *smtpSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *smtpSession) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := s.u.refusal(atSignIn); err != nil {
			return err
		}
		if user != testUser || password != testPassword {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *smtpSession) Mail(string, *smtp.MailOptions) error { return s.u.refusal(atSender) }
func (s *smtpSession) Rcpt(string, *smtp.RcptOptions) error { return s.u.refusal(atRecipient) }

func (s *smtpSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.u.refusal(atContent); err != nil {
		return err
	}
	s.u.mu.Lock()
	defer s.u.mu.Unlock()
	s.u.taken = append(s.u.taken, string(raw))
	return nil
}

func password(context.Context) (string, error) { return testPassword, nil }

func (u *smtpUpstream) options() SMTP {
	return SMTP{Server: Server{Host: "127.0.0.1", Port: u.port(), Mode: Plain, User: testUser, Password: password, Timeout: 10 * time.Second}}
}

func (u *imapUpstream) options() IMAP {
	return IMAP{
		Server: Server{Host: "127.0.0.1", Port: u.port(), Mode: Plain, User: testUser, Password: password, Timeout: 10 * time.Second},
		Pause:  time.Millisecond,
		Poll:   5 * time.Millisecond,
	}
}

// refusalsBySMTP arranges each kind that a server can express.
func refusalsBySMTP(u *smtpUpstream) map[channels.ErrorKind]func() {
	return map[channels.ErrorKind]func(){
		channels.Temporary: func() {
			u.refuseNext(atRecipient, 451, smtp.EnhancedCode{4, 7, 1}, "greylisted, try again later")
		},
		channels.RateLimited: func() {
			u.refuseNext(atRecipient, 450, smtp.EnhancedCode{4, 7, 28}, "unusual rate of mail from you")
		},
		channels.Permanent:   func() { u.refuseNext(atContent, 554, smtp.EnhancedCode{5, 7, 1}, "looks like spam") },
		channels.Unreachable: func() { u.refuseNext(atRecipient, 550, smtp.EnhancedCode{5, 1, 1}, "no such user") },
		channels.SignedOut:   func() { u.refuseNext(atSignIn, 535, smtp.EnhancedCode{5, 7, 8}, "wrong password") },
	}
}

func mailboxRig(wrap func(net.Conn) net.Conn) func(testing.TB) channeltest.Rig {
	return func(t testing.TB) channeltest.Rig {
		in, out := newIMAP(t, wrap), newSMTP(t)
		o := testOptions(t)
		o.IMAP, o.SMTP = in.options(), out.options()
		n := 0
		return channeltest.Rig{
			Channel: func() channels.Channel {
				m, err := NewMailbox(o)
				if err != nil {
					t.Fatal(err)
				}
				return m
			},
			Deliver: func(text string) { n++; in.put(t, letterFrom(fmt.Sprint(n), text)) },
			Cut:     func() { in.cut(); out.cut() },
			To:      message.Address{Channel: message.Email, ID: "ana@cliente.example"},
			Sent:    out.ids,
			Refuse:  refusalsBySMTP(out),
		}
	}
}

func TestMailboxWithIdle(t *testing.T) { channeltest.Run(t, mailboxRig(asItIs)) }
func TestMailboxWithoutIdle(t *testing.T) {
	channeltest.Run(t, mailboxRig(func(c net.Conn) net.Conn { return withoutIdle{c} }))
}

// exchanger is a mail server that has mail for the listener: it repeats each mail
// until it is taken, one after the other.
type exchanger struct {
	addr  string
	queue chan string
}

func newExchanger(t testing.TB, addr string) *exchanger {
	e := &exchanger{addr: addr, queue: make(chan string, 100)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case raw := <-e.queue:
				for e.push(raw) != nil {
					if !channels.Sleep(ctx, time.Millisecond) {
						return
					}
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	return e
}

func (e *exchanger) push(raw string) error {
	c, err := smtp.Dial(e.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	c.CommandTimeout, c.SubmissionTimeout = channeltestLimit, channeltestLimit
	return c.SendMail("ana@cliente.example", []string{"suporte@desk.example"}, strings.NewReader(raw))
}

const channeltestLimit = 20 * time.Second

func TestListener(t *testing.T) {
	channeltest.Run(t, func(t testing.TB) channeltest.Rig {
		out := newSMTP(t)
		o := testOptions(t)
		o.SMTP = out.options()
		free := listenLocal(t)
		addr := free.Addr().String()
		free.Close()
		from := newExchanger(t, addr)
		var current *Listener
		n := 0
		return channeltest.Rig{
			Channel: func() channels.Channel {
				if current != nil {
					current.Close()
				}
				l, err := Listen(t.Context(), o, ListenOptions{Addr: addr, TrustSubmission: true})
				if err != nil {
					t.Fatal(err)
				}
				current = l
				t.Cleanup(func() { l.Close() })
				return l
			},
			Deliver: func(text string) { n++; from.queue <- letterFrom(fmt.Sprint(n), text) },
			To:      message.Address{Channel: message.Email, ID: "ana@cliente.example"},
			Sent:    out.ids,
			Refuse:  refusalsBySMTP(out),
		}
	})
}
