package literal

import (
	"regexp"
	"strings"
	"testing"
)

func TestApart(t *testing.T) {
	for text, want := range map[string]string{
		"nada":                 "nada",
		"*forte*":              "|*|forte|*|",
		"nota_fiscal_2026.xml": "nota_fiscal_2026.xml",
		"2 * 3":                "2 * 3",
		"_":                    "|_|",
		"é_ç":                  "é_ç",
		"fim*":                 "fim|*|",
		"*\xff":                "|*|\ufffd",
	} {
		if got := strings.ReplaceAll(Apart(text, "*_"), Joiner, "|"); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestBesideLinks(t *testing.T) {
	link := regexp.MustCompile(`https://\S+`)
	if got, want := strings.ReplaceAll(BesideLinks("*veja* https://a.example/_x_ _já_", "*_", link), Joiner, "|"), "|*|veja|*| https://a.example/_x_ |_|já|_|"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWithin(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{nil, "ana escreveu: ana clara"},
		{[]string{"ana", "ana clara"}, "ANA escreveu: ANA CLARA"}, // the longer one first, and the shorter where it still stands
		{[]string{"an"}, "ana escreveu: ana clara"},               // too short for a pair of signs
		{[]string{"  escreveu "}, "ana ESCREVEU: ana clara"},
	} {
		if got := Within("ana escreveu: ana clara", tt.words, strings.ToUpper); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.words, got, tt.want)
		}
	}
}

func FuzzApart(f *testing.F) {
	f.Add("*a_b* `x`\xffé")
	f.Fuzz(func(t *testing.T, text string) {
		got := Apart(text, "*_~`")
		if back := strings.ReplaceAll(got, Joiner, ""); back != strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), Joiner, "") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
