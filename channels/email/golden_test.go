package email

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/channels/email/letter"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Each testdata/X.eml is understood as X.json says.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no mails to read: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".eml"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			in, err := testDesk(t).read(context.Background(), raw, letter.Envelope{})
			if err != nil {
				t.Fatal(err)
			}
			if err := in.Check(); err != nil {
				t.Error(err)
			}
			got, err := json.MarshalIndent(in, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".eml") + ".json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(bytes.TrimSpace(want), got) {
				t.Errorf("understood as\n%s\nwant\n%s", got, want)
			}
			if l := letter.Open(raw); l.Parts != l.Shown+len(l.Files)+len(l.Reports)+len(l.Damaged) {
				t.Errorf("%d parts went in; %d texts, %d files, %d reports, %d damaged came out", l.Parts, l.Shown, len(l.Files), len(l.Reports), len(l.Damaged))
			}
		})
	}
}
