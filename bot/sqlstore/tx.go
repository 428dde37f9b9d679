package sqlstore

import (
	"context"
)

// reader is dialogue.Reader on a connection that has a transaction open.
type reader struct {
	db *DB
	c  *conn
}

// tx is dialogue.Tx. What needs no answer at once is gathered here, for all jobs
// of a group together, and written in few statements by flush.
type tx struct {
	reader
	entries  [][]any
	posts    [][]any
	sessions [][]any
	ends     [][]any // inbox items with their outcomes
	turns    [][]any // conversations whose turn is counted

	// undos put right, in memory, what the store itself changed in the values that
	// it was given: a group that fails runs its jobs again with the same values.
	undos []func()

	late []func(context.Context) error // see BeforeCommit

	catalogChanged bool
}

// BeforeCommit implements dialogue.Late.
func (t *tx) BeforeCommit(do func(context.Context) error) { t.late = append(t.late, do) }

func newTx(db *DB, c *conn) *tx { return &tx{reader: reader{db: db, c: c}} }

// undo runs the undos, latest first.
func (t *tx) undo() {
	for i := len(t.undos) - 1; i >= 0; i-- {
		t.undos[i]()
	}
	t.undos = nil
}

// restoring remembers a value as it is, to be put back if the transaction fails.
func restoring[T any](t *tx, v *T) {
	before := *v
	t.undos = append(t.undos, func() { *v = before })
}

// flush writes what was gathered, and runs what was to wait for that.
func (t *tx) flush(ctx context.Context) error {
	for _, write := range []func(context.Context) error{t.flushEntries, t.flushPosts, t.flushSessions, t.flushEnds} {
		if err := write(ctx); err != nil {
			return err
		}
	}
	for _, do := range t.late {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// flushRows writes gathered rows and forgets them.
func (t *tx) flushRows(ctx context.Context, text, shape string, rows *[][]any) (int64, error) {
	if len(*rows) == 0 {
		return 0, nil
	}
	n, err := t.c.many(ctx, text, shape, *rows)
	*rows = (*rows)[:0]
	return n, err
}

// write runs do through the group, for what is not part of a turn.
func (db *DB) write(ctx context.Context, do func(*tx) error) error {
	return db.group.run(ctx, do)
}

// alive reports whether the connection still answers.
func (c *conn) alive() bool {
	return c.raw != nil && c.raw.PingContext(context.Background()) == nil
}
