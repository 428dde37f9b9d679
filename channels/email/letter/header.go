package letter

import (
	"bytes"
	"io"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding/charmap"
)

// Header is the head of a mail in its order, each field unfolded but not decoded.
// It reads what MIME parsers give up on, so that even a broken mail has a sender.
type Header []field

type field struct{ name, value string } // the name in lower case

// maxHeader bounds the head of a mail; real ones stay far below.
const maxHeader = 1 << 20

// ParseHeader reads the head of a mail. Lines that are no field are skipped.
func ParseHeader(raw []byte) (h Header) {
	rest := raw
	for len(rest) > 0 && len(raw)-len(rest) < maxHeader {
		line := rest
		if end := bytes.IndexByte(rest, '\n'); end >= 0 {
			line, rest = rest[:end], rest[end+1:]
		} else {
			rest = nil
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return h
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(h) > 0 {
				h[len(h)-1].value += " " + string(bytes.TrimSpace(line))
			}
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		if ok && len(name) > 0 && !bytes.ContainsAny(name, " \t") {
			h = append(h, field{strings.ToLower(string(name)), string(bytes.TrimSpace(value))})
		}
	}
	return h
}

// All returns the values of a field, topmost first.
func (h Header) All(name string) (values []string) {
	for _, f := range h {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

// First is the topmost value, or empty.
func (h Header) First(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (h Header) Has(name string) bool { return len(h.All(name)) > 0 }

// Word is the first token of a field in lower case, without parameters and comments.
func (h Header) Word(name string) string {
	v, _, _ := strings.Cut(outsideQuotes(h.First(name)), ";")
	v = strings.ToLower(strings.TrimSpace(v))
	if i := strings.IndexAny(v, " \t"); i > 0 {
		v = v[:i]
	}
	return v
}

// Subject is decoded, on one line.
func (h Header) Subject() string { return decodeWords(h.First("subject")) }

func decodeWords(s string) string {
	decoder := mime.WordDecoder{CharsetReader: charsetReader}
	if decoded, err := decoder.DecodeHeader(s); err == nil {
		s = decoded
	}
	return OneLine(toUTF8(s))
}

func charsetReader(label string, r io.Reader) (io.Reader, error) {
	return charset.NewReaderLabel(label, r)
}

// toUTF8 takes bytes that are not UTF-8 for Windows-1252, which is what old
// Brazilian programs send without saying so.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if decoded, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
		return decoded
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// Tidy makes text that every database and JSON encoder takes: valid UTF-8, "\n"
// for line ends, no control characters but tab.
func Tidy(s string) string {
	s = strings.ReplaceAll(toUTF8(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case isControl(r) || r == '\uFEFF':
			return -1
		}
		return r
	}, s)
}

// OneLine is tidy text with every run of white space made one blank.
func OneLine(s string) string { return strings.Join(strings.Fields(Tidy(s)), " ") }

// Cut shortens s to at most n bytes, at the border of a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

var bracketed = regexp.MustCompile(`<([^<>\s]+)>`)

const (
	MaxMessageID  = 250
	mostMessageID = 50
)

// MessageIDs are the ids in a field, in its order, without their brackets.
func MessageIDs(value string) (ids []string) {
	value = toUTF8(value)
	for _, m := range bracketed.FindAllStringSubmatch(value, mostMessageID) {
		if id := OneLine(m[1]); id != "" && len(id) <= MaxMessageID {
			ids = append(ids, id)
		}
	}
	if lone := OneLine(value); len(ids) == 0 && strings.Contains(lone, "@") && !strings.ContainsAny(lone, " <>") && len(lone) <= MaxMessageID {
		ids = append(ids, lone)
	}
	return ids
}
