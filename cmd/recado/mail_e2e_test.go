package main_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recado/testenv"
)

// person is somebody with a real mailbox.
type person struct {
	nick, name string
	team       string // agent or supervisor; empty: a customer
	phone      string // of their WhatsApp, if they have one
	site       *site
	address    string
	box        *testenv.Reader
}

func (p *person) domain() string {
	if p.team != "" {
		return "team.example"
	}
	return "aurora.example"
}

// draft is a mail to be written.
type draft struct {
	to, subject, text string
	header            []string // whole lines
	id                string   // with its brackets; made when empty
}

// vouched is what our mail exchanger writes on top of mail whose sender it checked.
func (p *person) vouched() string {
	return fmt.Sprintf("Authentication-Results: %s; dmarc=pass header.from=%s", ourMX, p.domain())
}

// raw is the mail as it travels.
func (p *person) raw(d draft) []byte {
	var b strings.Builder
	for _, line := range d.header {
		b.WriteString(line + "\r\n")
	}
	fmt.Fprintf(&b, "Date: %s\r\nFrom: %s <%s>\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: %s\r\n", time.Now().Format(time.RFC1123Z),
		mime.QEncoding.Encode("utf-8", p.name), p.address, d.to, mime.QEncoding.Encode("utf-8", d.subject), d.id)
	b.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	b.WriteString(base64.StdEncoding.EncodeToString([]byte(d.text)) + "\r\n")
	return []byte(b.String())
}

// writes sends a mail through Postfix and returns its Message-ID.
func (p *person) writes(d draft) string {
	p.site.t.Helper()
	if d.to == "" {
		d.to = p.site.address
	}
	if d.id == "" {
		d.id = newMessageID(p.domain())
	}
	testenv.SendMail(p.site.t, p.address, d.to, p.raw(d))
	return d.id
}

func newMessageID(domain string) string { return "<" + uuid.NewString() + "@" + domain + ">" }

// replies answers a letter as mail programs do: to its Reply-To, with everything
// that was said quoted below.
func (p *person) replies(l letter, text string, header ...string) {
	p.site.t.Helper()
	to, err := mail.ParseAddress(l.header.Get("Reply-To"))
	if err != nil {
		p.site.t.Fatalf("Reply-To %q: %v", l.header.Get("Reply-To"), err)
	}
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(l.text), "\n", "\n> ")
	header = append([]string{p.vouched()}, append(header, "In-Reply-To: "+l.id(), "References: "+l.header.Get("References")+" "+l.id())...)
	p.writes(draft{
		to: to.Address, subject: "Re: " + l.subject(), header: header,
		text: text + "\n\nEm seg., 23 de nov. de 2026 às 10:00, Suporte Aurora <" + p.site.address + "> escreveu:\n" + quoted + "\n",
	})
}

// letter is a mail that was read back out of Dovecot.
type letter struct {
	raw        []byte
	header     mail.Header
	text, html string // "" where the part is missing
	files      []string
}

func (l letter) id() string { return l.header.Get("Message-Id") }

func (l letter) subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(l.header.Get("Subject"))
	if err != nil {
		return l.header.Get("Subject")
	}
	return s
}

func (l letter) references() []string { return strings.Fields(l.header.Get("References")) }

// open takes apart what the desk sends: text and HTML side by side, and files after them.
func open(t testing.TB, raw []byte) letter {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("not a mail: %v\n%s", err, raw)
	}
	l := letter{raw: raw, header: m.Header}
	takeParts(t, &l, m.Header.Get("Content-Type"), m.Body)
	return l
}

// takeParts reads the parts of a letter, or of a part of it.
func takeParts(t testing.TB, l *letter, contentType string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/alternative" && kind != "multipart/mixed" {
		t.Fatalf("Content-Type is %q\n%s", contentType, l.raw)
	}
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		part, err := parts.NextPart() // decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, l.raw)
		}
		if part.FileName() != "" {
			l.files = append(l.files, part.FileName())
			continue
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "multipart/") {
			takeParts(t, l, part.Header.Get("Content-Type"), part)
			continue
		}
		content, err := io.ReadAll(part)
		if err != nil {
			t.Fatalf("%v\n%s", err, l.raw)
		}
		text := strings.ReplaceAll(string(content), "\r\n", "\n")
		switch part.Header.Get("Content-Type") {
		case "text/plain; charset=utf-8":
			l.text = text
		case "text/html; charset=utf-8":
			l.html = text
		default:
			t.Errorf("a part is %q", part.Header.Get("Content-Type"))
		}
	}
}

// mailbox is what the person reads their mail with.
func (p *person) mailbox() *testenv.Reader {
	p.site.t.Helper()
	if p.box == nil {
		p.box = testenv.Mailbox(p.site.t, p.address)
	}
	return p.box
}

// letters is everything in the mailbox, oldest first.
func (p *person) letters() (all []letter) {
	p.site.t.Helper()
	for _, raw := range p.mailbox().All() {
		all = append(all, open(p.site.t, raw))
	}
	return all
}

// deliveryTime is for a mail to pass the desk and the servers on a machine under load.
const deliveryTime = 30 * time.Second

// receives waits for the letter with these words in its text.
func (p *person) receives(words string) letter {
	p.site.t.Helper()
	raw := p.mailbox().Wait(deliveryTime, func(raw []byte) bool {
		return strings.Contains(open(p.site.t, raw).text, words)
	})
	return open(p.site.t, raw)
}
