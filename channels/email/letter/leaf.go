package letter

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// leaf sorts one part.
func (w *walker) leaf(e entity, parent string, depth int) []Segment {
	content := e.body()
	if w.Parts >= maxParts || depth > maxDepth {
		return w.whole(e)
	}
	attached := e.disposition.value == "attachment" || e.fileName() != ""
	switch {
	case isText(e.mediaType) && !attached && len(e.raw) <= maxText:
		return w.text(e, content)
	case content.encoding == brokenEncoding:
		w.Parts++
		w.Damaged = append(w.Damaged, w.file(e, content))
	case isReport(e.mediaType) || parent == "multipart/report" && isMail(e.mediaType):
		w.Parts++
		w.Reports = append(w.Reports, Report{e.mediaType, content.bytes()})
	case e.mediaType == "message/external-body", e.mediaType == "message/partial":
		w.Parts++
		w.Broken = true
		w.Damaged = append(w.Damaged, w.file(e, content))
	case isSMIME(e):
		return w.smime(e, content, parent, depth)
	case isMail(e.mediaType):
		w.Parts++
		w.mail(e, content)
	case isTNEF(e):
		return w.tnef(e, content)
	default:
		w.Parts++
		if e.mediaType == "text/calendar" {
			w.Invitations = append(w.Invitations, invitations(decodeCharset(content.bytes(), e.contentType.get("charset")))...)
		}
		w.Files = append(w.Files, w.file(e, content))
	}
	return nil
}

// mail is a mail inside the mail: a file, whose text can be read too.
func (w *walker) mail(e entity, content body) {
	f := w.file(e, content)
	if w.level == 0 && len(w.Enclosed) < maxEnclosed {
		inner := open(content.bytes(), w.level+1)
		w.Enclosed = append(w.Enclosed, inner)
		if subject := inner.Header.Subject(); e.fileName() == "" && subject != "" {
			f.Name = FileName(Cut(subject, longestName-4)+".eml", e.mediaType, w.nth())
		}
	}
	w.Files = append(w.Files, f)
}

func isText(mediaType string) bool {
	switch mediaType {
	case textPlain, "text/html", "text/enriched", "text/richtext", "text/markdown", "text/x-amp-html":
		return true
	}
	return false
}

func isMail(mediaType string) bool {
	return mediaType == "message/rfc822" || mediaType == "message/global"
}

func isReport(mediaType string) bool {
	switch mediaType {
	case "message/delivery-status", "message/global-delivery-status", "message/feedback-report",
		"message/disposition-notification", "text/rfc822-headers", "message/global-headers":
		return true
	}
	return false
}

// text is a part to be read.
func (w *walker) text(e entity, content body) []Segment {
	raw := content.bytes()
	label := e.contentType.get("charset")
	w.Parts++
	w.Shown++
	if e.mediaType == "text/html" || e.mediaType == "text/x-amp-html" {
		if label == "" {
			label = charsetInHTML(raw)
		}
		html, pictures := cutPictures(decodeCharset(raw, label))
		w.Parts += len(pictures)
		w.Files = append(w.Files, pictures...)
		return []Segment{{HTML: html}}
	}
	words, packed := cutEncoded(string(raw))
	for _, f := range packed {
		w.Parts++
		f.Name = FileName(decodeCharset([]byte(f.Name), label), f.MediaType, w.nth())
		w.Files = append(w.Files, f)
	}
	plain, armored, sealed := cutPGP(decodeCharset([]byte(words), label))
	w.Sealed = w.Sealed || sealed
	w.Parts += len(armored)
	w.Files = append(w.Files, armored...)
	if strings.EqualFold(e.contentType.get("format"), "flowed") {
		plain = unflow(plain, strings.EqualFold(e.contentType.get("delsp"), "yes"))
	}
	return []Segment{{Plain: Tidy(plain)}}
}

// oneOf joins the forms of one text into a single segment.
func oneOf(all []Segment) []Segment {
	if len(all) < 2 {
		return all
	}
	var one Segment
	for _, s := range all {
		one.Plain = joined(one.Plain, s.Plain)
		one.HTML = joined(one.HTML, s.HTML)
	}
	if one.HTML != "" && isExcuse(one.Plain) {
		one.Plain = ""
	}
	return []Segment{one}
}

// isExcuse reports a plain form that says nothing but to look at the other.
func isExcuse(plain string) bool {
	const longest = 300
	return len(plain) < longest && strings.Contains(strings.ToLower(plain), "html")
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

// finish looks at the mail as a whole.
func (w *walker) finish() {
	w.sortPictures()
	if w.readable() {
		return
	}
	if len(w.packed) > 0 {
		w.Parts += len(w.packed)
		w.Shown += len(w.packed)
		w.Segments = append(w.Segments, w.packed...)
		return
	}
	w.Sealed = w.Sealed || w.sealedFile // beside words it is what somebody attached
	for _, f := range w.Files {
		if f.MediaType != textPlain || len(f.body.raw) > maxNote {
			continue
		}
		w.Segments = append(w.Segments, Segment{Plain: Tidy(decodeCharset(f.Content(), ""))}) // all that was said lies in a file
		return
	}
}

// maxNote is how large a text in a file may be that is read as the mail's own, in bytes.
const maxNote = 64 << 10

func (w *walker) readable() bool {
	for _, s := range w.Segments {
		if strings.TrimSpace(s.Plain) != "" || s.HTML != "" {
			return true
		}
	}
	return false
}

// sortPictures tells what decorates a text from what somebody attached: a picture
// decorates where the text shows it. Apple Mail calls each attached photo inline too.
func (w *walker) sortPictures() {
	for i := range w.Files {
		f := &w.Files[i]
		if f.contentID == "" {
			continue
		}
		f.Inline = f.Inline || slices.ContainsFunc(w.Segments, func(s Segment) bool { return strings.Contains(s.HTML, "cid:"+f.contentID) })
	}
}

func (w *walker) nth() int { return len(w.Files) + len(w.Damaged) + 1 }

func (w *walker) file(e entity, content body) File {
	f := File{
		Name:      FileName(e.fileName(), e.mediaType, w.nth()),
		MediaType: e.mediaType,
		body:      content,
		Inline: strings.HasSuffix(e.mediaType, "-signature") || e.mediaType == "application/applefile" ||
			e.mediaType == "application/pgp-encrypted",
	}
	if e.disposition.value != "attachment" {
		f.contentID = strings.Trim(e.header.First("content-id"), "<> ")
	}
	return f
}

// extensions name what comes without a name. The ones of the system differ from
// machine to machine.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf",
	"message/rfc822": ".eml", "message/global": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html",
	"application/ms-tnef": ".dat", "text/csv": ".csv", "application/xml": ".xml", "text/xml": ".xml",
	"application/pgp-encrypted": ".asc", "application/pgp-signature": ".asc",
	"application/pkcs7-mime": ".p7m", "application/pkcs7-signature": ".p7s",
}

const longestName = 120

// FileName makes a name that is safe to show and to save: no folders, no control
// or direction characters, never empty. n numbers those without one.
func FileName(name, mediaType string, n int) string {
	name = path.Base(strings.ReplaceAll(OneLine(name), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune(`<>:"|?*`, r) {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	if name == "" || name == "/" {
		return fmt.Sprintf("anexo-%d%s", n, extensions[mediaType])
	}
	if len(name) > longestName {
		ext := Cut(path.Ext(name), 12)
		name = Cut(strings.TrimSuffix(name, ext), longestName-len(ext)) + ext
	}
	return name
}
