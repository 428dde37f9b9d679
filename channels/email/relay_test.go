package email

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

// peer is an SMTP server by the letter of a script: what it offers, whether it reads
// ahead of its answers, and what it says to a command. It notes all that it hears.
type peer struct {
	t       *testing.T
	offers  []string
	ahead   bool              // it answers MAIL only once it has DATA: a client that waits would wait for ever
	answers map[string]string // by verb, once each; else the usual
	lost    bool              // it hangs up when it has the content, once

	mu    sync.Mutex
	heard []string
	mails []string
	conns int
	quits chan string
}

func newPeer(t *testing.T, offers ...string) (*peer, SMTP) {
	t.Helper()
	p := &peer{t: t, offers: offers, ahead: slices.Contains(offers, "PIPELINING"), answers: map[string]string{}, quits: make(chan string, 100)}
	l := listenLocal(t)
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); l.cut(); serving.Wait() })
	return p, SMTP{Server: Server{Host: "127.0.0.1", Port: l.port(), Mode: Plain, Timeout: 10 * time.Second}}
}

func (p *peer) serve(conn net.Conn) {
	defer conn.Close()
	p.mu.Lock()
	p.conns++
	p.mu.Unlock()
	r := bufio.NewReader(conn)
	say := func(s string) { _, _ = conn.Write([]byte(s + "\r\n")) } // a client that is gone is noticed by reading
	say("220 peer")
	for {
		verb, ok := p.hear(r)
		if !ok {
			return
		}
		switch {
		case verb == "EHLO":
			say("250-peer\r\n250-" + strings.Join(append(p.offers, "HELP"), "\r\n250-") + "\r\n250 OK")
			continue
		case verb == "MAIL" && p.ahead:
			p.hear(r)
			p.hear(r)
			said := p.answer("MAIL") + "\r\n" + p.answer("RCPT")
			verb = "DATA"
			say(said)
		case verb == "MAIL" && r.Buffered() > 0:
			p.t.Errorf("the client spoke ahead of an answer to MAIL")
		case verb == "QUIT":
			say("221 bye")
			p.quits <- "QUIT"
			return
		}
		answer := p.answer(verb)
		say(answer)
		if verb == "DATA" && strings.HasPrefix(answer, "354") {
			if !p.take(r) {
				return
			}
			say(p.answer("."))
		}
	}
}

// hear reads a command.
func (p *peer) hear(r *bufio.Reader) (verb string, ok bool) {
	line, err := r.ReadString('\n')
	if err != nil {
		return "", false
	}
	line = strings.TrimRight(line, "\r\n")
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, line)
	verb, _, _ = strings.Cut(line, " ")
	return verb, true
}

// take reads the content.
func (p *peer) take(r *bufio.Reader) bool {
	var raw strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if line == ".\r\n" {
			break
		}
		raw.WriteString(line)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mails = append(p.mails, raw.String())
	lost := p.lost
	p.lost = false
	return !lost
}

func (p *peer) answer(verb string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, given := p.answers[verb]; given {
		delete(p.answers, verb)
		return a
	}
	if verb == "DATA" {
		return "354 go on"
	}
	return "250 OK"
}

func (p *peer) said(verb string) (lines []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, line := range p.heard {
		if strings.HasPrefix(line, verb) {
			lines = append(lines, line)
		}
	}
	return lines
}

func sendTo(t *testing.T, server SMTP, changes ...func(*Options)) *Mailbox {
	t.Helper()
	o := withIMAP(testOptions(t))
	o.SMTP = server
	o.SMTP.Connections = 1
	for _, change := range changes {
		change(&o)
	}
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (p *peer) state() (mails []string, conns int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.mails...), p.conns
}

// Where it is offered, everything before the content goes in one round trip; where it
// is not, nothing is said ahead.
func TestPipelining(t *testing.T) {
	for _, offered := range []bool{true, false} {
		t.Run(fmt.Sprint(offered), func(t *testing.T) {
			var offers []string
			if offered {
				offers = append(offers, "PIPELINING")
			}
			p, server := newPeer(t, offers...)
			m := sendTo(t, server)
			for range 3 {
				if _, err := m.Send(t.Context(), notice()); err != nil {
					t.Fatal(err)
				}
			}
			if mails, conns := p.state(); len(mails) != 3 || conns != 1 {
				t.Errorf("%d mails on %d connections", len(mails), conns)
			}
		})
	}
}

// RFC 2920 section 3.1: a server may wait for content though it refused the only
// recipient. It gets none, and the connection goes on.
func TestRefusedAhead(t *testing.T) {
	for name, tc := range map[string]struct {
		answers map[string]string
		want    channels.ErrorKind
	}{
		"recipient refused, content waited for": {map[string]string{"RCPT": "550 5.1.1 no such user", ".": "554 5.5.1 no valid recipients"}, channels.Unreachable},
		"recipient refused, content too":        {map[string]string{"RCPT": "550 5.1.1 no such user", "DATA": "554 5.5.1 no valid recipients"}, channels.Unreachable},
		"sender refused, and all that follows":  {map[string]string{"MAIL": "553 5.1.8 who?", "RCPT": "503 5.5.1 MAIL first", "DATA": "503 5.5.1 MAIL first"}, channels.SignedOut},
		"content refused before it came":        {map[string]string{"DATA": "451 4.3.0 no queue file"}, channels.Temporary},
		"content refused":                       {map[string]string{".": "554 5.7.1 looks like spam"}, channels.Permanent},
	} {
		t.Run(name, func(t *testing.T) {
			p, server := newPeer(t, "PIPELINING")
			p.answers = tc.answers
			m := sendTo(t, server)
			_, err := m.Send(t.Context(), notice())
			if kind, _ := channels.KindOf(err); err == nil || kind != tc.want {
				t.Errorf("%s, want %s: %v", kind, tc.want, err)
			}
			out := notice()
			out.ID = "second"
			if _, err := m.Send(t.Context(), out); err != nil {
				t.Errorf("the next mail: %v", err)
			}
			mails, conns := p.state()
			whole := 0
			for _, raw := range mails {
				if strings.Contains(raw, "second@desk.example") {
					whole++
				} else if raw != "" && tc.answers["."] == "554 5.5.1 no valid recipients" {
					t.Errorf("content was given though nobody was to have it:\n%s", raw)
				}
			}
			if whole != 1 || conns != 1 || len(p.said("RSET")) != 1 {
				t.Errorf("%d whole mails, %d connections, said %q", whole, conns, p.said("RSET"))
			}
		})
	}
}

