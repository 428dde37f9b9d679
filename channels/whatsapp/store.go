package whatsapp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"go.mau.fi/whatsmeow/store/sqlstore"

	_ "modernc.org/sqlite" // the driver of the embedded store

	"recado/channels"
)

// The settings of whatsmeow's own SQLite file. Immediate transactions: without them
// its decryption fails with BUSY_SNAPSHOT under load, and messages are lost.
const sqlitePragmas = "?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(10000)&_txlock=immediate"

// errOccupied is why a PostgreSQL database cannot be used: whatsmeow looks for its
// tables in all schemas of a database at once.
var errOccupied = errors.New("another number keeps its keys in that database; give this one a database of its own, or write sqlite")

func (o Options) inPostgres() bool {
	return strings.HasPrefix(o.DSN, "postgres://") || strings.HasPrefix(o.DSN, "postgresql://")
}

// openStore opens whatsmeow's store, and brings its tables up to date.
func (o Options) openStore(ctx context.Context) (*sqlstore.Container, error) {
	container, err := o.attach(ctx, true)
	if err != nil {
		return nil, fmt.Errorf("whatsapp: open the store of keys: %w", err)
	}
	// Two that make the tables at once would trip over each other. Who has the lock for
	// long has made them.
	free, err := o.awaitLock(ctx)
	switch {
	case err == nil:
		defer free()
	case !errors.Is(err, ErrLinking):
		return nil, errors.Join(err, container.Close())
	}
	if err := container.Upgrade(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("whatsapp: bring the store of keys up to date: %w", err), container.Close())
	}
	return container, nil
}

// attach opens the store as it is. Unless it may be made, one that is not there is
// fs.ErrNotExist.
func (o Options) attach(ctx context.Context, create bool) (*sqlstore.Container, error) {
	log := leveled{o.Log.With("part", "whatsapp-store")}
	if o.inPostgres() {
		db, err := o.openSchema(ctx, create)
		if err != nil {
			return nil, err
		}
		return sqlstore.NewWithDB(db, "pgx", log), nil
	}
	mode := os.O_RDWR
	if create {
		mode |= os.O_CREATE
	}
	f, err := os.OpenFile(o.DSN, mode, 0o600) // SQLite would let others of the machine read it
	if err != nil {
		return nil, err
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", "file:"+o.DSN+sqlitePragmas)
	if err != nil {
		return nil, err
	}
	return sqlstore.NewWithDB(db, "sqlite", log), nil
}

// openSchema opens a PostgreSQL database on the schema of this number.
func (o Options) openSchema(ctx context.Context, create bool) (*sql.DB, error) {
	c, err := pgx.ParseConfig(o.DSN)
	if err != nil {
		return nil, errors.New("the address of PostgreSQL is not understood") // pgx would quote it
	}
	conn, err := pgx.ConnectConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }() // nothing is owed
	var others, there bool
	err = conn.QueryRow(ctx, `select exists (select from information_schema.tables where table_name = 'whatsmeow_version' and table_schema <> $1),
		exists (select from information_schema.tables where table_name = 'whatsmeow_version' and table_schema = $1)`, o.Schema).Scan(&others, &there)
	switch {
	case err != nil:
		return nil, err
	case others:
		return nil, errOccupied
	case !there && !create:
		return nil, fs.ErrNotExist
	case !there:
		if _, err := conn.Exec(ctx, "create schema if not exists "+pgx.Identifier{o.Schema}.Sanitize()); err != nil {
			return nil, err
		}
	}
	c.RuntimeParams["search_path"] = pgx.Identifier{o.Schema}.Sanitize()
	return stdlib.OpenDB(*c), nil
}

// awaitLock is lockLink, and waits a little: a running desk has the lock for moments only.
func (o Options) awaitLock(ctx context.Context) (free func(), err error) {
	const tries, pause = 20, 100 * time.Millisecond
	for range tries {
		free, mine, err := o.lockLink(ctx)
		if err != nil || mine {
			return free, err
		}
		channels.Sleep(ctx, pause)
	}
	return nil, ErrLinking
}

// lockLink keeps the link to one process while it is being made: a device that was
// just linked must log in once, and two that log in would replace each other. It does
// not wait; it reports false while another process has it.
func (o Options) lockLink(ctx context.Context) (free func(), mine bool, err error) {
	if o.inPostgres() {
		return o.lockInPostgres(ctx)
	}
	f, err := os.OpenFile(o.DSN+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, false, fmt.Errorf("whatsapp: lock the link: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return nil, false, f.Close()
	case err != nil:
		return nil, false, errors.Join(fmt.Errorf("whatsapp: lock the link: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, true, nil
}

func (o Options) lockInPostgres(ctx context.Context) (free func(), mine bool, err error) {
	conn, err := pgx.Connect(ctx, o.DSN)
	if err != nil {
		return nil, false, fmt.Errorf("whatsapp: lock the link: %w", err)
	}
	free = func() { _ = conn.Close(context.WithoutCancel(ctx)) } // the lock is the connection's
	name := fnv.New64a()
	_, _ = name.Write([]byte("recado/" + o.Schema)) // never fails
	err = conn.QueryRow(ctx, "select pg_try_advisory_lock($1)", int64(name.Sum64())).Scan(&mine)
	if err != nil || !mine {
		free()
		return nil, false, err
	}
	return free, true, nil
}
