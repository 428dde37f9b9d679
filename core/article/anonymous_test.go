package article_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"recado/core/article"
)

func TestAnonymous(t *testing.T) {
	t.Parallel()
	known := func(w string) bool { return w == "certificado" || w == "sefaz" }
	for text, want := range map[string]string{
		"Olá Ana, tudo bem?\nReenvie o lote.\nAbraços, Bia":                  "tudo bem?\nReenvie o lote.",
		"Oi, Carlos, reenvie.\nBom dia! Troque o certificado.":               "…, reenvie.\nTroque o certificado.",
		"Escreva para joana.silva@aurora.example ou 11 98888-7777":           "Escreva para … ou 11 …",
		"O lote 48.771 voltou com o erro 301":                                "O lote … voltou com o erro 301",
		"A placa ABC1D23 e a chave 35A2C91 saem":                             "A placa … e a chave … saem",
		"Veja https://desk.example/t/1?x=2":                                  "Veja …",
		"O motorista Carlos Pereira reabriu":                                 "O motorista … reabriu",
		"fale com a ana da aurora":                                           "fale com a … da …",
		"Abra Fiscal > Certificado e clique em *Trocar*":                     "Abra … > Certificado e clique em *Trocar*",
		"No menu Configurações, tela Série, marque o campo Ativo":            "No menu Configurações, tela Série, marque o campo Ativo",
		"O Certificado da SEFAZ venceu. Depois de trocar, envie.":            "O Certificado da SEFAZ venceu. Depois de trocar, envie.",
		"CPF 123.456.789-09, R$ 1.234,56, em 2026":                           "CPF …, R$ …, em 2026",
		"Hi John,\nrestart the service that Mary stopped.\nBest regards,\nX": "restart the service that … stopped.\nX",
		"": "",
	} {
		if got := article.Anonymous(text, []string{"Ana Souza", "Viação Aurora"}, known); got != want {
			t.Errorf("%q is\n%q, want\n%q", text, got, want)
		}
	}
}

func FuzzAnonymous(f *testing.F) {
	f.Add("Olá Ana, o lote 48.771 de ana@x.example", "Ana Souza")
	f.Fuzz(func(t *testing.T, text, name string) {
		got := article.Anonymous(text, []string{name}, nil)
		if !utf8.ValidString(got) || strings.Contains(got, "@x.") {
			t.Errorf("%q", got)
		}
		run := 0
		for _, r := range got {
			if run++; r < '0' || r > '9' {
				run = 0
			}
			if run > 4 {
				t.Fatalf("a number stayed: %q", got)
			}
		}
	})
}
