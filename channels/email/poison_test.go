package email

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"recado/channels/email/letter"
)

const poisonHead = "From: Ana <ana@cliente.example>\r\nTo: suporte@desk.example\r\nMIME-Version: 1.0\r\n"

// nested is a multipart within a multipart, n deep.
func nested(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	return b.String() + "\r\nno fundo"
}

func mailsInMails(n int) string {
	return strings.Repeat("Content-Type: message/rfc822\r\n\r\nSubject: outro\r\n", n) + "\r\nno fundo"
}

func parts(n int) string {
	return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\n.\r\n", n) + "--b--\r\n"
}

// runOfRTF is a compressed RTF that repeats what it has just written, as long as it may.
func runOfRTF(n int) []byte {
	rtf := []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 'L', 'Z', 'F', 'u', 0, 0, 0, 0}
	return append(rtf, bytes.Repeat([]byte{0xff, 0, 0xf, 0, 0xf, 0, 0xf, 0, 0xf, 0, 0xf, 0, 0xf, 0, 0xf, 0, 0xf}, n)...)
}

func winmail(rtf []byte) string {
	le := func(n int) string { return string([]byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	props := le(1) + "\x02\x01\x09\x10" + le(1) + le(len(rtf)) + string(rtf)
	raw := "\x78\x9f\x3e\x22\x01\x00\x01\x03\x90\x06\x00" + le(len(props)) + props + "\x00\x00"
	return "Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte(raw))
}

// poisons are mails that stop, fill or crash careless programs. Their work is what is
// counted: bytes allocated for each byte that came.
var poisons = map[string]string{
	"nested 10,000 deep":              poisonHead + nested(10_000),
	"mails in mails, 20,000 deep":     poisonHead + mailsInMails(20_000),
	"a million parts":                 poisonHead + parts(1_000_000),
	"a head of folds":                 "Subject: a\r\n" + strings.Repeat(" b\r\n", 250_000) + poisonHead + "\r\nx",
	"one line of a megabyte":          "Subject: " + strings.Repeat("=?utf-8?Q?=C3=A1?= ", 60_000) + "\r\n" + poisonHead + "\r\nx",
	"a head that never ends":          poisonHead + strings.Repeat("X-A: b\r\n", 300_000),
	"addresses without end":           poisonHead + "Cc: " + strings.Repeat("a@b.example, ", 80_000) + "c@d.example\r\n\r\nx",
	"comments in comments":            "From: " + strings.Repeat("(", 60_000) + " ana@cliente.example\r\n\r\nx",
	"quotes that never close":         "From: \"" + strings.Repeat(`\`, 60_000) + "\r\nTo: \"\r\n\r\nx",
	"parameters without end":          poisonHead + "Content-Type: text/plain" + strings.Repeat("; name*1*=a", 5_000) + "\r\n\r\nx",
	"boundaries that are almost it":   poisonHead + "Content-Type: multipart/mixed; boundary=" + strings.Repeat("-", 60) + "\r\n\r\n" + strings.Repeat("-", 2<<20),
	"one border a million times":      poisonHead + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n", 400_000),
	"an RTF that unpacks to much":     poisonHead + winmail(runOfRTF(100_000)),
	"RTF groups without end":          poisonHead + winmail(append([]byte("\x00\x00\x00\x00\xff\xff\xff\x00MELA\x00\x00\x00\x00"), strings.Repeat("{", 1<<20)...)),
	"uuencode that never ends":        poisonHead + "\r\n" + strings.Repeat("begin-base64 644 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 30_000),
	"yEnc that never ends":            poisonHead + "\r\n" + strings.Repeat("=ybegin line=128 size=9 name=a\n", 50_000),
	"OpenPGP that never ends":         poisonHead + "\r\n" + strings.Repeat("-----BEGIN PGP MESSAGE-----\n", 50_000),
	"HTML 100,000 deep":               poisonHead + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div>", 100_000) + "x",
	"HTML blockquotes 50,000 deep":    poisonHead + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<blockquote type=cite>", 50_000) + "x",
	"pictures without end":            poisonHead + "Content-Type: text/html\r\n\r\n" + strings.Repeat("<img src=data:image/png;base64,AAAA>", 50_000),
	"quote marks":                     poisonHead + "\r\n" + strings.Repeat(">", 2<<20),
	"lines that introduce a quote":    poisonHead + "\r\n" + strings.Repeat("Em seg., 23 de nov. de 2026 às 10:00, Ana <ana@cliente.example> escreveu:\r\n", 30_000),
	"an invitation of a megabyte":     poisonHead + "Content-Type: text/calendar\r\n\r\nBEGIN:VEVENT\r\n" + strings.Repeat("SUMMARY:a\r\n b\r\n", 60_000) + "END:VEVENT\r\n",
	"BER in BER":                      poisonHead + "Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0x30, 0x80}, 500_000)),
	"UTF-7 of nothing but plus signs": poisonHead + "Content-Type: text/plain; charset=utf-7\r\n\r\n" + strings.Repeat("+", 1<<20),
	"zeros":                           strings.Repeat("\x00", 1<<20),
	"carriage returns":                strings.Repeat("\r", 1<<20),
	"borders of CR":                   strings.ReplaceAll(poisonHead+parts(100_000), "\r\n", "\r"),
}

// Whatever a mail holds, it is handed in as something, and the next one is read. The
// bound is on bytes allocated for each byte of mail, and a floor: what grows with the
// square of a megabyte is far above.
func TestPoison(t *testing.T) {
	perByte, floor := 120, 64<<20
	if underRace {
		perByte *= 4
	}
	for name, raw := range poisons {
		t.Run(name, func(t *testing.T) {
			in := newIMAP(t, asItIs)
			in.put(t, raw)
			in.put(t, letterFrom("depois", "depois do veneno"))
			sink := newDesktop()
			o := mailboxOptions(t, in)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, stop := runMailbox(t, o, sink)
			bad, good := sink.next(t), sink.next(t)
			runtime.ReadMemStats(&after)
			if err := stop(); err != nil {
				t.Error(err)
			}
			if err := bad.Check(); err != nil || bad.Original == "" {
				t.Errorf("it came as %+v: %v", bad.Key, err)
			}
			if good.Text != "depois do veneno" {
				t.Errorf("behind it came %q", good.Text)
			}
			if len(bad.Attachments) > 10 || len(bad.Refused) > mostRefused || len(bad.Text)+len(bad.FullText) > 2*maxText {
				t.Errorf("%d files, %d refused, %d bytes of text", len(bad.Attachments), len(bad.Refused), len(bad.Text)+len(bad.FullText))
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > uint64(perByte*len(raw)+floor) {
				t.Errorf("%d bytes made it allocate %d MB", len(raw), got>>20)
			}
			l := letter.Open([]byte(raw))
			if out := l.Shown + len(l.Files) + len(l.Reports) + len(l.Damaged); l.Parts != out {
				t.Errorf("%d parts in, %d out", l.Parts, out)
			}
		})
	}
}
