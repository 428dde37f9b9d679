package search_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"recado/assist/search"
)

func TestWords(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                          {"", nil},
		"only marks":                       {" ?! … -- '", nil},
		"case and accents":                 {"Emissão da NÃO-conformidade", []string{"emissao", "da", "nao", "conformidade"}},
		"Spanish":                          {"¿Señal débil, pingüino?", []string{"senal", "debil", "pinguino"}},
		"accent as a character of its own": {"emissa\u0303o", []string{"emissao"}},
		"document names":                   {"CT-e, NF-e e e-mail", []string{"cte", "nfe", "e", "email"}},
		"hyphen between words":             {"porta-malas", []string{"porta", "malas"}},
		"hyphen at an end":                 {"-a b- - c", []string{"a", "b", "c"}},
		"apostrophes":                      {"don't d’água 'citado'", []string{"dont", "dagua", "citado"}},
		"numbers":                          {"erro 539: R$ 1.234,56", []string{"erro", "539", "r", "1", "234", "56"}},
		"emoji and markup":                 {"*URGENTE*🚨parou_tudo", []string{"urgente", "parou", "tudo"}},
		"ligature and full width":          {"ﬁscal ＡＢＣ", []string{"fiscal", "abc"}},
		"broken bytes":                     {"a\xffb", []string{"a", "b"}},
		"other scripts":                    {"Привет 東京", []string{"привет", "東京"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := search.Words(tc.text); !slices.Equal(got, tc.want) {
				t.Errorf("Words(%q) = %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{"O CT-e não autoriza", "d'água e-mail ﬁ", "a\u0303\u0301 \xff", "ʼn İ ẞ K", "٣ ②", "x-y-z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := search.Words(text)
		for _, w := range words {
			if w == "" || !utf8.ValidString(w) {
				t.Fatalf("%q is no word", w)
			}
			if i := strings.IndexFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }); i >= 0 {
				t.Fatalf("%q has a mark in it", w)
			}
		}
		if again := search.Words(strings.Join(words, " ")); !slices.Equal(again, words) {
			t.Fatalf("folding again changes %q to %q", words, again)
		}
	})
}
