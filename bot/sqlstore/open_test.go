package sqlstore

import (
	"database/sql"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"
)

func quiet(path string) Options {
	return Options{Driver: SQLite, DSN: path, Logger: slog.New(slog.DiscardHandler)}
}

func openFile(t *testing.T, o Options) *DB {
	t.Helper()
	db, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestEveryConnectionHasThePragmas opens two of each side and reads them back.
func TestEveryConnectionHasThePragmas(t *testing.T) {
	for name, dsn := range map[string]string{
		"a path": filepath.Join(t.TempDir(), "ação 100% #1.db"),
		"a DSN":  "file:" + filepath.Join(t.TempDir(), "desk.db") + "?_pragma=cache_size(-4000)",
	} {
		t.Run(name, func(t *testing.T) {
			db := openFile(t, quiet(dsn))
			for _, h := range []*sql.DB{db.handle, db.readers} {
				first, err := h.Conn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if err := checkPragmas(t.Context(), h); err != nil { // takes a second one
					t.Error(err)
				}
				for _, p := range pragmas {
					var got string
					if err := first.QueryRowContext(t.Context(), "pragma "+p.name).Scan(&got); err != nil || got != p.read {
						t.Errorf("%s is %q, %v", p.name, got, err)
					}
				}
				if err := first.Close(); err != nil {
					t.Error(err)
				}
			}
			if _, err := db.readers.ExecContext(t.Context(), "delete from stamp"); err == nil {
				t.Error("a reading connection can write")
			}
		})
	}
}

func TestOpenRefusesSettingsThatDoNotHold(t *testing.T) {
	// A database in memory has no write-ahead log.
	if _, err := Open(t.Context(), quiet("file::memory:")); err == nil {
		t.Error("a database in memory was opened")
	}
	if _, err := Open(t.Context(), quiet(filepath.Join(t.TempDir(), "desk.db")+"?_pragma=synchronous(OFF)")); err == nil {
		t.Error("a DSN that says otherwise was believed")
	}
	if _, err := Open(t.Context(), Options{Driver: "mysql"}); err == nil {
		t.Error("an unknown driver was opened")
	}
	if _, err := Open(t.Context(), Options{Driver: Postgres, DSN: "postgres://127.0.0.1:not-a-port/x"}); err == nil {
		t.Error("an address that makes no sense was opened")
	}
}

func TestSchemaVersions(t *testing.T) {
	o := quiet(filepath.Join(t.TempDir(), "desk.db"))
	kept := o
	kept.KeepSchema = true
	if _, err := Open(t.Context(), kept); !errors.Is(err, ErrOlder) {
		t.Fatalf("an empty database that must not be migrated: %v", err)
	}
	db := openFile(t, o)
	v, err := db.Version(t.Context())
	if err != nil || v.Database != v.Program || v.Program == 0 {
		t.Fatalf("after migrating: %+v, %v", v, err)
	}
	openFile(t, kept) // which needs nothing now
	if _, err := db.handle.ExecContext(t.Context(), "insert into goose_db_version (version_id, is_applied) values (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrNewer) {
		t.Errorf("a newer schema: %v", err)
	}
}
