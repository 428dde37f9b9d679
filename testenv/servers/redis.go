package servers

import (
	"context"
	"path/filepath"
	"syscall"
)

// startRedis starts a Redis that keeps nothing on disk.
func startRedis(ctx context.Context, dir, addr string) (*process, error) {
	as, err := unprivileged("nobody")
	if err != nil {
		return nil, err
	}
	s := spec{
		name: "Redis", as: as, home: filepath.Join(dir, "redis"),
		argv: []string{"/usr/bin/redis-server", "--bind", "127.0.0.1", "--port", portOf(addr),
			"--save", "", "--appendonly", "no",
			"--databases", "512", // one for each test that runs at the same time
		},
		stop:  syscall.SIGTERM,
		ready: greets(addr, "PING\r\n", "+PONG"),
	}
	if err := as.mkdir(s.home); err != nil {
		return nil, err
	}
	return launch(ctx, s)
}
