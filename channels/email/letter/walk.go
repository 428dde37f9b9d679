package letter

import (
	"bytes"
	"errors"
	"strings"
)

var errNoHead = errors.New("there is no field in its head")

const textPlain = "text/plain"

// What one mail may make us do. A branch deeper, or a part beyond, is kept in one
// piece as a file.
const (
	maxDepth    = 32
	maxParts    = 1000
	maxEnclosed = 10
	maxText     = 4 << 20 // bytes of one text that are read; more is a file
)

// entity is one node of the MIME tree.
type entity struct {
	header      Header
	mediaType   string // lower case, never empty
	contentType valued
	disposition valued
	raw         []byte // the content as it came
}

func newEntity(h Header, raw []byte, fallback string) entity {
	e := entity{header: h, raw: raw, mediaType: fallback}
	if v := h.First("content-disposition"); v != "" {
		e.disposition = parseValued(v)
	}
	v, declared := h.find("content-type")
	if !declared {
		return e
	}
	e.contentType = parseValued(v)
	kind, sub, ok := strings.Cut(e.contentType.value, "/")
	switch {
	case ok && kind != "" && sub != "":
		e.mediaType = e.contentType.value
	case kind == "multipart":
		e.mediaType = "multipart/mixed"
	case kind == "text", kind == "", e.fileName() == "" && e.disposition.value != "attachment":
		e.mediaType = textPlain // RFC 2045 section 5.2
	default:
		e.mediaType = "application/octet-stream"
	}
	return e
}

func (e entity) isMultipart() bool { return strings.HasPrefix(e.mediaType, "multipart/") }

func (e entity) fileName() string {
	if name := e.disposition.text("filename"); name != "" {
		return name
	}
	return e.contentType.text("name")
}

func (e entity) body() body { return newBody(e.raw, e.header.First("content-transfer-encoding")) }

// walker takes one mail apart.
type walker struct {
	*Letter
	level      int       // of mails within mails
	packed     []Segment // words out of winmail.dat
	sealedFile bool      // something is encrypted that may only have been attached
}

// walk sorts the leaves below e, which is inside a multipart of type parent, and
// returns what is to be read there.
func (w *walker) walk(e entity, parent string, depth int) []Segment {
	if !e.isMultipart() {
		return w.leaf(e, parent, depth)
	}
	if depth == maxDepth {
		return w.whole(e)
	}
	preamble, parts := split(e.raw, e.contentType.get("boundary"), maxParts-w.Parts)
	if len(parts) == 0 { // text that lost its borders
		e.mediaType = textPlain
		return w.leaf(e, parent, depth)
	}
	if e.mediaType == "multipart/encrypted" {
		w.Sealed = true
	}
	fallback := textPlain
	if e.mediaType == "multipart/digest" { // RFC 2046 section 5.1.5
		fallback = "message/rfc822"
	}
	all := make([]Segment, 0, len(parts))
	for _, p := range parts {
		h, content := parseHead(p, true)
		all = append(all, w.walk(newEntity(h, content, fallback), e.mediaType, depth+1)...)
	}
	if e.mediaType == "multipart/alternative" {
		return oneOf(all)
	}
	if len(all) == 0 && len(w.Files) == 0 && len(bytes.TrimSpace(preamble)) > 0 && w.level == 0 && depth == 0 {
		return []Segment{{Plain: Tidy(decodeCharset(preamble, ""))}}
	}
	return all
}

// whole keeps a branch as it is.
func (w *walker) whole(e entity) []Segment {
	w.Parts++
	w.Files = append(w.Files, File{Name: FileName(e.fileName(), e.mediaType, w.nth()), MediaType: e.mediaType, body: body{raw: e.raw}})
	return nil
}

// split divides the content of a multipart (RFC 2046 section 5.1.1). The last part
// need not be closed; a border behind the closing one opens a part again, since an
// inner multipart may have borrowed it. At most n parts come out, the last of them
// with all the rest.
func split(raw []byte, boundary string, n int) (preamble []byte, parts [][]byte) {
	boundary = strings.TrimRight(boundary, " \t")
	preamble, parts = splitAt(raw, boundary, n)
	if len(parts) == 0 {
		if guess := guessBoundary(raw); guess != "" && guess != boundary {
			return splitAt(raw, guess, n)
		}
	}
	return preamble, parts
}

func splitAt(raw []byte, boundary string, n int) (preamble []byte, parts [][]byte) {
	if boundary == "" {
		return raw, nil
	}
	marker := []byte("--" + boundary)
	start := -1 // of the part that is open
	first := true
	for at := 0; len(parts) < n; {
		i := bytes.Index(raw[at:], marker)
		if i < 0 {
			break
		}
		i += at
		at = i + len(marker)
		if i > 0 && raw[i-1] != '\n' && raw[i-1] != '\r' {
			continue
		}
		line, next := lineAt(raw, at)
		closing, ok := borderEnd(line)
		if !ok {
			continue
		}
		if first {
			preamble, first = raw[:i], false
		}
		if start >= 0 {
			parts = append(parts, raw[start:max(start, withoutLineEnd(raw, i))])
		}
		if start = next; closing {
			start = -1
		}
		at = next
		if len(parts) == n-1 && start >= 0 {
			break
		}
	}
	if start >= 0 && (start < len(raw) || len(parts) == 0) {
		parts = append(parts, raw[start:])
	}
	if first {
		preamble = raw
	}
	return preamble, parts
}

// borderEnd judges what follows a boundary on its line.
func borderEnd(rest []byte) (closing, ok bool) {
	rest = bytes.TrimRight(rest, " \t")
	return string(rest) == "--", len(rest) == 0 || string(rest) == "--"
}

// withoutLineEnd is where a line that ends before i has its last character: the line
// end before a border belongs to the border.
func withoutLineEnd(raw []byte, i int) int {
	if i > 0 && raw[i-1] == '\n' {
		i--
	}
	if i > 0 && raw[i-1] == '\r' {
		i--
	}
	return i
}

// guessBoundary finds the border of a multipart that does not name it, or another:
// a line that begins with two hyphens before one that describes content.
func guessBoundary(raw []byte) string {
	const within, longest = 64 << 10, 200
	raw = raw[:min(len(raw), within)]
	for at := 0; at < len(raw); {
		line, next := lineAt(raw, at)
		if len(line) > 4 && len(line) < longest && line[0] == '-' && line[1] == '-' {
			following, _ := lineAt(raw, next)
			if name, _, ok := cutField(following); ok && Header([]field{{name: string(name)}}).describesContent() {
				return strings.TrimRight(string(line[2:]), " \t")
			}
		}
		at = next
	}
	return ""
}

// withoutEnvelope skips the first line of a mail out of an mbox.
func withoutEnvelope(raw []byte) []byte {
	if bytes.HasPrefix(raw, []byte("From ")) || bytes.HasPrefix(raw, []byte(">From ")) {
		_, next := lineAt(raw, 0)
		return raw[next:]
	}
	return raw
}
