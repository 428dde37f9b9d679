package dialogue

import (
	"regexp"
	"strings"

	"recado/core/message"
	"recado/core/notice"
)

// wordsOf are the data of texts that people wrote.
var wordsOf = []string{"Text", "Subject", "Description", "Comment", "About", "Requester", "Name", "By"}

// formatted is what a chat program could take for markup.
var formatted = regexp.MustCompile("[*_~`]|(?m)^[ \t]*(?:[>-]|\\d+\\.)[ \t]")

// verbatim are the words of people in a text, as far as a chat program would format them.
// The team's own are left out: their markup is meant.
func verbatim(say Say, data notice.Data) []string {
	if say.To.Channel != message.WhatsApp {
		return nil // the only one whose clients format what they show
	}
	var out []string
	keep := func(words string) {
		if formatted.MatchString(words) {
			out = append(out, words)
		}
	}
	for _, name := range wordsOf {
		words, ok := data[name].(string)
		if ok && (!say.Plain || name != "Text") {
			keep(words)
		}
	}
	for _, words := range say.Verbatim {
		keep(words)
	}
	for _, c := range say.Choices {
		if !strings.HasPrefix(c.Label, "*") { // those begin with markup of ours, and name their words in Verbatim
			keep(c.Label)
		}
	}
	return out
}
