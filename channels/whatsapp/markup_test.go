package whatsapp

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recado/channels/literal"
)

func TestMarked(t *testing.T) {
	j := literal.Joiner
	for name, c := range map[string]struct {
		text     string
		verbatim []string
		want     string
	}{
		"ours stays":               {"*Bia* respondeu o chamado *2026-000001*:", nil, "*Bia* respondeu o chamado *2026-000001*:"},
		"theirs is taken apart":    {"Assunto: *urgente*", []string{"*urgente*"}, "Assunto: " + j + "*" + j + "urgente" + j + "*" + j},
		"a file name":              {"📎 nota_fiscal_2026_v1.xml", []string{"nota_fiscal_2026_v1.xml"}, "📎 nota_fiscal_2026_v1.xml"},
		"a dunder":                 {"erro em __init__.py", []string{"erro em __init__.py"}, "erro em " + j + "_" + j + j + "_" + j + "init" + j + "_" + j + j + "_" + j + ".py"},
		"a sum":                    {"2 * 3 * 4", []string{"2 * 3 * 4"}, "2 * 3 * 4"},
		"a link":                   {"https://x.example/_a_/b~c~ e _d_", []string{"https://x.example/_a_/b~c~ e _d_"}, "https://x.example/_a_/b~c~ e " + j + "_" + j + "d" + j + "_" + j},
		"a quote and a list":       {"Ana:\n> oi\n- um\n1. dois", []string{"> oi\n- um\n1. dois"}, "Ana:\n" + j + ">" + j + " oi\n" + j + "-" + j + " um\n" + j + "1." + j + " dois"},
		"the number between ours":  {"*1.* 2026-000001 · Tela *preta*", []string{"Tela *preta*"}, "*1.* 2026-000001 · Tela " + j + "*" + j + "preta" + j + "*" + j},
		"a struck price":           {"~R$ 10~", []string{"~R$ 10~"}, j + "~" + j + "R$ 10" + j + "~" + j},
		"short words are harmless": {"*a*: *", []string{"*"}, "*a*: *"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := marked(c.text, c.verbatim); got != c.want {
				t.Errorf("\n got %q\nwant %q", got, c.want)
			}
		})
	}
}

// formats is what WhatsApp reads as a format, as its help page and its clients show it: a
// sign that no letter, digit or joiner precedes, words without a space at either end, the
// sign, and then no letter or digit.
var formats = regexp.MustCompile(`(?:^|[^\pL\pN\x{2060}])(\*[^\s\x{2060}*](?:[^\n*]*[^\s\x{2060}*])?\*|_[^\s\x{2060}_](?:[^\n_]*[^\s\x{2060}_])?_|` +
	`~[^\s\x{2060}~](?:[^\n~]*[^\s\x{2060}~])?~|` + "`[^`\n\u2060]+`" + `)(?:$|[^\pL\pN\x{2060}])`)

var scribbles = rapid.StringMatching(`([a-zé]{1,4}|[*_~` + "`" + `]{1,3}|[ .,>-]|\n|1\. |https://a\.b/_c_ ){3,20}`)

// What people wrote is not formatted, and not a letter of it is lost.
func TestMarkedKeepsWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		theirs := strings.TrimSpace(scribbles.Draw(t, "words"))
		text := "*Bia* respondeu:\n\n" + theirs
		got := marked(text, []string{theirs})
		if plain := strings.ReplaceAll(got, literal.Joiner, ""); plain != text {
			t.Fatalf("changed:\n got %q\nwant %q", plain, text)
		}
		const ours = "*Bia* respondeu:"
		if len([]rune(theirs)) < literal.Shortest || strings.Contains(ours, theirs) {
			return
		}
		rest := strings.SplitN(got, "\n\n", 2)[1]
		if m := formats.FindString(link.ReplaceAllString(rest, "x")); m != "" {
			t.Fatalf("%q formats %q", rest, m)
		}
		if m := lineSigns.FindString(rest); m != "" {
			t.Fatalf("%q makes a list or a quote of %q", rest, m)
		}
	})
}
