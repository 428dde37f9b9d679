package letter

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

// Letter is a mail taken apart. Every leaf of its MIME tree is counted in parts,
// and again in exactly one of the other places.
type Letter struct {
	Header   Header
	Segments []Segment // what there is to read, in order
	Files    []File    // what there is to keep
	Reports  []report  // parts that machines write for machines
	Damaged  []File    // parts that could not be decoded: their name and size only
	Parts    int       // leaves of the tree
	Shown    int       // leaves that went into segments
	Failed   error     // why there is no tree
}

// Envelope is what is known of a mail beside its content.
type Envelope struct {
	Sender     *string  // MAIL FROM, nil when not known
	Recipients []string // RCPT TO
	Size       int64    // of the whole mail, when what was read is only its beginning
	Believed   bool     // the submitter vouches for From
}

// Segment is one stretch of text; html may be its other form.
type Segment struct{ Plain, Html string }

// File is a part that is kept as it is.
type File struct {
	Name, MediaType string
	Content         []byte
	Inline          bool // decoration: pictures in a signature, cryptographic proofs
}

// report is a part of a multipart/report (RFC 6522).
type report struct {
	MediaType string
	Content   []byte
}

// HasReport says whether machines wrote a part of this type.
func (l *Letter) HasReport(mediaType string) bool {
	for _, r := range l.Reports {
		if r.MediaType == mediaType {
			return true
		}
	}
	return false
}

// Open takes a mail apart. It never fails: a mail without a MIME tree that can be
// read has its header, and failed says why there is no more.
func Open(raw []byte) (l Letter) {
	raw = withoutBareCR(raw)
	l.Header = ParseHeader(raw)
	defer func() {
		if v := recover(); v != nil {
			l = Letter{Header: l.Header, Failed: fmt.Errorf("taking the mail apart panicked: %v", v)}
		}
	}()
	root, err := parser().ReadParts(bytes.NewReader(raw))
	if err != nil {
		l.Failed = fmt.Errorf("taking the mail apart: %w", err)
		return l
	}
	l.Segments = l.walk(root, "")
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
func (l *Letter) walk(p *enmime.Part, parent string) []Segment {
	if p.FirstChild == nil {
		return l.leaf(p, parent)
	}
	var all []Segment
	for child := p.FirstChild; child != nil; child = child.NextSibling {
		all = append(all, l.walk(child, p.ContentType)...)
	}
	if p.ContentType == "multipart/alternative" {
		return oneOf(all)
	}
	return all
}

// oneOf joins the forms of one text into a single segment.
func oneOf(all []Segment) []Segment {
	if len(all) < 2 {
		return all
	}
	var one Segment
	for _, s := range all {
		one.Plain = joined(one.Plain, s.Plain)
		one.Html = joined(one.Html, s.Html)
	}
	return []Segment{one}
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n" + b
}

func (l *Letter) leaf(p *enmime.Part, parent string) []Segment {
	l.Parts++
	mediaType := p.ContentType
	if mediaType == "" || strings.HasPrefix(mediaType, "multipart/") {
		mediaType = "text/plain" // RFC 2045 section 5.2; a multipart without parts is text that lost its borders
	}
	attached := p.Disposition == "attachment" || p.FileName != ""
	switch {
	case len(p.Content) == 0 && undecodable(p):
		l.Damaged = append(l.Damaged, l.file(p, mediaType))
	case isReport(mediaType) || parent == "multipart/report" && mediaType == "message/rfc822":
		l.Reports = append(l.Reports, report{mediaType, p.Content})
	case mediaType == "text/plain" && !attached:
		l.Shown++
		return []Segment{{Plain: Tidy(textOf(p))}}
	case mediaType == "text/html" && !attached:
		l.Shown++
		return []Segment{{Html: toUTF8(textOf(p))}}
	default:
		l.Files = append(l.Files, l.file(p, mediaType))
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

func (l *Letter) file(p *enmime.Part, mediaType string) File {
	return File{
		Name:      FileName(p.FileName, mediaType, len(l.Files)+len(l.Damaged)+1),
		MediaType: mediaType,
		Content:   p.Content,
		Inline: p.Disposition == "inline" && strings.HasPrefix(mediaType, "image/") || p.ContentID != "" && p.Disposition != "attachment" ||
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
