package sender

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"recado/channels/email/letter"
)

var now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// zone is a DNS in memory: the TXT records of each name. A name with "!" is away.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	bare, rooted := strings.CutSuffix(name, ".")
	if !rooted {
		panic(name + " would be looked for in the search list of this machine")
	}
	switch records := z[bare]; {
	case len(records) == 0:
		return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
	case records[0] == "!":
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	default:
		return records, nil
	}
}

func (z zone) LookupMX(context.Context, string) ([]*net.MX, error)            { return nil, nil }
func (z zone) LookupIPAddr(context.Context, string) ([]net.IPAddr, error)     { return nil, nil }
func (z zone) LookupAddr(context.Context, string) (names []string, err error) { return nil, nil }

type keys struct {
	strong, weak *rsa.PrivateKey
}

func newKeys(t *testing.T) keys {
	t.Helper()
	t.Setenv("GODEBUG", "rsa1024min=0") // to make the key that is refused
	strong, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 512)
	if err != nil {
		t.Fatal(err)
	}
	return keys{strong, weak}
}

func record(t *testing.T, key *rsa.PrivateKey) string {
	t.Helper()
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)
}

const checkedMail = "From: Ana <ana@cliente.example>\r\nTo: suporte@desk.example\r\nSubject: Nota recusada\r\nMessage-ID: <1@cliente.example>\r\n\r\nO CT-e.\r\n"

