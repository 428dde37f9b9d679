package whatsapp

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recado/channels/whatsapp/watest"
	"recado/testenv"
)

func unlinkedOptions(t testing.TB, s *watest.Server) Options {
	t.Helper()
	return Options{
		Account: "principal", DSN: filepath.Join(t.TempDir(), "whatsapp.db"), HTTP: s.HTTPClient(),
		Files: newMemFiles(), Clock: time.Now, Retry: 10 * time.Millisecond,
	}
}

// WhatsApp gives six codes; then it has to be asked again. Only the one that is shown is good.
func TestCodesAreShownOneAfterAnotherAndAskedForAgain(t *testing.T) {
	s := watest.New(t)
	o := unlinkedOptions(t, s)
	o.CodeFor = time.Millisecond
	account, seen := s.Account(deskNumber, "Suporte"), map[string]bool{}
	var scanned error
	err := Pair(t.Context(), o, "", func(qr, typed string) {
		if seen[qr] || typed != "" {
			t.Errorf("code %d was shown before, or one to type in: %q", len(seen)+1, typed)
		}
		if seen[qr] = true; len(seen) == 8 {
			scanned = account.Scan(qr) // while it is shown: the next one waits for us
		}
	})
	if err != nil || scanned != nil {
		t.Fatalf("%v, %v, after %d codes", err, scanned, len(seen))
	}
	if link, err := Look(t.Context(), o); err != nil || !link.Linked || link.Number != deskNumber {
		t.Errorf("linked as %+v, %v", link, err)
	}
	if err := Pair(t.Context(), o, "", func(string, string) {}); !errors.Is(err, ErrLinked) {
		t.Errorf("linked twice: %v", err)
	}
}

func TestLinkingByACodeThatIsTypedIn(t *testing.T) {
	s := watest.New(t)
	o, account, entered := unlinkedOptions(t, s), s.Account(deskNumber, "Suporte"), make(chan error, 1)
	err := Pair(t.Context(), o, "+55 (11) 98888-0000", func(_, typed string) { go func() { entered <- account.Enter(typed) }() })
	if err != nil {
		t.Fatal(err)
	}
	if err := <-entered; err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"1", "011988880000"} {
		if err := Pair(t.Context(), unlinkedOptions(t, s), wrong, func(string, string) {}); !errors.Is(err, ErrBadPhone) {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

func TestUnpairEndsTheLinkOnBothSides(t *testing.T) {
	s := watest.New(t)
	o := linkedOptions(t, s)
	if err := Unpair(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if link, err := Look(t.Context(), o); err != nil || link.Linked {
		t.Errorf("still linked: %+v, %v", link, err)
	}
	if err := Unpair(t.Context(), o); !errors.Is(err, errNotLinked) {
		t.Errorf("unlinked twice: %v", err)
	}
}

// Only one process makes the link, and nobody uses it meanwhile.
func TestALinkIsMadeByOneProcess(t *testing.T) {
	s := watest.New(t)
	o := unlinkedOptions(t, s)
	free, mine, err := o.withDefaults().lockLink(t.Context())
	if err != nil || !mine {
		t.Fatal(mine, err)
	}
	if err := Pair(t.Context(), o, "", func(string, string) {}); !errors.Is(err, ErrLinking) {
		t.Errorf("linked by two at once: %v", err)
	}
	free()
	ctx, cancel := context.WithCancel(t.Context())
	if err := Pair(ctx, o, "", func(string, string) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// Keys are for their owner's eyes, and looking makes nothing.
func TestLookMakesNothing(t *testing.T) {
	o := Options{DSN: filepath.Join(t.TempDir(), "whatsapp.db"), Clock: time.Now}
	if link, err := Look(t.Context(), o); err != nil || link.Linked {
		t.Fatalf("%+v, %v", link, err)
	}
	if _, err := os.Stat(o.DSN); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("it is there: %v", err)
	}
	container, err := o.withDefaults().openStore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer container.Close()
	if info, err := os.Stat(o.DSN); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// Two numbers cannot share a PostgreSQL database: whatsmeow would not make its tables.
func TestASchemaOfItsOwnInPostgreSQL(t *testing.T) {
	dsn := testenv.Postgres(t)
	s := watest.New(t)
	o := unlinkedOptions(t, s)
	o.DSN, o.Schema = dsn, "whatsapp_principal"
	account, scanned := s.Account(deskNumber, "Suporte"), make(chan error, 1)
	if err := Pair(t.Context(), o, "", func(qr, _ string) { go func() { scanned <- account.Scan(qr) }() }); err != nil {
		t.Fatal(err)
	}
	if link, err := Look(t.Context(), o); err != nil || link.Number != deskNumber || <-scanned != nil {
		t.Fatalf("%+v, %v", link, err)
	}
	free, mine, err := o.withDefaults().lockLink(t.Context())
	if err != nil || !mine {
		t.Fatal(mine, err)
	}
	if err := Pair(t.Context(), o, "", func(string, string) {}); !errors.Is(err, ErrLinking) {
		t.Errorf("linked by two at once: %v", err)
	}
	free()
	other := o
	other.Schema = "whatsapp_vendas"
	if _, err := Look(t.Context(), other); !errors.Is(err, errOccupied) {
		t.Errorf("a second number: %v", err)
	}
	if err := Pair(t.Context(), other, "", func(string, string) {}); err == nil || !strings.Contains(err.Error(), "another number keeps its keys") {
		t.Errorf("a second number: %v", err)
	}
}
