package whatsapp

import (
	"regexp"

	"recado/channels/literal"
)

// Our markup is WhatsApp's own: *bold* and _italic_ (faq.whatsapp.com, "How to format your
// messages"). What has to be kept from it is what people wrote: WhatsApp also reads ~, `
// and, at the start of a line, "> ", "- ", "* " and "1. ", and swallows the signs.

// signs begin and end what WhatsApp formats.
const signs = "*_~`"

// lineSigns are what makes a quote or a list of a line.
var lineSigns = regexp.MustCompile(`(?m)^([ \t]*)(>|[-*•]|\d{1,9}\.)([ \t])`)

// link is what must be left as it is, letter by letter.
var link = regexp.MustCompile(`(?i)\b(?:https?://|www\.|mailto:)[^\s<>"]+`)

// marked is a text as WhatsApp is to show it: the words of people stay as they wrote them.
func marked(text string, verbatim []string) string {
	return literal.Within(text, verbatim, unformatted)
}

// unformatted takes their meaning from all signs of a text, links left out.
func unformatted(text string) string {
	return literal.BesideLinks(lineSigns.ReplaceAllString(text, "$1"+literal.Joiner+"$2"+literal.Joiner+"$3"), signs, link)
}
