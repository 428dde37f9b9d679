package letter

import (
	"fmt"
	"path"
	"strings"
	"unicode"
)

// leaf sorts one part.
func (w *walker) leaf(e entity, parent string) []Segment {
	content := e.body()
	if w.Parts >= maxParts {
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
	default:
		w.Parts++
		w.Files = append(w.Files, w.file(e, content))
	}
	return nil
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
		return []Segment{{HTML: decodeCharset(raw, label)}}
	}
	words, packed := cutEncoded(string(raw))
	for _, f := range packed {
		w.Parts++
		f.Name = FileName(decodeCharset([]byte(f.Name), label), f.MediaType, w.nth())
		w.Files = append(w.Files, f)
	}
	plain := decodeCharset([]byte(words), label)
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
func (w *walker) finish() {}

func (w *walker) nth() int { return len(w.Files) + len(w.Damaged) + 1 }

func (w *walker) file(e entity, content body) File {
	kind := e.disposition.value
	return File{
		Name:      FileName(e.fileName(), e.mediaType, w.nth()),
		MediaType: e.mediaType,
		body:      content,
		Inline: kind == "inline" && strings.HasPrefix(e.mediaType, "image/") || e.header.First("content-id") != "" && kind != "attachment" ||
			strings.HasSuffix(e.mediaType, "-signature"),
	}
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
