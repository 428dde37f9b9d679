package redact

import (
	"slices"
	"strings"
	"testing"
)

// The numbers are invented; their check digits are right.
func TestHide(t *testing.T) {
	for name, c := range map[string]struct{ said, want string }{
		"nothing":                 {"O CT-e não autoriza desde ontem, erro 539", "O CT-e não autoriza desde ontem, erro 539"},
		"e-mail":                  {"escreva para ana.souza+nf@aurora.example, por favor", "escreva para [EMAIL_1], por favor"},
		"e-mail in brackets":      {"Ana <ana@aurora.example>", "Ana <[EMAIL_1]>"},
		"the same twice":          {"ana@a.example e ana@a.example", "[EMAIL_1] e [EMAIL_1]"},
		"cpf formed":              {"CPF 529.982.247-25.", "CPF [CPF_1]."},
		"cpf bare":                {"cpf 52998224725", "cpf [CPF_1]"},
		"cpf with spaces":         {"529 982 247 25", "[CPF_1]"},
		"cpf mistyped but formed": {"529.982.247-26", "[CPF_1]"},
		"cnpj formed":             {"CNPJ 11.222.333/0001-81", "CNPJ [CNPJ_1]"},
		"cnpj bare":               {"11222333000181 é o cnpj", "[CNPJ_1] é o cnpj"},
		"cnpj alphanumeric":       {"o novo: 12.ABC.345/01DE-35", "o novo: [CNPJ_1]"},
		"cnpj alphanumeric bare":  {"12ABC34501DE35", "[CNPJ_1]"},
		"cnpj alphanumeric small": {"12abc34501de35", "[CNPJ_1]"},
		"card":                    {"paguei com 4111 1111 1111 1111", "paguei com [CARD_1]"},
		"card bare":               {"5500005555555559", "[CARD_1]"},
		"amex":                    {"3782-822463-10005", "[CARD_1]"},
		"no card: luhn":           {"pedido 4111 1111 1111 1112", "pedido 4111 1111 1111 1112"},
		"mobile":                  {"me liga no (11) 98888-7777", "me liga no [PHONE_1]"},
		"mobile bare":             {"11988887777", "[PHONE_1]"},
		"mobile abroad":           {"call +44 20 7946 0958 today", "call [PHONE_1] today"},
		"mobile with code":        {"+55 11 98888-7777", "[PHONE_1]"},
		"local":                   {"ramal 3333-4444", "ramal [PHONE_1]"},
		"us":                      {"(555) 123-4567", "[PHONE_1]"},
		"free call":               {"0800 123 4567", "[PHONE_1]"},
		"our number":              {"é o chamado 2026-000001", "é o chamado 2026-000001"},
		"date and time":           {"desde 2026-11-28 07:07", "desde 2026-11-28 07:07"},
		"address of a machine":    {"o 192.168.100.101 não responde", "o 192.168.100.101 não responde"},
		"money":                   {"R$ 1.234.567,89", "R$ 1.234.567,89"},
		"version":                 {"versão 12.1.2310", "versão 12.1.2310"},
		"access key": {"NF-e 35260811222333000181550010000012341000012345 rejeitada",
			"NF-e [DOCUMENT_KEY_1] rejeitada"},
		"password pt":         {"minha senha é S3nh@-forte!", "minha senha é [SECRET_1]"},
		"password of":         {"a senha do portal: abc12345", "a senha do portal: [SECRET_1]"},
		"password en":         {"password=hunter22 does not work", "password=[SECRET_1] does not work"},
		"password es":         {"la contraseña es Gato.2026", "la contraseña es [SECRET_1]"},
		"no password":         {"a senha é inválida", "a senha é inválida"},
		"password as a topic": {"esqueci a senha do portal", "esqueci a senha do portal"},
		"api key":             {"uso sk-proj-abcdefghijklmnop123456", "uso [SECRET_1]"},
		"aws":                 {"AKIAIOSFODNN7EXAMPLE", "[SECRET_1]"},
		"jwt":                 {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def-1", "[SECRET_1]"},
		"bearer":              {"Authorization: Bearer abcdef.123456", "Authorization: Bearer [SECRET_1]"},
		"private key":         {"-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nfim", "[SECRET_1]\nfim"},
		"private key cut":     {"-----BEGIN PRIVATE KEY-----\nMIIB", "[SECRET_1]"},
		"digest":              {"hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "hash [SECRET_1]"},
		"somebody's own":      {"escrevi [CPF_1] e 529.982.247-25", "escrevi [TEXT_1] e [CPF_1]"},
		"two kinds":           {"529.982.247-25, (11) 98888-7777", "[CPF_1], [PHONE_1]"},
	} {
		t.Run(name, func(t *testing.T) {
			var m Mask
			got := m.Hide(c.said)
			if got != c.want {
				t.Errorf("Hide(%q) = %q, want %q", c.said, got, c.want)
			}
			if back, ok := m.Restore(got); !ok || back != c.said {
				t.Errorf("Restore = %q, %v; want %q", back, ok, c.said)
			}
		})
	}
}

func TestRestoreTellsWhatWasMadeUp(t *testing.T) {
	var m Mask
	m.Hide("ana@aurora.example")
	if got, ok := m.Restore("fale com [EMAIL_1]"); !ok || got != "fale com ana@aurora.example" {
		t.Errorf("got %q, %v", got, ok)
	}
	if got, ok := m.Restore("fale com [EMAIL_2]"); ok || got != "fale com [EMAIL_2]" {
		t.Errorf("a placeholder that nobody gave passed: %q, %v", got, ok)
	}
}

func TestOneMaskForSeveralTexts(t *testing.T) {
	var m Mask
	a, b := m.Hide("cpf 529.982.247-25"), m.Hide("ana@a.example, cpf 529.982.247-25")
	if a != "cpf [CPF_1]" || b != "[EMAIL_1], cpf [CPF_1]" {
		t.Errorf("got %q and %q", a, b)
	}
	if want := []string{"529.982.247-25", "ana@a.example"}; !slices.Equal(m.Values(), want) {
		t.Errorf("values %q, want %q", m.Values(), want)
	}
}

// What was hidden stays hidden, and comes back whole, whatever is written.
func FuzzHide(f *testing.F) {
	for _, seed := range []string{
		"529.982.247-25", "[CPF_1][CPF_1] 11222333000181", "senha: a senha: x", "a@b.c", "4111 1111 1111 1111 4111111111111111",
		"+55 11 98888-7777 11988887777", "\xff\xfe 12ABC34501DE35", "senha é [SECRET_1]", "eyJ------.------.",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var m Mask
		hidden := m.Hide(text)
		if back, ok := m.Restore(hidden); !ok || back != text {
			t.Fatalf("%q became %q and came back as %q", text, hidden, back)
		}
		for _, left := range find(hidden) {
			if left.kind != Literal && left.kind != Secret { // a secret is known by the words around it too
				t.Errorf("%q still has %s in it: %q", text, left.kind, hidden[left.start:left.end])
			}
		}
		if n := len(m.Values()); n > strings.Count(hidden, "[") {
			t.Errorf("%d values, but %q", n, hidden)
		}
	})
}

func TestBlank(t *testing.T) {
	if got, want := Blank("Oi Carlos, o CPF 529.982.247-25 entrou; ligue (11) 98888-7777."), "Oi Carlos, o CPF … entrou; ligue …."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
