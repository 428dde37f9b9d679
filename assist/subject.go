package assist

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"recado/assist/search"
)

// MaxSubject is the length of a subject line, in characters: what a list on a phone
// and an e-mail's inbox show whole.
const MaxSubject = 80

// subject is one line that tells the matter: the first sentence that tells
// anything, without its greeting. An e-mail's own subject is the first of them.
func subject(candidates []sentence) string {
	for _, least := range []int{2, 1} {
		for _, s := range candidates {
			if telling(s.words) >= least {
				return tidy(ungreeted(s))
			}
		}
	}
	for _, s := range candidates {
		if len(bare(s.words)) > 0 {
			return tidy(s.text)
		}
	}
	return ""
}

// vague words announce a matter without telling it.
var vague = phrasesOf(`
	problema*
	problem*
	duvida*
	duda*
	question*
	ajuda*
	ayuda*
	help*
	suporte
	soporte
	support
	urgent*
	urgencia
	importante
	empresa
	chamado
	ticket
	pessoal
	equipe
	equipo
	team
	situacao
	seguinte
	assunto
	abrir
	open
	estamos
	aqui
	problemas
`)

// telling counts the words of a sentence that tell a matter.
func telling(words []string) int {
	n := 0
	for _, w := range bare(words) {
		if vague.at([]string{w}, 0) == 0 {
			n++
		}
	}
	if _, _, trouble := troubles.first(words); trouble && n > 0 {
		n++ // "o sistema parou" tells enough
	}
	return n
}

// mostCourtesies is how many words of greeting are looked through.
const mostCourtesies = 12

// ungreeted is the text of a sentence after the courtesies at its beginning.
func ungreeted(s sentence) string {
	skip := 0
	for skip < min(len(s.words), mostCourtesies) {
		end := max(greetings.at(s.words, skip), thanks.at(s.words, skip), openers.at(s.words, skip))
		if end <= skip {
			break
		}
		skip = end
	}
	rest := afterWords(s.text, skip)
	if skip > 0 {
		rest = unaddressed(rest)
	}
	if telling(search.Words(rest)) == 0 {
		return s.text
	}
	return rest
}

// unaddressed takes a name off the beginning: "Bia, o diesel ..." after a greeting.
func unaddressed(text string) string {
	name, rest, ok := strings.Cut(text, ",")
	words := search.Words(name)
	isWord := func(w string) bool { return !capital(w, name) }
	if !ok || len(words) > 2 || slices.ContainsFunc(words, isWord) {
		return text
	}
	return strings.TrimSpace(rest)
}

// openers are courtesies that only make sense before a matter.
var openers = phrasesOf(`
	pessoal
	gente
	galera
	equipe
	time
	a todos
	a todas
	por favor
	por gentileza
	favor
	team
	everyone
	all
	there
	please
	equipo
	a todos
`)

// afterWords is text without its first n folded words and the marks around them.
func afterWords(text string, n int) string {
	isMark := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for at, r := range text {
		if isMark(r) {
			continue
		}
		if len(search.Words(text[:at])) == n && !joinedAt(text, at) {
			return opened(text, at)
		}
	}
	return text
}

// opened is text from a place on, with the mark that opens a Spanish question.
func opened(text string, at int) string {
	if before, n := utf8.DecodeLastRuneInString(text[:at]); before == '¿' || before == '¡' {
		at -= n
	}
	return text[at:]
}

// joinedAt reports whether the character at a place continues the word before it.
func joinedAt(text string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	return at > 0 && !unicode.IsSpace(before) && (unicode.IsLetter(before) || unicode.IsDigit(before))
}

// replyMarks are what mail programs put before a subject, any number of times.
var replyMarks = regexp.MustCompile(`(?i)^\s*(?:(?:re|res|fwd?|enc|rv|aw|ref)\s*:\s*|\[[^\]]{1,40}\]\s*)+`)

// stripReply takes "Re: Enc: [list]" off an e-mail's subject.
func stripReply(s string) string { return replyMarks.ReplaceAllString(s, "") }

// tidy makes one line of at most MaxSubject characters, with a capital in front,
// cut between words.
func tidy(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimRightFunc(s, func(r rune) bool { return strings.ContainsRune(" .,;:!-", r) })
	if i := strings.IndexFunc(s, unicode.IsLetter); i >= 0 && i <= len("¿") {
		r, n := utf8.DecodeRuneInString(s[i:])
		s = s[:i] + string(unicode.ToUpper(r)) + s[i+n:]
	}
	if utf8.RuneCountInString(s) <= MaxSubject {
		return s
	}
	runes := []rune(s)[:MaxSubject-1]
	cut := string(runes)
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRightFunc(cut, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSpace(r) }) + "…"
}
