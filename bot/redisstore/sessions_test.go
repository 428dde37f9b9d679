package redisstore_test

import (
	"bufio"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"recado/bot/redisstore"
	"recado/bot/sqlstore"
	"recado/core/coretest"
	"recado/core/dialogue"
	"recado/testenv"
)

func open(t *testing.T, o redisstore.Options) *redisstore.Sessions {
	t.Helper()
	s, err := redisstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func store(t *testing.T) *sqlstore.DB {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Options{Driver: sqlstore.SQLite, DSN: filepath.Join(t.TempDir(), "desk.db"), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// raw is a client past the package, on the same database.
func raw(t *testing.T, url string) *redis.Client {
	t.Helper()
	o, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	c := redis.NewClient(o)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestSessions(t *testing.T) {
	url := testenv.Redis(t)
	coretest.TestSessions(t, func(t *testing.T) (dialogue.Store, dialogue.Sessions) {
		return store(t), open(t, redisstore.Options{URL: url})
	})
}

// noLate hides what a transaction offers besides, as another store's would.
type noLate struct{ dialogue.Tx }

func TestSessionsWriteAtOnceWithoutLate(t *testing.T) {
	s, db := open(t, redisstore.Options{URL: testenv.Redis(t)}), store(t)
	want := dialogue.Session{Step: "subject"}
	err := db.Update(t.Context(), func(tx dialogue.Tx) error {
		if err := s.Save(t.Context(), noLate{tx}, "c", 1, want, dialogue.Session{}, 0); err != nil {
			return err
		}
		got, err := s.Load(t.Context(), "c", 1)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("inside the transaction: %+v", got)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnOwnerWhoLostTheConversationSavesNothing(t *testing.T) {
	s, db, ctx := open(t, redisstore.Options{URL: testenv.Redis(t)}), store(t), t.Context()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	turn := func(owner string, now time.Time) func(dialogue.Tx) error {
		claims, err := db.Claim(ctx, owner, []string{"c"}, now, time.Minute)
		if err != nil || len(claims) != 1 {
			t.Fatalf("%s claims %v, %v", owner, claims, err)
		}
		return func(tx dialogue.Tx) error {
			return errors.Join(s.Save(ctx, tx, "c", 1, dialogue.Session{Step: owner}, dialogue.Session{}, 0),
				tx.Finish(ctx, dialogue.Done{Conversation: "c", Owner: owner, Fence: claims[0].Fence, Turn: 1}))
		}
	}
	old, current := turn("old", now), turn("new", now.Add(time.Hour))
	if err := db.Update(ctx, current); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(ctx, old); !errors.Is(err, dialogue.ErrFenced) {
		t.Fatalf("the old owner: %v", err)
	}
	if got, err := s.Load(ctx, "c", 1); err != nil || got.Step != "new" {
		t.Errorf("the session is %+v, %v", got, err)
	}
}

func TestGarbageIsTheZeroSession(t *testing.T) {
	url := testenv.Redis(t)
	s, c := open(t, redisstore.Options{URL: url, Prefix: "desk:"}), raw(t, url)
	for name, put := range map[string]func(key string) error{
		"not JSON":      func(k string) error { return c.Set(t.Context(), k, "\x00{", 0).Err() },
		"another shape": func(k string) error { return c.Set(t.Context(), k, `{"turn":"one"}`, 0).Err() },
		"another type":  func(k string) error { return c.LPush(t.Context(), k, "x").Err() },
		"nothing":       func(string) error { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			if err := put("desk:" + name); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Load(t.Context(), name, 1); err != nil || !reflect.DeepEqual(got, dialogue.Session{}) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestSessionsExpire(t *testing.T) {
	url := testenv.Redis(t)
	s, db := open(t, redisstore.Options{URL: url, TTL: time.Hour}), store(t)
	err := db.Update(t.Context(), func(tx dialogue.Tx) error {
		return s.Save(t.Context(), tx, "c", 1, dialogue.Session{}, dialogue.Session{}, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	if ttl := raw(t, url).TTL(t.Context(), "recado:session:c").Val(); ttl <= 59*time.Minute || ttl > time.Hour {
		t.Errorf("it lives for %v", ttl)
	}
}

func TestRedisAwayFailsTheTurn(t *testing.T) {
	s, err := redisstore.Open(t.Context(), redisstore.Options{URL: testenv.Redis(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(t.Context(), "c", 0); err == nil {
		t.Error("Load says nothing")
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("Ping says nothing")
	}
	err = store(t).Update(t.Context(), func(tx dialogue.Tx) error {
		return s.Save(t.Context(), tx, "c", 1, dialogue.Session{}, dialogue.Session{}, 0)
	})
	if err == nil {
		t.Error("the turn is committed without its session")
	}
}

// policies speaks just enough of the protocol to tell a policy: changing that of
// the real server would fail the tests of other packages, which share it.
func policies(t *testing.T, policy string) (url string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	serve := func(c net.Conn) {
		defer c.Close()
		for r := bufio.NewScanner(c); r.Scan(); {
			info := "# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:" + policy + "\r\n"
			switch strings.ToUpper(r.Text()) {
			case "HELLO", "CLIENT":
				fmt.Fprint(c, "-ERR unknown command\r\n")
			case "INFO":
				fmt.Fprintf(c, "$%d\r\n%s\r\n", len(info), info)
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return "redis://" + l.Addr().String() + "/0"
}

func TestOpenRefusesEviction(t *testing.T) {
	for policy, evicts := range map[string]bool{"noeviction": false, "allkeys-lru": true, "volatile-ttl": true} {
		t.Run(policy, func(t *testing.T) {
			o := redisstore.Options{URL: policies(t, policy)}
			s, err := redisstore.Open(t.Context(), o)
			if errors.Is(err, redisstore.ErrEvicts) != evicts || !evicts && err != nil {
				t.Fatalf("got %v", err)
			}
			if !evicts {
				_ = s.Close()
				return
			}
			if !strings.Contains(err.Error(), policy) || !strings.Contains(err.Error(), "noeviction") {
				t.Errorf("%q does not say what is wrong and what to do", err)
			}
			o.AllowEviction = true
			open(t, o)
		})
	}
}

func TestOpenRefusesAnAddressItCannotRead(t *testing.T) {
	if _, err := redisstore.Open(t.Context(), redisstore.Options{URL: "localhost"}); err == nil {
		t.Error("no error")
	}
}
