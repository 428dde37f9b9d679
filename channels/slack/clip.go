package slack

import (
	"strings"
	"unicode/utf16"

	"recado/channels/piece"
)

// length is a text's as Slack may count it: an emoji can count twice.
func length(text string) int { return len(utf16.Encode([]rune(text))) }

// clip keeps a text to so many characters.
func clip(text string, most int) string {
	if length(text) <= most {
		return text
	}
	n := 0
	for i, r := range text {
		if n += len(utf16.Encode([]rune{r})); n > most-1 {
			return strings.TrimSpace(text[:i]) + "…"
		}
	}
	return text
}

// split cuts a text so that each piece fits once it is formatted.
func split(text string, most int, format func(string) string) (pieces []string) {
	for n := most; ; n = n * 2 / 3 {
		pieces = pieces[:0]
		fits := true
		for _, p := range piece.Split(text, n) {
			formatted := format(p)
			fits = fits && length(formatted) <= most
			pieces = append(pieces, formatted)
		}
		if fits || n < shortestPiece {
			return pieces
		}
	}
}

// shortestPiece is what is not cut any smaller: a link of its length is never cut.
const shortestPiece = 200
