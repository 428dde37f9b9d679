package whatsapp

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Our markup is WhatsApp's own: *bold* and _italic_ (faq.whatsapp.com, "How to format your
// messages"). What has to be kept from it is what people wrote: WhatsApp also reads ~, `
// and, at the start of a line, "> ", "- ", "* " and "1. ", and swallows the signs.

// joiner is U+2060 WORD JOINER: without width, not a space, and no end of a line. Beside
// a sign it keeps that from standing where a sign must stand to count.
const joiner = "\u2060"

// signs begin and end what WhatsApp formats.
const signs = "*_~`"

// lineSigns are what makes a quote or a list of a line.
var lineSigns = regexp.MustCompile(`(?m)^([ \t]*)(>|[-*•]|\d{1,9}\.)([ \t])`)

// link is what must be left as it is, letter by letter.
var link = regexp.MustCompile(`(?i)\b(?:https?://|www\.|mailto:)[^\s<>"]+`)

// marked is a text as WhatsApp is to show it: the words of people stay as they wrote them.
func marked(text string, verbatim []string) string {
	words := slices.Clone(verbatim)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) }) // what holds another, first
	for _, w := range words {
		w = strings.TrimSpace(w)
		if safe := literal(w); safe != w && utf8.RuneCountInString(w) >= shortestWords {
			text = strings.ReplaceAll(text, w, safe)
		}
	}
	return text
}

// shortestWords can hold a pair of signs.
const shortestWords = 3

// literal takes their meaning from all signs of a text, links left out: nobody could open
// those any more.
func literal(text string) string {
	text = lineSigns.ReplaceAllString(text, "$1"+joiner+"$2"+joiner+"$3")
	var b strings.Builder
	from := 0
	for _, at := range link.FindAllStringIndex(text, -1) {
		b.WriteString(apart(text[from:at[0]]))
		b.WriteString(text[at[0]:at[1]])
		from = at[1]
	}
	b.WriteString(apart(text[from:]))
	return b.String()
}

// apart puts a joiner on both sides of each sign that stands at the edge of a word. One
// within a word, as in nota_fiscal_2026.xml, formats nothing and is left alone.
func apart(text string) string {
	if !strings.ContainsAny(text, signs) {
		return text
	}
	var b strings.Builder
	before := ' '
	for i, r := range text {
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if strings.ContainsRune(signs, r) && (!inWord(before) || !inWord(after)) && (!unicode.IsSpace(before) || !unicode.IsSpace(after)) {
			b.WriteString(joiner + string(r) + joiner)
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
