package files_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"recado/bot/files"
	"recado/channels"
	"recado/channels/channeltest"
)

func open(t testing.TB, dir string) *files.Folder {
	t.Helper()
	f, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// paths of all files in a folder.
func paths(t testing.TB, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFolderKeepsTheContract(t *testing.T) {
	channeltest.RunFiles(t, func(t testing.TB) channeltest.FilesRig {
		dir := t.TempDir()
		return channeltest.FilesRig{
			Files: func() channels.Files { return open(t, dir) },
			Held:  func() int { return len(paths(t, dir)) },
			Break: map[string]func() func(){"the disk is full": func() func() { return fullDisk(t, 64<<10) }},
			Damage: func(digest string) {
				if err := os.WriteFile(filepath.Join(dir, digest[:2], digest), []byte("others"), 0o600); err != nil {
					t.Fatal(err)
				}
			},
		}
	})
}

// fullDisk lets no file grow beyond a length. It fails a write in the middle, as a
// full disk does.
func fullDisk(t testing.TB, length uint64) (mend func()) {
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	set := func(l syscall.Rlimit) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l); err != nil {
			t.Fatal(err)
		}
	}
	set(syscall.Rlimit{Cur: length, Max: before.Max})
	return func() { set(before); signal.Reset(syscall.SIGXFSZ) }
}

// A disk that is really full, where the test may mount one.
func TestFullDiskLeavesNothingAside(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=256k"); err != nil {
		t.Skip("no right to mount a small disk:", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	f := open(t, dir)
	if _, _, err := f.Keep(t.Context(), bytes.NewReader(make([]byte, 1<<20)), 2<<20); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v, want ENOSPC", err)
	}
	if left := paths(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if _, _, err := f.Keep(t.Context(), strings.NewReader("a little fits"), 100); err != nil {
		t.Error(err)
	}
}

// A process is killed in the middle of a Keep; another one is in the middle of one.
func TestStartSweepsWhatACrashLeft(t *testing.T) {
	if dir := os.Getenv("RECADO_TEST_CRASH_IN"); dir != "" {
		r := io.MultiReader(strings.NewReader("half of it"), blocked{})
		_, _, _ = open(t, dir).Keep(t.Context(), r, 100)
		return
	}
	dir := t.TempDir()
	crash := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$")
	crash.Env = append(os.Environ(), "RECADO_TEST_CRASH_IN="+dir)
	out, err := crash.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := crash.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, len(inTheMiddle))); err != nil {
		t.Fatal(err)
	}
	aside := filepath.Join(dir, "incoming")
	open(t, dir)
	if left := paths(t, aside); len(left) != 1 {
		t.Fatalf("while a process writes one file aside, there are %v", left)
	}
	if err := crash.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = crash.Wait() // it was killed, and says so
	if left := paths(t, aside); len(left) != 1 {
		t.Fatalf("the crash left %v: this test shows nothing", left)
	}
	open(t, dir)
	if left := paths(t, dir); len(left) > 0 {
		t.Errorf("not swept: %v", left)
	}
}

const inTheMiddle = "in the middle"

// blocked says so, and waits for the end.
type blocked struct{}

func (blocked) Read([]byte) (int, error) {
	_, _ = os.Stdout.WriteString(inTheMiddle)
	select {}
}

func TestNobodyElseReads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "files")
	if _, _, err := open(t, dir).Keep(t.Context(), strings.NewReader("um print"), 100); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBothReadsFromEitherAndKeepsInOne(t *testing.T) {
	old, current := open(t, t.TempDir()), open(t, t.TempDir())
	both := files.Both(old, current)
	first, _, err := old.Keep(t.Context(), strings.NewReader("antes"), 100)
	if err != nil {
		t.Fatal(err)
	}
	second, _, err := both.Keep(t.Context(), strings.NewReader("depois"), 100)
	if err != nil {
		t.Fatal(err)
	}
	for digest, want := range map[string]string{first: "antes", second: "depois"} {
		r, err := both.Open(t.Context(), digest)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != want {
			t.Errorf("got %q and %v, want %q", got, err, want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := old.Open(t.Context(), second); !errors.Is(err, channels.ErrNoFile) {
		t.Errorf("the old store grew: %v", err)
	}
	away := errors.New("the disk is gone")
	broken := files.Both(awayFiles{away}, current)
	if _, err := broken.Open(t.Context(), first); !errors.Is(err, away) {
		t.Errorf("a file that may be in the store that is away: %v", err)
	}
	if _, err := broken.Open(t.Context(), second); err != nil {
		t.Errorf("a file of the store that answers: %v", err)
	}
}

// awayFiles is a store that answers nothing.
type awayFiles struct{ err error }

func (a awayFiles) Keep(context.Context, io.Reader, int64) (string, int64, error) {
	return "", 0, a.err
}
func (a awayFiles) Open(context.Context, string) (io.ReadCloser, error) { return nil, a.err }
