package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// rawClients is how many commit side by side in the second figure. PostgreSQL
// writes the log once for all who wait for it; more than this helps no further here.
const rawClients = 16

// rawResult is what a database does with the smallest possible transactions:
// durable commits of one row a second.
type rawResult struct {
	One  float64 // by one client, one after another
	Many float64 // by rawClients, each with a connection of its own
}

// rawTable is as narrow as an outbox of two columns could be, with a row of the length of a short
// message, so that it is the commit that takes the time.
const (
	rawTable  = "create table if not exists bench_raw (id bigint primary key, words text not null)"
	rawInsert = "insert into bench_raw (id, words) values ($1, $2)"
	rawText   = "ainda não funciona, a nota volta com o erro 301"
)

// rawCommits measures for the given time, half of it with one client and half with
// many. It speaks to the database beside the store, so that nothing in the store
// can slow the yardstick down.
func rawCommits(ctx context.Context, base *benchBase, last *atomic.Int64, d time.Duration) (rawResult, error) {
	db, err := sql.Open(base.driver, base.dsn)
	if err != nil {
		return rawResult{}, fmt.Errorf("connect: %w", err)
	}
	var r rawResult
	if _, err = db.ExecContext(ctx, rawTable); err == nil {
		if r.One, err = commitsOf(ctx, db, 1, last, d/2); err == nil {
			r.Many, err = commitsOf(ctx, db, rawClients, last, d/2)
		}
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return r, fmt.Errorf("raw commits: %w", err)
	}
	return r, nil
}

// commitsOf is commits per second by so many clients.
func commitsOf(ctx context.Context, db *sql.DB, clients int, last *atomic.Int64, d time.Duration) (float64, error) {
	db.SetMaxOpenConns(clients)
	db.SetMaxIdleConns(clients)
	insert, err := db.PrepareContext(ctx, rawInsert) //nolint:sqlclosecheck // deferred below; the linter loses sight of it in the goroutines
	if err != nil {
		return 0, err
	}
	defer insert.Close()
	var done atomic.Int64
	var failed atomic.Pointer[error]
	var all sync.WaitGroup
	begun := time.Now()
	for range clients {
		all.Go(func() {
			for time.Since(begun) < d && failed.Load() == nil {
				if _, err := insert.ExecContext(ctx, last.Add(1), rawText); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if f := failed.Load(); f != nil {
		return 0, *f
	}
	return float64(done.Load()) / time.Since(begun).Seconds(), nil
}
