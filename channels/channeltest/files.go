package channeltest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"recado/channels"
)

// FilesRig is one store of files that holds nothing yet.
type FilesRig struct {
	// Files returns the store as a process that has just started has it.
	Files func() channels.Files

	// Held counts what the store holds, whole or not, under a digest or aside.
	Held func() int

	// Break makes every call fail in one way until the function that it returns is
	// called. What it lets through before may be cut anywhere.
	Break map[string]func() (mend func())

	// Damage changes the bytes that are kept under a digest.
	Damage func(digest string)
}

// RunFiles shows that the stores of rigs made by newRig keep the contract of
// channels.Files. Each case has a rig of its own.
func RunFiles(t *testing.T, newRig func(t testing.TB) FilesRig) {
	t.Helper()
	for name, try := range map[string]func(*testing.T, FilesRig){
		"kept is found, after a restart too":           filesAreFound,
		"the same bytes are kept once":                 filesAreKeptOnce,
		"a reader of any kind":                         filesFromAnyReader,
		"what is too large, broken or late is not":     filesRefused,
		"only a digest that was kept opens":            filesOpenRefuses,
		"many at once":                                 filesTogether,
		"a store that fails keeps nothing half":        filesWhileBroken,
		"damaged bytes are not given out as the right": filesDamaged,
	} {
		t.Run(name, func(t *testing.T) { try(t, newRig(t)) })
	}
}

// noise is n bytes that no store can make smaller, the same for the same n.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(b) // it never fails
	return b
}

const roomy = 64 << 20

// mustKeep keeps b, and checks what the store says of it.
func mustKeep(t *testing.T, f channels.Files, b []byte) string {
	t.Helper()
	sum := sha256.Sum256(b)
	digest, size, err := f.Keep(t.Context(), bytes.NewReader(b), roomy)
	if err != nil || size != int64(len(b)) || digest != hex.EncodeToString(sum[:]) {
		t.Fatalf("kept %d bytes as %d under %q: %v", len(b), size, digest, err)
	}
	return digest
}

func mustOpen(t *testing.T, f channels.Files, digest string, want []byte) {
	t.Helper()
	got, err := readAll(t.Context(), f, digest)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s: got %d bytes, want %d: %v", digest, len(got), len(want), err)
	}
}

