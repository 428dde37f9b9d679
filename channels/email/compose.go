package email

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"

	"recado/channels/email/letter"
	"recado/channels/email/machine"
	"recado/core/message"
)

var plainID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// messageID depends on nothing but out.ID and our domain.
func (d *desk) messageID(out message.Outbound) string {
	id := out.ID
	if !plainID.MatchString(id) {
		sum := sha256.Sum256([]byte(id))
		id = hex.EncodeToString(sum[:16])
	}
	return id + "@" + d.home.Address.Domain
}

// compose writes the mail that says out. It fails only when an attachment cannot
// be read.
func (d *desk) compose(ctx context.Context, out message.Outbound) ([]byte, error) {
	var body bytes.Buffer
	contentType, err := d.writeBody(ctx, &body, out)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, f := range d.head(out) {
		writeField(&b, f[0], f[1])
	}
	writeField(&b, "Content-Type", contentType)
	b.WriteString("\r\n")
	b.Write(body.Bytes())
	return b.Bytes(), nil
}

// head is every field but Content-Type, in the order in which they are written.
func (d *desk) head(out message.Outbound) [][2]string {
	fields := [][2]string{
		{"Date", d.Clock().UTC().Format(time.RFC1123Z)},
		{"From", named(d.Name, d.home.Address)},
		{"To", "<" + wireForm(out.To) + ">"},
	}
	if len(out.InCopy) > 0 {
		fields = append(fields, [2]string{"Cc", inCopy(out.InCopy)})
	}
	if out.Number != "" {
		answer := d.home.With(d.Signer.Reply(out.Number, out.To.ID))
		fields = append(fields, [2]string{"Reply-To", named(d.Name, answer)})
	}
	fields = append(fields,
		[2]string{"Subject", mime.QEncoding.Encode("utf-8", d.subject(out))},
		[2]string{"Message-ID", "<" + d.messageID(out) + ">"},
	)
	auto := "auto-generated"
	if refs := references(out.Refs); len(refs) > 0 {
		auto = "auto-replied"
		fields = append(fields,
			[2]string{"In-Reply-To", refs[len(refs)-1]},
			[2]string{"References", strings.Join(refs, " ")},
		)
	}
	return append(fields,
		[2]string{"List-Id", d.listID()},
		[2]string{"Auto-Submitted", auto},
		[2]string{"X-Auto-Response-Suppress", "All"},
		[2]string{machine.LoopHeader, d.home.Address.String()},
		[2]string{"Content-Language", letter.OneLine(out.Language)},
		[2]string{"MIME-Version", "1.0"},
	)
}

// inCopy shows who else is told. They get mails of their own: the envelope has the one
// address, so that each bears the reply address that was signed for its reader.
func inCopy(others []message.Address) string {
	var shown []string
	for _, a := range others {
		if parsed, ok := letter.ParseAddress(a.ID); ok && a.Channel == message.Email {
			shown = append(shown, "<"+spelled(parsed)+">")
		}
	}
	return strings.Join(shown, ", ")
}

// listID lets people sort our notices by one rule (RFC 2919). It is made of the desk's
// address, which is ours for ever.
func (d *desk) listID() string {
	a := d.home.Address
	local := strings.Map(func(r rune) rune {
		if r < 0x80 && (isWord(r) || r == '-' || r == '.') {
			return r
		}
		return '-'
	}, a.Local)
	return labelled(d.Name, "<"+strings.Trim(local, ".")+"."+a.Domain+">")
}

// wireForm is the address as it is written in a head.
func wireForm(a message.Address) string {
	if parsed, ok := letter.ParseAddress(a.ID); ok {
		return spelled(parsed)
	}
	return a.ID
}

func named(name string, a letter.Address) string { return labelled(name, "<"+a.String()+">") }

