package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// deadPort is a loopback address where nothing answers.
func deadPort(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// lineOf is the line of one check.
func lineOf(out, name string) string {
	for line := range strings.Lines(out) {
		if _, rest, ok := strings.Cut(line, "  "); ok && strings.HasPrefix(strings.TrimLeft(rest, " "), name+": ") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

func TestCheckOfAFreshDeskFindsNothingWrong(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	cfg := written(t, "recado.yaml", fmt.Sprintf("data: %s\nhours: {always: true}\nweb: {listen: %q}\nsmtp_in: {listen: %q}\ndesk: {register: suporte@desk.example}\n", data, deadPort(t), deadPort(t)))
	out, _, err := told(t, "check", "-c", cfg)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for name, want := range map[string]string{
		"opening hours": "ok     opening hours: the team is there now",
		"data folder":   "ok     data folder: " + data + " will be made on the first start",
		"database":      "ok     database: " + data + "/recado.db will be made on the first start",
	} {
		if got := lineOf(out, name); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("check made the data folder")
	}
}

func TestCheckAfterTheFirstStart(t *testing.T) {
	data := t.TempDir()
	cfg := written(t, "recado.yaml", fmt.Sprintf("data: %s\nlog: {level: error}\nweb: {listen: %q}\nsmtp_in: {enabled: off}\n", data, deadPort(t)))
	if _, _, err := told(t, "import", "-c", cfg, written(t, "empresas.csv", sheet)); err != nil {
		t.Fatal(err)
	}
	out, _, err := told(t, "check", "-c", cfg)
	if want := "ok     database: SQLite in " + data + "/recado.db answers, and is up to date"; err != nil || lineOf(out, "database") != want {
		t.Errorf("got %v\n%s", err, out)
	}
}

func TestCheckSaysWhatIsWrongAndWhatToDo(t *testing.T) {
	postgres, redis, imap, smtp := deadPort(t), deadPort(t), deadPort(t), deadPort(t)
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	password := written(t, "password", "hunter2\n")
	if err := os.Chmod(password, 0o644); err != nil {
		t.Fatal(err)
	}
	port := func(address string) string { _, p, _ := net.SplitHostPort(address); return p }
	cfg := ownDesk(t, fmt.Sprintf(`
database: postgres://recado:hunter2@%s/recado
redis: redis://:hunter2@%s/0
secret: %s
web: {listen: %q}
email:
  - address: suporte@desk.example
    imap: {host: 127.0.0.1, port: %s, tls: none, password_file: %s}
    smtp: {host: 127.0.0.1, port: %s}
`, postgres, redis, strings.Repeat("k", 32), taken.Addr(), port(imap), password, port(smtp)))
	out, _, err := told(t, "check", "-c", cfg)
	if err == nil || !strings.HasPrefix(err.Error(), "5 of 9 checks") {
		t.Errorf("got %v, want 5 of 9 wrong\n%s", err, out)
	}
	for name, want := range map[string]string{
		"database":                     "WRONG  database: PostgreSQL at " + postgres + ": nothing answers there; is it running, and is the port right?",
		"redis":                        "WRONG  redis: Redis at " + redis + ": nothing answers there; is it running, and is the port right?",
		"secret file " + password:      "WRONG  secret file " + password + ": other users of this machine may read " + password + "; run: chmod 600 " + password,
		"web pages":                    "WRONG  web pages: another program listens on " + taken.Addr().String() + ": stop it, or choose another port",
		"signing key":                  "ok     signing key: given by the configuration",
		"mailbox suporte@desk.example": "WRONG  mailbox suporte@desk.example: ",
	} {
		if got := lineOf(out, name); !strings.HasPrefix(got, want) && got+" " != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for _, part := range []string{"IMAP", "SMTP", imap, smtp} {
		if !strings.Contains(out, part) {
			t.Errorf("nothing is said of %s:\n%s", part, out)
		}
	}
	if strings.Contains(out, "hunter2") {
		t.Errorf("a password was shown:\n%s", out)
	}
}

func TestDoubtsDoNotFail(t *testing.T) {
	var out strings.Builder
	err := runChecks(t.Context(), &out, []check{
		{"one", func(context.Context) (string, error) { return "works", nil }},
		{"two", func(context.Context) (string, error) { return "", doubt("look here") }},
	})
	if want := "ok     one: works\nnote   two: look here\n"; err != nil || out.String() != want {
		t.Errorf("got %q, %v", out.String(), err)
	}
	err = runChecks(t.Context(), &out, []check{{"three", func(context.Context) (string, error) { return "", errors.New("broken") }}})
	if err == nil {
		t.Error("something wrong did not fail")
	}
}

func TestPostgreSQLsRefusalsAreInWords(t *testing.T) {
	for code, want := range map[string]string{
		"28P01": "refused the user or the password", "3D000": "has no such database", "42501": "does not let this user make tables",
	} {
		err := databaseTrouble("PostgreSQL at db", fmt.Errorf("open: %w", &pgconn.PgError{Code: code}))
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %q", code, err)
		}
	}
}
