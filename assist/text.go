package assist

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"recado/assist/search"
)

// maxText is how many bytes of a message are read. What is not said in the first
// two pages does not change what a ticket is about.
const maxText = 8000

// sentence is one sentence of what a person wrote.
type sentence struct {
	text  string   // as written, without the marks at its end
	words []string // folded
	asks  bool     // it ends with a question mark
}

// parse splits a text into sentences, without what follows a sign-off. The short
// lines of a burst ("o sistema", "não abre") are joined to one sentence.
func parse(text string) []sentence {
	if len(text) > maxText {
		text = text[:maxText]
	}
	text = strings.ToValidUTF8(text, "")
	var out []sentence
	open := false // the last sentence ended with its line, not with a mark
	for line := range strings.Lines(text) {
		said := split(line)
		if signsOff(line, said) {
			break
		}
		for i, s := range said {
			if i == 0 && open && continues(out[len(out)-1], s) {
				s = join(out[len(out)-1], s)
				out = out[:len(out)-1]
			}
			out = append(out, s)
		}
		open = len(out) > 0 && !endsWithMark(line)
	}
	return out
}

// split cuts a line after the marks that end sentences.
func split(line string) []sentence {
	var out []sentence
	add := func(text string) {
		asks := strings.ContainsAny(text, "?¿")
		text = strings.TrimFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(".!…;,", r) })
		if text != "" {
			out = append(out, sentence{text: text, words: search.Words(text), asks: asks})
		}
	}
	start := 0
	for i, r := range line {
		next := i + utf8.RuneLen(r)
		if strings.ContainsRune(".!?…;", r) && (next == len(line) || line[next] == ' ' || line[next] == '\n') {
			add(line[start:next])
			start = next
		}
	}
	add(line[start:])
	return out
}

func endsWithMark(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || strings.HasSuffix(line, "…") || strings.ContainsRune(".!?;:", rune(line[len(line)-1]))
}

// continues reports whether two lines read as one sentence: one of them is a few
// words, and neither is a courtesy.
func continues(a, b sentence) bool {
	return (len(a.words) < 4 || len(b.words) < 3) && len(bare(a.words)) > 0 && len(bare(b.words)) > 0
}

func join(a, b sentence) sentence {
	return sentence{text: a.text + " " + b.text, words: append(a.words, b.words...), asks: a.asks || b.asks}
}

// signsOff reports whether a line, which says these sentences, begins the end of a letter.
func signsOff(line string, said []sentence) bool {
	trimmed := strings.TrimSpace(line)
	if trimmed == "--" || strings.HasPrefix(trimmed, "___") {
		return true
	}
	var words []string
	for _, s := range said {
		words = append(words, s.words...)
	}
	return len(words) <= 8 && signOffs.at(words, 0) > 0
}

// signOffs end letters and mark what phones add.
var signOffs = phrasesOf(`
	att
	atte
	atenciosamente
	atentamente
	cordialmente
	respeitosamente
	sds
	saudacoes
	best regards
	kind regards
	sincerely
	regards
	saludos
	un saludo
	saludos cordiales
	enviado do meu
	enviado desde mi
	enviado pelo
	sent from my
	get outlook for
	obter o outlook
`)
