package servers

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// postgresTool finds a program of the newest PostgreSQL: Debian keeps them per
// version, outside PATH.
func postgresTool(name string) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", errors.New("no " + name + " in /usr/lib/postgresql")
	}
	return slices.Max(found), nil
}

// startPostgres makes a new cluster whose role recado may do everything.
func startPostgres(ctx context.Context, dir, addr string) (*process, error) {
	initdb, err := postgresTool("initdb")
	if err != nil {
		return nil, err
	}
	postgres, err := postgresTool("postgres")
	if err != nil {
		return nil, err
	}
	as, err := unprivileged("postgres") // the server refuses to run as root
	if err != nil {
		return nil, err
	}
	s := spec{
		name: "PostgreSQL", as: as, home: filepath.Join(dir, "postgres"),
		// A fast end: the default one waits for clients to leave.
		stop: syscall.SIGINT,
		ready: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, probeLimit)
			defer cancel()
			conn, err := pgx.Connect(ctx, "postgres://recado@"+addr+"/postgres?sslmode=disable")
			if err != nil {
				return err
			}
			return conn.Close(ctx)
		},
	}
	if err := as.mkdir(s.home); err != nil {
		return nil, err
	}
	data := filepath.Join(s.home, "data")
	if err := s.setUp(ctx, initdb, "-D", data, "-U", "recado", "-A", "trust",
		"-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"); err != nil {
		return nil, err
	}
	s.argv = []string{postgres, "-D", data,
		"-c", "listen_addresses=127.0.0.1", "-c", "port=" + portOf(addr),
		"-c", "unix_socket_directories=",
		"-c", "max_connections=300", // every test has a pool of its own
	}
	return launch(ctx, s)
}
