package files_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"recado/bot/files"
	"recado/channels"
)

func TestKeepAndOpen(t *testing.T) {
	dir := t.TempDir()
	f, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	digest, size, err := f.Keep(ctx, strings.NewReader("um print"), 8)
	if err != nil || size != 8 {
		t.Fatalf("kept %d bytes: %v", size, err)
	}
	again, _, err := f.Keep(ctx, strings.NewReader("um print"), 8)
	if err != nil || again != digest {
		t.Fatalf("the same bytes: %q, %v", again, err)
	}
	r, err := f.Open(ctx, digest)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || string(got) != "um print" {
		t.Fatalf("read %q: %v", got, err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if left := names(t, filepath.Join(dir, "incoming")); len(left) > 0 {
		t.Fatalf("left aside: %v", left)
	}
}

func TestKeepFails(t *testing.T) {
	broken := errors.New("the sender went away")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		ctx  context.Context
		r    io.Reader
		want error
	}{
		"too large":         {t.Context(), strings.NewReader("123456789"), channels.ErrFileTooLarge},
		"the reader breaks": {t.Context(), iotest.ErrReader(broken), broken},
		"cancelled":         {cancelled, strings.NewReader("1"), context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f, err := files.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := f.Keep(tc.ctx, tc.r, 8); !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if left := names(t, dir); len(left) != 1 || len(names(t, filepath.Join(dir, "incoming"))) != 0 {
				t.Fatalf("something was left: %v", left)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	f, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, digest := range []string{"", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("a", 64), strings.Repeat("a", 63) + "/"} {
		if _, err := f.Open(t.Context(), digest); !errors.Is(err, files.ErrNoFile) {
			t.Errorf("Open(%q): %v", digest, err)
		}
	}
}

func TestKeepTogether(t *testing.T) {
	f, err := files.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, _, err := f.Keep(t.Context(), strings.NewReader("o mesmo"), 100); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
