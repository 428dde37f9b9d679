package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// ErrClosed is returned by every call after Close.
var ErrClosed = errors.New("sqlstore: the database is closed")

// keptStatements bounds the prepared statements of a connection; lists with many
// filters make many texts.
const keptStatements = 300

// conn is one connection and the statements prepared on it. One goroutine uses it
// at a time.
type conn struct {
	dialect dialect
	raw     *sql.Conn
	stmts   map[string]*sql.Stmt
	texts   map[manyText]string

	// during bounds statements while the connection works for several callers: one
	// of them going away must not spoil the others' transaction.
	during context.Context //nolint:containedctx // of the transaction, not of a call

	// before is run before each question: a transaction writes down then what it
	// had gathered. nil: nothing to do.
	before func(context.Context) error
}

// bound is the context of a statement that a caller asks for.
func (c *conn) bound(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil || c.during == nil {
		return ctx, err
	}
	return c.during, nil
}

func (c *conn) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	if len(c.stmts) >= keptStatements {
		c.forget()
	}
	s, err := c.raw.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.stmts[query] = s
	return s, nil
}

// forget closes the prepared statements. Closing fails only with the connection.
func (c *conn) forget() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	clear(c.stmts)
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, err := c.bound(ctx)
	if err != nil {
		return 0, err
	}
	wash(args)
	var r sql.Result
	if !c.dialect.prepares {
		r, err = c.raw.ExecContext(ctx, query, args...)
	} else {
		var s *sql.Stmt
		if s, err = c.prepared(ctx, query); err == nil { //nolint:sqlclosecheck // it is kept; forget closes it
			r, err = s.ExecContext(ctx, args...)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("%s: %w", firstWords(query), err)
	}
	return r.RowsAffected()
}

// query runs a question. The rows must be closed before anything else is asked.
func (c *conn) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := c.bound(ctx)
	if err != nil {
		return nil, err
	}
	wash(args)
	var rows *sql.Rows
	if !c.dialect.prepares {
		rows, err = c.raw.QueryContext(ctx, query, args...)
	} else {
		var s *sql.Stmt
		if s, err = c.prepared(ctx, query); err == nil { //nolint:sqlclosecheck // it is kept; forget closes it
			rows, err = s.QueryContext(ctx, args...)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", firstWords(query), err)
	}
	return rows, nil
}

// row is what a scanning function reads from.
type row interface{ Scan(dest ...any) error }

// list reads all rows of a question; nil when there are none.
func list[T any](ctx context.Context, c *conn, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	if c.before != nil {
		if err := c.before(ctx); err != nil {
			return nil, err
		}
	}
	return returning(ctx, c, scan, query, args...)
}

// returning is list for a statement that changes rows and returns them.
func returning[T any](ctx context.Context, c *conn, scan func(row) (T, error), query string, args ...any) (all []T, err error) {
	rows, err := c.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", firstWords(query), err)
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// one reads the first row of a question, or fails with missing.
func one[T any](ctx context.Context, c *conn, missing error, scan func(row) (T, error), query string, args ...any) (T, error) {
	all, err := list(ctx, c, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = missing
	}
	if err != nil {
		var none T
		return none, err
	}
	return all[0], nil
}

// value scans a row of one column.
func value[T any](r row) (v T, err error) {
	err = r.Scan(&v)
	return v, err
}

// firstWords names a statement in an error: enough to find it, none of its data.
func firstWords(query string) string {
	words := strings.Fields(query)
	return "sql " + strings.Join(words[:min(len(words), 4)], " ")
}
