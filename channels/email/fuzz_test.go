package email

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"recado/channels/email/letter"
)

// Whatever arrives becomes one whole item, and no part of it goes missing.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("Content-Type: multipart/mixed\r\n\r\nsem fronteira"))
	f.Add([]byte{0, 0xff, '\r', '\r'})
	d := testDesk(f)
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := d.read(context.Background(), raw, letter.Envelope{})
		if err != nil {
			t.Fatal(err)
		}
		if err := in.Check(); err != nil {
			t.Error(err)
		}
		for _, s := range []string{in.Subject, in.Text, in.FullText, in.FromName, in.From.ID, in.Key.ID, in.Thread.ID} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("not fit for a database: %q", s)
			}
		}
		l := letter.Open(raw)
		if l.Parts != l.Shown+len(l.Files)+len(l.Reports)+len(l.Damaged) {
			t.Errorf("%d parts in; %d shown, %d files, %d reports, %d damaged out", l.Parts, l.Shown, len(l.Files), len(l.Reports), len(l.Damaged))
		}
		if again, _ := d.read(context.Background(), raw, letter.Envelope{}); again.Key != in.Key {
			t.Errorf("one mail, two keys: %s and %s", in.Key, again.Key)
		}
	})
}
