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
	folded := fold(text)
	line := make([]byte, 0, len(folded)) // all words, one after the other
	var ends []int
	end := func() {
		if n := len(ends); len(line) > 0 && (n == 0 || ends[n-1] < len(line)) {
			ends = append(ends, len(line))
		}
	}
	for at, r := range folded {
		switch {
		case isWordRune(r):
			line = utf8.AppendRune(line, r)
		case joins(folded[:at], r, folded[at+utf8.RuneLen(r):]):
		default:
			end()
		}
	}
	end()
	if len(ends) == 0 {
		return nil
	}
	words, all, start := make([]string, len(ends)), string(line), 0
	for i, end := range ends {
		words[i], start = all[start:end], end
	}
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

// joins reports whether a mark holds what is before and after it together.
func joins(before string, mark rune, after string) bool {
	switch mark {
	case '\'', '’', '`':
		return ending(before) > 0 && beginning(after) > 0
	case '-', '‑':
		return min(ending(before), beginning(after)) == 1
	}
	return false
}

// ending counts the word runes at the end of a text: none, one, or more (2).
func ending(text string) int {
	n := 0
	for n < 2 {
		r, size := utf8.DecodeLastRuneInString(text)
		if !isWordRune(r) {
			break
		}
		text = text[:len(text)-size]
		n++
	}
	return n
}

// beginning counts those at its beginning.
func beginning(text string) int {
	n := 0
	for _, r := range text {
		if n == 2 || !isWordRune(r) {
			break
		}
		n++
	}
	return n
}
