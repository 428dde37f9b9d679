package reply

import (
	"regexp"
	"strings"

	"recado/channels/email/letter"
)

// maxMatched is how much of a text is searched for quotes. What lies behind it is
// treated like the last line before it: cut with a quote that began, else kept.
const maxMatched = 64 << 10

// Text is a text divided into what its writer wrote and a signature below that.
// Quoted text is in neither.
type Text struct{ Own, Signature string }

// Read finds what a person wrote in a text that may quote earlier mails. Own
// lines come out as they went in, and in their order; none is made up. When it is
// in doubt it keeps: answers between quoted lines are kept with the quotes around
// them, and so is a text of which nothing else would be left.
func Read(text string) Text {
	text = letter.Tidy(text)
	lines := strings.Split(text, "\n")
	kept := withoutQuotes(lines)
	own, signature := splitSignature(kept)
	if blank(own) {
		own, signature = kept, nil
	}
	return Text{joinTrimmed(own), joinTrimmed(signature)}
}

// withoutQuotes picks the lines that are not quoted from an earlier mail.
func withoutQuotes(lines []string) []string {
	searched := within(lines, maxMatched)
	at, o := firstOpener(searched)
	switch {
	case o.kind == none:
		return lines
	case o.kind == prefixed || o.kind == intro && nextIsPrefixed(lines, at+o.length):
		return besidePrefixed(lines)
	}
	above := trimRules(lines[:at])
	switch {
	case !blank(above):
		return above
	case o.kind == intro && !blank(lines[at+o.length:]):
		return lines[at+o.length:] // an answer below a line that introduces nothing
	}
	return lines // a bare forward: who wrote it is part of what was sent
}

// within returns the lines that fit into n bytes.
func within(lines []string, n int) []string {
	for i, line := range lines {
		if n -= len(line) + 1; n < 0 {
			return lines[:i]
		}
	}
	return lines
}

type openerKind int

const (
	none      openerKind = iota
	intro                // "Em 3/4/2026, Bia escreveu:"
	separator            // "-----Mensagem original-----"
	head                 // "De: ... Enviado: ... Para: ..."
	prefixed             // "> "
)

// opener is where an earlier mail begins.
type opener struct {
	kind   openerKind
	length int // lines
}

func firstOpener(lines []string) (int, opener) {
	for i, line := range lines {
		if isPrefixed(line) {
			if n := prefixedRun(lines[i:]); looksQuoted(lines[i : i+n]) {
				return i, opener{prefixed, n}
			}
			continue
		}
		if n := introAt(lines[i:]); n > 0 {
			return i, opener{intro, n}
		}
		if separatorLine.MatchString(line) {
			return i, opener{separator, 1}
		}
		if n := headAt(lines[i:]); n > 0 {
			return i, opener{head, n}
		}
	}
	return 0, opener{}
}

func isPrefixed(line string) bool { return strings.HasPrefix(strings.TrimLeft(line, " \t"), ">") }

// prefixedRun counts prefixed lines with blank ones, and lines that a mail program
// broke off, between them.
func prefixedRun(lines []string) int {
	n := 0
	for i, line := range lines {
		switch {
		case isPrefixed(line):
			n = i + 1
		case strings.TrimSpace(line) == "", brokenOff(lines, i):
		default:
			return n
		}
	}
	return n
}

// brokenOff reports the rest of a quoted line that became too long with its prefix.
func brokenOff(lines []string, i int) bool {
	const wrapped = 60 // a line that was broken is about as long as a line gets
	return i > 0 && i+1 < len(lines) && isPrefixed(lines[i-1]) && isPrefixed(lines[i+1]) && len(lines[i-1]) >= wrapped
}

// looksQuoted tells a quoted mail from a person's own use of ">": a prompt, an arrow.
func looksQuoted(run []string) bool {
	const surely = 3
	if len(run) >= surely {
		return true
	}
	bare := make([]string, len(run))
	for i, line := range run {
		bare[i] = strings.TrimLeft(line, "> \t")
	}
	return introAt(bare) > 0
}

func nextIsPrefixed(lines []string, from int) bool {
	for _, line := range lines[from:] {
		if strings.TrimSpace(line) != "" {
			return isPrefixed(line)
		}
	}
	return false
}

// besidePrefixed divides a text with prefixed quotes. Words above them, or only
// below them, are taken alone; words on several sides answer what is between
// them, so all is kept but the introductions.
func besidePrefixed(lines []string) []string {
	var stretches [][]string // of own lines
	var withQuotes []string  // everything but introductions
	var own []string
	first := -1 // number of stretches above the first quote
	for i := 0; i < len(lines); {
		n := introAt(lines[i:])
		if isPrefixed(lines[i]) {
			n = prefixedRun(lines[i:])
			withQuotes = append(withQuotes, lines[i:i+n]...)
		} else if n == 0 {
			own = append(own, lines[i])
			withQuotes = append(withQuotes, lines[i])
			i++
			continue
		}
		stretches = appendStretch(stretches, own)
		if own = nil; first < 0 {
			first = len(stretches)
		}
		i += n
	}
	rest, _ := splitSignature(own)
	stretches = appendStretch(stretches, rest)
	switch {
	case len(stretches) == 0:
		return lines
	case len(stretches) == 1 && first == 1:
		return trimRules(stretches[0])
	case len(stretches) == 1 && !blank(rest):
		return own
	}
	return withQuotes
}

func appendStretch(stretches [][]string, own []string) [][]string {
	if blank(own) {
		return stretches
	}
	return append(stretches, own)
}

func blank(lines []string) bool {
	for _, line := range lines {
		if strings.TrimSpace(line) != "" {
			return false
		}
	}
	return true
}

var ruleLine = regexp.MustCompile(`^[\s*_=~#—–-]{3,}$`)

// trimRules drops blank lines and drawn lines from the end.
func trimRules(lines []string) []string {
	for n := len(lines); n > 0; n-- {
		if last := lines[n-1]; strings.TrimSpace(last) != "" && !ruleLine.MatchString(last) {
			return lines[:n]
		}
	}
	return nil
}

func joinTrimmed(lines []string) string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	return strings.TrimRight(strings.Join(lines, "\n"), " \t\n")
}
