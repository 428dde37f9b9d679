// Package piece cuts long texts for channels whose messages have a limit.
//
// Promises: nothing but white space is lost, and no link and nothing that people see as one
// character is ever cut; so a piece may be longer than asked for.
package piece

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Split cuts a text into pieces of at most n characters: between paragraphs where that
// can be had, else between lines, sentences, words. A word that is longer by itself is
// cut between what people see as characters; a link never is, and makes a longer piece.
func Split(text string, n int) (pieces []string) {
	text = strings.TrimSpace(text)
	for utf8.RuneCountInString(text) > n {
		at := cut(text, n)
		pieces = append(pieces, strings.TrimSpace(text[:at]))
		text = strings.TrimSpace(text[at:])
	}
	if text != "" {
		pieces = append(pieces, text)
	}
	return pieces
}

// link is what must stay in one piece.
var link = regexp.MustCompile(`(?i)\b(?:https?://|www\.|mailto:)[^\s<>"]+`)

// cut is where the first piece ends, in bytes.
func cut(text string, n int) int {
	end := offset(text, n)
	for _, border := range []func(string) int{paragraph, line, sentence, word} {
		if at := border(text[:end]); at > end/3 {
			return at
		}
	}
	if next, _ := utf8.DecodeRuneInString(text[end:]); unicode.IsSpace(next) {
		return end
	}
	if at := word(text[:end]); at > 0 {
		return at
	}
	if at := link.FindStringIndex(text); at != nil && at[0] < end {
		if at[0] > 0 {
			return at[0]
		}
		return at[1]
	}
	return between(text, end)
}

// The last border of each kind within a text; 0 when there is none.
func paragraph(s string) int { return max(0, strings.LastIndex(s, "\n\n")) }
func line(s string) int      { return max(0, strings.LastIndex(s, "\n")) }
func word(s string) int      { return max(0, strings.LastIndexFunc(s, unicode.IsSpace)) }

func sentence(s string) int {
	last := 0
	for _, end := range []string{". ", "! ", "? ", "… ", "; "} {
		if i := strings.LastIndex(s, end); i >= 0 {
			last = max(last, i+len(end)-1)
		}
	}
	return last
}

// between is the last border between characters that is not after end: an emoji of
// several signs, or a letter and its accents, stay together.
func between(text string, end int) int {
	at, state := 0, -1
	for rest := text; at < end; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if at+len(cluster) > end && (at > 0 || len(cluster) > longestCluster) {
			break
		}
		at += len(cluster)
	}
	if at == 0 {
		return end
	}
	return at
}

// longestCluster is far more bytes than any character that somebody means has.
const longestCluster = 256

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
