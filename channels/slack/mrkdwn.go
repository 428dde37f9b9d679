package slack

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Our markup and Slack's agree in *bold* and _italic_. Slack reads more: ~, `, and > at
// the start of a line; and what stands between < and > calls people, groups and whole
// rooms (docs.slack.dev, "Formatting message text"). The three signs &, < and > are
// escaped in every text that leaves here, which is why nobody can call a room through us.

// escape takes their meaning from the signs that Slack gives one.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// joiner is U+2060 WORD JOINER: it has no width, and beside a sign keeps that from
// standing where it must stand to count.
const joiner = "\u2060"

const formatting = "*_~`"

// quoting are the signs that make a quote of a line.
var quoting = regexp.MustCompile(`(?m)^([ \t]*)>`)

// link is what can be opened. It ends before what closes a sentence.
var link = regexp.MustCompile(`(?i)\b(?:https?://|mailto:)[^\s<>"|]*[^\s<>"|.,;:!?)\]}'*_]`)

// mrkdwn is a text as Slack is to show it: the words of people stay as they wrote them.
func mrkdwn(text string, verbatim []string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	words := slices.Clone(verbatim)
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) }) // what holds another, first
	for _, w := range words {
		if w = strings.TrimSpace(strings.ToValidUTF8(w, "\ufffd")); utf8.RuneCountInString(w) >= shortestWords {
			text = strings.ReplaceAll(text, w, literal(w))
		}
	}
	return linked(text, func(plain string) string { return escape.Replace(plain) })
}

// shortestWords can hold a pair of signs.
const shortestWords = 3

// linked writes links so that Slack opens them, and everything else by do.
func linked(text string, do func(string) string) string {
	var b strings.Builder
	from := 0
	for _, at := range link.FindAllStringIndex(text, -1) {
		b.WriteString(do(text[from:at[0]]))
		b.WriteString("<" + strings.ReplaceAll(text[at[0]:at[1]], "&", "&amp;") + ">")
		from = at[1]
	}
	b.WriteString(do(text[from:]))
	return b.String()
}

// literal takes the meaning of formatting from all signs of a text, links left out.
func literal(text string) string {
	text = quoting.ReplaceAllString(text, "$1"+joiner+">")
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

// apart puts a joiner on both sides of each sign that stands at the edge of a word.
func apart(text string) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	if !strings.ContainsAny(text, formatting) {
		return text
	}
	var b strings.Builder
	before := ' '
	for i, r := range text {
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if strings.ContainsRune(formatting, r) && (!inWord(before) || !inWord(after)) && (!unicode.IsSpace(before) || !unicode.IsSpace(after)) {
			b.WriteString(joiner + string(r) + joiner)
		} else {
			b.WriteRune(r)
		}
		before = r
	}
	return b.String()
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// bare is a text for a place where Slack formats nothing: a header, a label, a title, a
// name. There the signs would stand as they are, so they are changed for look-alikes.
func bare(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '<':
			return '‹'
		case r == '>':
			return '›'
		case unicode.IsSpace(r), unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)
	return clip(strings.Join(strings.Fields(text), " "), most)
}
