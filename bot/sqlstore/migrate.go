package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"testing/fstest" //nolint:depguard // MapFS is the file system in memory that Go has

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrNewer is returned by Open for a database that a newer program has migrated.
var ErrNewer = errors.New("sqlstore: the database belongs to a newer version of the program")

// ErrOlder is returned by Open for a database that must be migrated first, when
// Options.KeepSchema forbids doing so.
var ErrOlder = errors.New("sqlstore: the database must be migrated first")

// Versions are the schema's: what the database has, and what this program knows.
type Versions struct{ Database, Program int64 }

// Version reads the schema's version.
func (db *DB) Version(ctx context.Context) (Versions, error) {
	p, err := provider(db.handle, db.dialect, db.log)
	if err != nil {
		return Versions{}, err
	}
	return versions(ctx, p)
}

// migrate brings the schema to the program's version, or says why it does not.
func migrate(ctx context.Context, handle *sql.DB, d dialect, keep bool, log *slog.Logger) error {
	p, err := provider(handle, d, log)
	if err != nil {
		return err
	}
	v, err := versions(ctx, p)
	switch {
	case err != nil:
		return err
	case v.Database > v.Program:
		return fmt.Errorf("%w: it has schema %d, this program knows %d; use the newer program, or restore the backup made before it ran",
			ErrNewer, v.Database, v.Program)
	case v.Database == v.Program:
		return nil
	case keep:
		return fmt.Errorf("%w: it has schema %d, this program needs %d; run \"recado migrate\"", ErrOlder, v.Database, v.Program)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("sqlstore: migrate from schema %d to %d: %w", v.Database, v.Program, err)
	}
	log.InfoContext(ctx, "database migrated", "from", v.Database, "to", v.Program)
	return nil
}

func versions(ctx context.Context, p *goose.Provider) (Versions, error) {
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return Versions{}, fmt.Errorf("sqlstore: read the schema's version: %w", err)
	}
	return Versions{Database: have, Program: want}, nil
}

// provider makes goose read the embedded files. On PostgreSQL a session lock lets
// several processes start at once; on SQLite the file's own lock does.
func provider(handle *sql.DB, d dialect, log *slog.Logger) (*goose.Provider, error) {
	files, err := migrationsFor(d)
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithSlog(log), goose.WithDisableGlobalRegistry(true)}
	if d.goose == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return nil, fmt.Errorf("sqlstore: migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(d.goose, handle, files, options...)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read migrations: %w", err)
	}
	return p, nil
}

// migrationsFor puts the dialect's words into the texts.
func migrationsFor(d dialect) (fs.FS, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	out := fstest.MapFS{}
	for _, name := range names {
		text, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		words := strings.NewReplacer("{{identity}}", d.identity, " {{clustered}}", d.clustered)
		out[strings.TrimPrefix(name, "migrations/")] = &fstest.MapFile{Data: []byte(words.Replace(string(text)))}
	}
	return out, nil
}
