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
		if strings.TrimSpace(r.Own) == "" && strings.TrimSpace(visible(letter.Tidy(text))) != "" && !r.Quotes {
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

// Whatever a mail holds, reading its forms ends, keeps what is said of it short, and
// names no sender without a forward.
func FuzzParts(f *testing.F) {
	for _, b := range blocks(f, "forwards.txt") {
		_, subject, _ := strings.Cut(b.name, "|")
		f.Add(subject, b.text+quotedWords, "<div>Oi</div><div class=gmail_quote>"+b.text+"</div>")
	}
	f.Add("ENC: x", "", "<blockquote type=cite>De: a@b<br>Para: c@d<br>Assunto: e</blockquote><div id=Signature>x</div>")
	f.Fuzz(func(t *testing.T, subject, plain, src string) {
		m := Parts(plain, src)
		fw, ok := Forwarded(subject, m.Full)
		if ok != (fw.Address+fw.Name != "") || len(fw.Name) > longestName || len(fw.Subject) > longestSubject || strings.ContainsAny(fw.Address+fw.Name+fw.Subject, "\n\r") {
			t.Errorf("%v %+v", ok, fw)
		}
	})
}
