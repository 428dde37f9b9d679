package main

import (
	"bufio"
	"bytes"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"recado/testenv/servers"
)

// asProgram makes the test binary be the program, so that what is tested is a real
// process with a real exit code.
const asProgram = "RECADO_TEST_RUN_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Unsetenv(asProgram)
		main()
	}
	os.Exit(m.Run())
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		script string
		code   int
	}{
		{"a command that succeeds", "exit 0", 0},
		{"a command that fails", "exit 7", 7},
		{"a command that a signal ends", "kill -KILL $$", exitSignaled + int(syscall.SIGKILL)},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProgram(t, "--", "sh", "-c", "env; "+c.script)
			said, err := p.cmd.Output()
			if got := exitCode(t, err); got != c.code {
				t.Errorf("exit code %d, want %d; it said: %s", got, c.code, p.errors.String())
			}
			p.leftNothing(t, addresses(t, string(said)))
		})
	}
}

func TestSignalReachesTheCommandAndTheServersStopAfterIt(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "--", "sh", "-c", `trap 'echo interrupted; exit 5' TERM; env; echo ready; while :; do sleep 0.05; done`)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if lines.Text() == "ready" {
			if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := exitCode(t, p.cmd.Wait()); got != 5 || !strings.HasSuffix(said.String(), "interrupted\n") {
		t.Errorf("exit code %d, want 5; it said: %s%s", got, said.String(), p.errors.String())
	}
	p.leftNothing(t, addresses(t, said.String()))
}

func TestSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, says string
		args       []string
		code       int
	}{
		{"no command", "usage:", []string{"-keep"}, exitUsage},
		{"an unknown flag", "-nonsense", []string{"-nonsense", "--", "true"}, exitUsage},
		{"a folder that does not exist", "no such file", []string{"-dir", "/proc/no-such-folder", "--", "true"}, exitServers},
		{"a command that does not exist", "no-such-command", []string{"--", "no-such-command"}, exitCommand},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newProgram(t, c.args...)
			_, err := p.cmd.Output()
			if got := exitCode(t, err); got != c.code || !strings.Contains(p.errors.String(), c.says) {
				t.Errorf("exit code %d, want %d; said %q, want %q in it", got, c.code, p.errors.String(), c.says)
			}
		})
	}
}

type program struct {
	cmd    *exec.Cmd
	dir    string
	errors bytes.Buffer
}

// newProgram prepares the program with a folder that only it uses. It starts servers of
// its own, which takes what make test has: Debian's packages, and root.
func newProgram(t *testing.T, args ...string) *program {
	t.Helper()
	if os.Getenv(servers.EnvRequired) == "" && (os.Geteuid() != 0 || len(servers.Missing()) > 0) {
		t.Skip("starts real servers: run make test as root")
	}
	dir, err := os.MkdirTemp("/tmp", "run-") //nolint:usetesting // t.TempDir is too long a path for the servers' sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.CommandContext(t.Context(), os.Args[0], append([]string{"-dir", dir}, args...)...), dir: dir}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	p.cmd.Stderr = &p.errors
	return p
}

// leftNothing checks that no process still works in the program's folder, that the
// folder is empty, and that nobody listens any more.
func (p *program) leftNothing(t *testing.T, addresses []string) {
	t.Helper()
	if left := processesIn(t, p.dir); len(left) > 0 {
		t.Errorf("still running: %s", strings.Join(left, "; "))
	}
	if files, err := os.ReadDir(p.dir); err != nil || len(files) > 0 {
		t.Errorf("left in its folder: %v, %v", files, err)
	}
	for _, addr := range addresses {
		if conn, err := net.Dial("tcp", addr); err == nil {
			conn.Close()
			t.Errorf("somebody still listens on %s", addr)
		}
	}
}

// processesIn finds the processes whose working directory or command line is below dir.
// Every server is one: each works in its private folder. Zombies have neither.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(all) == 0 {
		t.Fatalf("no processes to look at: %v", err)
	}
	var found []string
	for _, proc := range all {
		cwd, _ := os.Readlink(proc + "/cwd")      // gone meanwhile: not one of those we look for
		line, _ := os.ReadFile(proc + "/cmdline") // likewise
		if strings.HasPrefix(cwd, dir) || bytes.Contains(line, []byte(dir)) {
			found = append(found, proc+" "+string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// addresses reads HOST:PORT of every server out of what `env` printed.
func addresses(t *testing.T, env string) []string {
	t.Helper()
	var found []string
	for line := range strings.Lines(env) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case servers.EnvIMAP, servers.EnvLMTP, servers.EnvSMTP:
			found = append(found, value)
		case servers.EnvPostgres, servers.EnvRedis:
			u, err := url.Parse(value)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, u.Host)
		}
	}
	if len(found) != 5 {
		t.Fatalf("the command saw %d servers in its environment, want 5: %v", len(found), found)
	}
	return found
}

func exitCode(t *testing.T, err error) int {
	t.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	default:
		t.Fatal(err)
		return 0
	}
}
