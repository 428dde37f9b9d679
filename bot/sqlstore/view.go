package sqlstore

import (
	"context"
	"fmt"

	"recado/core/dialogue"
)

// View implements dialogue.Store: do reads one consistent moment, that of its first
// question. One that asks nothing costs nothing.
func (db *DB) View(ctx context.Context, do func(dialogue.Reader) error) error {
	c, err := db.borrow(ctx)
	if err != nil {
		return err
	}
	defer db.views.put(c)
	begun, unsure := false, false
	c.before = func(ctx context.Context) error {
		if begun {
			return nil
		}
		_, err := c.exec(ctx, db.dialect.snapshot)
		if begun, unsure = err == nil, err != nil; unsure {
			return fmt.Errorf("sqlstore: view: %w", err)
		}
		return nil
	}
	defer func() {
		c.before = nil
		switch {
		case unsure:
			c.abandon()
		case begun: // nothing was written: a rollback ends it as well as a commit does
			c.rollback(context.WithoutCancel(ctx))
		}
	}()
	return do(&reader{db: db, c: c})
}

// ask is a view of a single question, which needs no snapshot.
func (db *DB) ask(ctx context.Context, do func(*conn) error) error {
	c, err := db.borrow(ctx)
	if err != nil {
		return err
	}
	defer db.views.put(c)
	if err = do(c); err != nil && !c.alive(ctx) {
		c.abandon()
	}
	return err
}

// borrow takes a reading connection. On SQLite a question is not interrupted: it
// takes milliseconds, and watching the context costs a goroutine each time.
func (db *DB) borrow(ctx context.Context) (*conn, error) {
	c, err := db.views.take(ctx)
	if err == nil && db.dialect.prepares {
		c.during = context.WithoutCancel(ctx)
	}
	return c, err
}
