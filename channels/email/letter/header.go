package letter

import (
	"bytes"
	"regexp"
	"strings"
)

// Header is the head of a mail in its order, each field unfolded but not decoded.
// It reads what MIME parsers give up on, so that even a broken mail has a sender.
type Header []field

type field struct{ name, value string }

// What one head may make us hold. Real ones stay far below; what is above is in
// the original.
const (
	maxHeader = 1 << 20  // bytes
	maxFields = 2000     // fields
	maxValue  = 64 << 10 // bytes of one value
)

// ParseHeader reads the head of a mail. Lines that are no field are skipped.
func ParseHeader(raw []byte) Header {
	h, _ := parseHead(raw, false)
	return h
}

// parseHead reads a head and returns what comes behind it. A CR alone ends a line
// too. Where no blank line follows, the body begins with the first line that is no
// field; and for a part, whose head may be left out, that is so from the first line.
func parseHead(raw []byte, part bool) (h Header, body []byte) {
	head, body := cutHead(raw, part)
	rest := string(head)
	var folded []string // of the last field
	flush := func() {
		if len(folded) > 1 {
			h[len(h)-1].value = shorten(strings.Join(folded, " "))
		}
		folded = folded[:0]
	}
	for rest != "" && len(h) < maxFields {
		var line string
		line, rest = nextLine(rest)
		if line == "" {
			continue
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(folded) > 0 {
				folded = append(folded, strings.Trim(line, " \t"))
			}
			continue
		}
		name, value, ok := cutField(line)
		if !ok {
			continue
		}
		flush()
		value = strings.Trim(value, " \t")
		h = append(h, field{name, shorten(value)})
		folded = append(folded, value)
	}
	flush()
	if part && len(head) > 0 && !h.describesContent() {
		return nil, raw // words with a colon, not a head
	}
	return h, body
}

func (h Header) describesContent() bool {
	for _, f := range h {
		if len(f.name) > 8 && strings.EqualFold(f.name[:8], "content-") {
			return true
		}
	}
	return false
}

func shorten(value string) string { return Cut(value, maxValue) }

// cutHead finds the blank line behind a head.
func cutHead(raw []byte, part bool) (head, body []byte) {
	bare := -1 // where the first line is that is no field
	for at := 0; at < len(raw) && at < maxHeader; {
		line, next := lineAt(raw, at)
		switch {
		case len(line) == 0:
			return raw[:at], raw[next:]
		case bare >= 0, (line[0] == ' ' || line[0] == '\t') && at > 0:
		default:
			if _, _, ok := cutField(line); !ok {
				bare = at
			}
		}
		if part && bare == 0 {
			return nil, raw
		}
		at = next
	}
	switch {
	case bare > 0:
		return raw[:bare], raw[bare:]
	case len(raw) > maxHeader:
		return raw[:maxHeader], raw[maxHeader:]
	}
	return raw, nil
}

// cutField divides "name: value" (RFC 5322 section 2.2); blanks before the colon
// are an old custom.
func cutField[T string | []byte](line T) (name, value T, ok bool) {
	colon := 0
	for ; ; colon++ {
		if colon == len(line) || line[colon] < ' ' || line[colon] == 0x7f {
			return name, value, false
		}
		if line[colon] == ':' {
			break
		}
	}
	end := colon
	for end > 0 && line[end-1] == ' ' {
		end--
	}
	for i := range end {
		if line[i] == ' ' {
			return name, value, false
		}
	}
	return line[:end], line[colon+1:], end > 0
}

// lineAt is the line that begins at an offset, without its end, and where the next begins.
func lineAt(raw []byte, at int) (line []byte, next int) {
	rest := raw[at:]
	end := bytes.IndexByte(rest, '\n')
	if end < 0 {
		end = len(rest)
		next = len(raw)
	} else {
		next = at + end + 1
	}
	if cr := bytes.IndexByte(rest[:end], '\r'); cr >= 0 {
		if cr < end-1 || end == len(rest) { // a CR alone
			next = at + cr + 1
		}
		end = cr
	}
	return rest[:end], next
}

func nextLine(s string) (line, rest string) {
	i := strings.IndexByte(s, '\n')
	if i < 0 {
		i = len(s)
	} else {
		rest = s[i+1:]
	}
	if cr := strings.IndexByte(s[:i], '\r'); cr >= 0 {
		if cr < i-1 || i == len(s) {
			rest = s[cr+1:]
		}
		i = cr
	}
	return s[:i], rest
}

// All returns the values of a field, topmost first. Names are in any case.
func (h Header) All(name string) (values []string) {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			values = append(values, f.value)
		}
	}
	return values
}

// First is the topmost value, or empty.
func (h Header) First(name string) string {
	v, _ := h.find(name)
	return v
}

func (h Header) find(name string) (string, bool) {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value, true
		}
	}
	return "", false
}

// Has reports whether there is such a field, be it empty.
func (h Header) Has(name string) bool {
	_, ok := h.find(name)
	return ok
}

// Word is the first token of a field in lower case, without parameters and comments.
func (h Header) Word(name string) string {
	v, _, _ := strings.Cut(OutsideQuotes(h.First(name)), ";")
	v = strings.ToLower(strings.TrimSpace(v))
	if i := strings.IndexAny(v, " \t"); i > 0 {
		v = v[:i]
	}
	return v
}

// maxSubject bounds what is decoded and matched of a subject, in bytes.
const maxSubject = 4 << 10

// Subject is decoded, on one line.
func (h Header) Subject() string { return decodeWords(Cut(h.First("subject"), maxSubject)) }

var bracketed = regexp.MustCompile(`<([^<>\s]+)>`)

// MaxMessageID is the longest message id that is believed, in bytes.
const MaxMessageID = 250

const mostMessageIDs = 50 // of one field

// MessageIDs are the ids in a field, in its order, without their brackets.
func MessageIDs(value string) (ids []string) {
	if value == "" {
		return nil
	}
	value = toUTF8(value)
	for _, m := range bracketed.FindAllStringSubmatch(value, mostMessageIDs) {
		if id := OneLine(m[1]); id != "" && len(id) <= MaxMessageID {
			ids = append(ids, id)
		}
	}
	if lone := OneLine(value); len(ids) == 0 && strings.Contains(lone, "@") && !strings.ContainsAny(lone, " <>") && len(lone) <= MaxMessageID {
		ids = append(ids, lone)
	}
	return ids
}
