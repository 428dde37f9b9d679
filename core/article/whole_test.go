package article_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"recado/core/article"
)

func TestWhole(t *testing.T) {
	t.Parallel()
	a := article.Article{Title: "Certificado vencido", Body: "# Certificado vencido\n\nSem ele, **nada** é transmitido.\n\n" +
		"1. Abra *Fiscal > Certificado*.\n2. Clique em `Trocar`.\n- ou [peça ajuda](https://x.example)\n"}
	want := "Sem ele, *nada* é transmitido.\n\n1. Abra *Fiscal > Certificado*.\n2. Clique em *Trocar*.\n• ou peça ajuda"
	if got := a.Whole(1000); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := a.Whole(90); !strings.HasSuffix(got, "\n…") || utf8.RuneCountInString(got) > 90 || !strings.HasPrefix(want, strings.TrimSuffix(got, "\n…")) {
		t.Errorf("cut: %q", got)
	}
	long := article.Article{Title: "x", Body: strings.Repeat("palavra ", 100)}
	if got := long.Whole(50); utf8.RuneCountInString(got) > 50 || !strings.HasSuffix(got, "…") {
		t.Errorf("one long line: %q", got)
	}
}
