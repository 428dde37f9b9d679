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
type Text struct {
	Own, Signature string
	Quotes         bool // an earlier mail was found in it
}

// Read finds what a person wrote in a text that may quote earlier mails. Own
// lines come out as they went in, and in their order; none is made up. When it is
// in doubt it keeps: answers between quoted lines are kept with the quotes around
// them, and so is a text of which nothing else would be left. Own is empty only of a
// text that is nothing but an earlier mail, introduced as one.
func Read(text string) Text {
	lines := linesOf(letter.Tidy(text))
	kept, found := withoutQuotes(lines)
	own, signature := splitSignature(kept)
	if blank(own) {
		own, signature = kept, nil
	}
	return Text{Own: join(own), Signature: join(signature), Quotes: found}
}

// withoutQuotes picks the lines that are not quoted from an earlier mail.
func withoutQuotes(lines []line) (kept []line, found bool) {
	o := firstOpener(within(lines, maxMatched))
	switch {
	case o.kind == none:
		return withoutLastQuote(lines), false
	case o.kind == prefixed || o.kind == intro && quotedBelow(lines, o):
		return besidePrefixed(lines, o), true
	}
	over, below := trimmed(lines[:o.at]), lines[o.at+o.length:]
	switch {
	case !blank(over):
		return over, true
	case o.kind == intro && !blank(below):
		return below, true // an answer below a line that introduces nothing
	case o.separator == above:
		return lines, false
	case o.separator == forwarded && !blank(below):
		return below, true // nothing but the mail that is passed on
	}
	return lines, false // who wrote it is part of what was sent
}

func quotedBelow(lines []line, o opener) bool {
	l, ok := next(lines, o.at+o.length)
	return ok && l.depth > 0
}

// within returns the lines that fit into n bytes.
func within(lines []line, n int) []line {
	for i, l := range lines {
		if n -= len(l.raw) + 1; n < 0 {
			return lines[:i]
		}
	}
	return lines
}

// withoutLastQuote drops a short quote that ends the text, a paragraph of its own
// which nothing announces: "I ran:" before it makes it the writer's.
func withoutLastQuote(lines []line) []line {
	end := len(lines)
	for end > 0 && lines[end-1].blank() {
		end--
	}
	start := end
	for start > 0 && (lines[start-1].depth > 0) {
		start--
	}
	if start == end || start == 0 || !lines[start-1].blank() {
		return lines
	}
	over := trimmed(lines[:start])
	if len(over) == 0 || strings.HasSuffix(over[len(over)-1].text, ":") {
		return lines
	}
	return over
}

// stretch is neighbouring lines of one kind.
type stretch struct {
	kind  openerKind // prefixed, intro, or none: own words
	lines []line
}

// besidePrefixed divides a text with prefixed quotes. Words above them are taken alone,
// and so are words below one that is introduced; words on several sides answer what
// is between them, so all is kept but the introductions and what is quoted last.
func besidePrefixed(lines []line, first opener) []line {
	parts := stretches(lines, first)
	introduced, wordsBefore, wordsAfter := false, 0, 0
	for i, p := range parts {
		switch p.kind {
		case intro:
			introduced = true
		case none:
			if i == 0 {
				wordsBefore++
			} else {
				wordsAfter++
			}
		case prefixed:
			introduced = introduced || introAt(p.lines) > 0
		}
	}
	switch {
	case wordsBefore+wordsAfter == 0 && introduced:
		return nil
	case wordsBefore+wordsAfter == 0:
		return lines
	case wordsAfter == 0:
		return trimmed(parts[0].lines)
	case wordsBefore == 0 && wordsAfter == 1 && introduced:
		for _, p := range parts {
			if p.kind == none {
				return p.lines
			}
		}
	}
	for parts[len(parts)-1].kind != none {
		parts = parts[:len(parts)-1]
	}
	var kept []line
	for _, p := range parts {
		if p.kind != intro {
			kept = append(kept, p.lines...)
		}
	}
	return kept
}

// stretches divides a text; own stretches have words other than a signature's.
func stretches(lines []line, first opener) []stretch {
	var parts []stretch
	put := func(kind openerKind, all []line) {
		if len(parts) > 0 && parts[len(parts)-1].kind == kind {
			parts[len(parts)-1].lines = append(parts[len(parts)-1].lines, all...)
			return
		}
		parts = append(parts, stretch{kind, append([]line(nil), all...)})
	}
	for i := 0; i < len(lines); {
		l := lines[i]
		n := 1
		switch {
		case l.depth > 0:
			n = prefixedRun(lines[i:])
			put(prefixed, lines[i:i+n])
		case i >= first.at && introAt(lines[i:]) > 0:
			n = introAt(lines[i:])
			put(intro, lines[i:i+n])
		case initials(lines[i:]) > 0:
			n = initials(lines[i:])
			put(prefixed, lines[i:i+n])
		default:
			put(none, lines[i:i+1])
		}
		i += n
	}
	var out []stretch
	for i, p := range parts {
		words := p.lines
		if p.kind == none && i == len(parts)-1 {
			words = withoutSignature(p.lines)
		}
		if p.kind != none || !blank(trimmed(words)) {
			out = append(out, p)
		}
	}
	return out
}

// withoutSignature is splitSignature for lines with words above them, of which nothing
// need be left.
func withoutSignature(lines []line) []line {
	own, _ := splitSignature(append([]line{{raw: "x", text: "x"}, {}}, lines...))
	return own[min(2, len(own)):]
}

var initialsForm = regexp.MustCompile(`^\s*(\p{Lu}{1,3}) ?>`)

// initials counts lines quoted with the initials of who wrote them, as in "BC> yes".
// One alone may be anything.
func initials(lines []line) (n int) {
	who := ""
	for ; n < len(lines); n++ {
		m := initialsForm.FindStringSubmatch(lines[n].text)
		if m == nil || who != "" && m[1] != who {
			break
		}
		who = m[1]
	}
	if n < 2 {
		return 0
	}
	return n
}
