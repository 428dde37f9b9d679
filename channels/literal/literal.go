// Package literal takes the meaning of formatting from the words of people, for channels
// that read signs in a text as formatting.
//
// Promises: a reader sees the characters that were written, none less; what stands within
// a word, as in nota_fiscal_2026.xml, formats nothing and is left letter by letter, and so
// are links. Bytes that are no UTF-8 become U+FFFD. What a sign means at the start of a
// line is each channel's own affair.
package literal

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Joiner is U+2060 WORD JOINER: without width, not a space, and no end of a line. Beside
// a sign it keeps that from standing where a sign must stand to count.
const Joiner = "\u2060"

// Shortest is how many characters can hold a pair of signs: fewer are left alone.
const Shortest = 3

// Within makes the words of people in a text literal by safe, those that hold others first.
func Within(text string, words []string, safe func(string) string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	words = slices.Clone(words)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, w := range words {
		if w = strings.TrimSpace(strings.ToValidUTF8(w, "\ufffd")); utf8.RuneCountInString(w) >= Shortest {
			text = strings.ReplaceAll(text, w, safe(w))
		}
	}
	return text
}

// BesideLinks is Apart for everything in a text but its links: nobody could open those
// any more.
func BesideLinks(text, signs string, link *regexp.Regexp) string {
	var b strings.Builder
	from := 0
	for _, at := range link.FindAllStringIndex(text, -1) {
		b.WriteString(Apart(text[from:at[0]], signs))
		b.WriteString(text[at[0]:at[1]])
		from = at[1]
	}
	b.WriteString(Apart(text[from:], signs))
	return b.String()
}

// Apart puts a Joiner on both sides of each sign that stands at the edge of a word.
func Apart(text, signs string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if !strings.ContainsAny(text, signs) {
		return text
	}
	var b strings.Builder
	before := ' '
	for i, r := range text {
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if strings.ContainsRune(signs, r) && (!inWord(before) || !inWord(after)) && (!unicode.IsSpace(before) || !unicode.IsSpace(after)) {
			b.WriteString(Joiner + string(r) + Joiner)
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
