package machine

import (
	_ "embed"
	"strings"
	"unicode"
)

// What programs say, a phrase a line; wording/undelivered.txt tells the form.
var (
	//go:embed wording/undelivered.txt
	undeliveredText string
	//go:embed wording/list-refusal.txt
	listRefusalText string
	//go:embed wording/titles.txt
	daemonTitleText string
	//go:embed wording/absence.txt
	absenceText string
	//go:embed wording/delayed.txt
	delayedText string
	//go:embed wording/given-up.txt
	givenUpText string
	//go:embed wording/causes.txt
	causesText string
	//go:embed wording/programs.txt
	handProgramsText string
	//go:embed wording/about-others.txt
	aboutOthersText string

	undelivered = phrasesOf(undeliveredText)
	listRefusal = phrasesOf(listRefusalText)
	daemonTitle = phrasesOf(daemonTitleText)
	absence     = phrasesOf(absenceText)
	delayed     = phrasesOf(delayedText)
	givenUp     = phrasesOf(givenUpText)
	causes      = causesOf(causesText)

	handPrograms = phrasesOf(handProgramsText)
	aboutOthers  = phrasesOf(aboutOthersText)
)

// phrases are looked for one by one in a folded text: a hundred alternatives in one
// regular expression take a thousand times as long on a long mail. Each is its parts,
// between which a few words may stand.
type phrases [][]string

// cause is a status code of RFC 3463, and the words that mean it.
type cause struct {
	status string
	words  phrases
}

func phrasesOf(text string) (all phrases) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, strings.Split(strings.ReplaceAll(line, "_", " "), "…"))
		}
	}
	return all
}

// causesOf reads phrases under headings that are codes.
func causesOf(text string) (all []cause) {
	for _, section := range strings.Split(text, "\n[")[1:] {
		status, words, _ := strings.Cut(section, "]")
		all = append(all, cause{status, phrasesOf(words)})
	}
	return all
}

// longestGap is what "…" may stand for, in bytes.
const longestGap = 60

// in reports whether one of the phrases is in a folded text.
func (all phrases) in(folded string) bool {
	for _, parts := range all {
		if phraseIn(folded, parts) {
			return true
		}
	}
	return false
}

func phraseIn(text string, parts []string) bool {
	for {
		at := strings.Index(text, parts[0])
		if at < 0 {
			return false
		}
		text = text[at+len(parts[0]):]
		if follow(text, parts[1:]) {
			return true
		}
	}
}

// follow reports whether parts come next in text, each within the gap.
func follow(text string, parts []string) bool {
	for _, p := range parts {
		at := strings.Index(text[:min(len(text), longestGap+len(p))], p)
		if at < 0 {
			return false
		}
		text = text[at+len(p):]
	}
	return true
}

// fold makes words comparable: small letters without accents, one blank between them
// and around all.
func fold(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	blank := true
	b.WriteByte(' ')
	for _, r := range s {
		if unicode.IsSpace(r) {
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		if r < 0x80 {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
			continue
		}
		b.WriteRune(withoutAccent(unicode.ToLower(r)))
	}
	if !blank {
		b.WriteByte(' ')
	}
	return b.String()
}

// withoutAccent knows the letters of the languages in which reports are written.
func withoutAccent(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ã', 'ä', 'å', 'ą', 'ă':
		return 'a'
	case 'é', 'è', 'ê', 'ë', 'ę', 'ě':
		return 'e'
	case 'í', 'ì', 'î', 'ï', 'ı':
		return 'i'
	case 'ó', 'ò', 'ô', 'õ', 'ö', 'ø':
		return 'o'
	case 'ú', 'ù', 'û', 'ü', 'ů':
		return 'u'
	case 'ç', 'ć', 'č':
		return 'c'
	case 'ñ', 'ń', 'ň':
		return 'n'
	case 'ž', 'ź', 'ż':
		return 'z'
	case 'ł':
		return 'l'
	case '’':
		return '\''
	}
	return r
}
