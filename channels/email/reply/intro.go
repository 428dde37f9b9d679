package reply

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestIntro   = 400 // bytes
	mostIntroLines = 5
)

// introAt returns how many lines, from the first, introduce a quote, as in "On 23 Nov
// 2026, Bia wrote:"; 0 for none. A line above an introduction is not its beginning,
// though it may look like one.
func introAt(lines []line) int {
	n := introSpan(lines)
	for below := 1; below < n; below++ {
		if continuesName(lines[below-1], lines[below]) || continuesDate(lines[below:n]) {
			continue
		}
		if introSpan(lines[below:n]) > 0 {
			return 0
		}
	}
	return n
}

// continuesName reports an address whose name was left on the line before.
func continuesName(before, l line) bool {
	const longestName = 70
	if !strings.HasPrefix(l.text, "<") || before.text == "" {
		return false
	}
	return startsIntro(before.text) || len(before.text) <= longestName && !strings.ContainsAny(before.text[len(before.text)-1:], ".!?:")
}

// continuesDate reports the end of a date, and the verb, without who wrote: "09:50 escreveu:".
func continuesDate(lines []line) bool {
	const longest = 34
	first := lines[0].text
	return len(lines) == 1 && len(first) <= longest && first != "" && first[0] >= '0' && first[0] <= '9' && !strings.Contains(first, ",")
}

// introSpan is introAt for a first line that is taken for the beginning.
func introSpan(lines []line) int {
	if len(lines) == 0 || lines[0].empty() {
		return 0
	}
	whole := ""
	for n := 0; n < mostIntroLines && n < len(lines); n++ {
		l := lines[n]
		text := l.text
		if n > 0 && l.depth != lines[0].depth {
			if !openBracket(whole) || l.depth != lines[0].depth+1 {
				return 0 // the quote began
			}
			text = ">" + text // not a mark: the bracket of an address, broken off
		}
		if whole = strings.TrimSpace(whole + " " + text); l.empty() && n > 0 && text == "" || len(whole) > longestIntro {
			return 0
		}
		if introduces(whole, lines, n+1) {
			return n + 1
		}
	}
	return 0
}

func openBracket(s string) bool { return strings.LastIndexByte(s, '<') > strings.LastIndexByte(s, '>') }

var (
	// namedStart is a name with its address.
	namedStart = regexp.MustCompile(`^["'“„«]?[^<>:;!?]{0,80}["'”“»]? ?[<(\[][^<>()\s]*[@*]`)
)

// withoutDashes trims a line drawn at one end of s, if there is one: two dashes at least.
func withoutDashes(s string, trim func(s, cutset string) string) (rest string, drawn bool) {
	rest = trim(s, dashes)
	if utf8.RuneCountInString(s)-utf8.RuneCountInString(rest) < 2 {
		return s, false
	}
	return rest, true
}

// introduces reports whether s introduces the quote that follows below lines[:n].
func introduces(s string, lines []line, n int) bool {
	s = strings.Trim(s, "*_ ")
	rest, ahead := withoutDashes(s, strings.TrimLeft)
	rest, behind := withoutDashes(rest, strings.TrimRight)
	boxed, bare := ahead && behind, strings.TrimSpace(rest)
	if bare == "" {
		return false
	}
	colon := strings.HasSuffix(bare, ":") || strings.HasSuffix(bare, "：")
	if !colon && !strings.HasSuffix(bare, ">") && !endsWithVerb(bare) {
		return false // as most lines; what follows is dearer
	}
	verb := verbAt(bare) != nil
	date, address := introDate.MatchString(bare), introAddress.MatchString(bare)
	ends := colon || endsWithVerb(bare)
	quoted := func() bool { return nextIsQuoted(lines, n) }
	switch {
	case boxed && verb && androidIntro.MatchString(s) && endsWithVerb(strings.TrimRight(bare, ": ")):
		return true
	case verb && date && ends && (startsIntro(bare) || startsWithDay(bare)):
		return colon || address || quoted()
	case date && address && colon && introNouns.MatchString(bare), date && colon && finnishIntro.MatchString(bare):
		return true
	case verb && date && address && ends && namedStart.MatchString(bare):
		return true
	case verb && date && colon && shortSentence(bare), verb && address && colon && (namedStart.MatchString(bare) || startsIntro(bare)):
		return quoted()
	case date && address && colon && (bare[0] >= '0' && bare[0] <= '9' || startsWithDay(bare)):
		return true
	case date && address && bare[0] >= '0' && bare[0] <= '9':
		return strings.HasSuffix(bare, ">") && quoted()
	case colon && address && startsIntro(bare): // "Quoting Bia <bia@x>:"
		return quoted()
	}
	return false
}

// shortSentence keeps a person's paragraph, which happens to hold all the words, apart.
func shortSentence(s string) bool {
	const longest = 140
	return len(s) <= longest && !strings.Contains(s, ". ") && !strings.ContainsAny(s, "!?")
}

func startsIntro(s string) bool { return introStarts.MatchString(s) }

// startsWithDay reports a date that begins with its weekday or month.
func startsWithDay(s string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(s, `"'`), " ")
	return dayWords[strings.ToLower(strings.Trim(word, ".,:"))]
}

// endsWithVerb is asked of every line.
func endsWithVerb(s string) bool {
	const longestVerb = 40 // bytes
	s = strings.TrimRight(s, " :：*_")
	tail := strings.ToLower(s[max(0, len(s)-longestVerb):])
	for _, verb := range writingVerbs {
		if before, ok := strings.CutSuffix(tail, verb); ok {
			r, _ := utf8.DecodeLastRuneInString(before)
			if before == "" || !unicode.IsLetter(r) {
				return true
			}
		}
	}
	return slices.ContainsFunc(gluedVerbs, func(verb string) bool { return strings.HasSuffix(tail, verb) })
}

// nextIsQuoted reports a quote that is marked with ">", or with bars.
func nextIsQuoted(lines []line, from int) bool {
	l, ok := next(lines, from)
	if len(lines) > 0 && l.depth > lines[0].depth {
		return true
	}
	return ok && strings.HasPrefix(l.text, "|")
}
