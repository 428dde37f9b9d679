package bulk

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

func TestPhoneNumbersBecomeWhatsAppIDs(t *testing.T) {
	tests := []struct{ text, want string }{
		{"(11) 99999-0001", "5511999990001"},
		{"011 99999 0001", "5511999990001"},
		{"+55 11 99999-0001", "5511999990001"},
		{"5511999990001", "5511999990001"},
		{"+5511 8765-4321", "551187654321"}, // an account from before the 9
		{"551187654321", "551187654321"},
		{"(55) 99999-0001", "5555999990001"}, // Santa Maria has area code 55
		{"+1 212 555 0100", "12125550100"},
		{"+52 1 55 1234 5678", ""}, // too long for what Mexico has now
		{"123", ""},
		{"sem número", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got, ok := whatsAppID(test.text); got != test.want || ok != (test.want != "") {
			t.Errorf("%q: got %q %v, want %q", test.text, got, ok, test.want)
		}
	}
}

func TestSeparatorIsFoundInTheHeadings(t *testing.T) {
	for text, want := range map[string]rune{"nome;e-mail\na,b;c": ';', "name,email": ',', "nome\te-mail": '\t', "nome": ','} {
		if got := separator(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestEncodingsOfSpreadsheetPrograms(t *testing.T) {
	for name, raw := range map[string]string{
		"UTF-8":        "ação\n",
		"with a mark":  "\xEF\xBB\xBFação\r\n",
		"Windows-1252": "a\xE7\xE3o\r\n",
		"UTF-16":       "\xFF\xFEa\x00\xE7\x00\xE3\x00o\x00\n\x00",
	} {
		if got, ok := decode([]byte(raw)); !ok || got != "ação\n" {
			t.Errorf("%s: got %q %v", name, got, ok)
		}
	}
	if _, ok := decode([]byte("PK\x03\x04\x00\x00")); ok {
		t.Error("a ZIP file was taken for text")
	}
}

// Every code that is declared has a text in every language, filled with the same
// data, and no text is left over.
func TestEveryProblemHasItsWords(t *testing.T) {
	declared := declaredCodes(t)
	for language, texts := range problemTexts {
		if len(texts) != len(declared) {
			t.Errorf("%s: %d texts for %d codes", language, len(texts), len(declared))
		}
		for _, code := range declared {
			if texts[code] == "" {
				t.Errorf("%s: no text for %s", language, code)
			}
		}
	}
	for language, texts := range reportTexts {
		if len(texts) != len(reportTexts["pt-BR"]) {
			t.Errorf("%s: the report has %d texts, want %d", language, len(texts), len(reportTexts["pt-BR"]))
		}
	}
}

// declaredCodes reads the constants of type Code out of the source, except the one
// whose words another package has.
func declaredCodes(t *testing.T) []Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "problem.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []Code
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || fmt.Sprint(spec.Type) != "Code" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		if Code(text) != FromCore {
			codes = append(codes, Code(text))
		}
		return true
	})
	if len(codes) < 20 {
		t.Fatalf("found only %d codes in problem.go", len(codes))
	}
	return codes
}

// What is written into a cell is read back, and no cell starts a formula.
func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "=1", "'=1", "''=1", "-", "'", "+55", "@x", "'a", "\t=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cell := escape(s)
		if got := unescape(cell); got != s {
			t.Errorf("%q was written as %q and read as %q", s, cell, got)
		}
		if cell != "" && strings.ContainsRune(formulaStarts, rune(cell[0])) {
			t.Errorf("%q was written as %q, a formula", s, cell)
		}
	})
}

// Whatever a file holds, Read ends with records or with problems, and every problem
// names the file and has words.
func FuzzRead(f *testing.F) {
	f.Add([]byte("nome;e-mail\n\"a;b\n"))
	f.Add([]byte("catalog:\n  - {id: a, systems: [{id: b, modules: [{id: c}]}]}\npeople: [{member_of: []}]\n"))
	f.Add([]byte("---\ntitle: a\n---\n# b\n"))
	f.Add([]byte("---\n- a\n---"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ending := range []string{"people.csv", "x.yaml", "x.md"} {
			b := Read(fstest.MapFS{ending: {Data: data}}, ending)
			for _, p := range b.problems.found {
				if text := p.Text("pt-BR"); !strings.HasPrefix(text, ending) || strings.HasSuffix(text, ": ") {
					t.Errorf("a problem without words: %q", text)
				}
			}
			for _, r := range b.records {
				if r.row < 1 {
					t.Errorf("a record without its row: %+v", r)
				}
			}
		}
	})
}
