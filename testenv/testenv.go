// Package testenv gives tests the real servers: PostgreSQL, Redis, Dovecot, Postfix,
// Chromium. `make test` starts them (command testenv/run, package testenv/servers).
//
// Promises: what a test gets is its own. Postgres is a fresh database, Redis an empty
// database number, both cleaned up when the test ends; of mailboxes there are as many
// as there are names, so a test invents one that nobody else uses. Without the servers
// a test is skipped with a hint, or fails where RECADO_TEST_REQUIRED is set: under
// `make test` no test is skipped for want of a server.
//
// Waiting for a mail is the one place in the tests that polls: a real mail server has
// no injected clock.
package testenv

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"recado/testenv/servers"
)

// Password opens every mailbox of the test servers.
const Password = servers.Password

// limit is for one talk with a server; a machine under load is slow, not broken.
const limit = 30 * time.Second

// IMAP is HOST:PORT of Dovecot, without TLS. Each name below .example is a mailbox, such
// as suporte@desk.example; log in with the whole address and Password.
func IMAP(t testing.TB) string { t.Helper(); return address(t, servers.EnvIMAP) }

// LMTP is HOST:PORT of Dovecot's LMTP: a mail's way past Postfix, byte for byte.
func LMTP(t testing.TB) string { t.Helper(); return address(t, servers.EnvLMTP) }

// OurLMTP is HOST:PORT where nobody listens until a test does: Postfix hands mail for
// addresses of the domain lmtp.example over there, by LMTP.
func OurLMTP(t testing.TB) string { t.Helper(); return address(t, servers.EnvOurLMTP) }

// SMTP is HOST:PORT of Postfix, without TLS or login. It takes mail for each address below
// .example, and refuses all others with 554.
func SMTP(t testing.TB) string { t.Helper(); return address(t, servers.EnvSMTP) }

// Chromium is the browser's path. As root it must be started with --no-sandbox.
func Chromium(t testing.TB) string { t.Helper(); return address(t, servers.EnvChromium) }

// Postgres makes an empty database for this test, and returns its DSN. It is dropped when
// the test ends, even if connections are open. It costs about 0.3 s, so tables of cases
// share one.
func Postgres(t testing.TB) string {
	t.Helper()
	server := address(t, servers.EnvPostgres)
	dsn, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s: %v", servers.EnvPostgres, err)
	}
	// Random, not named after the test: a test may ask twice.
	name := "t_" + strings.ToLower(rand.Text())
	execute(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	dsn.Path = "/" + name
	return dsn.String()
}

func execute(t testing.TB, dsn, statement string) {
	t.Helper()
	// Not t.Context(): it is done before the clean-up.
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("PostgreSQL: %s: %v", statement, err)
	}
}

// Redis gives this test an empty database number, as redis://HOST:PORT/N. It is emptied
// when the test ends. A test that wants Redis to forget uses FLUSHDB, never FLUSHALL,
// which would take the other tests' data along.
func Redis(t testing.TB) string {
	t.Helper()
	server := address(t, servers.EnvRedis)
	opts, err := redis.ParseURL(server)
	if err != nil {
		t.Fatalf("%s: %v", servers.EnvRedis, err)
	}
	opts.DB = nextDatabase(t, opts)
	flush(t, opts)
	t.Cleanup(func() { flush(t, opts) })
	return "redis://" + opts.Addr + "/" + strconv.Itoa(opts.DB)
}

// nextDatabase counts in database 0, which no test gets, so that test binaries that run
// side by side never share a number. It begins again after the last one.
func nextDatabase(t testing.TB, opts *redis.Options) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	db := redis.NewClient(opts)
	defer db.Close()
	config, err := db.ConfigGet(ctx, "databases").Result()
	if err != nil {
		t.Fatalf("Redis: %v", err)
	}
	databases, err := strconv.ParseInt(config["databases"], 10, 64)
	if err != nil || databases < 2 {
		t.Fatalf("Redis: needs more than one database, has %q", config["databases"])
	}
	n, err := db.Incr(ctx, "recado:test:databases").Result()
	if err != nil {
		t.Fatalf("Redis: %v", err)
	}
	return int(1 + (n-1)%(databases-1))
}

func flush(t testing.TB, opts *redis.Options) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	db := redis.NewClient(opts)
	defer db.Close()
	if err := db.FlushDB(ctx).Err(); err != nil {
		t.Fatalf("Redis: empty database %d: %v", opts.DB, err)
	}
}

// address reads a variable; without it the test cannot go on.
func address(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	switch {
	case value != "":
	case os.Getenv(servers.EnvRequired) != "":
		t.Fatalf("%s is not set, but the servers are required here", name)
	default:
		t.Skipf("needs a real server (%s): run make test, or: go run ./testenv/run -install -- go test ./...", name)
	}
	return value
}
