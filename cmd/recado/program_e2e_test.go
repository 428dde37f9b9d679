package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The tests in *_e2e_test.go run the built program as people do: a process of its
// own, a configuration file, real servers. They know nothing of its inside but the
// tables of its database, where they look up what they cannot see from outside.

func TestMain(m *testing.M) {
	code := m.Run()
	for _, b := range []*built{&build, &forWhatsApp} {
		if b.folder != "" {
			_ = os.RemoveAll(b.folder) // what is left is in the folder for temporary files
		}
	}
	os.Exit(code)
}

// built is the program, built once for all tests and without -race: its start and
// its memory are measured.
type built struct {
	tags   string
	once   sync.Once
	folder string
	err    error
}

// build is the program as people run it; forWhatsApp also trusts the server of watest.
var build, forWhatsApp = built{}, built{tags: "watest"}

func binary(t testing.TB) string { return build.path(t) }

func (b *built) path(t testing.TB) string {
	t.Helper()
	b.once.Do(func() {
		b.folder, b.err = os.MkdirTemp("", "recado-e2e-") //nolint:usetesting // for all tests, not for the first alone
		if b.err != nil {
			return
		}
		begun := time.Now()
		out, err := exec.CommandContext(context.Background(), "go", "build", "-buildvcs=false", "-tags", b.tags, "-o", b.folder, ".").CombinedOutput()
		if err != nil {
			b.err = fmt.Errorf("go build: %w\n%s", err, out)
		}
		t.Logf("built in %v", time.Since(begun).Round(time.Millisecond))
	})
	if b.err != nil {
		t.Fatal(b.err)
	}
	return filepath.Join(b.folder, "recado")
}

// program is one running process of recado.
type program struct {
	t     testing.TB
	cmd   *exec.Cmd
	log   string        // path of all that it wrote
	gone  chan struct{} // closed once it has ended
	begun time.Time
}

// start runs the program with its output in a file. At the end of the test it is
// killed, if it still runs; a failed test shows the end of the file.
func start(t testing.TB, environ []string, args ...string) *program {
	t.Helper()
	return startFile(t, binary(t), environ, args...)
}

// startFile is start of one of the programs that were built.
func startFile(t testing.TB, path string, environ []string, args ...string) *program {
	t.Helper()
	log, err := os.CreateTemp(t.TempDir(), "recado-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	p := &program{t: t, log: log.Name(), gone: make(chan struct{}), begun: time.Now()}
	p.cmd = exec.CommandContext(context.WithoutCancel(t.Context()), path, args...)
	p.cmd.Env = append(os.Environ(), environ...)
	p.cmd.Stdout, p.cmd.Stderr = log, log
	p.begun = time.Now()
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.gone)
		_ = p.cmd.Wait() // how it ended is in ProcessState
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("recado %v, process %d, said last:\n%s", args, p.cmd.Process.Pid, tail(p.output()))
		}
	})
	return p
}

// run runs the program to its end, which must be a good one.
func run(t testing.TB, args ...string) {
	t.Helper()
	p := start(t, nil, args...)
	if code := p.ends(time.Minute); code != 0 {
		t.Fatalf("recado %v ended with %d:\n%s", args, code, p.output())
	}
}

// kill is SIGKILL: nothing can be put in order before the end.
func (p *program) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.gone
}

// terminate is SIGTERM: an end in good order is asked for.
func (p *program) terminate() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatalf("SIGTERM: %v", err)
	}
}

// ends waits for the end and returns the exit code.
func (p *program) ends(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.gone:
	case <-time.After(within):
		p.t.Fatalf("process %d still runs after %v", p.cmd.Process.Pid, within)
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *program) output() []byte {
	out, err := os.ReadFile(p.log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		p.t.Error(err)
	}
	return out
}

// says waits until the program has written the words.
func (p *program) says(within time.Duration, words string) {
	p.t.Helper()
	eventually(p.t, within, fmt.Sprintf("process %d says %q", p.cmd.Process.Pid, words), func() bool {
		return bytes.Contains(p.output(), []byte(words))
	})
}

func tail(b []byte) []byte { return b[max(0, len(b)-4<<10):] }

// lookEvery is how often a condition is looked at: real servers, real time.
const lookEvery = 10 * time.Millisecond

// eventually waits until ok, and fails the test when it does not come in time.
func eventually(t testing.TB, within time.Duration, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(within); !ok(); time.Sleep(lookEvery) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}
