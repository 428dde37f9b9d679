package tnef

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func asIs(raw []byte, _ string) string { return string(bytes.ToValidUTF8(raw, []byte("?"))) }

func sample(tb testing.TB, name string) []byte {
	tb.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	return raw
}

func TestRead(t *testing.T) {
	t.Parallel()
	m, err := Read(sample(t, "whole.tnef"), func(raw []byte, label string) string {
		if label == "windows-1252" {
			raw = bytes.ReplaceAll(raw, []byte{0xe3}, []byte("ã"))
		}
		return string(raw)
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := "<html><p>A emissão parou, €50</p></html>"; m.HTML != want {
		t.Errorf("HTML %q, want %q", m.HTML, want)
	}
	want := []File{
		{"relatório.pdf", "application/pdf", "", []byte("%PDF-1.4 relatorio")},
		{"mail de dentro.txt", "text/plain", "", []byte("texto de dentro")},
		{"dentro.txt", "", "", []byte("arquivo de dentro")},
	}
	if len(m.Files) != len(want) {
		t.Fatalf("%d files, want %d", len(m.Files), len(want))
	}
	for i, f := range m.Files {
		if f.Name != want[i].Name || f.MediaType != want[i].MediaType || !bytes.Equal(f.Content, want[i].Content) {
			t.Errorf("file %d is %q %q %q", i, f.Name, f.MediaType, f.Content)
		}
	}
}

// A stream that breaks off anywhere gives what stands before, and says so.
func TestBrokenOffAnywhere(t *testing.T) {
	t.Parallel()
	whole := sample(t, "whole.tnef")
	for n := range whole {
		m, err := Read(whole[:n], asIs)
		if n < 6 && !errors.Is(err, ErrOther) {
			t.Errorf("%d bytes: %v", n, err)
		}
		if len(m.Files) > 3 {
			t.Errorf("%d bytes: %d files", n, len(m.Files))
		}
	}
}

// The example of [MS-OXRTFCP] section 4.1.
func TestInflate(t *testing.T) {
	t.Parallel()
	raw := []byte{
		0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
		0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77,
		0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
	}
	got, err := inflate(raw)
	if want := "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"; err != nil || string(got) != want {
		t.Errorf("%q, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sample(f, "whole.tnef"))
	f.Add(sample(f, "broken-off.tnef"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, _ := Read(raw, asIs)
		total := 0
		for _, file := range m.Files {
			total += len(file.Content)
		}
		if len(m.Files) > maxFiles || len(m.HTML) > 4*maxRTF {
			t.Errorf("%d files of %d bytes, %d bytes of HTML", len(m.Files), total, len(m.HTML))
		}
	})
}

func FuzzRTF(f *testing.F) {
	f.Add([]byte(`{\rtf1\ansi\fromhtml1{\*\htmltag64 <p>}\htmlrtf x\htmlrtf0 oi \u225?\'e1{\*\htmltag72 </p>}}`))
	f.Add([]byte(`{\rtf1 a\par b\bin5 }}}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		text, html := readRTF(raw, asIs)
		if len(text)+len(html) > 8*len(raw)+64 {
			t.Errorf("%d bytes became %d", len(raw), len(text)+len(html))
		}
	})
}
