package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-smtp"

	"recado/channels/email"
)

// mailServer is a server on this machine, without TLS.
type mailServer struct{ addr, user, password string }

func (s mailServer) server() (email.Server, error) {
	host, port, err := net.SplitHostPort(s.addr)
	if err != nil {
		return email.Server{}, fmt.Errorf("the server's address is HOST:PORT: %w", err)
	}
	number, err := strconv.Atoi(port)
	return email.Server{
		Host: host, Port: number, Mode: email.Plain, User: s.user,
		Password: func(context.Context) (string, error) { return s.password, nil },
	}, err
}

// open signs in and opens the folder.
func (s mailServer) open(ctx context.Context) (*imapclient.Client, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return nil, fmt.Errorf("connect to the IMAP server: %w", err)
	}
	client := imapclient.New(conn, nil)
	if err = client.Login(s.user, s.password).Wait(); err == nil {
		_, err = client.Select("INBOX", nil).Wait()
	}
	if err != nil {
		client.Close()
		return nil, fmt.Errorf("open the mailbox of the bench: %w", err)
	}
	return client, nil
}

// fill puts mails into the folder, some at a time on their way.
func (s mailServer) fill(ctx context.Context, mails int) error {
	client, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	const underWay = 50
	var commands []*imapclient.AppendCommand
	for i := range mails {
		raw := benchMail(i)
		cmd := client.Append("INBOX", int64(len(raw)), nil)
		if _, err := cmd.Write(raw); err != nil {
			return fmt.Errorf("fill the mailbox: %w", err)
		}
		if err := cmd.Close(); err != nil {
			return fmt.Errorf("fill the mailbox: %w", err)
		}
		if commands = append(commands, cmd); len(commands) < underWay && i+1 < mails {
			continue
		}
		for _, cmd := range commands {
			if _, err := cmd.Wait(); err != nil {
				return fmt.Errorf("fill the mailbox: %w", err)
			}
		}
		commands = nil
	}
	return nil
}

// fetchAll is how many mails a second the server gives to one who only asks.
func (s mailServer) fetchAll(ctx context.Context, mails int) (float64, error) {
	client, err := s.open(ctx)
	if err != nil {
		return 0, err
	}
	defer client.Close()
	var set imap.SeqSet
	set.AddRange(1, 0)
	begun := time.Now()
	cmd := client.Fetch(set, &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}})
	got := 0
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			if body, ok := item.(imapclient.FetchItemDataBodySection); ok {
				if _, err := io.Copy(io.Discard, body.Literal); err != nil {
					return 0, fmt.Errorf("fetch: %w", err)
				}
				got++
			}
		}
	}
	if err := cmd.Close(); err != nil {
		return 0, fmt.Errorf("fetch: %w", err)
	}
	if got != mails {
		return 0, fmt.Errorf("%d mails were put into the mailbox, which has %d", mails, got)
	}
	return float64(got) / time.Since(begun).Seconds(), nil
}

