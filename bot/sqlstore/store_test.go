package sqlstore_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"recado/bot/sqlstore"
	"recado/core/coretest"
	"recado/core/dialogue"
	"recado/testenv"
)

// databases are what every suite runs on.
var databases = map[string]func(testing.TB) sqlstore.Options{
	"sqlite": func(t testing.TB) sqlstore.Options {
		return sqlstore.Options{Driver: sqlstore.SQLite, DSN: filepath.Join(t.TempDir(), "desk.db")}
	},
	"postgres": func(t testing.TB) sqlstore.Options {
		return sqlstore.Options{Driver: sqlstore.Postgres, DSN: testenv.Postgres(t)}
	},
}

// onEach runs a test on each database.
func onEach(t *testing.T, test func(t *testing.T, o sqlstore.Options)) {
	for name, options := range databases {
		t.Run(name, func(t *testing.T) { test(t, options(t)) })
	}
}

func open(t testing.TB, o sqlstore.Options) *sqlstore.DB {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	db, err := sqlstore.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return db
}

func TestStore(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		o.Foretell = coretest.Foretold
		coretest.TestStore(t, func(t *testing.T) dialogue.Store { return open(t, o) })
	})
}

func TestSessions(t *testing.T) {
	onEach(t, func(t *testing.T, o sqlstore.Options) {
		coretest.TestSessions(t, func(t *testing.T) (dialogue.Store, dialogue.Sessions) {
			db := open(t, o)
			return db, db.Sessions()
		})
	})
}
