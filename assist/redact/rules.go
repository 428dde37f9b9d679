package redact

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rule finds one kind: by form, and by what else must hold of the place.
type rule struct {
	kind  Kind
	form  *regexp.Regexp
	group int
	is    func(text string, start, end int) bool
}

// gap is what people and programs put between groups of digits.
const gap = `[\s.\-–/\x{00a0}\x{2007}\x{200b}\x{202f}]?`

// rules, the surest first. What a later one finds inside an earlier one is left.
var rules = []rule{
	{Literal, placeholder, 0, nil},
	{Secret, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)`), 0, nil},
	// Tokens by their makers' prefixes, JSON web tokens (RFC 7519), what follows Bearer.
	{Secret, regexp.MustCompile(`(?:sk|pk|rk)[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9_\-]{16,}|xox[abeprs]-[A-Za-z0-9\-]{10,}|xapp-[A-Za-z0-9\-]{10,}|` +
		`gh[opsur]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_\-]{16,}|hf_[A-Za-z0-9]{16,}|` +
		`(?:AKIA|ASIA)[0-9A-Z]{16}|AIza[0-9A-Za-z_\-]{30,}|eyJ[A-Za-z0-9_\-]{6,}\.[A-Za-z0-9_\-]{6,}\.[A-Za-z0-9_\-]*`), 0, apart},
	{Secret, regexp.MustCompile(`(?i)\bbearer\s+([A-Za-z0-9._~+/=\-]{8,})`), 1, nil},
	{Email, regexp.MustCompile(`[\p{L}\p{N}._%+'\-]+@[\p{L}\p{N}\-]+(?:\.[\p{L}\p{N}\-]+)+`), 0, nil},
	// A password said in words: the value is the word after the mark.
	{Secret, regexp.MustCompile(`(?i)(?:^|[^\p{L}])(?:senhas?|password|passwd|passphrase|pwd|contrase[ñn]a|clave(?: de acceso)?|pass|pin|token|` +
		`api[ _\-]?key|secret(?: key)?|client[ _\-]?secret|chave(?: (?:secreta|privada|de api|da api))?)` +
		`(?:\s+(?:do|da|de|del|for|of|to|para)\s+\S+(?:\s+\S+)?)??\s*(?:\s(?:é|eh|e|is|es|era|was)\s*:?|[:=]+)\s*["'“‘«]?([^\s"'”’»,;]{3,})`), 1, secretWord},
	{Document, regexp.MustCompile(`\d(?:[\s.\-]?\d){43}`), 0, apart},
	{CNPJ, regexp.MustCompile(`[0-9A-Za-z]{2}` + gap + `[0-9A-Za-z]{3}` + gap + `[0-9A-Za-z]{3}` + gap + `[0-9A-Za-z]{4}` + gap + `\d{2}`), 0, isCNPJ},
	{Card, digits(16), 0, isCard}, {Card, digits(15), 0, isCard}, {Card, digits(14), 0, isCard}, {Card, digits(13), 0, isCard},
	{Card, digits(19), 0, isCard}, {Card, digits(18), 0, isCard}, {Card, digits(17), 0, isCard},
	{CPF, regexp.MustCompile(`\d{3}` + gap + `\d{3}` + gap + `\d{3}` + gap + `\d{2}`), 0, isCPF},
	{Phone, regexp.MustCompile(`\+\d{1,3}[\s().\-\x{00a0}]*\d(?:[\s().\-\x{00a0}]{0,2}\d){6,13}`), 0, apart},
	{Phone, regexp.MustCompile(`\(?0?[1-9]\d\)?[\s.\-\x{00a0}]{0,2}9?[\s.\-]?\d{4}[\s.\-\x{00a0}]{0,2}\d{4}`), 0, isPhone},
	{Phone, regexp.MustCompile(`0[38]00[\s.\-]?\d{3}[\s.\-]?\d{3,4}|\(\d{3}\)[\s.\-]?\d{3}[\s.\-]\d{4}|\d{3}[\s.\-]\d{3}[\s.\-]\d{4}|9?\d{4}-\d{4}`), 0, isPhone},
	// Nothing that people write is so long and so mixed.
	{Secret, regexp.MustCompile(`[A-Za-z0-9_+/=\-]{32,}`), 0, isMixed},
}