// empty deletes what the bench put there.
func (s mailServer) empty(ctx context.Context) error {
	client, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	var set imap.SeqSet
	set.AddRange(1, 0)
	if err := client.Store(set, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close(); err != nil {
		return fmt.Errorf("empty the mailbox: %w", err)
	}
	return client.Expunge().Close()
}

// benchMail is a mail of about benchMailSize bytes as a customer's program writes it:
// both forms, a signature, and the verdict of the desk's mail exchanger on top. One
// in benchFileOneIn has a file.
func benchMail(i int) []byte {
	var b bytes.Buffer
	from := benchMailAddress(i % benchWriters).ID
	words := fmt.Sprintf("Olá, o boleto %d veio em duplicidade. %s.", i, benchWords[i%len(benchWords)])
	fmt.Fprintf(&b, "Authentication-Results: %s; dmarc=pass header.from=bench.example\r\n", benchMailMX)
	fmt.Fprintf(&b, "Received: from out.bench.example by %s; Mon, 23 Nov 2026 10:00:00 -0300\r\n", benchMailMX)
	fmt.Fprintf(&b, "From: Cliente %d <%s>\r\nTo: %s\r\nSubject: Boleto %d em duplicidade\r\n", i%benchWriters, from, benchMailDesk, i)
	fmt.Fprintf(&b, "Date: Mon, 23 Nov 2026 10:00:00 -0300\r\nMessage-ID: <%s@bench.example>\r\nMIME-Version: 1.0\r\n", newID())
	if i%benchFileOneIn == 0 {
		b.WriteString("Content-Type: multipart/mixed; boundary=outer\r\n\r\n--outer\r\n")
	}
	b.WriteString("Content-Type: multipart/alternative; boundary=inner\r\n\r\n")
	rest := strings.Repeat("\r\nO motorista está parado no posto fiscal.", 4)
	const plain = "--inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
	fmt.Fprintf(&b, "%s%s%s\r\n\r\n-- \r\nCliente %d\r\n", plain, words, rest, i)
	html := strings.ReplaceAll(words+rest, "\r\n", "<br>\r\n")
	fmt.Fprintf(&b, "--inner\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<html><body><div>%s</div>\r\n", html)
	for b.Len() < benchMailSize {
		b.WriteString("<p style=\"margin:0;font-family:Calibri,sans-serif\">&nbsp;</p>\r\n")
	}
	b.WriteString("</body></html>\r\n--inner--\r\n")
	if i%benchFileOneIn == 0 {
		b.WriteString("--outer\r\nContent-Type: application/pdf; name=boleto.pdf\r\n")
		b.WriteString("Content-Disposition: attachment; filename=boleto.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n")
		line := fmt.Appendf(nil, "%076d\r\n", i)
		b.Write(bytes.Repeat(line, benchFileSize*4/3/len(line)))
		b.WriteString("--outer--\r\n")
	}
	return b.Bytes()
}

// smtpSink is an SMTP server that takes everything and keeps the Message-IDs.
type smtpSink struct {
	addr   string
	server *smtp.Server

	mu    sync.Mutex
	ids   map[string]bool
	mail  []byte
	left  int
	all   chan struct{}
	ended chan error
}

func openSMTPSink(ctx context.Context) (*smtpSink, error) {
	var config net.ListenConfig
	port, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("open the SMTP server of the bench: %w", err)
	}
	s := &smtpSink{addr: port.Addr().String(), ended: make(chan error, 1)}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &sinkSession{s}, nil }))
	s.server.Domain = "mx.bench.example"
	s.expect(0)
	go func() { s.ended <- s.server.Serve(port) }()
	return s, nil
}

// Close ends the server.
func (s *smtpSink) Close() error {
	err := s.server.Close()
	if ended := <-s.ended; !errors.Is(ended, smtp.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// expect forgets what came, and returns what is closed once so many mails arrived.
func (s *smtpSink) expect(mails int) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids, s.left, s.all = map[string]bool{}, mails, make(chan struct{})
	return s.all
}

func (s *smtpSink) last() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mail
}

func (s *smtpSink) different() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ids)
}

func (s *smtpSink) arrived(mail []byte) {
	_, rest, _ := bytes.Cut(mail, []byte("Message-ID: "))
	id, _, _ := bytes.Cut(rest, []byte("\r\n"))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mail = mail
	s.ids[string(id)] = true
	if s.left--; s.left == 0 {
		close(s.all)
	}
}

type sinkSession struct{ sink *smtpSink }

func (*sinkSession) Reset()                               {}
func (*sinkSession) Logout() error                        { return nil }
func (*sinkSession) Mail(string, *smtp.MailOptions) error { return nil }
func (*sinkSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *sinkSession) Data(r io.Reader) error {
	mail, err := io.ReadAll(r)
	if err == nil {
		s.sink.arrived(mail)
	}
	return err
}

// sendBare hands the same mail over again and again on one connection.
func sendBare(ctx context.Context, addr string, mail []byte, times int) (err error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	client := smtp.NewClient(conn)
	defer func() { err = errors.Join(err, client.Close()) }()
	for range times {
		if err := client.SendMail(benchMailDesk, []string{benchMailAddress(0).ID}, bytes.NewReader(mail)); err != nil {
			return fmt.Errorf("bare go-smtp: %w", err)
		}
	}
	return nil
}
