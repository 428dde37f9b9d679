package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// pieces cuts a text into parts of at most limit words. It cuts between lines and
// sentences, keeps short ones together, and cuts inside a sentence only when that
// is longer than limit by itself.
func pieces(text string, limit int) []string {
	var out []string
	start, words := 0, 0
	for at := 0; at < len(text); {
		length, n := sentence(text[at:], limit)
		if words+n > limit {
			out = append(out, strings.TrimSpace(text[start:at]))
			start, words = at, 0
		}
		words += n
		at += length
	}
	if words > 0 {
		out = append(out, strings.TrimSpace(text[start:]))
	}
	return out
}

// sentences are the sentences of a text, the first few of them, cut at limit words.
func sentences(text string, limit, few int) []string {
	var out []string
	for at := 0; at < len(text) && len(out) < few; {
		length, n := sentence(text[at:], limit)
		if n > 0 {
			out = append(out, strings.TrimSpace(text[at:at+length]))
		}
		at += length
	}
	return out
}

// sentence measures the first sentence of s, with the mark or line end that ends
// it: its length in bytes, and its words, at most limit.
func sentence(s string, limit int) (length, words int) {
	inWord := false
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		if r == utf8.RuneError {
			next = i + 1
		}
		space := unicode.IsSpace(r)
		if !space && !inWord {
			if words == limit {
				return i, words
			}
			words++
		}
		inWord = !space
		if r == '\n' || strings.ContainsRune(".!?;", r) && (next >= len(s) || s[next] == ' ' || s[next] == '\n') {
			return next, words
		}
	}
	return len(s), words
}
