package email

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"recado/channels"
	"recado/channels/channeltest"
	"recado/channels/email/letter"
	"recado/core/message"
	"recado/testenv"
)

func realServer(t testing.TB, addr, user string) Server {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Server{
		Host: host, Port: n, Mode: Plain, User: user,
		Password: func(context.Context) (string, error) { return testenv.Password, nil },
		Timeout:  20 * time.Second,
	}
}

// nobodyElses is an address that no other test has.
func nobodyElses(name, domain string) string {
	return name + strings.ToLower(rand.Text()[:12]) + "@" + domain
}

func realOptions(t testing.TB) Options {
	o := testOptions(t)
	o.Address = nobodyElses("desk", "desk.example")
	o.IMAP = IMAP{Server: realServer(t, testenv.IMAP(t), o.Address), Pause: 10 * time.Millisecond, Poll: time.Second}
	return o
}

// The whole contract, with Dovecot at the other end of a line that is cut.
func TestRealDovecot(t *testing.T) {
	testenv.IMAP(t)
	channeltest.Run(t, func(t testing.TB) channeltest.Rig {
		o, out := realOptions(t), newSMTP(t)
		line := testenv.NewLine(t, o.IMAP.addr())
		put := appender(t, o.IMAP.Server)
		o.IMAP.Port, o.SMTP = line.Port(), out.options()
		n := 0
		return channeltest.Rig{
			Channel: func() channels.Channel {
				m, err := NewMailbox(o)
				if err != nil {
					t.Fatal(err)
				}
				return m
			},
			Deliver:  func(text string) { n++; put(letterFrom(fmt.Sprint(n), text)) },
			Cut:      func() { line.Cut(); out.cut() },
			To:       message.Address{Channel: message.Email, ID: "ana@cliente.example"},
			Sent:     out.ids,
			Refuse:   refusalsBySMTP(out),
			Patience: time.Minute,
		}
	})
}

