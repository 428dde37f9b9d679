package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Words splits text into folded words: lower case, without accents, letters and
// digits only. An apostrophe vanishes, and so does a hyphen beside a single
// letter, because people write "CT-e", "CTe" and "cte" for one thing. Folding a
// folded word changes nothing.
func Words(text string) []string {
	var words []string
	var word strings.Builder
	end := func() {
		if word.Len() > 0 {
			words = append(words, word.String())
			word.Reset()
		}
	}
	folded := []rune(fold(text))
	for i, r := range folded {
		switch {
		case isWordRune(r):
			word.WriteRune(r)
		case joins(folded, i):
		default:
			end()
		}
	}
	end()
	return words
}

// fold takes accents, ligatures and case off, and bytes that are not UTF-8.
func fold(text string) string {
	plain := true
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] < utf8.RuneSelf
	}
	if plain {
		return strings.ToLower(text)
	}
	text = norm.NFKD.String(strings.ToValidUTF8(text, " "))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// joins reports whether the mark at i holds one word together.
func joins(text []rune, i int) bool {
	before, after := wordRunes(text[:i], -1), wordRunes(text[i+1:], 1)
	if before == 0 || after == 0 {
		return false
	}
	switch text[i] {
	case '\'', '’', '`':
		return true
	case '-', '‑':
		return before == 1 || after == 1
	}
	return false
}

// wordRunes counts how many word runes touch the end of text where the mark
// stands, as far as joins cares: none, one, or more (2). step is -1 at its end,
// 1 at its beginning.
func wordRunes(text []rune, step int) int {
	n := 0
	for n < 2 && n < len(text) {
		at := n
		if step < 0 {
			at = len(text) - 1 - n
		}
		if !isWordRune(text[at]) {
			break
		}
		n++
	}
	return n
}
