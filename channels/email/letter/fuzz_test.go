package letter

import (
	"strings"
	"testing"
)

// An address that is taken can neither end a command nor a field, and reads the same again.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"ana@a.example", `"a b"@c.example`, "suporte+2026-000001.abc@desk.example", "x@[127.0.0.1]", "a@b\r\nc"} {
		f.Add(s)
	}
	ours := Home{Address{"suporte", "desk.example"}, "+"}
	f.Fuzz(func(t *testing.T, s string) {
		for _, p := range Parties(s) {
			checkAddress(t, p.Address)
		}
		a, ok := ParseAddress(s)
		if !ok {
			return
		}
		checkAddress(t, a)
		if detail, isOurs := ours.Detail(a); isOurs && detail != "" {
			if got := ours.With(detail); got != a {
				t.Errorf("%s has detail %q, which makes %s", a, detail, got)
			}
		}
	})
}

func checkAddress(t *testing.T, a Address) {
	t.Helper()
	if strings.ContainsAny(a.String(), "\r\n\x00") || strings.ContainsAny(a.Domain, "<> ") {
		t.Errorf("dangerous: %q", a)
	}
	if again, ok := ParseAddress(a.String()); !ok || again != a {
		t.Errorf("%q reads as %q, %v", a, again, ok)
	}
}