func TestSizeIsRespected(t *testing.T) {
	p, server := newPeer(t, "SIZE 1000")
	_, err := sendTo(t, server).Send(t.Context(), notice())
	if kind, _ := channels.KindOf(err); kind != channels.Permanent || channels.WhyOf(err) != message.Oversized {
		t.Errorf("a mail beyond the size that was announced: %s, %q, %v", kind, channels.WhyOf(err), err)
	}
	if len(p.said("MAIL")) != 0 {
		t.Error("it was offered all the same")
	}
	p, server = newPeer(t, "SIZE 10000000")
	if _, err := sendTo(t, server).Send(t.Context(), notice()); err != nil {
		t.Fatal(err)
	}
	mails, _ := p.state()
	if got, want := p.said("MAIL")[0], fmt.Sprintf("MAIL FROM:<suporte@desk.example> SIZE=%d", len(strings.ReplaceAll(mails[0], "\r\n..", "\r\n."))); got != want {
		t.Errorf("said %q, want %q", got, want)
	}
}

func TestAddressesBeyondASCII(t *testing.T) {
	to := func(id string) message.Outbound {
		out := notice()
		out.To.ID = id
		return out
	}
	p, server := newPeer(t, "SMTPUTF8", "8BITMIME")
	if _, err := sendTo(t, server).Send(t.Context(), to("joão@cliente.example")); err != nil {
		t.Fatal(err)
	}
	if got := p.said("MAIL")[0]; got != "MAIL FROM:<suporte@desk.example> BODY=8BITMIME SMTPUTF8" {
		t.Error(got)
	}
	if got := p.said("RCPT")[0]; got != "RCPT TO:<joão@cliente.example>" {
		t.Error(got)
	}
	p, server = newPeer(t)
	m := sendTo(t, server)
	_, err := m.Send(t.Context(), to("joão@cliente.example"))
	if kind, _ := channels.KindOf(err); kind != channels.Permanent || channels.WhyOf(err) != message.NotSpelled {
		t.Errorf("to a server without SMTPUTF8: %s, %v", kind, err)
	}
	if _, err := m.Send(t.Context(), to("ana@ação.example")); err != nil {
		t.Fatal(err)
	}
	if got := p.said("RCPT")[0]; got != "RCPT TO:<ana@xn--ao-siap.example>" {
		t.Errorf("a domain is spelled %q", got)
	}
	if mails, _ := p.state(); !strings.Contains(mails[0], "\r\nTo: <ana@xn--ao-siap.example>\r\n") {
		t.Errorf("the head needs SMTPUTF8:\n%s", mails[0])
	}
}

func TestDotsAreDoubled(t *testing.T) {
	p, server := newPeer(t)
	c, _, err := server.connect(t.Context(), "desk.example")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.hand(t.Context(), "a@b.example", "c@d.example", []byte(".a\r\n..\r\nb.\r\n.\r\nc")); err != nil {
		t.Fatal(err)
	}
	if mails, _ := p.state(); mails[0] != "..a\r\n...\r\nb.\r\n..\r\nc\r\n" {
		t.Errorf("%q", mails[0])
	}
	if err := c.quit(); err != nil {
		t.Error(err)
	}
}

// A server that dies with the content in its hands may have the mail: it is for the
// outbox to send it again, under the same Message-ID.
func TestContentIsNotGivenTwice(t *testing.T) {
	p, server := newPeer(t, "PIPELINING")
	m := sendTo(t, server)
	if _, err := m.Send(t.Context(), notice()); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	p.lost = true
	p.mu.Unlock()
	_, err := m.Send(t.Context(), notice())
	if kind, _ := channels.KindOf(err); kind != channels.Temporary {
		t.Errorf("%s, %v", kind, err)
	}
	if _, err := m.Send(t.Context(), notice()); err != nil {
		t.Fatal(err)
	}
	mails, conns := p.state()
	if len(mails) != 3 || conns != 2 || mails[1] != mails[2] {
		t.Errorf("%d mails on %d connections", len(mails), conns)
	}
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	p, server := newPeer(t)
	server.Rest = time.Millisecond
	m := sendTo(t, server)
	if _, err := m.Send(t.Context(), notice()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.quits:
	case <-time.After(10 * time.Second):
		t.Fatal("an unused connection was kept")
	}
	if _, err := m.Send(t.Context(), notice()); err != nil {
		t.Error(err)
	}
}

// No more connections at the same time than are configured; the others wait.
func TestConnectionsAreBounded(t *testing.T) {
	p, server := newPeer(t, "PIPELINING")
	m := sendTo(t, server, func(o *Options) { o.SMTP.Connections = 3 })
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			out := notice()
			out.ID = fmt.Sprint("n", i)
			if _, err := m.Send(context.Background(), out); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if mails, conns := p.state(); len(mails) != 40 || conns > 3 {
		t.Errorf("%d mails, %d connections", len(mails), conns)
	}
}
