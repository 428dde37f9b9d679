package reply

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// line is one line of a mail, with what is compared of it.
type line struct {
	raw   string // as it came
	text  string // without quote marks, invisible signs and blanks around; composed (NFC)
	depth int    // quote marks before it
}

func linesOf(text string) []line {
	all := strings.Split(text, "\n")
	out := make([]line, len(all))
	for i, raw := range all {
		out[i].raw = raw
		out[i].text = visible(raw)
		out[i].text, out[i].depth = cutMarks(out[i].text)
	}
	return out
}

// visible is what can be seen of a line: programs put no-break spaces, direction marks
// and soft hyphens where nobody sees them.
func visible(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return strings.TrimSpace(norm.NFC.String(strings.Map(func(r rune) rune {
				switch {
				case unicode.Is(unicode.Zs, r):
					return ' '
				case unicode.Is(unicode.Cf, r):
					return -1
				}
				return r
			}, s)))
		}
	}
	return strings.TrimSpace(s)
}

// cutMarks takes the quote marks off a line: "> > x" has two.
func cutMarks(s string) (rest string, depth int) {
	for strings.HasPrefix(s, ">") {
		s, depth = strings.TrimLeft(s[1:], " \t"), depth+1
	}
	return s, depth
}

func (l line) blank() bool { return l.text == "" && l.depth == 0 }

// empty reports a line without words, quoted or not.
func (l line) empty() bool { return l.text == "" }

func blank(lines []line) bool {
	for _, l := range lines {
		if !l.blank() {
			return false
		}
	}
	return true
}

// next is the first line with words at or below from; ok is false when there is none.
func next(lines []line, from int) (line, bool) {
	for _, l := range lines[min(from, len(lines)):] {
		if !l.empty() {
			return l, true
		}
	}
	return line{}, false
}

// drawn reports a line that is only drawn: "____", "- - -", "=====".
func drawn(text string) bool {
	n := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(dashes, r) || strings.ContainsRune("*=~#+.•·", r):
			n++
		case r != ' ' && r != '\t':
			return false
		}
	}
	return n >= 3
}

// dashes are the signs that lines are drawn with; Proton uses U+2010.
const dashes = "-_‐‑‒–—―─━"

// trimmed drops blank and drawn lines from the end, and blank ones from the start.
func trimmed(lines []line) []line {
	for len(lines) > 0 && lines[0].blank() {
		lines = lines[1:]
	}
	for n := len(lines); n > 0; n-- {
		if last := lines[n-1]; !last.blank() && (last.depth > 0 || !drawn(last.text)) {
			return lines[:n]
		}
	}
	return nil
}

func join(lines []line) string {
	for len(lines) > 0 && lines[0].blank() {
		lines = lines[1:]
	}
	raw := make([]string, len(lines))
	for i, l := range lines {
		raw[i] = l.raw
	}
	return strings.TrimRight(strings.Join(raw, "\n"), " \t\n")
}
