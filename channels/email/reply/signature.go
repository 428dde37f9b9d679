package reply

import (
	"slices"
	"strings"
)

const (
	mostSignature      = 40 // lines below "-- ", which people do not write by hand
	mostLooseSignature = 12 // lines below what they might
	mostDisclaimer     = 60 // lines from the end among which a disclaimer may begin
)

func holdsAny(s string, parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(s, p) })
}

// splitSignature takes from the end of own lines what is no part of the reply: a
// signature below "-- " (RFC 3676 section 4.3) or what stands for it, the line that a
// phone adds, a sign-off with its writer's office and telephone, and disclaimers.
func splitSignature(lines []line) (own, signature []line) {
	end := len(lines)
	for range 4 { // one may stand below the other
		before := end
		for _, cut := range []func([]line) int{footerEnd, delimiterEnd, disclaimerEnd, contactEnd, dashedNameEnd} {
			end = cut(lines[:end])
		}
		if end == before {
			break
		}
	}
	return lines[:end], lines[end:]
}

// delimiterEnd is where the own lines end above a delimiter.
func delimiterEnd(lines []line) int {
	fenced, words := false, false
	for i, l := range lines {
		if strings.HasPrefix(l.text, "```") {
			fenced = !fenced
		}
		below := len(lines) - i - 1
		if before := words; fenced || l.depth > 0 || !before || below > mostSignature {
			words = words || !l.blank()
			continue
		}
		switch {
		case strictDelimiter.MatchString(l.raw) && below <= mostSignature,
			looseDelimiter.MatchString(l.text) && below <= mostLooseSignature,
			drawnDelimiter.MatchString(l.text) && signs(lines[i+1:]):
			return i
		}
	}
	return len(lines)
}

// signs reports lines that look like a signature: few, short, one to reach its owner by.
func signs(lines []line) bool {
	const most, longest = 8, 70
	words, reach := 0, false
	for _, l := range lines {
		if l.empty() {
			continue
		}
		if words++; words > most || len(l.text) > longest || strings.ContainsAny(l.text, "?") || strings.HasSuffix(l.text, ":") {
			return false
		}
		reach = reach || contact.MatchString(l.text)
	}
	return reach
}

// footerEnd drops what phones add. A whole line of that kind below a blank one ends what
// was written: phones quote without marks.
func footerEnd(lines []line) int {
	words := false
	for i, l := range lines {
		if words && lines[i-1].blank() && footer(l) {
			return lastWords(lines[:i])
		}
		words = words || !l.blank()
	}
	end := lastWords(lines)
	for end > 0 && footer(lines[end-1]) {
		end = lastWords(lines[:end-1])
	}
	return end
}

// lastWords is the end of lines without the blank ones that follow.
func lastWords(lines []line) int {
	end := len(lines)
	for end > 0 && lines[end-1].blank() {
		end--
	}
	return end
}

// footer tells "Sent from my phone" from "Sent from my desk, which is easier than that".
func footer(l line) bool {
	const longest = 120
	if l.depth > 0 || l.text == "" || len(l.text) > longest || !holdsAny(strings.ToLower(l.text), footerStems) {
		return false
	}
	if !footerLine.MatchString(strings.TrimLeft(l.text, dashes+" ")) {
		return false
	}
	if _, tail, ok := strings.Cut(l.text, ", "); ok && len(strings.Fields(tail)) >= 3 {
		return excuse.MatchString(tail)
	}
	return !strings.ContainsAny(l.text, "?")
}

// disclaimerEnd is where the own lines end above a disclaimer, or above what a mailing
// list adds. One of which nothing else would be left is what somebody writes about.
func disclaimerEnd(lines []line) int {
	for i := max(0, len(lines)-mostDisclaimer); i < len(lines); i++ {
		if lines[i].empty() || i > 0 && !lines[i-1].empty() && !drawn(lines[i-1].text) || blank(trimmed(lines[:i])) || lines[i].depth > 0 {
			continue
		}
		if disclaims(paragraph(lines[i:])) {
			return lastDrawn(lines[:i])
		}
	}
	return len(lines)
}

// lastDrawn is the end of lines without drawn and blank ones that follow.
func lastDrawn(lines []line) int {
	end := lastWords(lines)
	for end > 0 && (lines[end-1].blank() || drawn(lines[end-1].text)) {
		end--
	}
	return end
}

func paragraph(lines []line) string {
	const longest = 1500 // bytes
	var b strings.Builder
	for _, l := range lines {
		if l.empty() || b.Len() > longest {
			break
		}
		b.WriteString(l.text + " ")
	}
	return b.String()
}

func disclaims(text string) bool {
	const shortest, enough = 90, 3 // bytes, claims
	switch {
	case disclaimerHead.MatchString(text):
		return true
	case len(text) < shortest/2:
		return false
	}
	lower := strings.ToLower(text)
	if holdsAny(lower, paperStems) && paperForms.MatchString(text) {
		return true
	}
	if len(text) < shortest || !holdsAny(lower, disclaimerTopics) {
		return false
	}
	claims := 0
	for _, c := range disclaimerClaims {
		if strings.Contains(lower, c) {
			claims++
		}
	}
	return claims >= enough
}

// contactEnd is where the own lines end above a sign-off that is followed by its
// writer's office, telephone and the like. A sign-off with a name alone is left: it is
// how people end a mail.
func contactEnd(lines []line) int {
	const most, longest = 14, 80 // lines, bytes of a sign-off
	for i := max(0, len(lines)-most); i < len(lines); i++ {
		if lines[i].depth > 0 || len(lines[i].text) > longest || !signOff.MatchString(lines[i].text) || blank(lines[:i]) {
			continue
		}
		words := 0
		for _, l := range lines[i+1:] {
			if !l.empty() {
				words++
			}
		}
		if words >= 2 && signs(lines[i+1:]) {
			return i
		}
	}
	return len(lines)
}

// dashedNameEnd drops a last line like "-Ana".
func dashedNameEnd(lines []line) int {
	end := lastWords(lines)
	if end < 2 || !lines[end-2].blank() || lines[end-1].depth > 0 || !dashedName.MatchString(lines[end-1].text) || blank(lines[:end-1]) {
		return len(lines)
	}
	return end - 1
}
