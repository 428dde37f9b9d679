package email

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"recado/core/message"
)

// talker speaks SMTP by hand.
type talker struct {
	t *testing.T
	net.Conn
	lines *bufio.Scanner
}

func talk(t *testing.T, network, addr string) *talker {
	t.Helper()
	conn, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &talker{t, conn, bufio.NewScanner(conn)}
}

// hears reads one whole answer and checks its code; "" is the end of the connection.
func (c *talker) hears(code string) {
	c.t.Helper()
	for c.lines.Scan() {
		if line := c.lines.Text(); len(line) > 3 && line[3] == ' ' {
			if !strings.HasPrefix(line, code) || code == "" {
				c.t.Errorf("heard %q, want %q", line, code)
			}
			return
		}
	}
	if code != "" {
		c.t.Errorf("hung up, want %s", code)
	}
}

func (c *talker) says(line, code string) { c.t.Helper(); fmt.Fprintf(c, "%s\r\n", line); c.hears(code) }

// A mail to two addresses of the desk, one of which another channel answers for, and
// to a stranger: by LMTP each has an answer, and it is one item.
func TestLMTPAnswersForEachRecipient(t *testing.T) {
	sink := newDesktop()
	o := testOptions(t)
	o.Ledger = "desk"
	path := filepath.Join(t.TempDir(), "lmtp")
	runListener(t, o, ListenOptions{
		Addr: unixPrefix + path, LMTP: true,
		For: []Identity{{"suporte@desk.example", "suporte"}, {"vendas@desk.example", "vendas"}},
	}, sink)
	c := talk(t, "unix", path)
	c.hears("220")
	c.says("EHLO x", "500")
	c.says("LHLO mx.desk.example", "250")
	for _, chunked := range []bool{false, true} {
		c.says("MAIL FROM:<ana@cliente.example> BODY=8BITMIME SMTPUTF8", "250")
		c.says("RCPT TO:<vendas+2026-1.x@desk.example>", "250")
		c.says("RCPT TO:<outro@desk.example>", "550")
		c.says("RCPT TO:<suporte@desk.example>", "250")
		mail := letterFrom(fmt.Sprint(chunked), "um")
		if chunked {
			fmt.Fprintf(c, "BDAT 100\r\n%s", mail[:100])
			c.hears("250")
			fmt.Fprintf(c, "BDAT %d LAST\r\n%s", len(mail)-100, mail[100:])
		} else {
			c.says("DATA", "354")
			fmt.Fprintf(c, "%s.\r\n", mail)
		}
		c.hears("250")
		c.hears("250")
		if in := sink.next(t); in.Account != "vendas" || in.Key.Account != "desk" || in.Text != "um" {
			t.Errorf("chunked %v: account %q, key %v, text %q", chunked, in.Account, in.Key, in.Text)
		}
	}
	if len(sink.came) != 0 {
		t.Errorf("%d more items", len(sink.came))
	}
	sink.accept = func([]message.Inbound) error { return errors.New("the database is away") }
	c.says("MAIL FROM:<ana@cliente.example>", "250")
	c.says("RCPT TO:<vendas@desk.example>", "250")
	c.says("RCPT TO:<suporte@desk.example>", "250")
	c.says("DATA", "354")
	fmt.Fprintf(c, "%s.\r\n", letterFrom("3", "um"))
	c.hears("451")
	c.hears("451")
}

