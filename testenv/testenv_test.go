package testenv_test

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"

	"recado/testenv"
)

// patience is for a mail to pass two servers on a machine under load.
const patience = 20 * time.Second

func TestPostgresGivesEachTestItsOwnDatabase(t *testing.T) {
	t.Parallel()
	one, two := connect(t, testenv.Postgres(t)), connect(t, testenv.Postgres(t))
	var n int
	if err := one.QueryRow(t.Context(), "select 1").Scan(&n); err != nil || n != 1 {
		t.Fatalf("select 1 = %d, %v", n, err)
	}
	for _, db := range []*pgx.Conn{one, two} {
		// The second one would say that the schema is there already.
		if _, err := db.Exec(t.Context(), "create schema desk; create table desk.ticket (id bigint)"); err != nil {
			t.Error(err)
		}
	}
}

func TestPostgresDropsTheDatabaseWithItsConnections(t *testing.T) {
	t.Parallel()
	var dsn string
	t.Run("test that leaves a connection open", func(t *testing.T) {
		dsn = testenv.Postgres(t)
		if _, err := pgx.Connect(t.Context(), dsn); err != nil {
			t.Fatal(err)
		}
	})
	if dsn == "" {
		t.Skip("the test within was skipped")
	}
	conn, err := pgx.Connect(t.Context(), dsn)
	if err == nil {
		conn.Close(t.Context())
		t.Fatalf("%s is still there", dsn)
	}
	if !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("got %v, want that the database does not exist", err)
	}
}

func connect(t *testing.T, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func TestRedisGivesEachTestItsOwnEmptyDatabase(t *testing.T) {
	t.Parallel()
	one, two := open(t, testenv.Redis(t)), open(t, testenv.Redis(t))
	if err := one.Ping(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if err := one.Set(t.Context(), "session", "half a question", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if err := two.Get(t.Context(), "session").Err(); !errors.Is(err, redis.Nil) {
		t.Errorf("the other database: got %v, want redis.Nil", err)
	}
}

func open(t *testing.T, url string) *redis.Client {
	t.Helper()
	opts, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	db := redis.NewClient(opts)
	t.Cleanup(func() { db.Close() })
	return db
}

// A mail goes in through Postfix and is read back from Dovecot: the plus part must not
// choose the mailbox, and must still be there to be read.
func TestMailPassesPostfixAndDovecot(t *testing.T) {
	t.Parallel()
	local := "suporte-" + uuid.NewString()
	for _, c := range []struct{ name, domain string }{
		{"the desk", "desk.example"},
		{"a customer", "aurora.example"},
		{"the team", "team.example"},
		{"a domain below another", "mail.aurora.example"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			mailbox := testenv.Mailbox(t, local+"@"+c.domain)
			if got := mailbox.All(); len(got) != 0 {
				t.Fatalf("a mailbox nobody wrote to has %d mails", len(got))
			}
			to := local + "+t1.abcdef@" + c.domain
			testenv.SendMail(t, "ana@aurora.example", to, []byte(
				"From: Ana <ana@aurora.example>\r\nTo: "+to+"\r\nSubject: CT-e\r\n\r\nO CT-e não autoriza.\r\n"))
			got := string(mailbox.Wait(patience, func(raw []byte) bool { return bytes.Contains(raw, []byte("O CT-e não autoriza.")) }))
			for _, header := range []string{
				"Delivered-To: " + to + "\r\n",
				"X-Original-To: " + to + "\r\n",
				"Return-Path: <ana@aurora.example>\r\n",
			} {
				if !strings.Contains(got, header) {
					t.Errorf("lacks %q:\n%s", header, got)
				}
			}
		})
	}
}

// Order is what the desk lives by, so the reader must keep it: oldest first.
func TestMailboxAllIsOldestFirstAndFollowsTheMailbox(t *testing.T) {
	t.Parallel()
	user := "ana-" + uuid.NewString() + "@aurora.example"
	mailbox := testenv.Mailbox(t, user)
	for _, word := range []string{"primeira", "segunda", "terceira"} {
		testenv.SendMail(t, "desk@desk.example", user, []byte("Subject: "+word+"\n\n"+word+"\n"))
		mailbox.Wait(patience, func(raw []byte) bool { return bytes.Contains(raw, []byte(word)) })
	}
	var got []string
	for _, raw := range mailbox.All() {
		_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
		got = append(got, strings.TrimSpace(string(body)))
	}
	if want := "primeira segunda terceira"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// No test may ever write to a stranger.
func TestPostfixRefusesTheRestOfTheWorld(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"someone@example.com", "ana@aurora.example@example.com", "ana%example.com@localhost", "ana@example.org"} {
		t.Run(to, func(t *testing.T) {
			t.Parallel()
			client, err := smtp.Dial(testenv.SMTP(t))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := client.Mail("ana@aurora.example", nil); err != nil {
				t.Fatal(err)
			}
			var refused *smtp.SMTPError
			if err := client.Rcpt(to, nil); !errors.As(err, &refused) || refused.Temporary() {
				t.Errorf("RCPT TO <%s>: got %v, want a permanent refusal", to, err)
			}
		})
	}
}

func TestChromiumIsABrowser(t *testing.T) {
	t.Parallel()
	said, err := exec.CommandContext(t.Context(), testenv.Chromium(t), "--version").Output()
	if err != nil || !bytes.Contains(said, []byte("Chrom")) {
		t.Errorf("--version: %q, %v", said, err)
	}
}
