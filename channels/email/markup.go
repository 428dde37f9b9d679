package email

import (
	"html"
	"html/template"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var bareLink = regexp.MustCompile(`^https?://[^\s<>"]+`)

// markupHTML turns our markup (*bold*, _italic_, bare links, lines) into HTML.
// Everything else is escaped.
func markupHTML(text string) template.HTML {
	var b strings.Builder
	for _, paragraph := range regexp.MustCompile(`\n[ \t]*\n\s*`).Split(strings.TrimSpace(text), -1) {
		b.WriteString("<p>")
		for i, line := range strings.Split(paragraph, "\n") {
			if i > 0 {
				b.WriteString("<br>\n")
			}
			writeInline(&b, line)
		}
		b.WriteString("</p>\n")
	}
	return template.HTML(b.String()) //nolint:gosec // writeInline escapes every piece of text
}

var tags = map[byte]string{'*': "strong", '_': "em"}

func writeInline(b *strings.Builder, line string) {
	before := ' '
	for line != "" {
		if link := bareLink.FindString(line); link != "" && !isWord(before) {
			link = strings.TrimRight(link, ".,;:!?)")
			escaped := html.EscapeString(link)
			b.WriteString(`<a href="` + escaped + `">` + escaped + `</a>`)
			line, before = line[len(link):], 'x'
			continue
		}
		if tag, inner, ok := marked(line, before); ok {
			b.WriteString("<" + tag + ">")
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

// maxMarked is the longest stretch that is marked, in bytes. Text comes from anybody:
// without a bound, marks that never end cost the square of its length.
const maxMarked = 500

// marked finds *words* or _words_ at the start of line: the marks stand at the
// borders of words, so that 2*3*4 and file_name_old stay what they are.
func marked(line string, before rune) (tag, inner string, ok bool) {
	tag, known := tags[line[0]]
	if !known || isWord(before) {
		return "", "", false
	}
	for end := 1; end < min(len(line), maxMarked); end++ {
		if line[end] != line[0] {
			continue
		}
		inner = line[1:end]
		after, _ := utf8.DecodeRuneInString(line[end+1:])
		if inner != "" && inner == strings.TrimSpace(inner) && (end+1 == len(line) || !isWord(after)) {
			return tag, inner, true
		}
	}
	return "", "", false
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
