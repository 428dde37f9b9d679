package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recado/config"
)

// The key is made once; afterwards the same record is shown, and it fits.
func TestDKIMKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dkim-key")
	first, _, err := told(t, "dkim", "--domain", "aurora.example", "--selector", "r1", "--ed25519", file)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := told(t, "dkim", "--domain", "aurora.example", "--selector", "r1", file)
	if err != nil || again != first || !strings.Contains(first, "r1._domainkey.aurora.example") || !strings.Contains(first, "v=DKIM1; k=ed25519; p=") {
		t.Errorf("%v\n%s\nthen\n%s", err, first, again)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}

	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, record, _ := strings.Cut(first, "value  ")
	record, _, _ = strings.Cut(record, "\n")
	key := config.DKIM{Domain: "aurora.example", Selector: "r1", Key: config.NewSecret(string(text))}
	for name, c := range map[string]struct {
		records []string
		err     error
		doubts  bool
		want    string
	}{
		"published":      {records: []string{record}, want: "the key is the one"},
		"not published":  {err: &net.DNSError{IsNotFound: true}, want: "publish this as TXT"},
		"another key":    {records: []string{"v=DKIM1; p=MIIB"}, want: "of another key"},
		"DNS is not had": {err: &net.DNSError{IsTimeout: true}, doubts: true, want: "DNS could not be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			check := tryer{lookupTXT: func(_ context.Context, at string) ([]string, error) {
				if at != "r1._domainkey.aurora.example" {
					t.Errorf("asked for %s", at)
				}
				return c.records, c.err
			}}
			said, err := check.dkimRecord(t.Context(), key)
			if err != nil {
				said = err.Error()
			}
			var d doubt
			if !strings.Contains(said, c.want) || errors.As(err, &d) != c.doubts {
				t.Errorf("%q, want %q", said, c.want)
			}
		})
	}
}
