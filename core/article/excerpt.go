package article

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// PhoneExcerpt is how many characters of an article fit under its title on a phone
// without scrolling: about seven lines.
const PhoneExcerpt = 280

// Light Markdown that would only be noise on a phone. All are RE2: linear in the
// length of the text.
var (
	image    = regexp.MustCompile(`!\[[^\]\n]*\]\([^)\n]*\)`)
	link     = regexp.MustCompile(`\[([^\]\n]+)\]\([^)\n]*\)`)
	lead     = regexp.MustCompile(`^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+)`)
	rule     = regexp.MustCompile(`^\s*(?:[-*_=]\s*){3,}$`)
	fence    = regexp.MustCompile("^\\s*(?:```|~~~)")
	emphasis = regexp.MustCompile("\\*{1,3}([^*\\n]+)\\*{1,3}|_{2}([^_\\n]+)_{2}|`([^`\\n]+)`")
)

// Excerpt is the beginning of the body for a small screen, at most limit
// characters: one paragraph, no markup, no repeated title, cut at the end of a
// sentence where one is near and otherwise between words, with "…" when anything
// was left out. A limit below 1 gives "".
func (a Article) Excerpt(limit int) string {
	var lines []string
	title := plainWords(a.Title)
	for line := range strings.Lines(a.Body) {
		line = plainLine(line)
		if line == "" || len(lines) == 0 && plainWords(line) == title {
			continue
		}
		lines = append(lines, line)
	}
	return cut(strings.Join(lines, " "), limit)
}

// plainLine takes the markup off one line of the body.
func plainLine(line string) string {
	line = strings.ToValidUTF8(line, "")
	if rule.MatchString(line) || fence.MatchString(line) {
		return ""
	}
	line = image.ReplaceAllString(line, "")
	line = link.ReplaceAllString(line, "$1")
	line = lead.ReplaceAllString(line, "")
	line = emphasis.ReplaceAllString(line, "$1$2$3")
	return strings.Join(strings.Fields(line), " ")
}

// cut shortens s to limit characters as Excerpt promises.
func cut(s string, limit int) string {
	if limit < 1 {
		return ""
	}
	if !longer(s, limit) {
		return s
	}
	room := s[:byteOffset(s, limit-1)] // one kept for "…"
	if end := sentenceEnd(room); end > len(room)/2 {
		return room[:end] + " …"
	}
	if space := strings.LastIndexByte(room, ' '); space > len(room)/2 {
		room = room[:space]
	}
	return strings.TrimRightFunc(room, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}

// sentenceEnd is the offset just after the last mark that ends a sentence within
// s, or 0. A mark with no space after it, as in "v1.2", ends nothing; so there is
// always room for that space.
func sentenceEnd(s string) int {
	end := 0
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		if strings.ContainsRune(".!?", r) && next < len(s) && s[next] == ' ' {
			end = next
		}
	}
	return end
}

// byteOffset is where the n-th character of s begins.
func byteOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}
