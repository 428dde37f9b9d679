package article

import (
	"regexp"
	"strings"
)

// ChatWhole is how many characters of an article without an address are shown in a
// chat: two phone screens, beyond which nobody reads.
const ChatWhole = 1500

// bullet begins a line of a list without numbers.
var bullet = regexp.MustCompile(`^\s*[-*+•]\s+`)

// Whole is the body as it can be read in a chat or a mail, line by line: emphasis as
// *bold*, list marks kept, no repeated title. Beyond limit characters it ends at a
// line, with "…".
func (a Article) Whole(limit int) string {
	var lines []string
	title := plainWords(a.Title)
	for line := range strings.Lines(a.Body) {
		line = readable(line)
		if len(lines) == 0 && (line == "" || plainWords(line) == title) {
			continue
		}
		lines = append(lines, line)
	}
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if !longer(text, limit) {
		return text
	}
	room := text[:byteOffset(text, limit-2)]
	if end := strings.LastIndexByte(room, '\n'); end > len(room)/2 {
		return strings.TrimSpace(room[:end]) + "\n…"
	}
	return cut(text, limit)
}

// unmarked reads the mark at the beginning of a line.
func unmarked(line string) string {
	switch {
	case rule.MatchString(line), fence.MatchString(line):
		return ""
	case bullet.MatchString(line):
		return "• " + bullet.ReplaceAllString(line, "")
	}
	return lead.ReplaceAllString(line, "")
}

// readable turns the markup of one line into ours.
func readable(line string) string {
	line = strings.TrimSpace(strings.ToValidUTF8(line, ""))
	if strings.Contains(line, "[") {
		line = image.ReplaceAllString(line, "")
		line = link.ReplaceAllString(line, "$1")
	}
	if strings.IndexAny(line, "-=~_*`#>+•") == 0 {
		line = unmarked(line)
	}
	if !strings.ContainsAny(line, "*_`") {
		return line
	}
	return emphasis.ReplaceAllString(line, "*$1$2$3*")
}
