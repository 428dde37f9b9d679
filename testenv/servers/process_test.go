package servers

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A server that does not come up must say so in words that help, and must not be left
// running.
func TestLaunchFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, script string
		giveUp       bool // once it runs
		says         []string
	}{
		{"a server that ends at once", "exit 1", false, []string{"Toy:", "ended before it answered", "port is taken"}},
		{"a server that never answers", "exec sleep 60", true, []string{"Toy:", "context canceled", "not yet", "port is taken"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			home := filepath.Join(t.TempDir(), "toy")
			if err := os.Mkdir(home, 0o755); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			pidFile := filepath.Join(home, "pid")
			_, err := launch(ctx, spec{
				name: "Toy", home: home, stop: syscall.SIGTERM,
				argv: []string{"/bin/sh", "-c", "echo port is taken; echo $$ > " + pidFile + "; " + c.script},
				ready: func(context.Context) error {
					if pid, err := os.ReadFile(pidFile); c.giveUp && err == nil && len(pid) > 0 {
						cancel()
					}
					return errors.New("not yet")
				},
			})
			if err == nil {
				t.Fatal("launched")
			}
			for _, words := range c.says {
				if !strings.Contains(err.Error(), words) {
					t.Errorf("%q lacks %q", err, words)
				}
			}
			pid, err := os.ReadFile(pidFile)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat("/proc/" + strings.TrimSpace(string(pid))); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("process %s is still there", pid)
			}
		})
	}
}

func TestFreePortsAreDistinctAndHigh(t *testing.T) {
	t.Parallel()
	ports, err := freePorts(t.Context(), 50)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, addr := range ports {
		if seen[addr] || !strings.HasPrefix(addr, "127.0.0.1:") || len(portOf(addr)) != 5 {
			t.Errorf("%s: twice, not on loopback, or low", addr)
		}
		seen[addr] = true
	}
}
