package notice

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// What fits a phone's screen without scrolling much: a message, and a line to choose.
const (
	phoneText   = 700
	phoneChoice = 40
)

// byMail are the texts that only ever go by mail, where longer ones are read.
var byMail = regexp.MustCompile(`^(opened\.mail|whole\.mail|tour\.mail|access\.code-(mail|reply)|held\.digest|defect\.again)$`)

// Every text that a chat may hold, with all that it may say, fits a phone in each
// language; so does every choice.
func TestTextsFitAPhone(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, lang := range Languages() {
		for key, all := range forms(t, lang) {
			data := Data{}
			for _, field := range fields(all) {
				data[field[1:]] = samples[field]
			}
			text, err := c.Text(lang, key, data)
			if err != nil {
				t.Fatal(err)
			}
			limit := phoneText
			if strings.HasPrefix(key, "choice.") {
				limit = phoneChoice
			}
			if n := utf8.RuneCountInString(text); n > limit && !byMail.MatchString(key) {
				t.Errorf("%s %s is %d characters, more than %d:\n%s", lang, key, n, limit, text)
			}
			checked++
		}
	}
	if checked < 3*250 {
		t.Errorf("only %d texts were looked at", checked)
	}
}
