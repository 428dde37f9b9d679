package notice

import (
	"cmp"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/goccy/go-yaml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// form is one text of a key: a plural form by name, and what its template asks for.
type form struct {
	text  string
	shown []string // fields that are printed
	asked []string // fields that only decide what is printed
}

// forms reads a catalogue: by key and plural form.
func forms(t *testing.T, lang string) map[string]map[string]form {
	t.Helper()
	name := "texts/" + lang + ".yaml"
	content, err := texts.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file, err := i18n.ParseMessageFileBytes(content, name, map[string]i18n.UnmarshalFunc{"yaml": yaml.Unmarshal})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]form{}
	for _, m := range file.Messages {
		if out[m.ID] != nil {
			t.Errorf("%s: %s is there twice", lang, m.ID)
		}
		out[m.ID] = map[string]form{}
		for _, plural := range []string{"Zero", "One", "Two", "Few", "Many", "Other"} {
			if text := reflect.ValueOf(*m).FieldByName(plural).String(); text != "" {
				out[m.ID][plural] = newForm(t, lang+" "+m.ID, text)
			}
		}
	}
	return out
}

func newForm(t *testing.T, name, text string) form {
	t.Helper()
	trees, err := parse.Parse(name, text, "", "", map[string]any{"eq": 1, "not": 1})
	if err != nil {
		t.Fatal(err)
	}
	shown, asked := map[string]bool{}, map[string]bool{}
	if tree := trees[name]; tree != nil {
		walk(tree.Root, shown, asked)
	}
	return form{text, slices.Sorted(maps.Keys(shown)), slices.Sorted(maps.Keys(asked))}
}

// walk notes the fields under a node: in shown those printed, in asked those of an if.
func walk(n parse.Node, shown, asked map[string]bool) { //nolint:unparam // asked becomes shown below an if
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, one := range n.Nodes {
				walk(one, shown, asked)
			}
		}
	case *parse.IfNode:
		walk(n.Pipe, asked, asked)
		walk(n.List, shown, asked)
		walk(n.ElseList, shown, asked)
	case *parse.ActionNode:
		walk(n.Pipe, shown, asked)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			walk(c, shown, asked)
		}
	case *parse.CommandNode:
		for _, a := range n.Args {
			walk(a, shown, asked)
		}
	case *parse.FieldNode:
		shown[n.String()] = true
	}
}