// digits is a number of n digits, however they are grouped.
func digits(n int) *regexp.Regexp {
	return regexp.MustCompile(`[2-6](?:` + gap + `\d){` + strconv.Itoa(n-1) + `}`)
}

// apart reports whether a match is a word of its own: no letter or digit beside it.
func apart(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	joins := func(r rune, none bool) bool { return !none && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	return !joins(before, start == 0) && !joins(after, end == len(text))
}

// secretWord leaves out words that follow "senha:" and are none.
func secretWord(text string, start, end int) bool {
	said := strings.ToLower(text[start:end])
	switch strings.Trim(said, ".!?") {
	case "não", "nao", "not", "errada", "errado", "inválida", "invalida", "invalid", "wrong", "incorrecta", "incorreta", "incorrect", "expirada", "expired":
		return false
	}
	return !placeholder.MatchString(text[start:end])
}

// ticketNumber is ours, and nobody's telephone.
var ticketNumber = regexp.MustCompile(`^20\d{2}[- ]\d{6}$`)

func isPhone(text string, start, end int) bool {
	said := strings.TrimSpace(text[start:end])
	if !apart(text, start, end) || ticketNumber.MatchString(said) {
		return false
	}
	// "12 3456-7890" within "2026-000001" or a decimal is a piece of a number.
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after := text[end:]
	joined := (before == '-' || before == '.' || before == ',' || before == '/') && start > 1 && unicode.IsDigit(rune(text[start-2]))
	runsOn := len(after) > 1 && strings.ContainsRune("-.,/", rune(after[0])) && unicode.IsDigit(rune(after[1]))
	return !joined && !runsOn
}

func isMixed(text string, start, end int) bool {
	said := text[start:end]
	return strings.ContainsAny(said, "0123456789") && strings.ContainsFunc(said, unicode.IsLetter) && !strings.Contains(said, "----")
}

// isCPF: formed with dots and dash it counts whatever its digits, since they may be
// mistyped; bare digits only with the right ones.
func isCPF(text string, start, end int) bool {
	said := text[start:end]
	if !apart(text, start, end) {
		return false
	}
	formed := len(said) == 14 && said[3] == '.' && said[7] == '.' && said[11] == '-'
	d := values(said)
	return formed || len(d) == 11 && !same(d) && checkDigit(d[:9], 11) == d[9] && checkDigit(d[:10], 11) == d[10]
}

// isCNPJ knows both forms: letters count as their ASCII code less 48 (Receita Federal,
// Instrução Normativa 2.229/2024).
func isCNPJ(text string, start, end int) bool {
	said := text[start:end]
	if !apart(text, start, end) {
		return false
	}
	formed := strings.Count(said, ".") == 2 && strings.Contains(said, "/") && strings.Contains(said, "-")
	d := values(said)
	if len(d) != 14 || same(d) {
		return formed && len(d) == 14
	}
	return formed || checkDigit(d[:12], 9) == d[12] && checkDigit(d[:13], 9) == d[13]
}

// isCard: ISO/IEC 7812 numbers end with a Luhn digit.
func isCard(text string, start, end int) bool {
	d := values(text[start:end])
	if !apart(text, start, end) || len(d) < 13 || len(d) > 19 || same(d) {
		return false
	}
	sum := 0
	for i, v := range d {
		if (len(d)-i)%2 == 0 {
			v *= 2
			if v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// values are the digits and letters of a number, each as what it counts for.
func values(s string) []int {
	var out []int
	for _, r := range strings.ToUpper(s) {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			out = append(out, int(r)-'0')
		}
	}
	return out
}

// checkDigit is modulo 11 with weights from the right, 2 and upwards, beginning again at
// 2 after most.
func checkDigit(d []int, most int) int {
	sum, weight := 0, 2
	for _, v := range slices.Backward(d) {
		sum += v * weight
		if weight++; weight > most {
			weight = 2
		}
	}
	if rest := sum % 11; rest >= 2 {
		return 11 - rest
	}
	return 0
}

// same reports that all digits are one: they pass the check, and are nobody's.
func same(d []int) bool {
	for _, v := range d {
		if v != d[0] {
			return false
		}
	}
	return true
}
