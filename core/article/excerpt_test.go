package article_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"recado/core/article"
)

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		title, body string
		limit       int
		want        string
	}{
		"short text stays":         {"", "Abra o menu.", 50, "Abra o menu."},
		"markdown goes":            {"", "## Passos\n\n* Abra **Financeiro**\n- Veja [o guia](https://x.example/a_b)\n> `F5` atualiza", 99, "Passos Abra Financeiro Veja o guia F5 atualiza"},
		"picture and rules go":     {"", "![tela](a.png)\n---\n```\nCFOP 5102\n```", 99, "CFOP 5102"},
		"numbers of steps stay":    {"", "1. Abra\n2. Salve", 99, "1. Abra 2. Salve"},
		"title is not repeated":    {"Emitir boleto", "# Emitir boleto!\nAbra o menu.", 99, "Abra o menu."},
		"snake_case stays":         {"", "use a chave nfe_serie_padrao", 99, "use a chave nfe_serie_padrao"},
		"cut at a sentence":        {"", "Abra o menu Financeiro. Depois escolha Boletos e confirme.", 40, "Abra o menu Financeiro. …"},
		"cut between words":        {"", "Abra o menu Financeiro, depois escolha Boletos", 30, "Abra o menu Financeiro…"},
		"a version ends nothing":   {"", "Atualize para a versão 12.10 antes de seguir com isso", 40, "Atualize para a versão 12.10 antes de…"},
		"one long word":            {"", "aaaaaaaaaaaaaaaaaaaa", 10, "aaaaaaaaa…"},
		"characters, not bytes":    {"", "ããããã ãããã", 11, "ããããã ãããã"},
		"empty body":               {"Título", "", 10, ""},
		"no room":                  {"", "Abra", 0, ""},
		"broken bytes are dropped": {"", "Abra\xff o menu", 50, "Abra o menu"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := article.Article{Title: tc.title, Body: tc.body}
			if got := a.Excerpt(tc.limit); got != tc.want {
				t.Errorf("Excerpt(%d) = %q, want %q", tc.limit, got, tc.want)
			}
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("Emitir boleto", "# Emitir boleto\n* [a](b) ![c](d) **e** `f`\n---\n", 20)
	f.Add("", "ção. ção? \xff", 3)
	f.Fuzz(func(t *testing.T, title, body string, limit int) {
		got := article.Article{Title: title, Body: body}.Excerpt(limit)
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}
		if n := utf8.RuneCountInString(got); n > max(limit, 0) {
			t.Errorf("%d characters, limit %d: %q", n, limit, got)
		}
		if strings.ContainsAny(got, "\n\r\t") {
			t.Errorf("more than one line: %q", got)
		}
	})
}
