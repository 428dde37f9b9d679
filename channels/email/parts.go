package email

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/text/encoding/charmap"
)

// letter is a mail taken apart. Every leaf of its MIME tree is counted in parts,
// and again in exactly one of the other places.
type letter struct {
	header   header
	segments []segment // what there is to read, in order
	files    []file    // what there is to keep
	reports  []report  // parts that machines write for machines
	damaged  []file    // parts that could not be decoded: their name and size only
	parts    int       // leaves of the tree
	shown    int       // leaves that went into segments
	failed   error     // why there is no tree
}

// segment is one stretch of text; html may be its other form.
type segment struct{ plain, html string }

// file is a part that is kept as it is.
type file struct {
	name, mediaType string
	content         []byte
	inline          bool // decoration: pictures in a signature, cryptographic proofs
}

// report is a part of a multipart/report (RFC 6522).
type report struct {
	mediaType string
	content   []byte
}

// open takes a mail apart. It never fails: a mail without a MIME tree that can be
// read has its header, and failed says why there is no more.
func open(raw []byte) (l letter) {
	raw = withoutBareCR(raw)
	l.header = parseHeader(raw)
	defer func() {
		if v := recover(); v != nil {
			l = letter{header: l.header, failed: fmt.Errorf("taking the mail apart panicked: %v", v)}
		}
	}()
	root, err := parser().ReadParts(bytes.NewReader(raw))
	if err != nil {
		l.failed = fmt.Errorf("taking the mail apart: %w", err)
		return l
	}
	l.segments = l.walk(root, "")
	return l
}

func parser() *enmime.Parser {
	return enmime.NewParser(
		enmime.MultipartWOBoundaryAsSinglePart(true),
		enmime.MaxStoredPartErrors(20),
		// Guessing from statistics is slow and at times wrong; textOf mends what is
		// usually declared wrongly.
		enmime.DisableCharacterDetection(true),
		enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return true }),
	)
}

// withoutBareCR makes a CR without LF a line end: MIME parsers read such a mail as
// one endless header, without an error.
func withoutBareCR(raw []byte) []byte {
	if bytes.Count(raw, []byte("\r")) == bytes.Count(raw, []byte("\r\n")) {
		return raw
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
}

// walk sorts the leaves below p, which is inside a multipart of type parent, and
// returns what is to be read there.
func (l *letter) walk(p *enmime.Part, parent string) []segment {
	if p.FirstChild == nil {
		return l.leaf(p, parent)
	}
	var all []segment
	for child := p.FirstChild; child != nil; child = child.NextSibling {
		all = append(all, l.walk(child, p.ContentType)...)
	}
	if p.ContentType == "multipart/alternative" {
		return oneOf(all)
	}
	return all
}

// oneOf joins the forms of one text into a single segment.
func oneOf(all []segment) []segment {
	if len(all) < 2 {
		return all
	}
	var one segment
	for _, s := range all {
		one.plain = joined(one.plain, s.plain)
		one.html = joined(one.html, s.html)
	}
	return []segment{one}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func (l *letter) leaf(p *enmime.Part, parent string) []segment {
	l.parts++
	mediaType := p.ContentType
	if mediaType == "" || strings.HasPrefix(mediaType, "multipart/") {
		mediaType = "text/plain" // RFC 2045 section 5.2; a multipart without parts is text that lost its borders
	}
	attached := p.Disposition == "attachment" || p.FileName != ""
	switch {
	case len(p.Content) == 0 && undecodable(p):
		l.damaged = append(l.damaged, l.file(p, mediaType))
	case isReport(mediaType) || parent == "multipart/report" && mediaType == "message/rfc822":
		l.reports = append(l.reports, report{mediaType, p.Content})
	case mediaType == "text/plain" && !attached:
		l.shown++
		return []segment{{plain: tidy(textOf(p))}}
	case mediaType == "text/html" && !attached:
		l.shown++
		return []segment{{html: toUTF8(textOf(p))}}
	default:
		l.files = append(l.files, l.file(p, mediaType))
	}
	return nil
}

// textOf is the text of a part, which enmime took for the charset that it names.
// Programs that name a Western one, or none, often write UTF-8 all the same; and
// other text that is valid UTF-8 by chance hardly exists.
func textOf(p *enmime.Part) string {
	text := string(p.Content)
	switch strings.ToLower(p.Charset) {
	case "", "us-ascii", "iso-8859-1", "latin1", "windows-1252", "iso-8859-15":
		raw, err := charmap.Windows1252.NewEncoder().String(text)
		if err == nil && raw != text && utf8.ValidString(raw) {
			return raw
		}
	}
	return text
}

func undecodable(p *enmime.Part) bool {
	for _, e := range p.Errors {
		if e.Severe {
			return true
		}
	}
	return false
}

func isReport(mediaType string) bool {
	switch mediaType {
	case "message/delivery-status", "message/global-delivery-status", "message/feedback-report",
		"message/disposition-notification", "text/rfc822-headers", "message/global-headers":
		return true
	}
	return false
}

func (l *letter) file(p *enmime.Part, mediaType string) file {
	return file{
		name:      fileName(p.FileName, mediaType, len(l.files)+len(l.damaged)+1),
		mediaType: mediaType,
		content:   p.Content,
		inline: p.Disposition == "inline" && strings.HasPrefix(mediaType, "image/") || p.ContentID != "" && p.Disposition != "attachment" ||
			strings.HasSuffix(mediaType, "-signature"),
	}
}

// extensions name what comes without a name. The ones of the system differ from
// machine to machine.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "application/pdf": ".pdf",
	"message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html",
	"application/ms-tnef": ".dat", "text/csv": ".csv", "application/xml": ".xml", "text/xml": ".xml",
}

const longestName = 120

// fileName makes a name that is safe to show and to save: no folders, no control
// or direction characters, never empty. n numbers those without one.
func fileName(name, mediaType string, n int) string {
	name = path.Base(strings.ReplaceAll(oneLine(name), `\`, "/"))
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
		ext := cut(path.Ext(name), 12)
		name = cut(strings.TrimSuffix(name, ext), longestName-len(ext)) + ext
	}
	return name
}
