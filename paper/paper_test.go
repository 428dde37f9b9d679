package paper

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"recado/core/dialogue"
)

func sample() dialogue.Sheet {
	s := dialogue.Sheet{
		File: "2026-000001", Desk: "Suporte Aurora", Number: "2026-000001", Subject: "CT-e não autoriza na SEFAZ: rejeição 539 à emissão",
		Fields: []dialogue.SheetField{
			{Label: "Status", Value: "Aguardando: a SEFAZ voltar"}, {Label: "Solicitante", Value: "Ana Lima (Zé)"}, {Label: "Responsável", Value: "–"},
		},
		Heading: "Conversa", Foot: "Gerado em 28/11/2026 08:00 para Ana Lima",
		Said: []dialogue.SheetEntry{
			{By: "Ana Lima", At: "23/11/2026 09:00", Text: "O CT-e não autoriza desde ontem 😱👍🏽\nação, coração, ñandú, größe, ½ €", Files: []string{"tela.png (200 KB)"}},
			{By: "Bia", At: "23/11/2026 09:10", Team: true, Text: strings.Repeat("Reenviei o lote, pode conferir? ", 30)},
			{By: "Ana Lima", At: "23/11/2026 09:20", Text: "mensagem apagada", Gone: true},
		},
	}
	for range 30 {
		s.Said = append(s.Said, s.Said[:2]...)
	}
	return s
}

// shown is what a content stream shows: strings of UTF-16, as the fonts are addressed.
var shown = regexp.MustCompile(`(?s)\(((?:[^()\\]|\\.)*)\) ?Tj`)

var unescaped = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")

// words are the texts in a PDF, line by line.
func words(t *testing.T, pdf []byte) string {
	t.Helper()
	var out strings.Builder
	for rest := pdf; ; {
		_, after, more := bytes.Cut(rest, []byte("stream\n"))
		if !more {
			return out.String()
		}
		rest = after
		z, err := zlib.NewReader(bytes.NewReader(after))
		if err != nil {
			continue // a font's, or the end of one
		}
		content, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range shown.FindAllSubmatch(content, -1) {
			raw := unescaped.Replace(string(m[1]))
			for i := 0; i+1 < len(raw); i += 2 {
				out.WriteRune(rune(raw[i])<<8 | rune(raw[i+1]))
			}
			out.WriteByte('\n')
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	var first, second bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		if err := Write(b, sample()); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same sheet is another file")
	}
	if path := os.Getenv("RECADO_PAPER"); path != "" {
		if err := os.WriteFile(path, first.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := words(t, first.Bytes())
	for _, want := range []string{
		"2026-000001", "CT-e não autoriza na SEFAZ: rejeição 539 à emissão", "Aguardando: a SEFAZ voltar", "Ana Lima (Zé)", "Conversa",
		"O CT-e não autoriza desde ontem □□□", "ação, coração, ñandú, größe, ½ €", "tela.png (200 KB)", "mensagem apagada", "Gerado em 28/11/2026 08:00 para Ana Lima", "2/",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in it:\n%.2000s", want, got)
		}
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a\tb\nc\r\n": "a b\nc\n", "1️⃣ ok ❤️": "1 ok ❤", "x\u200by\u2060z": "xyz", "🇧🇷": "□□", "\xff": "□", "日本": "日本",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

// FuzzWrite: no words of people make it fail.
func FuzzWrite(f *testing.F) {
	f.Add("O CT-e não autoriza 😱", "{nb}")
	f.Add("\x00\xff\ufffd\U0010ffff", "(\\)")
	f.Fuzz(func(t *testing.T, text, name string) {
		s := dialogue.Sheet{Number: name, Subject: text, Said: []dialogue.SheetEntry{{By: name, Text: text, Files: []string{text}}}, Foot: text}
		if err := Write(io.Discard, s); err != nil {
			t.Fatal(err)
		}
	})
}

// shelf keeps one file.
type shelf struct {
	kept []byte
	err  error
}

func (s *shelf) Keep(_ context.Context, r io.Reader, _ int64) (string, int64, error) {
	if s.err != nil {
		return "", 0, s.err
	}
	var err error
	s.kept, err = io.ReadAll(r)
	sum := sha256.Sum256(s.kept)
	return hex.EncodeToString(sum[:]), int64(len(s.kept)), err
}

func TestPrint(t *testing.T) {
	t.Parallel()
	files := &shelf{}
	got, err := New(files).Print(t.Context(), sample())
	if err != nil || got.Name != "2026-000001.pdf" || got.MediaType != "application/pdf" || got.Size != int64(len(files.kept)) || !bytes.HasPrefix(files.kept, []byte("%PDF-")) {
		t.Errorf("%+v, %v", got, err)
	}
	full := errors.New("the disk is full")
	if _, err := New(&shelf{err: full}).Print(t.Context(), sample()); !errors.Is(err, full) {
		t.Error(err)
	}
}
