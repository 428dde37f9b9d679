package servers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	probeEvery = 20 * time.Millisecond // between two questions whether a server answers yet
	stopLimit  = 10 * time.Second      // for an orderly end; then it is killed
	logTail    = 2 << 10               // bytes of a log that go into an error
)

// spec says how one server is run.
type spec struct {
	name  string
	argv  []string
	as    account
	home  string                      // its private folder, and its working directory
	stop  syscall.Signal              // asks it for an orderly end
	ready func(context.Context) error // nil when it answers in its own protocol
}

// process is a server that was started.
type process struct {
	spec
	cmd  *exec.Cmd
	gone chan struct{} // closed once the server has ended
}

// launch starts a server and waits until it answers, it ends, or ctx is done.
func launch(ctx context.Context, s spec) (*process, error) {
	log, err := os.Create(s.logPath())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	defer log.Close()

	cmd := exec.Command(s.argv[0], s.argv[1:]...) //nolint:noctx // ctx bounds the start; the server lives until end
	cmd.Dir, cmd.Env = s.home, environ(s.home)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = s.as.attr()
	// A session of its own: Ctrl-C in the terminal is meant for the tests, and they
	// still need the server to end well.
	cmd.SysProcAttr.Setsid = true
	cmd.SysProcAttr.Pdeathsig = s.stop
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	p := &process{spec: s, cmd: cmd, gone: make(chan struct{})}
	go func() {
		defer close(p.gone)
		_ = cmd.Wait() // how it ended does not matter, that it ended does
	}()
	if err := p.awaitReady(ctx); err != nil {
		p.end()
		return nil, fmt.Errorf("%s: %w; its log ends: %s", s.name, err, p.logEnd())
	}
	return p, nil
}

func (p *process) awaitReady(ctx context.Context) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		err := p.ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.gone:
			return errors.New("ended before it answered")
		case <-ctx.Done():
			return fmt.Errorf("%w; last try: %w", ctx.Err(), err)
		case <-tick.C:
		}
	}
}

// alive reports whether the server still runs.
func (p *process) alive() bool {
	select {
	case <-p.gone:
		return false
	default:
		return true
	}
}

// end asks the server to end, kills it if it does not, and takes along what it leaves
// behind in its process group, which has the number of its process.
func (p *process) end() {
	pid := p.cmd.Process.Pid
	_ = p.cmd.Process.Signal(p.stop) // it may be gone already
	select {
	case <-p.gone:
	case <-time.After(stopLimit):
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	<-p.gone
}

func (s spec) logPath() string { return s.home + ".log" }

func (s spec) logEnd() string {
	b, err := os.ReadFile(s.logPath())
	if err != nil {
		return err.Error()
	}
	return string(bytes.TrimSpace(b[max(0, len(b)-logTail):]))
}

// setUp runs a command that a server needs once, before its start.
func (s spec) setUp(ctx context.Context, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = s.home, environ(s.home), s.as.attr()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %s: %w: %s", s.name, filepath.Base(argv[0]), err, bytes.TrimSpace(out))
	}
	return nil
}

// environ is all that a server learns of our environment: a locale or a PG* variable
// of the person at the keyboard must not change what is tested.
func environ(home string) []string {
	return []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + home, "LC_ALL=C.UTF-8", "TZ=UTC"}
}

// account is who a server runs as.
type account struct {
	name, group string
	uid, gid    uint32
	drop        bool // we are somebody else, and have to change to it
}

// unprivileged gives the named account, or our own where we may not change.
func unprivileged(name string) (account, error) {
	if os.Geteuid() != 0 {
		return lookUp(user.Current())
	}
	a, err := lookUp(user.Lookup(name))
	a.drop = true
	return a, err
}

func lookUp(u *user.User, err error) (account, error) {
	if err != nil {
		return account{}, fmt.Errorf("look up an account: %w", err)
	}
	g, err := user.LookupGroupId(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("look up the group of %s: %w", u.Username, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user id of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("group id of %s: %w", u.Username, err)
	}
	return account{name: u.Username, group: g.Name, uid: uint32(uid), gid: uint32(gid)}, nil
}

func (a account) attr() *syscall.SysProcAttr {
	if !a.drop {
		return &syscall.SysProcAttr{}
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: a.uid, Gid: a.gid}}
}

// mkdir makes a folder that belongs to the account.
func (a account) mkdir(path string) error {
	if err := os.Mkdir(path, 0o755); err != nil {
		return err
	}
	if !a.drop {
		return nil
	}
	return os.Chown(path, int(a.uid), int(a.gid))
}
