package article

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// gone stands where something that told of somebody was.
const gone = "…"

var (
	// mailAddress, webAddress and handle are ways to reach somebody.
	mailAddress = regexp.MustCompile(`[^\s<>()"',;:]+@[^\s<>()"',;]+`)
	webAddress  = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)
	// figures are runs of digits with the marks within them; also plates and keys, in
	// which letters and digits are mixed.
	figures = regexp.MustCompile(`[\pL\d]*\d(?:[./,:*-]*[\pL\d])*`)
	// salutation begins a line that greets or signs off: it is made of names.
	salutation = regexp.MustCompile(`(?i)^\s*(?:ol[áa]|oi|ei|bom dia|boa tarde|boa noite|prezad[oa]s?|car[oa]s?|` +
		`hi|hello|hey|dear|good (?:morning|afternoon|evening)|hola|buen(?:os|as) (?:d[ií]as|tardes|noches)|` +
		`estimad[oa]s?|att|atenciosamente|abra[çc]os?|obrigad[oa]|grat[oa]|regards|best|thanks|saludos|gracias|cordialmente)(?:[.!,]+|\s[^.!?,\n]*[.!?,]*|$)`)
	// pointed is a word that a menu, a button or a mark around it points to: a name of the
	// program, not of a person.
	pointed = regexp.MustCompile(`(?i)(?:[>›/"“*_'«\[]|\b(?:menu|tela|bot[ãa]o|aba|op[çc][ãa]o|campo|m[óo]dulo|rotina|` +
		`relat[óo]rio|screen|button|tab|option|field|menus|module|report|pantalla|bot[óo]n|pesta[ñn]a|opci[óo]n|campo|m[óo]dulo|informe))\s*$`)
)

// Anonymous is a text without what could tell who wrote it, or about whom: addresses,
// figures of more than four digits and those mixed with letters, greetings and
// signatures, the names that are given, and every capitalised word within a sentence
// that is not known. It rather takes too much: known reports words of the trade that
// may stay, folded to lower case; nil knows none. What was taken is "…".
func Anonymous(text string, names []string, known func(word string) bool) string {
	text = strings.ToValidUTF8(text, "")
	text = webAddress.ReplaceAllString(mailAddress.ReplaceAllString(text, gone), gone)
	secret := map[string]bool{}
	for _, n := range names {
		for w := range strings.FieldsSeq(plainWords(n)) {
			if utf8.RuneCountInString(w) > 2 { // "da", "e": in every name, and telling of none
				secret[w] = true
			}
		}
	}
	var lines []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		rest := salutation.ReplaceAllString(line, "")
		greeting := strings.TrimSuffix(line, rest) // after "Oi, " a capital may be a name as well
		begins := greeting == "" || strings.ContainsAny(greeting[len(greeting)-1:], ".!?")
		line = nameless(figures.ReplaceAllStringFunc(rest, figure), begins, secret, known)
		if strings.ContainsFunc(line, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return strings.Join(lines, "\n")
}

// figure keeps what is an error's code, a year, a version; and takes numbers of
// documents, phones, money, plates, keys.
func figure(s string) string {
	digits, letters := 0, 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		} else if unicode.IsLetter(r) {
			letters++
		}
	}
	const mostDigits = 4
	if digits > mostDigits || letters > 0 && digits > 1 {
		return gone
	}
	return s
}

// nameless takes the names out of a line. begins says that it begins a sentence, where
// capitals tell nothing.
func nameless(line string, begins bool, secret map[string]bool, known func(string) bool) string {
	var out strings.Builder
	for at := 0; at < len(line); {
		r, size := utf8.DecodeRuneInString(line[at:])
		if !unicode.IsLetter(r) {
			out.WriteString(line[at : at+size])
			if strings.ContainsRune(".!?:•", r) {
				begins = true
			}
			at += size
			continue
		}
		end := at + size
		for end < len(line) {
			r, size := utf8.DecodeRuneInString(line[end:])
			if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				break
			}
			end += size
		}
		w := line[at:end]
		if isNameHere(w, line[:at], begins, secret, known) {
			w = gone
		}
		out.WriteString(w)
		begins, at = false, end
	}
	return strings.ReplaceAll(out.String(), gone+" "+gone, gone)
}

func isNameHere(w, before string, begins bool, secret map[string]bool, known func(string) bool) bool {
	small := strings.ToLower(w)
	if secret[small] {
		return true
	}
	first, _ := utf8.DecodeRuneInString(w)
	if !unicode.IsUpper(first) || known != nil && known(small) {
		return false
	}
	const acronym = 5
	if strings.ToUpper(w) == w && utf8.RuneCountInString(w) <= acronym {
		return false // NF, CT, SEFAZ
	}
	return !begins && !pointed.MatchString(before)
}
