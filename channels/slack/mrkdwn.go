package slack

import (
	"regexp"
	"strings"
	"unicode"

	"recado/channels/literal"
)

// Our markup and Slack's agree in *bold* and _italic_. Slack reads more: ~, `, and > at
// the start of a line; and what stands between < and > calls people, groups and whole
// rooms (docs.slack.dev, "Formatting message text"). The three signs &, < and > are
// escaped in every text that leaves here, which is why nobody can call a room through us.

// escape takes their meaning from the signs that Slack gives one.
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

const formatting = "*_~`"

// quoting are the signs that make a quote of a line.
var quoting = regexp.MustCompile(`(?m)^([ \t]*)>`)

// link is what can be opened. It ends before what closes a sentence.
var link = regexp.MustCompile(`(?i)\b(?:https?://|mailto:)[^\s<>"|]*[^\s<>"|.,;:!?)\]}'*_]`)

// mrkdwn is a text as Slack is to show it: the words of people stay as they wrote them.
func mrkdwn(text string, verbatim []string) string {
	return linked(literal.Within(text, verbatim, unformatted), func(plain string) string { return escape.Replace(plain) })
}

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

// unformatted takes the meaning of formatting from all signs of a text, links left out.
func unformatted(text string) string {
	return literal.BesideLinks(quoting.ReplaceAllString(text, "$1"+literal.Joiner+">"), formatting, link)
}

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