// The socket of a process that was killed is taken over, that of a living one is not.
func TestSocketThatIsThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	l, err := Listen(t.Context(), testOptions(t), ListenOptions{Addr: unixPrefix + path, LMTP: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Listen(t.Context(), testOptions(t), ListenOptions{Addr: unixPrefix + path, LMTP: true}); err == nil {
		t.Error("took a living socket away")
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestLimitsOfConnections(t *testing.T) {
	for name, limits := range map[string]Admission{"in all": {Connections: 2}, "of one peer": {PerPeer: 2}} {
		t.Run(name, func(t *testing.T) {
			addr := runListener(t, testOptions(t), ListenOptions{Admission: limits}, newDesktop())
			first, second := talk(t, "tcp", addr), talk(t, "tcp", addr)
			first.hears("220")
			second.hears("220")
			talk(t, "tcp", addr).hears("421")
			first.says("QUIT", "221")
			first.hears("")
			for deadline := time.Now().Add(20 * time.Second); ; { // the place is free once the server noticed
				again := talk(t, "tcp", addr)
				again.lines.Scan()
				if strings.HasPrefix(again.lines.Text(), "220") {
					break
				}
				if time.Now().After(deadline) {
					t.Fatal("the place was never given back")
				}
			}
		})
	}
}

func TestLimitsOfOnePeer(t *testing.T) {
	o := testOptions(t)
	now := testNow
	o.Clock = func() time.Time { return now }
	addr := runListener(t, o, ListenOptions{Admission: Admission{PerMinute: 2, Recipients: 2}}, newDesktop())
	c := talk(t, "tcp", addr)
	c.hears("220")
	c.says("EHLO x", "250")
	for range 2 {
		c.says("MAIL FROM:<ana@cliente.example>", "250")
		c.says("RSET", "250")
	}
	c.says("MAIL FROM:<ana@cliente.example>", "450 4.7.0")
	now = now.Add(31 * time.Second)
	c.says("MAIL FROM:<ana@cliente.example> SIZE=99999999", "552")
	c.says("MAIL FROM:<ana@cliente.example>", "250")
	c.says("RCPT TO:<suporte@desk.example>", "250")
	c.says("RCPT TO:<suporte@desk.example>", "250")
	c.says("RCPT TO:<suporte@desk.example>", "452")
	for range mostStrangers {
		c.says("RSET", "250")
		now = now.Add(31 * time.Second)
		c.says("MAIL FROM:<ana@cliente.example>", "250")
		c.says("RCPT TO:<alguem@desk.example>", "550")
	}
	c.says("RCPT TO:<alguem@desk.example>", "421 4.7.0")
	c.hears("")
}

func TestWhoDoesNotBehave(t *testing.T) {
	addr := runListener(t, testOptions(t), ListenOptions{Admission: Admission{Idle: 200 * time.Millisecond, Stall: 200 * time.Millisecond}}, newDesktop())
	t.Run("a line without end", func(t *testing.T) {
		c := talk(t, "tcp", addr)
		c.hears("220")
		c.says("NOOP "+strings.Repeat("x", 70<<10), "500 5.4.0")
	})
	t.Run("no commands", func(t *testing.T) {
		c := talk(t, "tcp", addr)
		c.hears("220")
		for range 3 {
			c.says("GET / HTTP/1.1", "501")
		}
		c.says("Host: desk.example", "50")
	})
	t.Run("silence", func(t *testing.T) {
		c := talk(t, "tcp", addr)
		c.hears("220")
		c.hears("421 4.4.2")
		c.hears("")
	})
	t.Run("a mail that stops in the middle", func(t *testing.T) {
		c := talk(t, "tcp", addr)
		c.hears("220")
		c.says("EHLO x", "250")
		c.says("MAIL FROM:<ana@cliente.example>", "250")
		c.says("RCPT TO:<suporte@desk.example>", "250")
		c.says("DATA", "354")
		fmt.Fprint(c, "Subject: meio\r\n")
		for c.lines.Scan() { // whatever it says, it is no 250, and the end
			if strings.HasPrefix(c.lines.Text(), "2") {
				t.Errorf("heard %q", c.lines.Text())
			}
		}
	})
}

// Mail that comes after STARTTLS, with the certificate of a file.
func TestListenerWithSTARTTLS(t *testing.T) {
	lent := httptest.NewTLSServer(nil)
	defer lent.Close()
	pair := lent.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file := func(name, kind string, der []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	lo := ListenOptions{CertFile: file("cert.pem", "CERTIFICATE", pair.Certificate[0]), KeyFile: file("key.pem", "PRIVATE KEY", key)}
	sink := newDesktop()
	addr := runListener(t, testOptions(t), lo, sink)
	roots := x509.NewCertPool()
	roots.AddCert(lent.Certificate())
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c, err := smtp.NewClientStartTLS(conn, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SendMail("ana@cliente.example", []string{"suporte@desk.example"}, strings.NewReader(letterFrom("1", "um"))); err != nil {
		t.Fatal(err)
	}
	sink.next(t)
	lo.Addr, lo.KeyFile = "127.0.0.1:0", lo.CertFile
	if _, err := Listen(context.Background(), testOptions(t), lo); err == nil {
		t.Error("listens with a key that is none")
	}
}
