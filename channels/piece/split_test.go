package piece

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		n    int
		want []string
	}{
		"short":               {" oi \n", 10, []string{"oi"}},
		"nothing":             {" \n", 10, nil},
		"paragraphs":          {"um dois\n\ntrês quatro", 14, []string{"um dois", "três quatro"}},
		"lines":               {"um dois\ntrês quatro", 14, []string{"um dois", "três quatro"}},
		"sentences":           {"Um dois. Três quatro", 14, []string{"Um dois.", "Três quatro"}},
		"words":               {"um dois três quatro", 12, []string{"um dois", "três quatro"}},
		"a link is not cut":   {"veja https://exemplo.com.br/um/caminho/longo agora", 14, []string{"veja", "https://exemplo.com.br/um/caminho/longo", "agora"}},
		"a long word":         {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"an emoji of several": {"aaa👩‍👩‍👧‍👦bbb", 5, []string{"aaa", "👩‍👩‍👧‍👦", "bbb"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Split(c.text, c.n); !slices.Equal(got, c.want) {
				t.Errorf("got %q\nwant %q", got, c.want)
			}
		})
	}
}

// Nothing is lost but white space, and no link, no word that fits, and no character that
// people see as one is cut.
func TestSplitLosesNothing(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", "palavra", "ação", " ", "  ", "\n", "\n\n", ". ", "1. ", "👩‍👩‍👧‍👦", "🇧🇷", "é", "https://a.example/b_c?d=e#f ", strings.Repeat("x", 30)})
	squeeze := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) {
				return -1
			}
			return r
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(pieces, 0, 60).Draw(t, "pieces"), "")
		n := rapid.IntRange(12, 80).Draw(t, "n")
		got := Split(text, n)
		if joined := squeeze(strings.Join(got, "")); joined != squeeze(text) {
			t.Fatalf("lost something:\n got %q\nwant %q", joined, squeeze(text))
		}
		for _, p := range got {
			if p == "" {
				t.Fatalf("an empty piece in %q", got)
			}
			if utf8.RuneCountInString(p) > n && link.FindString(p) == "" {
				t.Fatalf("a piece of %d characters: %q", utf8.RuneCountInString(p), p)
			}
		}
		clusters := 0
		for _, p := range got {
			clusters += uniseg.GraphemeClusterCount(squeeze(p))
		}
		if want := uniseg.GraphemeClusterCount(squeeze(text)); clusters > want+len(got) { // white space kept some apart
			t.Fatalf("%d characters became %d", want, clusters)
		}
		for _, l := range link.FindAllString(text, -1) {
			if !slices.ContainsFunc(got, func(p string) bool { return strings.Contains(p, l) }) {
				t.Fatalf("the link %q was cut: %q", l, got)
			}
		}
	})
}
