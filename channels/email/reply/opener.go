package reply

import "regexp"

type openerKind int

const (
	none     openerKind = iota
	intro               // "Em 3/4/2026, Bia escreveu:"
	ruled               // "-----Mensagem original-----", with or without a head below
	headed              // "De: ... Enviado: ... Para: ..."
	prefixed            // "> "
)

// opener is where an earlier mail begins.
type opener struct {
	kind      openerKind
	at        int // the first line that belongs to it
	length    int // lines
	separator separator
	head      head
}

// firstOpener finds the first earlier mail.
func firstOpener(lines []line) opener {
	for i, l := range lines {
		if l.empty() {
			continue
		}
		if kind, rest := separatorAt(l.text); kind != noSeparator {
			return ruledAt(lines, i, kind, rest)
		}
		if h, ok := headAt(lines[i:]); ok {
			return opener{kind: headed, at: boxed(lines, i), length: h.length + i - boxed(lines, i), head: h}
		}
		if l.depth > 0 {
			if i > 0 && lines[i-1].depth > 0 {
				continue
			}
			if n := prefixedRun(lines[i:]); looksQuoted(lines, i, n) {
				return opener{kind: prefixed, at: i, length: n}
			}
			continue
		}
		if n := introAt(lines[i:]); n > 0 {
			return opener{kind: intro, at: i, length: n}
		}
	}
	return opener{}
}

// ruledAt is an opener at a separator, with the head that follows it.
func ruledAt(lines []line, i int, kind separator, rest string) opener {
	o := opener{kind: ruled, at: i, length: 1, separator: kind}
	if kind == above {
		return o
	}
	if labelled := unglued(rest); len(labelled) > 1 {
		o.head = readHead(labelled, true)
		return o
	}
	for n := i + 1; n < len(lines) && n <= i+4; n++ {
		if lines[n].empty() {
			continue
		}
		if h := readHead(lines[n:], true); h.fields[fieldFrom] != "" || len(h.fields) > 1 {
			o.head, o.length = h, n-i+h.length
			break
		}
	}
	return o
}

// ruleWithWords is a separator in words that are not known to us.
var ruleWithWords = regexp.MustCompile(`^[` + dashes + `=]{3,} ?\S.{0,60}\S ?[` + dashes + `=]{3,}$`)

// boxed is where the rule above a head stands, if there is one.
func boxed(lines []line, at int) int {
	i := at - 1
	for i > 0 && i > at-3 && lines[i].empty() {
		i--
	}
	if i >= 0 && (drawn(lines[i].text) || ruleWithWords.MatchString(lines[i].text)) {
		return i
	}
	return at
}

// prefixedRun counts prefixed lines with blank ones, and lines that a mail program
// broke off, between them.
func prefixedRun(lines []line) int {
	n := 0
	for i, l := range lines {
		switch {
		case l.depth > 0:
			n = i + 1
		case l.blank(), brokenOff(lines, i):
		default:
			return n
		}
	}
	return n
}

// brokenOff reports the rest of a quoted line that became too long with its prefix.
func brokenOff(lines []line, i int) bool {
	const wrapped = 60 // a line that was broken is about as long as a line gets
	return i > 0 && i+1 < len(lines) && lines[i-1].depth > 0 && lines[i+1].depth > 0 && len(lines[i-1].raw) >= wrapped
}

// looksQuoted tells a quoted mail from a person's own use of ">": a prompt, an arrow.
func looksQuoted(lines []line, at, n int) bool {
	const surely = 3
	return n >= surely || introAt(lines[at:at+n]) > 0
}
