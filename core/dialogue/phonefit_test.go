package dialogue

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"recado/core/message"
)

func labelled9(labels ...string) []message.Choice {
	var out []message.Choice
	for _, l := range labels {
		out = append(out, message.Choice{Value: l, Label: l})
	}
	return out
}

func labelsOf(choices []message.Choice) (out []string) {
	for _, c := range choices {
		out = append(out, c.Label)
	}
	return out
}

func TestOnPhone(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ in, want []string }{
		"short ones stay": {[]string{"Fiscal", "Frota"}, []string{"Fiscal", "Frota"}},
		"cut at a word": {
			[]string{"Emissão de conhecimento de transporte eletrônico", "Frota"},
			[]string{"Emissão de conhecimento de…", "Frota"},
		},
		"the same beginning: the ends are kept": {
			[]string{"Emissão de documentos fiscais eletrônicos em homologação", "Emissão de documentos fiscais eletrônicos em produção"},
			[]string{"Emissão de documentos… em homologação", "Emissão de documentos… em produção"},
		},
		"the same at both ends: whole": {
			[]string{"Emissão de documentos fiscais da matriz para todos os clientes", "Emissão de documentos fiscais da filial para todos os clientes"},
			[]string{"Emissão de documentos fiscais da matriz para todos os clientes", "Emissão de documentos fiscais da filial para todos os clientes"},
		},
		"lines of their own": {[]string{"*2026-000001* CT-e\n    " + strings.Repeat("x", 50)}, []string{"*2026-000001* CT-e\n    " + strings.Repeat("x", 50)}},
	} {
		if got := labelsOf(onPhone(labelled9(tc.in...))); !slices.Equal(got, tc.want) {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
	if got := pathOnPhone("Fiscal › Emissão de conhecimento de transporte eletrônico · Erro"); got != "Fiscal › Emissão de conhecimento de… · Erro" {
		t.Errorf("a path: %q", got)
	}
}

// Two labels that differ still do, and what was cut fits a line.
func TestOnPhoneKeepsThemApart(t *testing.T) {
	t.Parallel()
	word := rapid.SampledFrom([]string{"Emissão", "de", "documentos", "fiscais", "eletrônicos", "CT-e", "em", "produção", "homologação", strings.Repeat("x", 45)})
	label := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(word, 1, 9).Draw(t, "words"), " ") })
	rapid.Check(t, func(t *rapid.T) {
		labels := rapid.SliceOfNDistinct(label, 1, 9, rapid.ID[string]).Draw(t, "labels")
		got := labelsOf(onPhone(labelled9(labels...)))
		seen := map[string]bool{}
		for i, l := range got {
			if seen[l] {
				t.Fatalf("%q twice, of %q", l, labels)
			}
			seen[l] = true
			if n := utf8.RuneCountInString(l); l != labels[i] && n > choiceLine {
				t.Fatalf("%q has %d characters", l, n)
			}
		}
	})
}
