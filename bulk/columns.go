package bulk

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Kind is what a file, or a section of one, holds.
type Kind string

// Kinds, in the order in which they are imported: each may name those before it.
const (
	Catalog       Kind = "catalog"
	Organisations Kind = "organisations"
	People        Kind = "people"
	Articles      Kind = "articles"
)

// Kinds in that order.
var Kinds = []Kind{Catalog, Organisations, People, Articles}

// columnNames is one column: its name in YAML and English headings, its Portuguese
// heading, and other headings that are understood.
type columnNames struct {
	name, pt string
	others   []string
}

var columns = map[Kind][]columnNames{
	Catalog: {
		{"id", "id", nil},
		{"level", "nível", []string{"tipo"}},
		{"parent", "pai", []string{"pertence a"}},
		{"name", "nome", nil},
		{"name_pt", "nome em português", nil},
		{"name_en", "nome em inglês", nil},
		{"name_es", "nome em espanhol", nil},
		{"words", "palavras", []string{"outros nomes", "sinônimos"}},
		{"active", "ativo", nil},
	},
	Organisations: {
		{"code", "código", nil},
		{"name", "nome", []string{"organização", "empresa", "razão social", "organization"}},
		{"group", "grupo", []string{"grupo econômico"}},
		{"domains", "domínios", []string{"domínio", "domain"}},
		{"executive", "executivo", []string{"executivo de contas", "account executive"}},
		{"segment", "segmento", nil},
		{"subsegment", "subsegmento", nil},
		{"size", "porte", nil},
		{"time_zone", "fuso", []string{"fuso horário"}},
		{"products", "produtos", nil},
		{"shares", "compartilha", []string{"compartilha soluções"}},
		{"assistant", "assistente", nil},
		{"active", "ativa", []string{"ativo"}},
	},
	People: {
		{"name", "nome", nil},
		{"email", "e-mail", []string{"emails", "e-mails"}},
		{"email_claimed", "e-mail não verificado", nil},
		{"whatsapp", "whatsapp", []string{"celular", "mobile"}},
		{"whatsapp_verified", "whatsapp verificado", nil},
		{"slack", "slack", nil},
		{"phone", "telefone", nil},
		{"language", "idioma", []string{"língua"}},
		{"time_zone", "fuso", []string{"fuso horário"}},
		{"job_title", "cargo", nil},
		{"organisation", "organização", []string{"empresa", "código da empresa", "organization"}},
		{"role", "papel", []string{"perfil"}},
		{"third_party", "terceiro", []string{"terceirizado"}},
		{"technical", "contato técnico", []string{"técnico"}},
		{"modules", "módulos", nil},
		{"statistics", "estatísticas", nil},
		{"private", "privado", []string{"chamados privados"}},
		{"team", "equipe", []string{"time"}},
		{"notice_by", "avisos por", []string{"avisos"}},
		{"active", "ativo", nil},
	},
	Articles: {
		{"id", "id", []string{"slug"}},
		{"title", "título", nil},
		{"body", "texto", []string{"conteúdo", "corpo"}},
		{"url", "endereço", []string{"link"}},
		{"language", "idioma", []string{"língua"}},
		{"product", "produto", nil},
		{"system", "sistema", nil},
		{"module", "módulo", nil},
		{"phrasings", "frases", []string{"perguntas"}},
		{"public", "público", nil},
		{"organisations", "organizações", []string{"empresas", "organizations"}},
		{"updated_at", "atualizado em", []string{"atualizado"}},
	},
}

// kindNames are the words by which a file's name or a YAML section says its kind.
var kindNames = map[Kind][]string{
	Catalog:       {"catalog", "catalogue", "catálogo", "produtos", "products"},
	Organisations: {"organisations", "organizations", "organizações", "empresas", "clientes"},
	People:        {"people", "pessoas", "usuários", "users", "contatos"},
	Articles:      {"articles", "artigos"},
}

// columnOf finds the column that a heading means.
func columnOf(k Kind, heading string) (name string, ok bool) {
	want := plain(heading)
	for _, c := range columns[k] {
		for _, spelling := range append([]string{c.name, c.pt}, c.others...) {
			if plain(spelling) == want {
				return c.name, true
			}
		}
	}
	return "", false
}

// kindOf finds the kind that a word means.
func kindOf(word string) (Kind, bool) {
	for _, k := range Kinds {
		for _, spelling := range kindNames[k] {
			if plain(spelling) == plain(word) {
				return k, true
			}
		}
	}
	return "", false
}

// heading is a column's heading in a language: Portuguese, or else English.
func (c columnNames) heading(language string) string {
	if strings.HasPrefix(language, "pt") {
		return c.pt
	}
	return c.name
}

// fold is a text for comparing: lower case, no accents, single spaces.
func fold(s string) string {
	letters := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
	return strings.Join(strings.Fields(letters), " ")
}

// plain is fold with letters and digits only: "E-mail" is "email".
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, fold(s))
}

// slug makes an id of a name: "CT-e não autoriza" is "ct-e-nao-autoriza".
func slug(s string) string {
	words := strings.FieldsFunc(fold(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}