// fields are all that a key's texts ask for.
func fields(all map[string]form) []string {
	var out []string
	for _, f := range all {
		out = append(append(out, f.shown...), f.asked...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	first := forms(t, Languages()[0])
	for _, lang := range Languages()[1:] {
		other := forms(t, lang)
		for key := range other {
			if first[key] == nil {
				t.Errorf("%s: %s is in no other language", lang, key)
			}
		}
		for key, want := range first {
			got := other[key]
			if got == nil {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			for plural, w := range want {
				g, ok := got[plural]
				if !ok || len(got) != len(want) {
					t.Errorf("%s: %s has other plural forms", lang, key)
				} else if !slices.Equal(g.shown, w.shown) || !slices.Equal(g.asked, w.asked) {
					t.Errorf("%s: %s uses %v %v, want %v %v", lang, key, g.shown, g.asked, w.shown, w.asked)
				}
			}
		}
	}
}

// A sentence of four words that is alike in two languages was not translated.
func TestTranslated(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`\pL{2,}`)
	template := regexp.MustCompile(`\{\{[^}]*\}\}`)
	for i, lang := range Languages() {
		for _, other := range Languages()[i+1:] {
			theirs := forms(t, other)
			for key, all := range forms(t, lang) {
				for plural, f := range all {
					same := f.text == theirs[key][plural].text
					if same && len(word.FindAllString(template.ReplaceAllString(f.text, ""), -1)) >= 4 {
						t.Errorf("%s is the same in %s and %s: %q", key, lang, other, f.text)
					}
				}
			}
		}
	}
}

// samples has a value for every field that texts ask for, no two alike.
var samples = map[string]any{
	".Seen": "🖼️ Uma tela de erro", ".Shows": "Uma impressora sem papel", ".Reads": "PAPER OUT",
	".Folded": true, ".Caution": "⚠️ Abra com cuidado.", ".Attached": true, ".At": "hoje 9:07",
	".Emoji": "🎈", ".Merge": "m-1", ".Other": "Ana (celular)",
	".Part": "WhatsApp principal", ".Detail": "device removed", ".Since": "hoje 8:15",
	".About": "Fiscal › CT-e", ".Agent": "Bia Lima", ".Articles": "• Rejeição 539", ".Audience": "Ana (whatsapp)", ".By": "Davi", ".Chat": true, ".Defect": "Só que ela chegou danificada.",
	".Closed": "05/03 10:00", ".Code": "123456", ".Comment": "Foi rápido", ".Contact": "Recepção", ".Contacts": "Chat no site", ".Count": 2, ".Days": 5, ".Domain": "ipe.example", ".Hidden": true, ".List": "1. Fechem tudo", ".Mail": true,
	".More": 4, ".Summary": "Ana escreveu duas vezes.", ".SummaryBy": "built-in", ".None": true, ".OnTeam": 3, ".Open": 12, ".Unassigned": 1, ".Overdue": 2, ".Rated": 9, ".Low": 2, ".Page": true, ".Ref": "Q-ABCDEFGHIJ", ".Registered": "Marta", ".Releasable": true, ".Released": true, ".Senders": 3, ".Shown": 9,
	".Arrived": "hoje 10:02", ".Read": "hoje 10:05", ".Description": "Desde ontem", ".Desk": "Recado", ".Due": "amanhã 15:04", ".Email": "ajuda@desk.example", ".Files": 3, ".From": "ana@aurora.example",
	".History": "*Ana* (hoje 9:00): oi", ".Key": "email/suporte/7", ".Last": "Pode conferir?", ".Minutes": 15, ".Limits": true, ".Missed": true, ".Most": 10, ".Name": "Zilda",
	".Names": "Carla e Rui", ".Number": "2026-000001", ".On": "o banco", ".Opened": "hoje 09:00", ".Organisation": "Viação Aurora", ".Participants": "Carla",
	".Phone": "+55 11 4000-0000", ".Priority": "alta", ".Private": true, ".Protocol": "2026-000002", ".Requester": "Ana Souza", ".Role": "rei",
	".Service": "★★★☆☆", ".Severity": "crítica", ".Size": "20 MB", ".Stars": "★★★★☆", ".Dimension": "atendimento", ".Solution": "★★☆☆☆", ".State": "todos", ".Status": "Em andamento", ".Subject": "O CT-e não autoriza", ".Team": true, ".For": "4 h",
	".Text": "Bom dia", ".Title": "CT-e rejeitado", ".To": "novo@desk.example", ".Total": "37", ".Type": "Dúvida", ".URL": "https://ajuda.example/539",
	".Address": "ana@casa.example", ".Again": true, ".Gone": true, ".Via": "WhatsApp", ".Who": "Ana Luz",
	".Done": "*Prioridade:* alta", ".Example": "*prioridade:* alta", ".Into": "2026-000007", ".IntoSubject": "CT-e de novo", ".Links": "inclui o 2026-000008",
	".Lacked": true, ".Nothing": true, ".Sources": "[1] CT-e rejeitado", ".Ask": "desde quando",
	".Score": 10, ".Seconds": 15, ".Until": "sexta 18:00", ".Updated": "hoje 11:00", ".What": "answer", ".When": "hoje 9:00", ".Why": "caixa cheia",
}

// Every text, with all that it may say and without each thing that may be missing.
func TestEveryTextRenders(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages() {
		for key, all := range forms(t, lang) {
			data := Data{}
			for _, field := range fields(all) {
				if samples[field] == nil {
					t.Fatalf("%s %s: no sample for %s", lang, key, field)
				}
				data[field[1:]] = samples[field]
			}
			for _, count := range []int{1, 2} {
				if len(all) > 1 {
					data["Count"] = count
				}
				f := all["Other"]
				if one, ok := all["One"]; ok && count == 1 {
					f = one
				}
				renders(t, c, lang, key, f, data)
			}
		}
	}
}

// renders checks a text in full, and with each optional field empty.
func renders(t *testing.T, c *Catalogue, lang, key string, f form, data Data) {
	t.Helper()
	full := readable(t, c, lang, key, data)
	for _, field := range f.shown {
		if slices.Contains(f.asked, ".Chat") && field != ".Number" {
			continue // in one of two branches
		}
		if value, ok := data[field[1:]].(string); ok && !strings.Contains(full, value) {
			t.Errorf("%s %s does not show %s: %q", lang, key, field, full)
		}
	}
	for _, field := range f.asked {
		less := maps.Clone(data)
		less[field[1:]] = reflect.Zero(reflect.TypeOf(data[field[1:]])).Interface()
		if got := readable(t, c, lang, key, less); got == full {
			t.Errorf("%s %s says the same without %s: %q", lang, key, field, got)
		}
	}
}

// readable renders, and looks for what no person should read.
func readable(t *testing.T, c *Catalogue, lang, key string, data Data) string {
	t.Helper()
	got, err := c.Text(lang, key, data)
	if err != nil {
		t.Errorf("%s %s: %v", lang, key, err)
	}
	for _, wrong := range []string{"<no value>", "{{", "}}", "\n\n\n", " \n", "  ", "\t", "**"} {
		if strings.Contains(got, wrong) {
			t.Errorf("%s %s holds %q: %q", lang, key, wrong, got)
		}
	}
	if got == "" || got != strings.TrimSpace(got) {
		t.Errorf("%s %s: %q", lang, key, got)
	}
	return got
}

func TestPlurals(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		lang  string
		count int
		want  string
	}{
		{"pt-BR", 1, "mais 1 tentativa."}, {"pt-BR", 2, "mais 2 tentativas."},
		{"en", 1, "1 try left."}, {"en", 0, "0 tries left."}, {"en", 4, "4 tries left."},
		{"es", 1, "Te queda 1 intento."}, {"es", 3, "Te quedan 3 intentos."},
	} {
		got, err := c.Text(tc.lang, "access.code-wrong", Data{"Count": tc.count})
		if err != nil || !strings.HasSuffix(got, tc.want) {
			t.Errorf("%s %d: got %q, %v, want %q at the end", tc.lang, tc.count, got, err, tc.want)
		}
	}
}

func TestTextRefuses(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Text("pt-BR", "no.such-key", nil); err == nil {
		t.Errorf("an unknown key gave %q", got)
	}
	if got, err := c.Text("pt-BR", "thanks", Data{"Nome": "Ana"}); err == nil {
		t.Errorf("a missing value gave %q", got)
	}
	if got := c.Word("en", "no.such-key"); got != "no.such-key" {
		t.Errorf("an unknown word is %q", got)
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"pt-BR": "pt-BR", "pt": "pt-BR", "pt-PT": "pt-BR", "PT-br": "pt-BR", "en": "en", "en-GB": "en", "es": "es", "es-419": "es",
		"": "pt-BR", "fr": "pt-BR", "english": "pt-BR", "-": "pt-BR",
	} {
		if got := Language(tag); got != want {
			t.Errorf("%q: got %q, want %q", tag, got, want)
		}
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	c, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Languages() {
		keys := c.Keys(lang)
		want := slices.SortedFunc(maps.Keys(forms(t, lang)), cmp.Compare)
		if !slices.Equal(keys, want) {
			t.Errorf("%s: %d keys, want %d", lang, len(keys), len(want))
		}
	}
	if !c.Has("thanks") || c.Has("thank") || c.Has("") {
		t.Error("knows a key that is not there, or does not know one that is")
	}
}
