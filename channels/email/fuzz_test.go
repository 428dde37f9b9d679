package email

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Whatever arrives becomes one whole item, and no part of it goes missing.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("Content-Type: multipart/mixed\r\n\r\nsem fronteira"))
	f.Add([]byte{0, 0xff, '\r', '\r'})
	d := testDesk(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := d.read(context.Background(), raw, envelope{})
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Check(); err != nil {
			t.Error(err)
		}
		for _, s := range []string{in.Subject, in.Text, in.FullText, in.FromName, in.From.ID, in.Key.ID, in.Thread.ID} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("not fit for a database: %q", s)
			}
		}
		l := open(raw)
		if l.parts != l.shown+len(l.files)+len(l.reports)+len(l.damaged) {
			t.Errorf("%d parts in; %d shown, %d files, %d reports, %d damaged out", l.parts, l.shown, len(l.files), len(l.reports), len(l.damaged))
		}
		if again, _ := d.read(context.Background(), raw, envelope{}); again.Key != in.Key {
			t.Errorf("one mail, two keys: %s and %s", in.Key, again.Key)
		}
	})
}

// What is taken as a person's words are lines of the mail, in their order.
func FuzzReply(f *testing.F) {
	f.Add("Oi\n\nEm 1/2/2026, x <a@b> escreveu:\n> velho\nnovo\n> velho\n-- \nAna")
	f.Add("De: a\nPara: b\nAssunto: c\n\nd")
	f.Add("> > >\n--\n__________________\n")
	f.Fuzz(func(t *testing.T, text string) {
		r := readReply(text)
		all := strings.Split(tidy(text), "\n")
		if strings.TrimSpace(tidy(text)) != "" && strings.TrimSpace(r.own) == "" {
			t.Errorf("nothing is left of %q", text)
		}
		for i, line := range strings.Split(r.own, "\n") {
			line = strings.TrimRight(line, " \t")
			at := slices.IndexFunc(all, func(l string) bool { return strings.TrimRight(l, " \t") == line })
			if at < 0 {
				if r.own == "" && i == 0 {
					break
				}
				t.Fatalf("line %d, %q, is not of %q", i, line, text)
			}
			all = all[at+1:]
		}
	})
}

// An address that is taken can neither end a command nor a field, and reads the same again.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ana@a.example", `"a b"@c.example`, "suporte+2026-000001.abc@desk.example", "x@[127.0.0.1]", "a@b\r\nc"} {
		f.Add(s)
	}
	d := testDesk(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range parties(s) {
			checkAddress(t, p.address)
		}
		a, ok := parseAddress(s)
		if !ok {
			return
		}
		checkAddress(t, a)
		if detail, ours := d.address.detail(a, d.Detail); ours && detail != "" {
			if got := d.address.withDetail(d.Detail, detail); got != a {
				t.Errorf("%s has detail %q, which makes %s", a, detail, got)
			}
		}
	})
}

func checkAddress(t *testing.T, a address) {
	t.Helper()
	if strings.ContainsAny(a.String(), "\r\n\x00") || strings.ContainsAny(a.domain, "<> ") {
		t.Errorf("dangerous: %q", a)
	}
	if again, ok := parseAddress(a.String()); !ok || again != a {
		t.Errorf("%q reads as %q, %v", a, again, ok)
	}
}

// A result is never found inside a comment or a quoted string.
func FuzzAuthResults(f *testing.F) {
	f.Add("mx.desk.example; dmarc=pass (x) header.from=a.example; spf=fail smtp.mailfrom=\"a;b\"")
	f.Add("(mx) mx 1; dkim = pass header.d = a")
	f.Fuzz(func(t *testing.T, s string) {
		if strings.ContainsAny(s, `()"\`) {
			s = "mx; spf=fail (" + strings.NewReplacer("(", "", ")", "", `\`, "").Replace(s) + ") smtp.mailfrom=x"
		}
		_, results, ok := parseAuthResults(s)
		if strings.HasPrefix(s, "mx; spf=fail (") && (!ok || len(results) != 1 || results[0].value != "fail") {
			t.Errorf("%q gives %v, %v", s, results, ok)
		}
	})
}