// labelled puts a name for people before what programs read.
func labelled(name, what string) string {
	if name = letter.OneLine(name); name == "" {
		return what
	}
	if encoded := mime.QEncoding.Encode("utf-8", name); encoded != name {
		return encoded + " " + what
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `" ` + what
}

// subject bears the protocol number once, for who answers without our address.
func (d *desk) subject(out message.Outbound) string {
	s := letter.Cut(letter.OneLine(out.Subject), 500)
	if number := letter.OneLine(out.Number); number != "" && !strings.Contains(s, number) {
		s = strings.TrimSpace("[" + number + "] " + s)
	}
	return or(s, or(letter.OneLine(d.Name), d.home.Address.String()))
}

// mostReferences keeps the field short: the first names the thread, the last ones
// what is answered (RFC 5322 section 3.6.4 allows trimming).
const mostReferences = 20

func references(refs []string) (out []string) {
	if len(refs) > mostReferences {
		refs = append([]string{refs[0]}, refs[len(refs)-mostReferences+1:]...)
	}
	for _, id := range refs {
		id = strings.Trim(letter.OneLine(id), "<>")
		if id != "" && len(id) <= letter.MaxMessageID && !strings.ContainsAny(id, " <>") {
			out = append(out, "<"+id+">")
		}
	}
	return out
}

// writeField folds at blanks, so that no line is longer than RFC 5322 wants where
// that can be had. A value never ends its field: line ends were made blanks.
func writeField(b *bytes.Buffer, name, value string) {
	const wanted = 76
	if value = letter.OneLine(value); value == "" {
		return
	}
	b.WriteString(name + ":")
	column := len(name) + 1
	for word := range strings.SplitSeq(value, " ") {
		if column > len(name)+1 && column+1+len(word) > wanted {
			b.WriteString("\r\n")
			column = 0
		}
		b.WriteString(" " + word)
		column += 1 + len(word)
	}
	b.WriteString("\r\n")
}

// writeBody writes text and HTML, with the files behind them, and returns the
// Content-Type of it all.
func (d *desk) writeBody(ctx context.Context, w io.Writer, out message.Outbound) (string, error) {
	if len(out.Attachments) == 0 {
		return d.writeTexts(w, out)
	}
	mixed := multipart.NewWriter(w)
	if err := mixed.SetBoundary(boundary(out.ID, "mixed")); err != nil {
		return "", err
	}
	var texts bytes.Buffer
	contentType, err := d.writeTexts(&texts, out)
	if err != nil {
		return "", err
	}
	part, err := mixed.CreatePart(textproto.MIMEHeader{"Content-Type": {contentType}})
	if err != nil {
		return "", err
	}
	if _, err := part.Write(texts.Bytes()); err != nil {
		return "", err
	}
	for _, a := range out.Attachments {
		if err := d.writeFile(ctx, mixed, a); err != nil {
			return "", err
		}
	}
	return `multipart/mixed; boundary="` + mixed.Boundary() + `"`, mixed.Close()
}

func boundary(id, what string) string {
	sum := sha256.Sum256([]byte(what + "\x00" + id))
	return "recado-" + hex.EncodeToString(sum[:16])
}

func (d *desk) writeTexts(w io.Writer, out message.Outbound) (string, error) {
	alternative := multipart.NewWriter(w)
	if err := alternative.SetBoundary(boundary(out.ID, "alternative")); err != nil {
		return "", err
	}
	for _, form := range []struct{ mediaType, text string }{{"text/plain", plainBody(out)}, {"text/html", d.htmlBody(out)}} {
		part, err := alternative.CreatePart(textproto.MIMEHeader{
			"Content-Type":              {form.mediaType + "; charset=utf-8"},
			"Content-Transfer-Encoding": {"quoted-printable"},
		})
		if err != nil {
			return "", err
		}
		qp := quotedprintable.NewWriter(part)
		if _, err := io.WriteString(qp, form.text); err != nil {
			return "", err
		}
		if err := qp.Close(); err != nil {
			return "", err
		}
	}
	return `multipart/alternative; boundary="` + alternative.Boundary() + `"`, alternative.Close()
}

func (d *desk) writeFile(ctx context.Context, mixed *multipart.Writer, a message.Attachment) error {
	content, err := d.Files.Open(ctx, a.Digest)
	if err != nil {
		return fmt.Errorf("opening the attachment %q: %w", a.Name, err)
	}
	defer content.Close()
	name := letter.FileName(a.Name, a.MediaType, 1)
	mediaType, _, err := mime.ParseMediaType(a.MediaType)
	if err != nil || slices.Contains([]string{"multipart", "message"}, strings.SplitN(mediaType, "/", 2)[0]) {
		mediaType = "application/octet-stream" // RFC 2046 forbids base64 on these
	}
	part, err := mixed.CreatePart(textproto.MIMEHeader{
		"Content-Type":              {or(mime.FormatMediaType(mediaType, map[string]string{"name": name}), mediaType)},
		"Content-Disposition":       {or(mime.FormatMediaType("attachment", map[string]string{"filename": name}), "attachment")},
		"Content-Transfer-Encoding": {"base64"},
	})
	if err != nil {
		return err
	}
	lines := &lineBreaker{w: part}
	encoder := base64.NewEncoder(base64.StdEncoding, lines)
	if _, err := io.Copy(encoder, content); err != nil {
		return fmt.Errorf("reading the attachment %q: %w", a.Name, err)
	}
	return encoder.Close()
}

// lineBreaker breaks base64 into lines of 76 (RFC 2045 section 6.8).
type lineBreaker struct {
	w      io.Writer
	column int
}

func (l *lineBreaker) Write(p []byte) (int, error) {
	const longest = 76
	written := 0
	for len(p) > 0 {
		n := min(longest-l.column, len(p))
		if _, err := l.w.Write(p[:n]); err != nil {
			return written, err
		}
		written += n
		p = p[n:]
		if l.column += n; l.column == longest {
			if _, err := io.WriteString(l.w, "\r\n"); err != nil {
				return written, err
			}
			l.column = 0
		}
	}
	return written, nil
}
