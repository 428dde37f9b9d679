package search

import (
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestPieces(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"nothing":                   {" \n ", nil},
		"short stays whole":         {"um dois. três", []string{"um dois. três"}},
		"between sentences":         {"um dois três. quatro cinco seis.", []string{"um dois três.", "quatro cinco seis."}},
		"between lines":             {"um dois três\nquatro cinco", []string{"um dois três", "quatro cinco"}},
		"small ones stay together":  {"um. dois. três. quatro. cinco. seis.", []string{"um. dois. três. quatro.", "cinco. seis."}},
		"a sentence that is longer": {"um dois três quatro cinco seis", []string{"um dois três quatro", "cinco seis"}},
		"a version ends nothing":    {"versão 12.10 do sistema parou", []string{"versão 12.10 do sistema", "parou"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := pieces(tc.text, 4); !slices.Equal(got, tc.want) {
				t.Errorf("pieces(%q) = %q, want %q", tc.text, got, tc.want)
			}
		})
	}
}

func FuzzPieces(f *testing.F) {
	f.Add("um dois três. quatro\ncinco; seis\xff sete oito", 3)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = limit&15 + 1
		parts := pieces(text, limit)
		for _, p := range parts {
			if n := len(strings.FieldsFunc(p, unicode.IsSpace)); n == 0 || n > limit {
				t.Errorf("%q has %d words, limit %d", p, n, limit)
			}
		}
		if n := len(sentences(text, limit, 3)); n > 3 || (n == 0) != (len(parts) == 0) {
			t.Errorf("%d sentences, at most 3 of %q", n, parts)
		}
		if got, want := strings.Fields(strings.Join(parts, " ")), strings.Fields(text); !slices.Equal(got, want) {
			t.Errorf("words changed: %q to %q", want, got)
		}
	})
}
