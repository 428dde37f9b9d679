package letter

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are the mails that the channel has golden files of.
func seeds(tb testing.TB) (all [][]byte) {
	tb.Helper()
	files, err := filepath.Glob("../testdata/*.eml")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no mails: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, raw)
	}
	return all
}

// Whatever comes: no panic, every part counted out once, text that is UTF-8, names
// that are safe, and bounds that hold.
func FuzzOpen(f *testing.F) {
	for _, raw := range seeds(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		l := Open(raw)
		if l.Failed != nil && !errors.Is(l.Failed, errNoHead) {
			t.Fatal(l.Failed)
		}
		checkCount(t, l)
		for _, s := range l.Segments {
			if !utf8.ValidString(s.Plain) || !utf8.ValidString(s.HTML) || strings.ContainsAny(s.Plain, "\x00\r") {
				t.Errorf("not fit to be kept: %q", s)
			}
		}
		for _, file := range append(l.Files, l.Damaged...) {
			if file.Name == "" || strings.ContainsAny(file.Name, "/\\\x00\r\n") {
				t.Errorf("unsafe name %q", file.Name)
			}
			if file.Size() != int64(len(file.Content())) {
				t.Errorf("%s has %d bytes bit by bit and %d at once", file.Name, file.Size(), len(file.Content()))
			}
		}
	})
}

func checkCount(t *testing.T, l Letter) {
	t.Helper()
	if out := l.Shown + len(l.Files) + len(l.Reports) + len(l.Damaged); l.Parts != out {
		t.Errorf("%d parts in; %d shown, %d files, %d reports, %d damaged out", l.Parts, l.Shown, len(l.Files), len(l.Reports), len(l.Damaged))
	}
}

// What is decoded from a head is one line of UTF-8, and what is plain stays as it is.
func FuzzWords(f *testing.F) {
	for _, s := range []string{
		"oi", "=?UTF-8?Q?Ol=C3=A1?=", "=?utf-8?B?w6E=?= =?utf-8?B?w6k=?=", "=?utf-8?q?a b", "=?x?z?y?=", "=?=?=?", "=?iso-8859-1*pt?Q?n=E3o?=",
		"=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=", "\xe3\xff=?", "=?utf-7?Q?+AOE-?=",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := decodeWords(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\x00") {
			t.Errorf("%q became %q", s, got)
		}
		if !strings.Contains(s, "=?") && sevenBit([]byte(s)) && got != OneLine(s) {
			t.Errorf("%q became %q", s, got)
		}
	})
}
