package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
)

// pool is a fixed number of connections, opened when they are first needed and
// again when they broke.
type pool struct {
	handle  *sql.DB
	dialect dialect
	idle    chan *conn
	size    int

	closing sync.Once
	closed  chan struct{}
}

func newPool(handle *sql.DB, d dialect, size int) *pool {
	p := &pool{handle: handle, dialect: d, idle: make(chan *conn, size), size: size, closed: make(chan struct{})}
	for range size {
		p.idle <- &conn{dialect: d, stmts: map[string]*sql.Stmt{}, texts: map[manyText]string{}}
	}
	return p
}

// take waits for a connection. Give it back with put.
func (p *pool) take(ctx context.Context) (*conn, error) {
	select {
	case <-p.closed:
		return nil, ErrClosed
	default:
	}
	select {
	case c := <-p.idle:
		if err := c.open(ctx, p.handle); err != nil {
			p.put(c)
			return nil, err
		}
		return c, nil
	case <-p.closed:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pool) put(c *conn) { p.idle <- c }

// close takes every connection, waiting for those at work, and closes them.
func (p *pool) close() (err error) {
	p.closing.Do(func() {
		close(p.closed)
		for range p.size {
			c := <-p.idle
			err = errors.Join(err, c.drop())
		}
	})
	return err
}

// open connects unless it is connected.
func (c *conn) open(ctx context.Context, handle *sql.DB) error {
	if c.raw != nil {
		return nil
	}
	raw, err := handle.Conn(ctx)
	if err != nil {
		return fmt.Errorf("sqlstore: connect: %w", err)
	}
	c.raw = raw
	return nil
}

// drop closes the connection; the next open makes another.
func (c *conn) drop() error {
	if c.raw == nil {
		return nil
	}
	c.forget()
	err := c.raw.Close()
	c.raw = nil
	return err
}

// alive reports whether the connection still answers, also when ctx ended.
func (c *conn) alive(ctx context.Context) bool {
	return c.raw != nil && c.raw.PingContext(context.WithoutCancel(ctx)) == nil
}

// abandon ends the connection for good instead of giving it back to database/sql,
// which might hand it out again in the middle of a transaction.
func (c *conn) abandon() {
	if c.raw == nil {
		return
	}
	_ = c.raw.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.drop()
}

// rollback ends a transaction that failed. A connection that cannot do even that
// is given up, and opened again by the next caller.
func (c *conn) rollback(ctx context.Context) {
	if _, err := c.exec(ctx, "rollback"); err != nil {
		c.abandon()
	}
}
