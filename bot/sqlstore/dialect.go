package sqlstore

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// dialect is everything in which the two databases differ.
type dialect struct {
	goose     goose.Dialect
	identity  string // the type of a column that numbers its rows
	clustered string // ends a table kept in the order of its primary key
	begin     string // starts a transaction that writes
	snapshot  string // starts one that reads
	writers   int    // how many transactions may write at a time, unless configured
	readers   int
	prepares  bool // statements are kept by us, since the driver keeps none
	nameless  bool // a place in a statement may be a bare "?"
}

// Names of the databases, for Options.Driver.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

var dialects = map[string]dialect{
	SQLite: {
		goose:    goose.DialectSQLite3,
		identity: "integer primary key autoincrement", clustered: " without rowid",
		begin: "begin immediate", snapshot: "begin deferred",
		writers: 1, readers: 4, prepares: true, nameless: true,
	},
	Postgres: {
		goose:    goose.DialectPostgres,
		identity: "bigint generated always as identity primary key",
		begin:    "begin", snapshot: "begin isolation level repeatable read read only", //nolint:dupword // SQL
		writers: 2, readers: 8,
	},
}

// pragmas are SQLite's settings (rule 10). They stand in the DSN, so that every
// connection has them whoever opens it; checkPragmas reads them back.
var pragmas = []struct{ name, set, read string }{
	{"busy_timeout", "5000", "5000"},
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"foreign_keys", "1", "1"},
	// The log is folded into the file every 32 MB instead of every 4: pages that many
	// turns change are then written there once.
	{"wal_autocheckpoint", "8000", "8000"},
}

// sqliteDSN makes the DSN of a file, or adds the settings to a DSN. Readers
// cannot write.
func sqliteDSN(path string, reader bool) string {
	name, query, _ := strings.Cut(path, "?")
	if !strings.HasPrefix(name, "file:") {
		name = "file:" + (&url.URL{Path: name}).EscapedPath()
	}
	set := []string{"_txlock=immediate"}
	if query != "" {
		set = append(set, query)
	}
	for _, p := range pragmas {
		set = append(set, fmt.Sprintf("_pragma=%s(%s)", p.name, p.set))
	}
	if reader {
		set = append(set, "_pragma=query_only(1)")
	}
	return name + "?" + strings.Join(set, "&")
}

// worthRetrying reports whether the database gave the transaction up for the sake
// of another one, and wants it run again.
func worthRetrying(err error) bool {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return pg.Code == "40001" || pg.Code == "40P01" // serialization failure, deadlock
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code()&0xff == sqlite3.SQLITE_BUSY
	}
	return false
}
