package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/core/dialogue"
	"recado/core/message"
)

// What a DB is for others; for bot.Leases and channels.Memory see runtime_test.go.
var (
	_ dialogue.Store    = (*DB)(nil)
	_ inbox.Store       = (*DB)(nil)
	_ outbox.Store      = (*DB)(nil)
	_ outbox.Claimer    = (*DB)(nil)
	_ dialogue.Sessions = Sessions{}
	_ dialogue.Tx       = (*tx)(nil)
	_ dialogue.Late     = (*tx)(nil)
)

// Options say which database, and how to use it.
type Options struct {
	Driver string // SQLite or Postgres
	DSN    string // SQLite: a file's path or a file: DSN; PostgreSQL: any DSN of pgx

	Logger *slog.Logger     // nil: slog.Default
	Now    func() time.Time // nil: time.Now; only for the times of rows that nobody else dates

	// KeepSchema makes Open fail with ErrOlder instead of migrating.
	KeepSchema bool

	// Foretell gives the upstream id that a message will have, or "" when its
	// channel cannot know (channels.Foreteller). nil: never known.
	Foretell func(message.Outbound) string

	// MaxGroup is how many Updates share one commit at most. 0: 64.
	MaxGroup int
	// Writers is how many transactions write at the same time on PostgreSQL.
	// 0: 2, so that one works while the other waits for the disk. SQLite has one.
	Writers int
	// Patience is how long a group of Updates may take on PostgreSQL before it is
	// given up, as when the network is gone. 0: 30 s.
	Patience time.Duration
}

// DB is an open database. Its methods may be called by many goroutines.
type DB struct {
	dialect  dialect
	handle   *sql.DB // the writing side; migrations too
	readers  *sql.DB // the same as handle on PostgreSQL
	views    *pool
	group    *group
	cache    *cache
	log      *slog.Logger
	now      func() time.Time
	foretell func(message.Outbound) string
}

// Open connects, checks the settings, and migrates. Close what it returns.
func Open(ctx context.Context, o Options) (*DB, error) {
	d, known := dialects[o.Driver]
	if !known {
		return nil, fmt.Errorf("sqlstore: unknown driver %q; there are %q and %q", o.Driver, SQLite, Postgres)
	}
	db := &DB{dialect: d, cache: newCache(), log: o.Logger, now: o.Now, foretell: o.Foretell}
	if db.log == nil {
		db.log = slog.Default()
	}
	if db.now == nil {
		db.now = time.Now //nolint:forbidigo // for who passes none
	}
	if db.foretell == nil {
		db.foretell = func(message.Outbound) string { return "" }
	}
	if err := db.connect(o); err != nil {
		return nil, err
	}
	if err := db.prepare(ctx, o.KeepSchema); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) connect(o Options) error {
	writers := db.dialect.writers
	if o.Driver == Postgres && o.Writers > 0 {
		writers = o.Writers
	}
	if err := db.open(o); err != nil {
		return err
	}
	// The pools below bound the connections; database/sql need not close idle ones.
	for _, h := range []*sql.DB{db.handle, db.readers} {
		h.SetMaxIdleConns(writers + db.dialect.readers)
	}
	db.views = newPool(db.readers, db.dialect, db.dialect.readers)
	db.group = newGroup(db, newPool(db.handle, db.dialect, writers), o)
	return nil
}

// open makes the handles, which connect when they are asked something. PostgreSQL is
// read and written through one.
func (db *DB) open(o Options) (err error) {
	if o.Driver == Postgres {
		db.handle, err = openPostgres(o.DSN)
		db.readers = db.handle
		return err
	}
	if db.handle, err = sql.Open("sqlite", sqliteDSN(o.DSN, false)); err != nil {
		return fmt.Errorf("sqlstore: %w", err)
	}
	if db.readers, err = sql.Open("sqlite", sqliteDSN(o.DSN, true)); err != nil {
		return errors.Join(fmt.Errorf("sqlstore: %w", err), db.handle.Close())
	}
	return nil
}

// postgresSettings hold unless the DSN says otherwise. A statement is planned once
// and kept, and a new desk's tables are empty then: a plan that reads whole tables
// looks good, and would be kept while they grow. All that is asked often has an
// index; and to compile what has none (jit) never pays here.
var postgresSettings = map[string]string{"enable_seqscan": "off", "jit": "off"}

func openPostgres(dsn string) (*sql.DB, error) {
	c, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: the address of PostgreSQL is not understood: %w", err)
	}
	for name, value := range postgresSettings {
		if _, given := c.RuntimeParams[name]; !given {
			c.RuntimeParams[name] = value
		}
	}
	return stdlib.OpenDB(*c), nil
}

func (db *DB) prepare(ctx context.Context, keepSchema bool) error {
	if err := db.handle.PingContext(ctx); err != nil {
		return fmt.Errorf("sqlstore: connect: %w", err)
	}
	if db.readers != db.handle { // SQLite
		for _, h := range []*sql.DB{db.handle, db.readers} {
			if err := checkPragmas(ctx, h); err != nil {
				return err
			}
		}
	}
	return migrate(ctx, db.handle, db.dialect, keepSchema, db.log)
}

// checkPragmas reads back what the DSN asked for: a file system without shared
// memory, for one, silently keeps another journal mode.
func checkPragmas(ctx context.Context, h *sql.DB) error {
	for _, p := range pragmas {
		var got string
		if err := h.QueryRowContext(ctx, "pragma "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("sqlstore: read pragma %s: %w", p.name, err)
		}
		if got != p.read {
			return fmt.Errorf("sqlstore: pragma %s is %q and must be %q; does the DSN say otherwise, or is the file on a network drive?", p.name, got, p.read)
		}
	}
	return nil
}

// Close waits for what is being written, and disconnects. Later calls fail.
func (db *DB) Close() error {
	err := errors.Join(db.group.writers.close(), db.views.close())
	if db.readers != db.handle {
		err = errors.Join(err, db.readers.Close())
	}
	return errors.Join(err, db.handle.Close())
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.readers.PingContext(ctx); err != nil {
		return fmt.Errorf("sqlstore: ping: %w", err)
	}
	return nil
}
