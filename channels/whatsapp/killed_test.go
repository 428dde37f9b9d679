package whatsapp

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// In a process of its own, this package's test program is a channel whose sink prints
// what it is handed, or dies of it before that is done.
const (
	childStore = "RECADO_TEST_WHATSAPP_CHILD"
	childDies  = "RECADO_TEST_WHATSAPP_DIES"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childStore); dsn != "" {
		child(dsn)
		return
	}
	os.Exit(m.Run())
}

func child(dsn string) {
	watest.Trust()
	c, err := New(Options{Account: "principal", DSN: dsn, Files: newMemFiles(), Clock: time.Now, Retry: 10 * time.Millisecond})
	if err == nil {
		err = c.Run(context.Background(), fatalSink{})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// fatalSink is killed within Accept if it is to be; else it prints the items, which is
// how they are committed here.
type fatalSink struct{}

func (fatalSink) Accept(_ context.Context, items ...message.Inbound) error {
	if os.Getenv(childDies) != "" {
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	for _, in := range items {
		if err := json.NewEncoder(os.Stdout).Encode(in); err != nil {
			return err
		}
	}
	return nil
}

// TestKilledWhileItTakes: what was not committed when the process died is not
// acknowledged, and comes again to the next one; what was committed does not.
func TestKilledWhileItTakes(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	o := linkedOptions(t, s)
	desk, ana := s.Account(deskNumber, ""), s.Phone(anaNumber, "Ana")
	start := func(extra string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childStore+"="+o.DSN, extra, "HTTPS_PROXY="+s.Proxy(), "NO_PROXY=", "SSL_CERT_FILE="+s.CertFile())
		cmd.Stderr = os.Stderr
		return cmd
	}
	id := ana.Say(desk, "preciosa")
	killed := start(childDies + "=yes")
	if err := killed.Run(); err == nil || killed.ProcessState.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it was not killed: %v", err)
	}
	if desk.Waiting() == 0 {
		t.Fatal("the message was acknowledged, and nobody has it")
	}
	ana.Say(desk, "e outra")
	again := start(childDies + "=")
	out, err := again.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, want := range []string{"preciosa", "e outra"} {
		var in message.Inbound
		if !lines.Scan() || json.Unmarshal(lines.Bytes(), &in) != nil || in.Text != want || want == "preciosa" && in.Thread.ID != id {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
	}
	desk.AwaitSettled()
	_ = again.Process.Kill()
	_ = again.Wait() // it was killed
	if lines.Scan() {
		t.Errorf("once more: %s", lines.Text())
	}
}
