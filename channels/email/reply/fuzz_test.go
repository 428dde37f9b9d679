package reply

import (
	"slices"
	"strings"
	"testing"

	"recado/channels/email/letter"
)

// What is taken as a person's words are lines of the mail, in their order.
func FuzzReply(f *testing.F) {
	f.Add("Oi\n\nEm 1/2/2026, x <a@b> escreveu:\n> velho\nnovo\n> velho\n-- \nAna")
	f.Add("De: a\nPara: b\nAssunto: c\n\nd")
	f.Add("> > >\n--\n__________________\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := Read(text)
		all := strings.Split(letter.Tidy(text), "\n")
		if strings.TrimSpace(letter.Tidy(text)) != "" && strings.TrimSpace(r.Own) == "" {
			t.Errorf("nothing is left of %q", text)
		}
		for i, line := range strings.Split(r.Own, "\n") {
			line = strings.TrimRight(line, " \t")
			at := slices.IndexFunc(all, func(l string) bool { return strings.TrimRight(l, " \t") == line })
			if at < 0 {
				if r.Own == "" && i == 0 {
					break
				}
				t.Fatalf("line %d, %q, is not of %q", i, line, text)
			}
			all = all[at+1:]
		}
	})
}
