package email

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var bareLink = regexp.MustCompile(`^https?://[^\s<>"]+`)

// linkAt is the link that line begins with, if one does. It is asked at every character.
func linkAt(line string, before rune) string {
	if line[0] != 'h' || isWord(before) {
		return ""
	}
	return bareLink.FindString(line)
}

var blankLines = regexp.MustCompile(`\n[ \t]*\n\s*`)

func paragraphs(text string) []string { return blankLines.Split(strings.TrimSpace(text), -1) }

var tags = map[byte]string{'*': "strong", '_': "em"}

// writeInline turns our markup (*bold*, _italic_, bare links) into HTML. Everything else
// is escaped.
func writeInline(b *strings.Builder, line string) {
	before := ' '
	for line != "" {
		if link := linkAt(line, before); link != "" {
			link = strings.TrimRight(link, ".,;:!?)")
			escaped := html.EscapeString(link)
			b.WriteString(`<a href="` + escaped + `" style="color:#1f5fd0;">` + escaped + `</a>`)
			line, before = line[len(link):], 'x'
			continue
		}
		if tag, inner, ok := marked(line, before); ok {
			b.WriteString("<" + tag)
			if len(inner) <= shortest && !strings.Contains(inner, " ") {
				b.WriteString(` style="white-space:nowrap;"`) // a protocol number is not to be broken at its hyphen
			}
			b.WriteString(">")
			writeInline(b, inner)
			b.WriteString("</" + tag + ">")
			line, before = line[len(inner)+2:], 'x'
			continue
		}
		r, size := utf8.DecodeRuneInString(line)
		b.WriteString(html.EscapeString(line[:size]))
		line, before = line[size:], r
	}
}

// plainInline takes the marks off.
func plainInline(line string) string {
	var b strings.Builder
	before := ' '
	for line != "" {
		if link := linkAt(line, before); link != "" {
			b.WriteString(link)
			line, before = line[len(link):], 'x'
			continue
		}
		if _, inner, ok := marked(line, before); ok {
			b.WriteString(plainInline(inner))
			line, before = line[len(inner)+2:], 'x'
			continue
		}
		r, size := utf8.DecodeRuneInString(line)
		b.WriteString(line[:size])
		line, before = line[size:], r
	}
	return b.String()
}

const shortest = 16 // bytes of a word that stays on one line, whatever the screen

// Text comes from anybody: without bounds, marks that never end cost the square of its
// length.
const (
	maxMarked = 500 // bytes of the longest stretch that is marked
	mostEnds  = 8   // marks that are tried as its end
)

// marked finds *words* or _words_ at the start of line: the marks stand at the
// borders of words, so that 2*3*4 and file_name_old stay what they are.
func marked(line string, before rune) (tag, inner string, ok bool) {
	tag, known := tags[line[0]]
	if !known || isWord(before) {
		return "", "", false
	}
	within := line[:min(len(line), maxMarked)]
	for end, tries := 0, 0; tries < mostEnds; tries++ {
		next := strings.IndexByte(within[end+1:], line[0])
		if next < 0 {
			break
		}
		end += 1 + next
		inner = line[1:end]
		after, _ := utf8.DecodeRuneInString(line[end+1:])
		if inner != "" && inner == strings.TrimSpace(inner) && (end+1 == len(line) || !isWord(after)) {
			return tag, inner, true
		}
	}
	return "", "", false
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
