package reply

import (
	"strings"
	"unicode"

	"recado/channels/email/letter"
)

// Mail is a mail's text, divided, and all of it.
type Mail struct {
	Text
	Full  string
	Whole bool // false when HTML was too long to be read to its end
}

// Parts reads a mail of which there is a plain form, an HTML form, or both, as in a
// multipart/alternative. Of two forms the one that divides more surely is taken:
// containers that a program wrote are surer than words that look like its words.
func Parts(plain, src string) Mail {
	whole := len(src) <= MaxHTML
	if strings.TrimSpace(src) == "" {
		return Mail{Read(plain), strings.TrimSpace(letter.Tidy(plain)), true}
	}
	h := render(src)
	byHTML := Mail{Read(h.own), strings.TrimSpace(h.full), whole}
	byHTML.Signature = strings.TrimSpace(byHTML.Signature + "\n" + h.signature)
	byHTML.Quotes = byHTML.Quotes || h.quotes
	if strings.TrimSpace(plain) == "" {
		return byHTML
	}
	byText := Mail{Read(plain), strings.TrimSpace(letter.Tidy(plain)), true}
	if placeholder(byText.Full, byHTML.Full) || h.quotes && differ(byText.Own, byHTML.Own) || byHTML.Quotes && !byText.Quotes {
		return byHTML
	}
	return byText
}

// differ reports that one of two texts goes on where the other ends: one of them was
// cut too early or too late.
func differ(a, b string) bool {
	a, b = letters(a), letters(b)
	return a != b && b != "" && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// placeholder reports a plain form that only says that there is another.
func placeholder(plain, full string) bool {
	const begins, times = 60, 3
	p, f := letters(plain), letters(full)
	return len(f) > times*len(p) && !strings.Contains(f, letter.Cut(p, begins))
}

// letters is a text without all that differs between its forms.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
