package email

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"recado/channels/email/dkim"
	"recado/channels/email/letter"
)

// One mail of 2 KB, from bytes to Inbound, with the store in memory.
func BenchmarkRead(b *testing.B) {
	d := testDesk(b)
	raw := []byte(letterFrom("1", strings.Repeat("A emissão do CT-e parou desde ontem à noite, e nada mudou aqui.\r\n", 25)))
	b.SetBytes(int64(len(raw)))
	for b.Loop() {
		if _, err := d.read(context.Background(), raw, letter.Envelope{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	d := testDesk(b)
	for b.Loop() {
		if _, err := d.compose(context.Background(), notice()); err != nil {
			b.Fatal(err)
		}
	}
}

// sink is an SMTP server that takes everything and keeps nothing.
type sink struct{}

func (sink) NewSession(*smtp.Conn) (smtp.Session, error) { return sink{}, nil }
func (sink) Reset()                                      {}
func (sink) Logout() error                               { return nil }
func (sink) Mail(string, *smtp.MailOptions) error        { return nil }
func (sink) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (sink) Data(r io.Reader) error                      { _, err := io.Copy(io.Discard, r); return err }

// withoutPipelining hides an ability that go-smtp always has.
type withoutPipelining struct{ net.Conn }

func (c withoutPipelining) Write(p []byte) (int, error) {
	return c.Conn.Write([]byte(strings.Replace(string(p), "PIPELINING", "XPIPELININ", 1)))
}

func newSink(b *testing.B, wrap func(net.Conn) net.Conn) SMTP {
	b.Helper()
	l := listenLocal(b)
	l.wrap = wrap
	server := smtp.NewServer(sink{})
	server.ErrorLog = quiet{}
	go func() { _ = server.Serve(l) }() // ends with Close
	b.Cleanup(func() { server.Close() })
	return SMTP{Server: Server{Host: "127.0.0.1", Port: l.port(), Mode: Plain, Timeout: time.Minute}, Connections: benchConnections}
}

const benchConnections = 8

// BenchmarkSend is a notice from message.Outbound to the 250 of a sink on loopback, over
// eight connections; raw is go-smtp alone with the finished mail.
func BenchmarkSend(b *testing.B) {
	pipelined := newSink(b, asItIs)
	b.Run("raw go-smtp", func(b *testing.B) {
		d := testDesk(b)
		mail, err := d.compose(context.Background(), notice())
		if err != nil {
			b.Fatal(err)
		}
		b.SetParallelism(benchConnections / 2)
		b.RunParallel(func(pb *testing.PB) {
			c, err := smtp.Dial(pipelined.addr())
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for pb.Next() {
				if err := c.SendMail("suporte@desk.example", []string{"ana@cliente.example"}, strings.NewReader(string(mail))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	})
	for _, c := range []struct {
		name      string
		server    SMTP
		algorithm dkim.Algorithm
	}{
		{"one by one", newSink(b, func(c net.Conn) net.Conn { return withoutPipelining{c} }), ""},
		{"pipelined", pipelined, ""},
		{"pipelined, Ed25519", pipelined, dkim.Ed25519},
		{"pipelined, RSA", pipelined, dkim.RSA},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := withIMAP(testOptions(b))
			o.SMTP = c.server
			if c.algorithm != "" {
				text, err := dkim.Generate(c.algorithm)
				if err != nil {
					b.Fatal(err)
				}
				k, err := dkim.Parse("desk.example", "s1", text)
				if err != nil {
					b.Fatal(err)
				}
				o.DKIM = append(o.DKIM, k)
			}
			m, err := NewMailbox(o)
			if err != nil {
				b.Fatal(err)
			}
			var n atomic.Int64
			b.SetParallelism(benchConnections / 2)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					out := notice()
					out.ID = fmt.Sprint("n", n.Add(1))
					if _, err := m.Send(context.Background(), out); err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
