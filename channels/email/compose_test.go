package email

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/channels"
	"recado/channels/email/letter"
	"recado/core/message"
)

// sent composes out and reads it back with the standard library.
func sent(t *testing.T, d *desk, out message.Outbound) *mail.Message {
	t.Helper()
	raw, err := d.compose(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if !strings.HasSuffix(line, "\r\n") {
			t.Errorf("a line ends without CRLF: %q", line)
		}
		if len(line) > 1000 {
			t.Errorf("a line of %d bytes", len(line))
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func decoded(t *testing.T, s string) string {
	t.Helper()
	got, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func notice() message.Outbound {
	return message.Outbound{
		ID:       "01890000-0000-7000-8000-000000000001",
		To:       message.Address{Channel: message.Email, ID: "ana@cliente.example"},
		Language: "pt-BR",
		Subject:  "Emissão de CT-e parada",
		Text:     "Chamado *2026-000042* aberto.\n\nJá estamos _olhando_: https://desk.example/a?b=1&c=2.",
		Number:   "2026-000042",
		Refs:     []string{"primeira@cliente.example", "segunda@cliente.example"},
	}
}

func TestComposeHead(t *testing.T) {
	d := testDesk(t)
	h := sent(t, d, notice()).Header
	want := map[string]string{
		"From":                     `"Suporte Aurora" <suporte@desk.example>`,
		"To":                       "<ana@cliente.example>",
		"Reply-To":                 `"Suporte Aurora" <suporte+` + d.Signer.Reply("2026-000042", "ana@cliente.example") + `@desk.example>`,
		"Message-Id":               "<01890000-0000-7000-8000-000000000001@desk.example>",
		"In-Reply-To":              "<segunda@cliente.example>",
		"References":               "<primeira@cliente.example> <segunda@cliente.example>",
		"List-Id":                  `"Suporte Aurora" <suporte.desk.example>`,
		"Auto-Submitted":           "auto-replied",
		"X-Auto-Response-Suppress": "All",
		"X-Recado-Loop":            "suporte@desk.example",
		"Date":                     "Mon, 23 Nov 2026 15:04:05 +0000",
		"Content-Language":         "pt-BR",
	}
	for name, value := range want {
		if got := h.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if got := decoded(t, h.Get("Subject")); got != "[2026-000042] Emissão de CT-e parada" {
		t.Errorf("subject %q", got)
	}
}

func TestComposeVariants(t *testing.T) {
	d := testDesk(t)
	plain := notice()
	plain.Number, plain.Refs, plain.Subject = "", nil, ""
	h := sent(t, d, plain).Header
	if h.Get("Auto-Submitted") != "auto-generated" || h.Get("Reply-To") != "" || h.Get("References") != "" {
		t.Errorf("a first mail without a ticket has head %v", h)
	}
	if h.Get("Subject") != "Suporte Aurora" {
		t.Errorf("a mail without a subject is called %q", h.Get("Subject"))
	}
	numbered := notice()
	numbered.Subject = "[2026-000042] já com número"
	if got := decoded(t, sent(t, d, numbered).Header.Get("Subject")); strings.Count(got, "2026-000042") != 1 {
		t.Errorf("subject %q", got)
	}
}

// Whatever an outbound holds, it adds no field.
func TestComposeHeaderInjection(t *testing.T) {
	d := testDesk(t)
	d.Name = "Suporte\r\nBcc: mau@mau.example"
	out := notice()
	for _, s := range []*string{&out.Subject, &out.Language, &out.Number, &out.Refs[0], &out.Refs[1], &out.ID} {
		*s += "\r\nBcc: mau@mau.example\r\n\r\ncorpo"
	}
	digest, _, err := d.Files.Keep(context.Background(), strings.NewReader("x"), 10)
	if err != nil {
		t.Fatal(err)
	}
	out.Attachments = []message.Attachment{{Name: "a\r\nBcc: mau@mau.example.txt", MediaType: "text/plain\r\nBcc: x", Digest: digest}}
	m := sent(t, d, out)
	if m.Header.Get("Bcc") != "" {
		t.Errorf("a Bcc got in: %v", m.Header)
	}
	raw, _ := io.ReadAll(m.Body)
	if bytes.Contains(raw, []byte("\r\nBcc:")) {
		t.Errorf("a Bcc got into a part:\n%s", raw)
	}
}

// What we compose is read back by our own parser: both forms say the same.
func TestComposeBody(t *testing.T) {
	d := testDesk(t)
	out := notice()
	out.Text += "\n<script>alert(1)</script> & 2*3*4 e nome_de_arquivo"
	out.Quote = "Não emite\ndesde ontem"
	out.Link = &message.Link{Label: "Avaliar", URL: "https://desk.example/r/abc"}
	digest, _, err := d.Files.Keep(context.Background(), bytes.NewReader(bytes.Repeat([]byte{0, 1, 2, 250}, 5000)), 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	out.Attachments = []message.Attachment{{Name: "relatório.pdf", MediaType: "application/pdf", Size: 20000, Digest: digest}}
	raw, err := d.compose(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	l := letter.Open(raw)
	if l.Failed != nil || len(l.Segments) != 1 || len(l.Files) != 1 || l.Parts != 3 {
		t.Fatalf("read back as %d parts, %d texts, %d files (%v)", l.Parts, len(l.Segments), len(l.Files), l.Failed)
	}
	if f := l.Files[0]; f.Name != "relatório.pdf" || f.MediaType != "application/pdf" || f.Size() != 20000 {
		t.Errorf("the file came back as %q, %s, %d bytes", f.Name, f.MediaType, f.Size())
	}
	plain, html := l.Segments[0].Plain, l.Segments[0].HTML
	for _, want := range []string{"Chamado 2026-000042 aberto.", "> Não emite\n> desde ontem", "Avaliar:\nhttps://desk.example/r/abc"} {
		if !strings.Contains(plain, want) {
			t.Errorf("the text lacks %q:\n%s", want, plain)
		}
	}
	for _, want := range []string{
		`<strong style="white-space:nowrap;">2026-000042</strong>`, `">olhando</em>`,
		`<a href="https://desk.example/a?b=1&amp;c=2" style="color:#1f5fd0;">https://desk.example/a?b=1&amp;c=2</a>.`,
		"&lt;script&gt;", "2*3*4 e nome_de_arquivo", "Não emite<br>", `href="https://desk.example/r/abc"`, `lang="pt-BR"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the HTML lacks %q:\n%s", want, html)
		}
	}
	if strings.Contains(html, "<script>") {
		t.Error("a script got in")
	}
}

func TestComposeDangerousLink(t *testing.T) {
	out := notice()
	out.Link = &message.Link{Label: "x", URL: "javascript:alert(1)"}
	if got := testDesk(t).htmlBody(out) + plainBody(out); strings.Contains(got, "javascript:") {
		t.Error(got)
	}
}

func TestMessageIDIsForetold(t *testing.T) {
	d := testDesk(t)
	odd := notice()
	odd.ID = "chave <com> espaços"
	a, b := d.messageID(odd), d.messageID(odd)
	if a != b || strings.ContainsAny(a, " <>") {
		t.Errorf("%q, %q", a, b)
	}
	if got := letter.MessageIDs(sent(t, d, odd).Header.Get("Message-ID")); len(got) != 1 || got[0] != a {
		t.Errorf("the mail bears %q, foretold was %q", got, a)
	}
}

func TestManyReferencesKeepFirstAndLast(t *testing.T) {
	var refs []string
	for i := range 60 {
		refs = append(refs, fmt.Sprintf("id-%d@x.example", i))
	}
	got := references(refs)
	if len(got) != mostReferences || got[0] != "<id-0@x.example>" || got[len(got)-1] != "<id-59@x.example>" {
		t.Errorf("%q", got)
	}
}

func TestAttachmentAway(t *testing.T) {
	o := testOptions(t)
	o.SMTP = newSMTP(t).options()
	m, err := NewMailbox(withIMAP(o))
	if err != nil {
		t.Fatal(err)
	}
	out := notice()
	out.Attachments = []message.Attachment{{Name: "x", Digest: "não há"}}
	_, err = m.Send(context.Background(), out)
	if kind, _ := channels.KindOf(err); kind != channels.Temporary {
		t.Errorf("%s: %v", kind, err)
	}
}

func TestOutFolder(t *testing.T) {
	o := testOptions(t)
	o.OutFolder = filepath.Join(t.TempDir(), "saída")
	m, err := NewMailbox(withIMAP(o))
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := m.Send(context.Background(), notice())
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(o.OutFolder)
	if err != nil || len(files) != 1 || files[0].Name() != receipt.UpstreamID+".eml" {
		t.Errorf("%v, %v", files, err)
	}
}

// withIMAP adds a server that is never asked.
func withIMAP(o Options) Options {
	o.IMAP = IMAP{Server: Server{Host: "127.0.0.1", Port: 9, Mode: Plain, User: testUser, Password: password}}
	return o
}

// The others of the ticket are shown; the answer still goes to the address that is only
// this reader's.
func TestComposeInCopy(t *testing.T) {
	d := testDesk(t)
	out := notice()
	out.InCopy = []message.Address{{Channel: message.Email, ID: "bruno@cliente.example"}, {Channel: message.Email, ID: "x@y.example>\r\nBcc: mau@mau.example"}, {Channel: message.WhatsApp, ID: "5511"}}
	h := sent(t, d, out).Header
	if h.Get("Cc") != "<bruno@cliente.example>" || h.Get("To") != "<ana@cliente.example>" || h.Get("Bcc") != "" {
		t.Errorf("%v", h)
	}
}

// A number is a mail that is ready to be sent; in the text it is what was written.
func TestComposeChoices(t *testing.T) {
	d := testDesk(t)
	out := notice()
	out.Choices = []message.Choice{{Value: "a", Label: "Sim, <resolveu>"}, {Value: "b", Label: "Não"}}
	out.Text = "Ajudou?\n\n*1.* Sim, <resolveu>\n*2.* Não"
	got := d.htmlBody(out)
	for _, want := range []string{"&amp;body=1", "&amp;body=2", "Sim, &lt;resolveu&gt;</a>", "mailto:" + d.home.With(d.Signer.Reply(out.Number, out.To.ID)).Local} {
		if !strings.Contains(strings.ReplaceAll(got, "%2B", "+"), want) {
			t.Errorf("the HTML lacks %q:\n%s", want, got)
		}
	}
	if plain := plainBody(out); !strings.Contains(plain, "1. Sim, <resolveu>\n2. Não") {
		t.Error(plain)
	}
}