func readAll(ctx context.Context, f channels.Files, digest string) ([]byte, error) {
	r, err := f.Open(ctx, digest)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

func filesAreFound(t *testing.T, rig FilesRig) {
	f := rig.Files()
	for _, size := range []int{0, 1, 4096, 1 << 20, 18 << 20} {
		b := noise(size)
		digest := mustKeep(t, f, b)
		mustOpen(t, f, digest, b)
		mustOpen(t, rig.Files(), digest, b)
	}
	if held := rig.Held(); held != 5 {
		t.Errorf("5 files were kept, the store holds %d", held)
	}
}

func filesAreKeptOnce(t *testing.T, rig FilesRig) {
	b := noise(2000)
	first := mustKeep(t, rig.Files(), b)
	if again := mustKeep(t, rig.Files(), b); again != first || rig.Held() != 1 {
		t.Errorf("%q and %q; the store holds %d", first, again, rig.Held())
	}
	mustOpen(t, rig.Files(), first, b)
}

func filesFromAnyReader(t *testing.T, rig FilesRig) {
	b := noise(300_000)
	further := bytes.NewReader(append([]byte("read before"), b...))
	if _, err := further.Seek(11, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{
		"one byte at a time": iotest.OneByteReader(bytes.NewReader(b)),
		"data with its end":  iotest.DataErrReader(bytes.NewReader(b)),
		"no seeker":          io.MultiReader(bytes.NewReader(b)),
		"not at its start":   further,
	} {
		digest, size, err := rig.Files().Keep(t.Context(), r, int64(len(b)))
		if err != nil || size != int64(len(b)) {
			t.Fatalf("%s: %d bytes, %v", name, size, err)
		}
		mustOpen(t, rig.Files(), digest, b)
	}
	if rig.Held() != 1 {
		t.Errorf("the store holds %d, want 1", rig.Held())
	}
}

func filesRefused(t *testing.T, rig FilesRig) {
	f := rig.Files()
	broken := errors.New("the sender went away")
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	stopped := func(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
		return f.Keep(cancelled, r, limit)
	}
	half := io.MultiReader(bytes.NewReader(noise(100_000)), iotest.ErrReader(broken))
	for name, tc := range map[string]struct {
		keep func(ctx context.Context, r io.Reader, limit int64) (string, int64, error)
		r    io.Reader
		want error
	}{
		"too large":              {f.Keep, strings.NewReader("123456789"), channels.ErrFileTooLarge},
		"too large, no seeker":   {f.Keep, io.MultiReader(strings.NewReader("123456789")), channels.ErrFileTooLarge},
		"the reader breaks":      {f.Keep, iotest.ErrReader(broken), broken},
		"the reader breaks late": {f.Keep, io.MultiReader(strings.NewReader("1234"), half), channels.ErrFileTooLarge},
		"cancelled":              {stopped, strings.NewReader("1"), context.Canceled},
		"cancelled, and empty":   {stopped, strings.NewReader(""), context.Canceled},
	} {
		if digest, _, err := tc.keep(t.Context(), tc.r, 8); !errors.Is(err, tc.want) || digest != "" {
			t.Errorf("%s: got %q and %v, want %v", name, digest, err, tc.want)
		}
	}
	late := io.MultiReader(bytes.NewReader(noise(100_000)), iotest.ErrReader(broken))
	if _, _, err := f.Keep(t.Context(), late, roomy); !errors.Is(err, broken) {
		t.Errorf("a reader that breaks late: %v", err)
	}
	if held := rig.Held(); held != 0 {
		t.Errorf("something was left: the store holds %d", held)
	}
	if _, size, err := f.Keep(t.Context(), strings.NewReader("12345678"), 8); err != nil || size != 8 {
		t.Errorf("exactly the limit: %d bytes, %v", size, err)
	}
}

func filesOpenRefuses(t *testing.T, rig FilesRig) {
	f := rig.Files()
	kept := mustKeep(t, f, noise(10))
	for _, digest := range []string{
		"", ".", "../../etc/passwd", strings.ToUpper(kept), kept[:63], kept + "0", kept[:63] + "/", "infected:" + kept,
		strings.Repeat("a", 64), kept[:2] + "/" + kept,
	} {
		if _, err := f.Open(t.Context(), digest); !errors.Is(err, channels.ErrNoFile) {
			t.Errorf("Open(%q): %v", digest, err)
		}
	}
}

func filesTogether(t *testing.T, rig FilesRig) {
	f := rig.Files()
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			b := noise(10_000 + i%3)
			digest, _, err := f.Keep(t.Context(), io.MultiReader(bytes.NewReader(b)), roomy)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := readAll(t.Context(), f, digest); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	wg.Wait()
	if rig.Held() != 3 {
		t.Errorf("3 files were kept, the store holds %d", rig.Held())
	}
}

func filesWhileBroken(t *testing.T, rig FilesRig) {
	if len(rig.Break) == 0 {
		t.Skip("nothing to break")
	}
	f := rig.Files()
	before := noise(5000)
	old := mustKeep(t, f, before)
	fresh := 0
	for name, breakIt := range rig.Break {
		fresh++
		b := noise(2<<20 + fresh)
		mend := breakIt()
		if digest, _, err := f.Keep(t.Context(), bytes.NewReader(b), roomy); err == nil {
			t.Errorf("%s: kept under %q all the same", name, digest)
		}
		if got, err := readAll(t.Context(), f, old); errors.Is(err, channels.ErrNoFile) || err == nil && !bytes.Equal(got, before) {
			t.Errorf("%s: an old file reads as %d bytes, %v", name, len(got), err)
		}
		mend()
		if held := rig.Held(); held > 1+fresh { // a put may arrive whose answer is lost
			t.Errorf("%s: the store holds %d after %d kept", name, held, fresh)
		}
		mustOpen(t, f, mustKeep(t, f, b), b)
		mustOpen(t, f, old, before)
	}
	if held := rig.Held(); held != 1+fresh {
		t.Errorf("%d files were kept, the store holds %d", 1+fresh, held)
	}
}

func filesDamaged(t *testing.T, rig FilesRig) {
	if rig.Damage == nil {
		t.Skip("nothing can be damaged")
	}
	f := rig.Files()
	digest := mustKeep(t, f, noise(5000))
	rig.Damage(digest)
	if _, err := readAll(t.Context(), f, digest); err == nil || errors.Is(err, channels.ErrNoFile) {
		t.Errorf("damaged bytes: %v", err)
	}
}
