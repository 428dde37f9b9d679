// Command run starts the servers that the tests need, runs a command beside them, and
// stops them again.
//
//	run [-install] [-keep] [-dir DIR] -- CMD ARGS...
//
// CMD finds the servers by the RECADO_TEST_* variables (package servers). Signals are
// passed on to it. Whether it succeeds, fails or is interrupted, the servers are
// stopped and their data removed. The exit code is CMD's, 128 + N when signal N ended
// it; 125 when the servers did not start, 127 when CMD could not be started, 2 for
// wrong arguments.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"recado/testenv/servers"
)

// What the program itself can end with.
const (
	exitUsage    = 2
	exitServers  = 125
	exitCommand  = 127
	exitSignaled = 128 // plus the signal's number
)

type options struct {
	install, keep bool
	dir           string
	command       []string
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	opts, err := parse(args)
	if err != nil {
		return exitUsage // the flag package has said why
	}
	ended := []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}
	signals := make(chan os.Signal, len(ended))
	signal.Notify(signals, ended...)
	ctx, release := signal.NotifyContext(context.Background(), ended...)
	defer release()

	dir, err := os.MkdirTemp(opts.dir, "recado-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // the servers are other users
	}
	if err != nil {
		return complain(exitServers, err)
	}
	if !opts.keep {
		defer os.RemoveAll(dir)
	}
	running, err := start(ctx, opts, dir)
	if err != nil {
		return complain(exitServers, err)
	}
	defer running.Stop()
	if ctx.Err() != nil {
		return complain(exitServers, errors.New("interrupted"))
	}
	code := beside(opts.command, running.Environ(), signals)
	if err := running.Ended(); err != nil {
		complain(code, err)
	}
	return code
}

func parse(args []string) (options, error) {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	var o options
	flags.BoolVar(&o.install, "install", false, "install missing Debian packages with apt-get (as root)")
	flags.BoolVar(&o.keep, "keep", false, "keep the servers' data and logs, and say where")
	// Not TMPDIR: it may be a place that only its owner can enter.
	flags.StringVar(&o.dir, "dir", "/tmp", "where the servers' private `folder` is made; keep it short, sockets live there")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: run [-install] [-keep] [-dir DIR] -- CMD ARGS...")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.command = flags.Args(); len(o.command) == 0 {
		flags.Usage()
		return o, errors.New("no command")
	}
	return o, nil
}

func start(ctx context.Context, o options, dir string) (*servers.Running, error) {
	if o.install {
		if err := servers.Install(ctx, os.Stderr); err != nil {
			return nil, asRoot(err)
		}
	}
	if missing := servers.Missing(); len(missing) > 0 {
		return nil, fmt.Errorf("not on this machine: %v; -install brings them", missing)
	}
	began := time.Now()
	running, err := servers.Start(ctx, dir)
	if err != nil {
		return nil, asRoot(err)
	}
	fmt.Fprintf(os.Stderr, "testenv: PostgreSQL, Redis, Dovecot and Postfix answer after %.1f s\n", time.Since(began).Seconds())
	if o.keep {
		fmt.Fprintf(os.Stderr, "testenv: data and logs stay in %s\n", dir)
	}
	return running, nil
}

// asRoot adds what an ordinary user can do about it.
func asRoot(err error) error {
	if os.Geteuid() == 0 {
		return err
	}
	return fmt.Errorf(`%w; try: sudo env "PATH=$PATH" make test`, err)
}

// beside runs the command and passes the signals on to it.
func beside(command, environ []string, signals <-chan os.Signal) int {
	cmd := exec.Command(command[0], command[1:]...) //nolint:noctx // it ends itself, told by the signals below
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), environ...)
	if err := cmd.Start(); err != nil {
		return complain(exitCommand, err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // the exit code is read below
	}()
	for {
		select {
		case s := <-signals:
			if !saidByTerminal(s) {
				_ = cmd.Process.Signal(s) // it may just have ended
			}
		case <-ended:
			return codeOf(cmd.ProcessState)
		}
	}
}

// saidByTerminal reports whether the command got the signal already: a terminal sends
// Ctrl-C and Ctrl-\ to everybody in its foreground. A second Ctrl-C often means
// "at once", so it must not be doubled.
func saidByTerminal(s os.Signal) bool {
	if s != syscall.SIGINT && s != syscall.SIGQUIT {
		return false
	}
	_, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS)
	return err == nil
}

func codeOf(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitSignaled + int(status.Signal())
	}
	return state.ExitCode()
}

func complain(code int, err error) int {
	fmt.Fprintln(os.Stderr, "testenv:", err)
	return code
}
