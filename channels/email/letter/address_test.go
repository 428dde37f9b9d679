package letter

import (
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Ana.Souza@Cliente.Example", "ana.souza@cliente.example"},
		{" ana@cliente.example. ", "ana@cliente.example"},
		{`"Ana Souza"@cliente.example`, `"ana souza"@cliente.example`},
		{`"ana"@cliente.example`, `ana@cliente.example`},
		{`"a\"b"@cliente.example`, `"a\"b"@cliente.example`},
		{"joão@cliente.example", "joão@cliente.example"},
		{"ana", ""},
		{"@cliente.example", ""},
		{"ana@", ""},
		{"ana@cli ente.example", ""},
		{"ana@cliente.example\r\nRCPT TO:<x@y>", ""},
		{"ana\r\n@cliente.example", ""},
		{"ana@cliente..example", ""},
		{"ana@cliente.example>", ""},
	}
	for _, tt := range tests {
		got, ok := ParseAddress(tt.in)
		if got.String() != tt.want && ok || ok != (tt.want != "") {
			t.Errorf("parseAddress(%q) = %q, %v; want %q", tt.in, got, ok, tt.want)
		}
	}
}

func TestDetail(t *testing.T) {
	desk, _ := ParseAddress("suporte@desk.example")
	tests := []struct {
		other, detail string
		ours          bool
	}{
		{"suporte@desk.example", "", true},
		{"suporte+2026-1.abc@desk.example", "2026-1.abc", true},
		{"suporte+@desk.example", "", true},
		{"suporte2@desk.example", "", false},
		{"suporte+x@mau.example", "", false},
		{"x+suporte@desk.example", "", false},
	}
	for _, tt := range tests {
		other, _ := ParseAddress(tt.other)
		detail, ours := Home{desk, "+"}.Detail(other)
		if detail != tt.detail && ours || ours != tt.ours {
			t.Errorf("detail of %s: %q, %v; want %q, %v", tt.other, detail, ours, tt.detail, tt.ours)
		}
	}
}

func TestParties(t *testing.T) {
	tests := []struct {
		name, field string
		want        []string
	}{
		{"a list", "Ana <ana@a.example>, bia@b.example", []string{"ana@a.example", "bia@b.example"}},
		{"a group", "Time: ana@a.example, bia@b.example;", []string{"ana@a.example", "bia@b.example"}},
		{"nobody", "undisclosed-recipients:;", nil},
		{"a name with a comma and no quotes", "Souza, Ana <ana@a.example>", []string{"ana@a.example"}},
		{"an address inside quotes is a name", `"x <mau@mau.example>" <ana@a.example>`, []string{"ana@a.example"}},
		{"an address inside a comment is none", `(mau@mau.example) ana@a.example`, []string{"ana@a.example"}},
		{"brackets missing, name present", "Ana Souza ana@a.example", []string{"ana@a.example"}},
		{"rubbish", "<<<>>>,,;;@@", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, p := range Parties(tt.field) {
				got = append(got, p.Address.String())
			}
			if len(got) != len(tt.want) {
				t.Fatalf("%q, want %q", got, tt.want)
			}
			for i := range got {
				if got[i] != tt.want[i] {
					t.Errorf("%q, want %q", got, tt.want)
				}
			}
		})
	}
}

func TestFileNames(t *testing.T) {
	tests := []struct{ in, mediaType, want string }{
		{"nota.pdf", "application/pdf", "nota.pdf"},
		{"../../etc/passwd", "text/plain", "passwd"},
		{`C:\Users\ana\tela.png`, "image/png", "tela.png"},
		{"a\r\nb.txt", "text/plain", "a b.txt"},
		{"fdp.\u202Exe", "application/octet-stream", "fdp.xe"},
		{"", "image/png", "anexo-3.png"},
		{"..", "application/pdf", "anexo-3.pdf"},
		{`"; filename="x`, "text/plain", "; filename=x"},
	}
	for _, tt := range tests {
		if got := FileName(tt.in, tt.mediaType, 3); got != tt.want {
			t.Errorf("fileName(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	long := FileName(strings.Repeat("á", 300)+".docx", "x", 1)
	if len(long) > longestName || long[len(long)-5:] != ".docx" {
		t.Errorf("a long name became %q", long)
	}
}
