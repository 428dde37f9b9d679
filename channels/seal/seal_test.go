package seal

import "testing"

func TestSealedWithAnotherKey(t *testing.T) {
	sealed, err := Seal("configured", "x", "replacement")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open("configured", "x", sealed); err != nil || got != "replacement" {
		t.Errorf("opened as %q: %v", got, err)
	}
	for _, wrong := range []string{sealed[1:], "", "%%%"} {
		if got, err := Open("configured", "x", wrong); err == nil {
			t.Errorf("%q opened as %q", wrong, got)
		}
	}
	if got, err := Open("another", "x", sealed); err == nil {
		t.Errorf("another key opened it as %q", got)
	}
	if got, err := Open("configured", "y", sealed); err == nil {
		t.Errorf("for another purpose it opened as %q", got)
	}
}
