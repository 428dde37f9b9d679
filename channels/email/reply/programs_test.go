package reply

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// block is one sample of a testdata file: "== name", then its lines.
type block struct{ name, text string }

func blocks(t testing.TB, file string) (all []block) {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		switch name, starts := strings.CutPrefix(line, "== "); {
		case starts:
			all = append(all, block{name: strings.TrimSpace(name)})
		case len(all) > 0:
			all[len(all)-1].text += line
		}
	}
	if len(all) == 0 {
		t.Fatalf("no samples in %s", file)
	}
	return all
}

const (
	ownWords    = "Bom dia,\n\nTestei agora e não resolveu: o CT-e volta com a rejeição 539.\nPodem ver?"
	quotedWords = "Boa tarde, Ana.\n\nPode reiniciar o serviço e tentar de novo?\nAbraço,\nSuporte"
)

// Whatever program wrote an introduction, in whatever language, the words above it are
// the reply and nothing else is.
func TestProgramsIntroduce(t *testing.T) {
	for _, b := range blocks(t, "introductions.txt") {
		t.Run(b.name, func(t *testing.T) {
			for form, text := range map[string]string{
				"with marks":     ownWords + "\n\n" + b.text + "\n" + marked(quotedWords) + "\n",
				"without marks":  ownWords + "\n\n" + b.text + "\n" + quotedWords + "\n",
				"wrapped":        ownWords + "\n\n" + wrapped(b.text, 78) + "\n" + marked(quotedWords),
				"no-break":       ownWords + "\n\n\u200e" + strings.ReplaceAll(b.text, " ", "\u00a0") + "\n" + quotedWords,
				"a phone's line": ownWords + "\n\nEnviado do meu iPhone\n\n" + b.text + "\n" + quotedWords,
				"marked whole":   ownWords + "\n\n" + marked(b.text+"\n"+quotedWords),
				"close by":       ownWords + "\n" + b.text + marked(quotedWords),
			} {
				if strings.Contains(b.name, "(marked)") && (form == "without marks" || form == "no-break" || form == "a phone's line") {
					continue // this program marks every line
				}
				if got := Read(text).Own; got != ownWords {
					t.Errorf("%s: %q", form, got)
				}
			}
			if below := Read(b.text + marked(quotedWords) + "\n\n" + ownWords); !strings.Contains(below.Own, ownWords) {
				t.Errorf("an answer below: %q", below.Own)
			}
		})
	}
}

func marked(text string) string {
	return "> " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n> ")
}

// wrapped breaks long lines at blanks, as programs do that send plain text.
func wrapped(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		n := 0
		for i, word := range strings.Split(strings.TrimRight(line, "\n"), " ") {
			switch {
			case i > 0 && n+1+len(word) > width:
				b.WriteByte('\n')
				n = 0
			case i > 0:
				b.WriteByte(' ')
				n++
			}
			b.WriteString(word)
			n += len(word)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestPhonesAndProgramsAdd(t *testing.T) {
	src, err := os.ReadFile("testdata/footers.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(src)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			continue
		}
		for _, text := range []string{ownWords + "\n\n" + line, ownWords + "\n\n\n" + line + "\n\n" + quotedWords, ownWords + "\n" + line} {
			if got := Read(text); got.Own != ownWords {
				t.Errorf("%q: %q", line, got.Own)
			}
		}
	}
}

// A mail that is passed on says who wrote it, in every program and language.
func TestProgramsPassOn(t *testing.T) {
	for _, b := range blocks(t, "forwards.txt") {
		name, subject, _ := strings.Cut(b.name, "|")
		t.Run(strings.TrimSpace(name), func(t *testing.T) {
			for form, text := range map[string]string{
				"bare":                  b.text + "\n" + quotedWords,
				"with words":            ownWords + "\n\n" + b.text + "\n" + quotedWords,
				"with a forward inside": b.text + "\n" + quotedWords + "\n\n---------- Forwarded message ---------\nFrom: Rui <rui@x.example>\nDate: Mon, Nov 2, 2026 at 9:50 AM\nSubject: other\nTo: bia",
			} {
				f, ok := Forwarded(strings.TrimSpace(subject), text)
				if !ok || f.Address != "bia@cliente.example" || f.Name != "Bia Souza" || f.Subject != "Erro no CT-e: rejeição 539" {
					t.Errorf("%s: %v %+v", form, ok, f)
				}
			}
			if own := Read(ownWords + "\n\n" + b.text + "\n" + quotedWords).Own; own != ownWords {
				t.Errorf("own words: %q", own)
			}
		})
	}
}

// What only quotes passes nothing on.
func TestRepliesPassNothingOn(t *testing.T) {
	for _, b := range blocks(t, "introductions.txt") {
		if f, ok := Forwarded("Re: Chamado", ownWords+"\n\n"+b.text+"\n"+marked(quotedWords)); ok {
			t.Errorf("%s: %+v", b.name, f)
		}
	}
	for _, tt := range []struct{ name, subject, text string }{
		{"an answer to what was passed on", "Re: Fwd: Erro", "Ok\n\nEm seg., 23 de nov. de 2026 às 09:50, Bia <b@x.example> escreveu:\n> ---------- Forwarded message ---------\n> De: Rui <r@x.example>\n> Date: x\n> Subject: y\n"},
		{"a subject alone", "Fwd: Erro", "veja o anexo"},
		{"a form", "Frete", "De: Santos\nPara: Campinas\nData: 3/12/2026\nPeso: 3 t"},
		{"a Finnish answer", "VS: Virhe", "Kiitos\n\nLähettäjä: Bia <b@x.example>\nLähetetty: maanantai 23. marraskuuta 2026 9.50\nVastaanottaja: Ana <a@x.example>\nAihe: Virhe\n\nvanha"},
	} {
		if f, ok := Forwarded(tt.subject, tt.text); ok {
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
}
