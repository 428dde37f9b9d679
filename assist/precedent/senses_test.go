package precedent

import (
	"slices"
	"strings"
	"testing"

	"recado/assist/search"
)

// A wording that is not folded, or is shorthand, is never found.
func TestSensesAreWrittenAsTheyAreFound(t *testing.T) {
	t.Parallel()
	lines := map[string][]string{} // one for each language
	name := ""
	for line := range strings.Lines(sensesText) {
		line = strings.TrimRight(line, "\n")
		wordings, indented := strings.CutPrefix(line, "\t")
		if strings.HasPrefix(line, "#") || line == "" {
			continue
		}
		if !indented {
			if name = line; lines[name] != nil {
				t.Errorf("%s is there twice", name)
			}
			continue
		}
		lines[name] = append(lines[name], wordings)
		var seen []string
		for wording := range strings.SplitSeq(wordings, ", ") {
			words := search.Words(wording)
			if got := strings.Join(words, " "); got != strings.TrimSuffix(wording, "*") {
				t.Errorf("%s: %q is %q when it is folded", name, wording, got)
			}
			before := slices.Clone(words)
			if writeOut(words); !slices.Equal(words, before) {
				t.Errorf("%s: %q is shorthand for %q", name, wording, words)
			}
			if slices.Contains(seen, wording) {
				t.Errorf("%s: %q is there twice", name, wording)
			}
			seen = append(seen, wording)
		}
	}
	for name, all := range lines {
		if len(all) != 3 {
			t.Errorf("%s is said in %d languages, want Portuguese, English and Spanish", name, len(all))
		}
	}
}

func TestSenses(t *testing.T) {
	t.Parallel()
	s := readSenses("# said so\nprice\n\tpreco*, quanto custa\nmoney\n\tpreco, custa\n")
	of := func(text string) (names []string) {
		words := strings.Fields(text)
		for i := range words {
			s.each(words[i:], func(is uint64) {
				for _, name := range []string{"price", "money"} {
					if is == hashOf(sense, "", name) {
						names = append(names, name)
					}
				}
			})
		}
		return names
	}
	for text, want := range map[string][]string{
		"preco":            {"money", "price"},
		"precos":           {"price"},
		"prec":             nil,
		"o quanto custa":   {"price", "money"},
		"quanto":           nil,
		"custa quanto":     {"money"},
		"quanto nao custa": {"money"},
	} {
		if got := of(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
