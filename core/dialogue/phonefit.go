package dialogue

import (
	"strings"
	"unicode/utf8"

	"recado/core/catalog"
	"recado/core/message"
)

// choiceLine is what a line of a phone holds of a label, beside its number.
const choiceLine = phoneLine - len("1. ")

// onPhone are choices as a phone has room for them: a label of more than a line is cut at a
// word. Two that differ stay different: where their beginnings are the same, the ends are
// kept, and where that does not help either, they are left whole.
func onPhone(choices []message.Choice) []message.Choice {
	out := make([]message.Choice, len(choices))
	for i, c := range choices {
		for _, cut := range []func(string) string{cutEnd, cutMiddle} {
			label := cut(c.Label)
			if !another(choices, i, cut, label) {
				c.Label = label
				break
			}
		}
		out[i] = c
	}
	return out
}

// another reports whether another label becomes the same, however it is cut.
func another(choices []message.Choice, but int, cut func(string) string, label string) bool {
	for i, c := range choices {
		if i != but && (cut(c.Label) == label || c.Label == label) {
			return true
		}
	}
	return false
}

// cutEnd leaves what fits, and labels that have lines of their own.
func cutEnd(label string) string {
	if strings.Contains(label, "\n") || utf8.RuneCountInString(label) <= choiceLine {
		return label
	}
	return atWord(strings.Fields(label), choiceLine)
}

// cutMiddle keeps the last words, and as much of the beginning as there is room for.
func cutMiddle(label string) string {
	if strings.Contains(label, "\n") || utf8.RuneCountInString(label) <= choiceLine {
		return label
	}
	words, tail := strings.Fields(label), ""
	for len(words) > 1 {
		longer := " " + words[len(words)-1] + tail
		if utf8.RuneCountInString(longer) > choiceLine/2 {
			break
		}
		tail, words = longer, words[:len(words)-1]
	}
	return atWord(words, choiceLine-utf8.RuneCountInString(tail)) + tail
}

// atWord is as many words as fit, and an ellipsis for the rest; of one that is too long by
// itself, as much as fits.
func atWord(words []string, limit int) string {
	for n := len(words); n > 0; n-- {
		if text := strings.Join(words[:n], " ") + "…"; utf8.RuneCountInString(text) <= limit {
			return text
		}
	}
	return string([]rune(words[0])[:limit-1]) + "…"
}

// onOffer are the choices of what was asked, as who is asked sees them.
func (s *scene) onOffer() []message.Choice {
	if s.in.Key.Channel == message.WhatsApp {
		return onPhone(s.session.Choices)
	}
	return s.session.Choices
}

// pathShown is what a ticket is about, for who acts.
func (s *scene) pathShown(p catalog.Path) string {
	if s.in.Key.Channel == message.WhatsApp {
		return pathOnPhone(s.pathName(p))
	}
	return s.pathName(p)
}

// pathOnPhone has each name of a path fit a line.
func pathOnPhone(path string) string {
	names := strings.Split(path, " › ")
	for i, name := range names {
		parts := strings.Split(name, " · ")
		for j, part := range parts {
			parts[j] = cutEnd(part)
		}
		names[i] = strings.Join(parts, " · ")
	}
	return strings.Join(names, " › ")
}
