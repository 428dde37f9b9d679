package letter

import (
	"strings"
	"unicode/utf8"
)

// Tidy makes text that every database and JSON encoder takes: valid UTF-8, "\n"
// for line ends, no control characters but tab.
func Tidy(s string) string {
	if isTidy(s) {
		return s
	}
	s = toUTF8(s)
	var b strings.Builder
	b.Grow(len(s))
	from := 0 // what is not yet written
	for i := range len(s) {
		c, size := s[i], 1
		switch {
		case c >= ' ' && c < 0x7f, c == '\n', c == '\t':
			continue
		case c == bom[0] && strings.HasPrefix(s[i:], bom):
			size = len(bom)
		case c > 0x7f:
			continue
		}
		b.WriteString(s[from:i])
		from = i + size
		if c == '\r' && (from == len(s) || s[from] != '\n') {
			b.WriteByte('\n')
		}
	}
	b.WriteString(s[from:])
	return b.String()
}

const bom = "\uFEFF"

// isTidy is the quick answer for what most mails are: ASCII.
func isTidy(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
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

// unflow undoes format=flowed (RFC 3676): lines that end with a blank go on, and
// with DelSp that blank is no part of the text. Each line has its quote marks.
func unflow(text string, delSp bool) string {
	var b strings.Builder
	b.Grow(len(text))
	open := -1 // quote depth of the paragraph that goes on
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		words := strings.TrimPrefix(line[depth:], " ") // space-stuffing
		signature := words == "-- "
		if open != depth || signature {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			if depth > 0 {
				b.WriteString(line[:depth])
				b.WriteByte(' ')
			}
		}
		open = -1
		if !signature && strings.HasSuffix(words, " ") {
			open = depth
			if delSp {
				words = words[:len(words)-1]
			}
		}
		b.WriteString(words)
	}
	return b.String()
}
