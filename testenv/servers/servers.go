package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	startLimit = 90 * time.Second // a cold disk on a busy machine takes a tenth of it
	probeLimit = 2 * time.Second  // for one question whether a server answers

	// Ports come from below the range that the kernel gives to outgoing connections
	// (32768 and up), so that none is taken between our look and the server's bind.
	portFirst, portEnd = 20000, 32768
)

// Running is a set of servers that answer.
type Running struct {
	processes []*process // in the order of their start
	environ   []string
}

// Start starts all servers with their data below dir, which must be an empty folder
// with a short path that other users may pass through. It needs root, because
// Postfix does; the others drop to accounts without rights.
func Start(ctx context.Context, dir string) (*Running, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	ports, err := freePorts(ctx, 6)
	if err != nil {
		return nil, err
	}
	postgres, redis, imap, lmtp, smtp, ours := ports[0], ports[1], ports[2], ports[3], ports[4], ports[5]
	chromium, err := findChromium()
	if err != nil {
		return nil, err
	}
	r := &Running{environ: []string{
		EnvPostgres + "=postgres://recado@" + postgres + "/postgres?sslmode=disable",
		EnvRedis + "=redis://" + redis + "/0",
		EnvIMAP + "=" + imap,
		EnvLMTP + "=" + lmtp,
		EnvSMTP + "=" + smtp,
		EnvOurLMTP + "=" + ours,
		EnvChromium + "=" + chromium,
		EnvRequired + "=1",
	}}
	err = r.startAll(ctx,
		func(ctx context.Context) (*process, error) { return startPostgres(ctx, dir, postgres) },
		func(ctx context.Context) (*process, error) { return startRedis(ctx, dir, redis) },
		func(ctx context.Context) (*process, error) { return startDovecot(ctx, dir, imap, lmtp) },
		func(ctx context.Context) (*process, error) { return startPostfix(ctx, dir, smtp, lmtp, ours) },
	)
	if err != nil {
		r.Stop()
		return nil, err
	}
	return r, nil
}

// startAll starts the servers side by side; none needs another one to start.
func (r *Running) startAll(ctx context.Context, starts ...func(context.Context) (*process, error)) error {
	started := make([]*process, len(starts))
	group, ctx := errgroup.WithContext(ctx)
	for i, start := range starts {
		group.Go(func() (err error) {
			started[i], err = start(ctx)
			return err
		})
	}
	err := group.Wait()
	for _, p := range started {
		if p != nil {
			r.processes = append(r.processes, p)
		}
	}
	return err
}

// Environ gives the variables, as NAME=VALUE, by which tests find the servers.
func (r *Running) Environ() []string { return r.environ }

// Ended is an error that names each server that ended on its own, with the end of
// its log; nil while all run.
func (r *Running) Ended() error {
	var errs []error
	for _, p := range r.processes {
		if !p.alive() {
			errs = append(errs, fmt.Errorf("%s ended on its own; its log ends: %s", p.name, p.logEnd()))
		}
	}
	return errors.Join(errs...)
}

// Stop ends the servers, the last one first, and returns when they are gone. What
// does not end within 10 s is killed.
func (r *Running) Stop() {
	for _, p := range slices.Backward(r.processes) {
		p.end()
	}
	r.processes = nil
}

// freePorts gives n addresses on 127.0.0.1 that nobody listens on.
func freePorts(ctx context.Context, n int) ([]string, error) {
	var found []string
	for tries := 0; len(found) < n; tries++ {
		if tries > portEnd-portFirst {
			return nil, errors.New("no free port on 127.0.0.1 between 20000 and 32767")
		}
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(portFirst+rand.IntN(portEnd-portFirst)))
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
		if err != nil {
			continue
		}
		// Open until all are found: so no port comes twice.
		defer l.Close()
		found = append(found, addr)
	}
	return found, nil
}

// portOf gives the port of an address made by freePorts.
func portOf(addr string) string {
	_, port, _ := strings.Cut(addr, ":")
	return port
}

// greets asks the server at addr (say nothing with say = "") and checks how the first
// line that it answers begins.
func greets(addr, say, want string) func(context.Context) error {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, probeLimit)
		defer cancel()
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		if deadline, ok := ctx.Deadline(); ok {
			if err := conn.SetDeadline(deadline); err != nil {
				return err
			}
		}
		if _, err := io.WriteString(conn, say); err != nil {
			return err
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			return err
		}
		if !strings.HasPrefix(line, want) {
			return fmt.Errorf("%s answered %q instead of %q", addr, line, want)
		}
		return nil
	}
}
