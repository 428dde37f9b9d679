package dkim

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
)

const mail = "From: =?utf-8?q?Suporte?= <suporte@aurora.example>\r\n" +
	"To: <ana@cliente.example>\r\n" +
	"Subject: [2026-000042]\r\n =?utf-8?q?Emiss=C3=A3o?=\r\n" +
	"Auto-Submitted: auto-replied\r\n" +
	"\r\n" +
	"Oi,  Ana!\r\n.\r\n\r\n\r\n"

func newKey(t testing.TB, a Algorithm, selector string) *Key {
	t.Helper()
	text, err := Generate(a)
	if err != nil {
		t.Fatal(err)
	}
	k, err := Parse("Aurora.example", selector, text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// verify asks another reading of the standard, with our records published.
func verify(t *testing.T, raw []byte, keys ...*Key) []*dkim.Verification {
	t.Helper()
	got, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		for _, k := range keys {
			if k.Name() == name {
				return []string{k.Record()}, nil
			}
		}
		return nil, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestSign(t *testing.T) {
	keys := []*Key{newKey(t, RSA, "r1"), newKey(t, Ed25519, "e1")}
	raw, err := Sign([]byte(mail), keys)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasSuffix(raw, []byte(mail)) {
		t.Error("the mail itself was changed")
	}
	got := verify(t, raw, keys...)
	if len(got) != 2 {
		t.Fatalf("%d signatures", len(got))
	}
	for i, v := range got {
		if v.Err != nil || v.Domain != "aurora.example" {
			t.Errorf("signature %d of %s: %v", i, v.Domain, v.Err)
		}
	}
	if strings.Contains(string(raw), " l=") {
		t.Error("a signature leaves room behind its body (l=)")
	}
	for line := range strings.Lines(string(raw)) {
		if len(line) > 998 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	if out := os.Getenv("RECADO_DKIM_SAMPLE"); out != "" { // for a look with another tool: see docs/mail.md
		writeSample(t, out, raw, keys)
	}
}

func writeSample(t *testing.T, folder string, raw []byte, keys []*Key) {
	t.Helper()
	var zone strings.Builder
	for _, k := range keys {
		zone.WriteString(k.Name() + " " + k.Record() + "\n")
	}
	for name, text := range map[string]string{"signed.eml": string(raw), "records.txt": zone.String()} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What somebody on the way adds or changes breaks the signature; what servers do to
// blanks does not.
func TestTampering(t *testing.T) {
	k := newKey(t, Ed25519, "e1")
	raw, err := Sign([]byte(mail), []*Key{k})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(string) string
		holds  bool
	}{
		"as it was":          {func(s string) string { return s }, true},
		"refolded, blanks":   {func(s string) string { return strings.Replace(s, "[2026-000042]\r\n ", "[2026-000042]  ", 1) }, true},
		"a relay's Received": {func(s string) string { return "Received: by mx.example\r\n" + s }, true},
		"blank lines behind": {func(s string) string { return s + "\r\n\r\n" }, true},
		"a second From":      {func(s string) string { return "From: mau@mau.example\r\n" + s }, false},
		"a second Subject":   {func(s string) string { return "Subject: outro\r\n" + s }, false},
		"a Reply-To":         {func(s string) string { return "Reply-To: mau@mau.example\r\n" + s }, false},
		"a Cc":               {func(s string) string { return "Cc: mau@mau.example\r\n" + s }, false},
		"a List-Unsubscribe": {func(s string) string { return "List-Unsubscribe: <https://mau.example>\r\n" + s }, false},
		"other words":        {func(s string) string { return strings.Replace(s, "Ana!", "Eva!", 1) }, false},
		"more words":         {func(s string) string { return s + "mais\r\n" }, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := verify(t, []byte(c.change(string(raw))), k)
			if len(got) != 1 || (got[0].Err == nil) != c.holds {
				t.Errorf("%d signatures, %v", len(got), got[0].Err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	old := newKey(t, RSA, "r1").private.(*rsa.PrivateKey)
	inPEM := func(der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der})
	}
	if _, err := Parse("a.example", "s", inPEM(x509.MarshalPKCS1PrivateKey(old))); err != nil {
		t.Errorf("the older form of RSA keys: %v", err)
	}
	for want, text := range map[string][]byte{
		"too short":   inPEM(x509.MarshalPKCS1PrivateKey(short)),
		"no key":      []byte("v=DKIM1; p=x"),
		"cannot read": inPEM([]byte("x")),
	} {
		if _, err := Parse("a.example", "s", text); err == nil || !strings.Contains(err.Error(), strings.Fields(want)[0]) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestPublished(t *testing.T) {
	k, other := newKey(t, RSA, "r1"), newKey(t, RSA, "r1")
	for name, c := range map[string]struct {
		records []string
		want    string
	}{
		"as printed":         {[]string{k.Record()}, ""},
		"beside SPF, spaced": {[]string{"v=spf1 -all", strings.Replace(k.Record(), "p=", "t=s; p = ", 1)}, ""},
		"nothing":            {nil, "no DKIM record at r1._domainkey.aurora.example"},
		"another key":        {[]string{other.Record()}, "of another key"},
		"revoked":            {[]string{"v=DKIM1; p="}, "revoked"},
		"two":                {[]string{k.Record(), other.Record()}, "keep one"},
	} {
		t.Run(name, func(t *testing.T) {
			err := k.Published(c.records)
			if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), k.Record())) {
				t.Error(err)
			}
		})
	}
}

func TestZone(t *testing.T) {
	k := newKey(t, RSA, "r1")
	joined := ""
	for i, part := range strings.Split(k.Zone(), `"`) {
		if i%2 == 1 {
			joined += part
			if len(part) > 255 {
				t.Errorf("a string of %d bytes", len(part))
			}
		}
	}
	if joined != k.Record() {
		t.Errorf("the strings make %q", joined)
	}
}

func TestFor(t *testing.T) {
	k := newKey(t, Ed25519, "e1")
	for domain, signs := range map[string]bool{"aurora.example": true, "mail.aurora.example": true, "notaurora.example": false, "example": false} {
		if got := len(For([]*Key{k}, domain)) == 1; got != signs {
			t.Errorf("%s: %t", domain, got)
		}
	}
}

func BenchmarkSign(b *testing.B) {
	raw := []byte(strings.Repeat(mail, 1) + strings.Repeat("linha de um aviso como os outros, com umas setenta letras por linha\r\n", 100))
	for _, a := range []Algorithm{RSA, Ed25519} {
		keys := []*Key{newKey(b, a, "s")}
		b.Run(string(a), func(b *testing.B) {
			for b.Loop() {
				if _, err := Sign(raw, keys); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
