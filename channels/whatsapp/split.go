package whatsapp

import (
	"strings"
	"unicode/utf8"
)

// split cuts a text into pieces of at most n characters: between paragraphs where that
// can be had, else between lines, sentences, words, and at last anywhere.
func split(text string, n int) (pieces []string) {
	text = strings.TrimSpace(text)
	for utf8.RuneCountInString(text) > n {
		head := text[:offset(text, n)]
		at := 0
		for _, border := range []string{"\n\n", "\n", ". ", " "} {
			if i := strings.LastIndex(head, border); i > len(head)/3 {
				at = i + len(strings.TrimRight(border, " \n"))
				break
			}
		}
		if at == 0 {
			at = len(head)
		}
		pieces = append(pieces, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	if text != "" {
		pieces = append(pieces, text)
	}
	return pieces
}

// offset is where the n-th character begins, in bytes.
func offset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}