// appender puts mails into a mailbox in a given order, which Postfix does not promise.
func appender(t testing.TB, s Server) func(raw string) {
	t.Helper()
	c, err := imapclient.DialInsecure(s.addr(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.Login(s.User, testenv.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	return func(raw string) {
		cmd := c.Append("INBOX", int64(len(raw)), nil)
		if _, err := io.WriteString(cmd, raw); err != nil {
			t.Error(err)
		}
		if err := cmd.Close(); err != nil {
			t.Error(err)
		}
		if _, err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
}

// A mail through Postfix wakes IDLE; our notice arrives as we wrote it; the answer
// to its Reply-To comes back with the number proved.
func TestRealConversation(t *testing.T) {
	o := realOptions(t)
	o.TrustedAuthserv = nil                                   // Postfix here writes no verdict, and one that is trusted and silent proves nothing
	o.IMAP.Poll, o.IMAP.Idle = 20*time.Minute, 20*time.Minute // nothing but IDLE can tell
	o.SMTP = SMTP{Server: realServer(t, testenv.SMTP(t), "")}
	ana := nobodyElses("ana", "cliente.example")
	inbox := testenv.Mailbox(t, ana)
	sink := newDesktop()
	m, _ := runMailbox(t, o, sink)

	testenv.SendMail(t, ana, o.Address, []byte("From: Ana <"+ana+">\r\nTo: "+o.Address+"\r\nSubject: primeiro\r\nMessage-ID: <1@cliente.example>\r\n\r\nNão emite\r\n"))
	first := sink.next(t)
	if first.Text != "Não emite" || first.From.ID != ana {
		t.Fatalf("came %+v", first)
	}
	testenv.SendMail(t, ana, o.Address, []byte("From: Ana <"+ana+">\r\nSubject: segundo\r\nMessage-ID: <2@cliente.example>\r\n\r\noutra linha\r\n"))
	if got := sink.next(t); got.Text != "outra linha" {
		t.Fatalf("then came %+v", got)
	}

	out := notice()
	out.To.ID, out.Refs = ana, []string{first.Thread.ID}
	receipt, err := m.Send(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	got := inbox.Wait(30*time.Second, func(raw []byte) bool { return bytes.Contains(raw, []byte(receipt.UpstreamID)) })
	read, err := mail.ReadMessage(bytes.NewReader(got))
	if err != nil {
		t.Fatal(err)
	}
	replyTo := letter.Parties(read.Header.Get("Reply-To"))
	if len(replyTo) != 1 || read.Header.Get("In-Reply-To") != "<1@cliente.example>" {
		t.Fatalf("head as it arrived: %v", read.Header)
	}

	testenv.SendMail(t, ana, replyTo[0].Address.String(), []byte("From: Ana <"+ana+">\r\nTo: "+o.Address+"\r\nSubject: Re: x\r\nMessage-ID: <3@cliente.example>\r\nIn-Reply-To: <"+receipt.UpstreamID+">\r\n\r\nobrigada\r\n"))
	answer := sink.next(t)
	if answer.Thread.Number != "2026-000042" || answer.Proof != message.ByToken {
		t.Errorf("number %q, proof %q: the plus-address was only in the envelope", answer.Thread.Number, answer.Proof)
	}
	if len(answer.Thread.Refs) != 1 || answer.Thread.Refs[0] != receipt.UpstreamID {
		t.Errorf("refs %q, want %q", answer.Thread.Refs, receipt.UpstreamID)
	}
}

func TestRealRefusals(t *testing.T) {
	soon, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	o := realOptions(t)
	o.SMTP = SMTP{Server: realServer(t, testenv.SMTP(t), "")}
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Check(soon); err != nil {
		t.Errorf("Check complains: %v", err)
	}
	out := notice()
	out.To.ID = "ana@gmail.com"
	_, err = m.Send(context.Background(), out)
	if kind, _ := channels.KindOf(err); kind != channels.Permanent {
		t.Errorf("Postfix does not relay: %s, %v", kind, err)
	}
	o.IMAP.Password = func(context.Context) (string, error) { return "errada", nil }
	if m, err = NewMailbox(o); err != nil {
		t.Fatal(err)
	}
	if err := m.Run(soon, newDesktop()); err == nil || !strings.Contains(err.Error(), "refused the password") {
		t.Errorf("Dovecot with a wrong password: Run returned %v", err)
	}
	o = realOptions(t)
	o.IMAP.Folders = []string{"Não há"}
	if m, err = NewMailbox(o); err != nil {
		t.Fatal(err)
	}
	if err := m.Run(soon, newDesktop()); err == nil || !strings.Contains(err.Error(), "there is no folder") {
		t.Errorf("Dovecot without the folder: Run returned %v", err)
	}
}

// Postfix hands a mail over by LMTP, as docs/mailboxes.md says: first while we cannot
// commit, so that it comes again, and with its envelope.
func TestRealPostfixByLMTP(t *testing.T) {
	o := testOptions(t)
	o.Address, o.TrustedAuthserv = nobodyElses("suporte", "lmtp.example"), nil
	sink := newDesktop()
	var tries atomic.Int32
	sink.accept = func([]message.Inbound) error {
		if tries.Add(1) == 1 {
			return errors.New("the database is away")
		}
		return nil
	}
	runListener(t, o, ListenOptions{Addr: testenv.OurLMTP(t), LMTP: true}, sink)

	token := o.Signer.Reply("2026-000042", "ana@cliente.example")
	to := strings.Replace(o.Address, "@", "+"+token+"@", 1)
	testenv.SendMail(t, "ana@cliente.example", to, []byte("From: Ana <ana@cliente.example>\r\nTo: "+o.Address+"\r\nSubject: Re: x\r\nMessage-ID: <lmtp@cliente.example>\r\n\r\npela fila\r\n"))
	in := sink.next(t)
	if tries.Load() != 2 {
		t.Errorf("handed in %d times, want once in vain and once for good", tries.Load())
	}
	if in.Text != "pela fila" || in.From.ID != "ana@cliente.example" || in.Thread.Number != "2026-000042" {
		t.Errorf("came %+v", in)
	}
}