func signed(t *testing.T, key crypto.Signer, domain, mail string, change func(*dkim.SignOptions)) string {
	t.Helper()
	o := &dkim.SignOptions{Domain: domain, Selector: "s1", Signer: key, HeaderCanonicalization: dkim.CanonicalizationRelaxed,
		BodyCanonicalization: dkim.CanonicalizationRelaxed, HeaderKeys: []string{"from", "to", "subject", "message-id"}}
	if change != nil {
		change(o)
	}
	var b bytes.Buffer
	if err := dkim.Sign(&b, strings.NewReader(mail), o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The table of our own check, each row named by its rule.
func TestCheck(t *testing.T) {
	k := newKeys(t)
	key, outside := record(t, k.strong), netip.MustParseAddr("203.0.113.9")
	own := netip.MustParseAddr("198.51.100.5")
	dns := zone{
		"cliente.example":                  {"v=spf1 ip4:198.51.100.5 -all"},
		"bounces.cliente.example":          {"v=spf1 ip4:198.51.100.5 -all"},
		"mau.example":                      {"v=spf1 +all"},
		"s1._domainkey.cliente.example":    {key},
		"s1._domainkey.mau.example":        {key},
		"s1._domainkey.com.br":             {key},
		"s1._domainkey.rh.cliente.example": {key},
		"weak._domainkey.cliente.example":  {record(t, k.weak)},
		"gone._domainkey.cliente.example":  {"v=DKIM1; p="},
		"twice._domainkey.cliente.example": {key, key},
		"away._domainkey.cliente.example":  {"!"},
		"sha1._domainkey.cliente.example":  {"v=DKIM1; h=sha1; k=rsa; p=" + strings.TrimPrefix(key, "v=DKIM1; k=rsa; p=")},
		"_dmarc.reject.example":            {"v=DMARC1; p=reject; adkim=r; aspf=r"},
		"_dmarc.estrito.example":           {"v=DMARC1; p=none; adkim=s; aspf=s; pct=0"},
		"s1._domainkey.estrito.example":    {key},
		"s1._domainkey.rh.estrito.example": {key},
		"estrito.example":                  {"v=spf1 ip4:198.51.100.5 -all"},
		"_dmarc.dupla.example":             {"v=DMARC1; p=reject; aspf=s", "v=DMARC1; p=none"},
		"rh.dupla.example":                 {"v=spf1 ip4:198.51.100.5 -all"},
		"_dmarc.torta.example":             {"v=DMARC1; p=never"},
		"rh.torta.example":                 {"v=spf1 ip4:198.51.100.5 -all"},
		"_dmarc.fora.example":              {"!"},
		"fora.example":                     {"v=spf1 +all"},
		"semdns.example":                   {"!"},
	}
	mail := func(from string) string { return strings.Replace(checkedMail, "ana@cliente.example", from, 1) }
	sel := func(s string) func(*dkim.SignOptions) { return func(o *dkim.SignOptions) { o.Selector = s } }
	good := signed(t, k.strong, "cliente.example", checkedMail, nil)
	tests := []struct {
		name     string
		raw      string
		delivery Delivery
		doubt    string // empty: proved
	}{
		{"SPF of the same domain", checkedMail, Delivery{IP: own, MailFrom: "ana@cliente.example"}, ""},
		{"SPF, relaxed (RFC 7489 3.1.2)", checkedMail, Delivery{IP: own, MailFrom: "b@bounces.cliente.example"}, ""},
		{"SPF from elsewhere (RFC 7208 2.6.4)", checkedMail, Delivery{IP: outside, MailFrom: "ana@cliente.example"}, "spf=fail (checked here)"},
		{"SPF of the attacker's envelope", checkedMail, Delivery{IP: outside, MailFrom: "x@mau.example"}, "nothing passed for cliente.example (checked here)"},
		{"SPF, an envelope rewritten by SRS", checkedMail, Delivery{IP: outside, MailFrom: "SRS0=H=T=cliente.example=ana@mau.example"}, "nothing passed for cliente.example (checked here)"},
		{"SPF, a quoted envelope that holds the victim's domain (Composition Kills 5.1)", checkedMail, Delivery{IP: outside, MailFrom: `"ana@cliente.example"@mau.example`}, "nothing passed for cliente.example (checked here)"},
		{"HELO passes, no envelope sender (RFC 7208 2.4)", checkedMail, Delivery{IP: own, Hello: "cliente.example"}, "nothing passed for cliente.example (checked here)"},
		{"DKIM of the same domain", good, Delivery{IP: outside, MailFrom: "x@lista.example"}, ""},
		{"DKIM and forwarding that keeps it whole (RFC 7960 4)", "Received: from a by b\r\n" + good, Delivery{IP: outside, MailFrom: "x@mau.example"}, ""},
		{"DKIM, relaxed, of a subdomain", signed(t, k.strong, "rh.cliente.example", checkedMail, nil), Delivery{IP: outside}, ""},
		{"DKIM of the attacker", signed(t, k.strong, "mau.example", checkedMail, nil), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM of a public suffix", signed(t, k.strong, "com.br", mail("ana@cliente.com.br"), nil), Delivery{IP: outside}, "nothing passed for cliente.com.br (checked here)"},
		{"DKIM, the words were changed (RFC 6377 list footer)", good + "--\r\nrodape\r\n", Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, signed by hand, as a control of the next", byHand(t, k.strong, "", 9), Delivery{IP: outside}, ""},
		{"DKIM, a part of the body only: l= (RFC 6376 8.2)", byHand(t, k.strong, "l=7; ", 7) + "e mais isto\r\n", Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, a subject put before the signed one (RFC 6376 8.15)", "Subject: outra coisa\r\n" + good, Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, a second Content-Type over the body (RFC 6376 8.15)", "Content-Type: text/html\r\nContent-Type: text/plain\r\n" + good, Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, the subject not signed, replayed with another", signed(t, k.strong, "cliente.example", checkedMail, func(o *dkim.SignOptions) { o.HeaderKeys = []string{"from"} }), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, expired (RFC 6376 3.5 x=)", signed(t, k.strong, "cliente.example", checkedMail, func(o *dkim.SignOptions) { o.Expiration = now.Add(-time.Hour) }), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, a key below 1024 bits (RFC 8301 3.2)", signed(t, k.weak, "cliente.example", checkedMail, sel("weak")), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, the key was revoked (RFC 6376 3.6.1)", signed(t, k.strong, "cliente.example", checkedMail, sel("gone")), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, two keys under one name (RFC 6376 3.6.2.2)", signed(t, k.strong, "cliente.example", checkedMail, sel("twice")), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, a key for SHA-1 only (RFC 8301 3.1)", signed(t, k.strong, "cliente.example", checkedMail, sel("sha1")), Delivery{IP: outside}, "nothing passed for cliente.example (checked here)"},
		{"DKIM, the DNS is away (RFC 6376 3.9 TEMPFAIL)", signed(t, k.strong, "cliente.example", checkedMail, sel("away")), Delivery{IP: outside}, "dkim=temperror (checked here)"},
		{"DMARC, nothing aligned", mail("ana@reject.example"), Delivery{IP: outside, MailFrom: "x@mau.example"}, "dmarc=fail (checked here)"},
		{"DMARC of the organisation, for a subdomain (RFC 7489 6.6.3)", mail("ana@rh.reject.example"), Delivery{IP: outside}, "dmarc=fail (checked here)"},
		{"DMARC, strict SPF (RFC 7489 3.1.2)", mail("ana@rh.estrito.example"), Delivery{IP: own, MailFrom: "ana@estrito.example"}, "dmarc=fail (checked here)"},
		{"DMARC, strict SPF of the very domain", mail("ana@estrito.example"), Delivery{IP: own, MailFrom: "ana@estrito.example"}, ""},
		{"DMARC, strict DKIM (RFC 7489 3.1.1)", signed(t, k.strong, "estrito.example", mail("ana@rh.estrito.example"), nil), Delivery{IP: outside}, "dmarc=fail (checked here)"},
		{"DMARC, strict DKIM of the very domain", signed(t, k.strong, "rh.estrito.example", mail("ana@rh.estrito.example"), nil), Delivery{IP: outside}, ""},
		{"DMARC, two records are none (RFC 7489 6.6.3)", mail("ana@dupla.example"), Delivery{IP: own, MailFrom: "ana@rh.dupla.example"}, ""},
		{"DMARC, a record that cannot be read is strict", mail("ana@torta.example"), Delivery{IP: own, MailFrom: "ana@rh.torta.example"}, "dmarc=fail (checked here)"},
		{"DMARC, the DNS is away", mail("ana@fora.example"), Delivery{IP: own, MailFrom: "ana@fora.example"}, "dmarc=temperror (checked here)"},
		{"SPF, the DNS is away", mail("ana@semdns.example"), Delivery{IP: own, MailFrom: "ana@semdns.example"}, "spf=temperror (checked here)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Checker{Resolver: dns, Clock: func() time.Time { return now }, Timeout: time.Minute}
			l := letter.Open([]byte(tt.raw))
			from, ok := Of(l.Header)
			if !ok {
				t.Fatal("no sender")
			}
			v := c.Check(t.Context(), []byte(tt.raw), from.Address, tt.delivery)
			if v.Proved != (tt.doubt == "") || v.Doubt != tt.doubt || v.Proved && v.Against {
				t.Errorf("%+v, want doubt %q", v, tt.doubt)
			}
		})
	}
}

// byHand signs as the library does not: with a tag of choice, over the first n bytes
// of the body (RFC 6376 section 3.7, simple/simple).
func byHand(t *testing.T, key *rsa.PrivateKey, tag string, n int) string {
	t.Helper()
	head, body, _ := strings.Cut(checkedMail, "\r\n\r\n")
	sum := sha256.Sum256([]byte(body[:n]))
	field := "DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=cliente.example; s=s1; " + tag +
		"h=from:to:subject:message-id; bh=" + base64.StdEncoding.EncodeToString(sum[:]) + "; b="
	sum = sha256.Sum256([]byte(head + "\r\n" + field))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return field + base64.StdEncoding.EncodeToString(signature) + "\r\n" + checkedMail
}

// A signature that is good today is a replay in two months.
func TestOldSignature(t *testing.T) {
	k := newKeys(t)
	dns := zone{"s1._domainkey.cliente.example": {record(t, k.strong)}}
	raw := signed(t, k.strong, "cliente.example", checkedMail, nil)
	for days, want := range map[int]bool{5: true, 70: false} {
		c := Checker{Resolver: dns, Clock: func() time.Time { return now.AddDate(0, 0, days) }, Timeout: time.Minute}
		if v := c.Check(t.Context(), []byte(raw), letter.Address{Local: "ana", Domain: "cliente.example"}, Delivery{}); v.Proved != want {
			t.Errorf("after %d days: %+v", days, v)
		}
	}
}

func TestThrough(t *testing.T) {
	relays := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8")}
	tests := []struct{ name, head, want string }{
		{"one relay", "Received: from out (out.example [203.0.113.9]) by mx (Postfix)\n", "203.0.113.9 out"},
		{"two relays", "Received: from mx (mx [10.0.0.2]) by filter\nReceived: from out (unknown [IPv6:2001:db8::1]) by mx\n", "2001:db8::1 out"},
		{"below is the sender's own", "Received: from mau (mau [203.0.113.9]) by mx\nReceived: from x (x [198.51.100.5]) by mx\n", "203.0.113.9 mau"},
		{"the name it gave itself is no address", "Received: from [198.51.100.5] (mau [203.0.113.9]) by mx\n", "203.0.113.9 [198.51.100.5]"},
		{"Exchange", "Received: from out (203.0.113.9) by mx\n", "203.0.113.9 out"},
		{"a relay that does not say", "Received: by mx with local\nReceived: from x (x [198.51.100.5]) by mx\n", ""},
		{"nothing but relays", "Received: from mx (mx [10.0.0.2]) by filter\n", ""},
	}
	for _, tt := range tests {
		h := letter.ParseHeader([]byte(tt.head + "\n"))
		got := ""
		if ip, hello, ok := Through(h, relays); ok {
			got = ip.String() + " " + hello
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
