package sign_test

import (
	"errors"
	"strings"
	"testing"

	"recado/sign"
)

// What is sealed opens for the same purpose, with any key that is still known, and not
// when a letter of it changed.
func TestSeal(t *testing.T) {
	t.Parallel()
	old, both, other := signer(t, 1), signer(t, 2, 1), signer(t, 3)
	sealed, err := old.Seal("pairing", "2@secret")
	if err != nil || strings.Contains(sealed, "secret") {
		t.Fatal(sealed, err)
	}
	again, err := old.Seal("pairing", "2@secret")
	if err != nil || again == sealed {
		t.Error("the same words look the same twice")
	}
	for _, s := range []*sign.Signer{old, both} {
		if text, err := s.Open("pairing", sealed); err != nil || text != "2@secret" {
			t.Errorf("opened as %q, %v", text, err)
		}
	}
	last := "A"
	if strings.HasSuffix(sealed, "A") {
		last = "Q"
	}
	for name, open := range map[string]func() (string, error){
		"another key":     func() (string, error) { return other.Open("pairing", sealed) },
		"another purpose": func() (string, error) { return old.Open("token", sealed) },
		"a letter":        func() (string, error) { return old.Open("pairing", sealed[:len(sealed)-1]+last) },
		"too short":       func() (string, error) { return old.Open("pairing", "AA") },
		"no base64":       func() (string, error) { return old.Open("pairing", "?") },
		"nothing":         func() (string, error) { return old.Open("pairing", "") },
	} {
		if text, err := open(); !errors.Is(err, sign.ErrInvalid) || text != "" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}
