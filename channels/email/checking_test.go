package email

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"recado/core/message"
)

// spfZone is a DNS that knows SPF records and nothing else. "!" is a server that is away.
type spfZone map[string]string

func (z spfZone) LookupTXT(_ context.Context, name string) ([]string, error) {
	switch txt := z[strings.TrimSuffix(name, ".")]; txt {
	case "":
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case "!":
		return nil, &net.DNSError{Err: "away", Name: name, IsTimeout: true}
	default:
		return []string{txt}, nil
	}
}

func (z spfZone) LookupMX(context.Context, string) ([]*net.MX, error)        { return nil, nil }
func (z spfZone) LookupIPAddr(context.Context, string) ([]net.IPAddr, error) { return nil, nil }
func (z spfZone) LookupAddr(context.Context, string) ([]string, error)       { return nil, nil }

// Mail is handed in over a real connection from 127.0.0.1, which is or is not a relay.
func TestListenerChecksSenders(t *testing.T) {
	dns := spfZone{
		"cliente.example": "v=spf1 ip4:127.0.0.1 ip4:198.51.100.5 -all", "_dmarc.cliente.example": "v=DMARC1; p=none",
		"alheio.example": "v=spf1 ip4:198.51.100.5 -all", "_dmarc.fora.example": "!",
	}
	elsewhere, here := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	const injected = "Authentication-Results: " + trusted + "; dmarc=pass header.from="
	hopFrom := func(ip string) string {
		return "Received: from [198.51.100.5] (x [" + ip + "]) by " + trusted + " (Postfix)\r\n"
	}
	tests := []struct {
		name     string
		relays   []netip.Prefix
		on       bool
		envelope string
		head     string
		proof    message.Proof
		doubt    message.Doubt
	}{
		{"SPF of the peer itself", elsewhere, true, "ana@cliente.example", "From: ana@cliente.example\r\n", message.ByUpstream, ""},
		{"SPF fails", elsewhere, true, "ana@alheio.example", "From: ana@alheio.example\r\n", "", "spf=fail (checked here)"},
		{"a stranger writes our exchanger's field (RFC 8601 5)", elsewhere, true, "x@mau.example", injected + "alheio.example\r\nFrom: ana@alheio.example\r\n", "", "nothing passed for alheio.example (checked here)"},
		{"a stranger writes our exchanger's field, and nothing is checked", elsewhere, false, "x@mau.example", injected + "alheio.example\r\nFrom: ana@alheio.example\r\n", "", "the sender was not checked"},
		{"a stranger writes a hop from where it may send", elsewhere, true, "ana@alheio.example", hopFrom("198.51.100.5") + "From: ana@alheio.example\r\n", "", "spf=fail (checked here)"},
		{"two From fields, SPF of one passes (Composition Kills 6.1)", elsewhere, true, "ana@cliente.example", "From: ana@cliente.example\r\nFrom: x@mau.example\r\n", "", "two From fields"},
		{"the DNS is away", elsewhere, true, "ana@fora.example", "From: ana@fora.example\r\n", "", "dmarc=temperror (checked here)"},
		{"our relay's word", here, false, "x@lista.example", injected + "alheio.example\r\n" + hopFrom("203.0.113.9") + "From: ana@alheio.example\r\n", message.ByUpstream, ""},
		{"our relay says fail, the peer's address would pass", here, true, "ana@cliente.example", strings.Replace(injected, "pass", "fail", 1) + "cliente.example\r\n" + hopFrom("198.51.100.5") + "From: ana@cliente.example\r\n", "", "dmarc=fail (mx.desk.example)"},
		{"our relay is silent: seen through", here, true, "ana@alheio.example", hopFrom("198.51.100.5") + "From: ana@alheio.example\r\n", message.ByUpstream, ""},
		{"our relay is silent: the name that the client gave itself is no address", here, true, "ana@alheio.example", hopFrom("203.0.113.9") + "From: ana@alheio.example\r\n", "", "spf=fail (checked here)"},
		{"our relay is silent, and nothing is checked", here, false, "ana@alheio.example", hopFrom("198.51.100.5") + "From: ana@alheio.example\r\n", "", "no verdict of our mail exchanger"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sink := newDesktop()
			addr := runListener(t, testOptions(t), ListenOptions{Senders: SenderCheck{On: tt.on, Relays: tt.relays, Resolver: dns}}, sink)
			if err := submit(t, addr, tt.envelope, []string{"suporte@desk.example"}, tt.head+"Subject: x\r\n\r\ntexto\r\n"); err != nil {
				t.Fatal(err)
			}
			if got := sink.next(t); got.Proof != tt.proof || got.Doubt != tt.doubt {
				t.Errorf("proof %q, doubt %q; want %q, %q", got.Proof, got.Doubt, tt.proof, tt.doubt)
			}
		})
	}
}

// SMTP smuggling (SEC Consult 2023, CVE-2023-51764): an end of data that is not
// CRLF.CRLF must not end the mail, else a second one in anybody's name lies within the
// first, and passes by the envelope's SPF.
func TestSmuggledMailIsNoMail(t *testing.T) {
	for _, end := range []string{"\n.\n", "\n.\r\n", "\r.\r", "\r\n.\n", "\r\n.\r", "\n.\r", "\r\n\x00.\r\n", "\r.\r\n"} {
		t.Run(fmt.Sprintf("%q", end), func(t *testing.T) {
			sink := newDesktop()
			dns := spfZone{"mau.example": "v=spf1 +all", "cliente.example": "v=spf1 ip4:127.0.0.1 -all"}
			addr := runListener(t, testOptions(t), ListenOptions{Senders: SenderCheck{On: true, Relays: []netip.Prefix{}, Resolver: dns}}, sink)
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			smuggled := "MAIL FROM:<ana@cliente.example>\r\nRCPT TO:<suporte@desk.example>\r\nDATA\r\nFrom: ana@cliente.example\r\nSubject: dois\r\n\r\nb\r\n.\r\n"
			answers := bufio.NewScanner(conn)
			say := func(s, code string) {
				t.Helper()
				if _, err := conn.Write([]byte(s)); err != nil {
					t.Fatal(err)
				}
				for answers.Scan() {
					if line := answers.Text(); len(line) < 4 || line[3] != '-' {
						if !strings.HasPrefix(line, code) {
							t.Fatalf("%q after %q", line, s)
						}
						return
					}
				}
				t.Fatal("hung up")
			}
			say("", "220")
			say("EHLO mau.example\r\n", "250")
			say("MAIL FROM:<x@mau.example>\r\n", "250")
			say("RCPT TO:<suporte@desk.example>\r\n", "250")
			say("DATA\r\n", "354")
			say("From: x@mau.example\r\nSubject: um\r\n\r\na"+end+smuggled, "250")
			say("QUIT\r\n", "221") // the smuggled commands were no commands: nothing else was answered
			if got := sink.next(t); got.From.ID != attacker {
				t.Errorf("from %s", got.From.ID)
			}
			if n := len(sink.came); n != 0 {
				t.Errorf("%d mails more", n)
			}
		})
	}
}
