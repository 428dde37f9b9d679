package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"recado/config"
)

// sqlite makes an empty folder for the embedded database.
func (b *benchBases) sqlite(context.Context) (*benchBase, error) {
	folder, err := os.MkdirTemp(b.Folder, "recado-bench-*")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	// The store's own settings (DESIGN.md, rule 10), written down again: what is
	// measured beside it must not become weaker with it.
	file := url.URL{Scheme: "file", Opaque: filepath.Join(folder, "recado.db"), RawQuery: url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)"}, "_txlock": {"immediate"},
	}.Encode()}
	return &benchBase{
		name: "SQLite", driver: "sqlite", dsn: file.String(), cfg: benchConfig(folder),
		drop: func() error { return os.RemoveAll(folder) },
	}, nil
}

// postgres makes an empty database on the given server.
func (b *benchBases) postgres(ctx context.Context) (*benchBase, error) {
	server, err := url.Parse(b.Postgres)
	if err != nil || !strings.HasPrefix(server.Scheme, "postgres") {
		return nil, fmt.Errorf("--postgres wants an address such as postgres://user@127.0.0.1:5432/postgres: %w", errors.Join(err))
	}
	folder, err := os.MkdirTemp(b.Folder, "recado-bench-*")
	if err != nil {
		return nil, fmt.Errorf("make a folder: %w", err)
	}
	name := "recado_bench_" + strings.ToLower(rand.Text()[:10])
	if err := execute(ctx, b.Postgres, "create database "+name); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	own := *server
	own.Path = "/" + name
	base := &benchBase{name: "PostgreSQL", driver: "pgx", dsn: own.String(), cfg: benchConfig(folder)}
	base.cfg.Database = config.NewSecret(own.String())
	if b.Redis != "" {
		base.name += " and Redis"
		base.cfg.Redis = config.NewSecret(b.Redis)
	}
	base.drop = func() error {
		return errors.Join(execute(context.WithoutCancel(ctx), b.Postgres, "drop database "+name+" with (force)"), os.RemoveAll(folder))
	}
	return base, nil
}

// execute runs one statement on a PostgreSQL server.
func execute(ctx context.Context, dsn, statement string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	_, err = db.ExecContext(ctx, statement)
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
