package email

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"recado/channels"
	"recado/channels/email/dkim"
	"recado/core/message"
)

func newSender(t *testing.T, up *smtpUpstream, change func(*Options)) *Mailbox {
	t.Helper()
	o := withIMAP(testOptions(t))
	o.SMTP = up.options()
	if change != nil {
		change(&o)
	}
	m, err := NewMailbox(o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestConnectionIsKept(t *testing.T) {
	up := newSMTP(t)
	m := newSender(t, up, func(o *Options) { o.SMTP.Connections = 1 })
	for i := range 5 {
		out := notice()
		out.ID = fmt.Sprint("n", i)
		if _, err := m.Send(context.Background(), out); err != nil {
			t.Fatal(err)
		}
	}
	if got := up.served(); got != 1 {
		t.Errorf("%d connections for five mails, want 1", got)
	}
	up.refuseNext(atRecipient, 550, smtp.EnhancedCode{5, 1, 1}, "no such user")
	if _, err := m.Send(context.Background(), notice()); err == nil {
		t.Error("the refusal got lost")
	}
	if _, err := m.Send(context.Background(), notice()); err != nil || up.served() != 1 {
		t.Errorf("after a refusal: %v, %d connections", err, up.served())
	}
}

func TestBrokenConnectionIsReplaced(t *testing.T) {
	up := newSMTP(t)
	m := newSender(t, up, func(o *Options) { o.SMTP.Connections = 1 })
	if _, err := m.Send(context.Background(), notice()); err != nil {
		t.Fatal(err)
	}
	up.cut() // broke while it rested, not long enough to be given up
	if _, err := m.Send(context.Background(), notice()); err != nil {
		t.Errorf("a connection that broke while unused was not replaced: %v", err)
	}
	if got := len(up.mails()); got != 2 {
		t.Errorf("%d mails taken, want 2", got)
	}
}

func TestSendRefusesWhatItCannot(t *testing.T) {
	m := newSender(t, newSMTP(t), nil)
	tests := map[string]channels.ErrorKind{
		"não é endereço":             channels.Unreachable,
		"ana@cliente.example\r\nx":   channels.Unreachable,
		"joão@cliente.example":       channels.Permanent,
		"ana@cliente.example>\r\nDA": channels.Unreachable,
	}
	for id, want := range tests {
		out := notice()
		out.To = message.Address{Channel: message.Email, ID: id}
		_, err := m.Send(context.Background(), out)
		if kind, _ := channels.KindOf(err); err == nil || kind != want {
			t.Errorf("to %q: %s (%v), want %s", id, kind, err, want)
		}
	}
}

func TestSendWithoutServer(t *testing.T) {
	m := newSender(t, newSMTP(t), func(o *Options) { o.SMTP = SMTP{} })
	_, err := m.Send(context.Background(), notice())
	if kind, _ := channels.KindOf(err); kind != channels.SignedOut {
		t.Errorf("%s: %v", kind, err)
	}
}

func TestCheckSays(t *testing.T) {
	wrong := func(context.Context) (string, error) { return "errada", nil }
	tests := []struct {
		name   string
		change func(o *Options)
		want   string // empty: nothing is wrong
	}{
		{"all is well", func(*Options) {}, ""},
		{"IMAP password", func(o *Options) { o.IMAP.Password = wrong }, "refused the password of suporte"},
		{"SMTP password", func(o *Options) { o.SMTP.Password = wrong }, "refused the password of suporte"},
		{"folder", func(o *Options) { o.IMAP.Folders = []string{"Chamados"} }, `there is no folder "Chamados"`},
		{"port", func(o *Options) { o.SMTP.Port = 1 }, "nothing answers at 127.0.0.1:1"},
		{"TLS asked of a server without", func(o *Options) { o.IMAP.Mode = TLS }, "the connection to the IMAP server at"},
		{"no way out", func(o *Options) { o.SMTP = SMTP{} }, "no SMTP server is configured"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in, out := newIMAP(t, asItIs), newSMTP(t)
			o := testOptions(t)
			o.IMAP, o.SMTP = in.options(), out.options()
			tt.change(&o)
			m, err := NewMailbox(o)
			if err != nil {
				t.Fatal(err)
			}
			err = m.Check(context.Background())
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("complains: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("says %v, want %q", err, tt.want)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"no address", func(o *Options) { o.Address = "suporte" }, "not an e-mail address"},
		{"detail in the address", func(o *Options) { o.Address = "su+porte@desk.example" }, "already holds"},
		{"address too long for a token", func(o *Options) { o.Address = strings.Repeat("a", 40) + "@desk.example" }, "too long"},
		{"plain to another machine", func(o *Options) { o.IMAP.Host = "mail.example" }, "without TLS"},
		{"unknown mode", func(o *Options) { o.SMTP.Host, o.SMTP.Mode = "x", "ssl" }, "not one of"},
		{"IDLE beyond RFC 2177", func(o *Options) { o.IMAP.Idle = time.Hour }, "longer than servers wait"},
		{"no memory", func(o *Options) { o.Memory = nil }, "memory"},
		{"senders believed from another machine", func(o *Options) { o.TrustSenders, o.IMAP.Host, o.IMAP.Mode = true, "mail.example", TLS }, "only on this machine itself"},
		{"no clock", func(o *Options) { o.Clock = nil }, "clock"},
		{"no files", func(o *Options) { o.Files = nil }, "file store"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := withIMAP(testOptions(t))
			tt.change(&o)
			if _, err := NewMailbox(o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

// Keys of the address's domain sign, others do not.
func TestSentMailIsSigned(t *testing.T) {
	up := newSMTP(t)
	m := newSender(t, up, func(o *Options) {
		for _, domain := range []string{"desk.example", "other.example"} {
			text, err := dkim.Generate(dkim.Ed25519)
			if err != nil {
				t.Fatal(err)
			}
			k, err := dkim.Parse(domain, "s1", text)
			if err != nil {
				t.Fatal(err)
			}
			o.DKIM = append(o.DKIM, k)
		}
	})
	if _, err := m.Send(t.Context(), notice()); err != nil {
		t.Fatal(err)
	}
	raw := up.mails()[0]
	if n := strings.Count(raw, "DKIM-Signature:"); n != 1 || !strings.Contains(raw, "d=desk.example;") {
		t.Errorf("%d signatures\n%s", n, raw)
	}
}
