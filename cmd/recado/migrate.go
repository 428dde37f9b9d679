package main

import (
	"context"
	"errors"
	"fmt"

	"recado/bot/sqlstore"
)

// migrateCmd brings the database to this program's schema. serve does so too; this
// is for doing it beforehand, once, when several processes share a database.
type migrateCmd struct {
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file."`
}

// Run migrates, and says what was done.
func (c *migrateCmd) Run(ctx context.Context, std Streams) error {
	cfg, err := configured(c.Config, std)
	if err != nil {
		return err
	}
	log := newLog(cfg, std.Err)
	done := "the database is up to date"
	db, err := openStore(ctx, cfg, log, storeOptions{KeepSchema: true})
	if errors.Is(err, sqlstore.ErrOlder) {
		done = "the database was migrated"
		db, err = openStore(ctx, cfg, log, storeOptions{})
	}
	if err != nil {
		return err
	}
	v, err := db.Version(ctx)
	if err == nil {
		_, err = fmt.Fprintf(std.Out, "%s: schema %d\n", done, v.Database)
	}
	return errors.Join(err, db.Close())
}
