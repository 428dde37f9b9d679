package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/survey"
	"recado/core/ticket"
)

// Group commit. Whoever calls Update queues its job, and waits for an answer or
// for a writing connection, whichever comes first. Who gets the connection leads:
// it takes all jobs that wait, runs them one after another in one transaction,
// commits once, and answers all. While it does, others queue; so groups grow with
// the load, and a lone caller waits for nobody. No goroutine is needed for it.
//
// A job that fails takes the transaction with it. It is set aside, the rest is run
// again, and then it is run alone: it may have failed only because of what another
// job of the group had done. When nobody can be blamed, all are run alone.

const (
	maxGroup = 64
	patience = 30 * time.Second
	// retries bounds how often a transaction is run that the database gave up for
	// another one's sake.
	retries = 5
)

// errUnsettled answers a job whose leader's goroutine was ended from within,
// as testing.T.FailNow does.
var errUnsettled = errors.New("sqlstore: the transaction was cut short")

// job is one caller's part of a group.
type job struct {
	do       func(*tx) error
	taken    atomic.Bool // by a leader, or by the caller who gave up
	answered chan struct{}
	err      error
	panicked any
}

func (j *job) answer(err error) {
	j.err = err
	close(j.answered)
}

type group struct {
	db       *DB
	writers  *pool
	max      int
	patience time.Duration

	mu    sync.Mutex
	queue []*job
}

func newGroup(db *DB, writers *pool, o Options) *group {
	g := &group{db: db, writers: writers, max: o.MaxGroup, patience: o.Patience}
	if g.max <= 0 {
		g.max = maxGroup
	}
	if g.patience <= 0 {
		g.patience = patience
	}
	return g
}

// run has do run in a transaction, perhaps beside others, perhaps more than once.
// A panic of do comes back here, in its caller's goroutine.
func (g *group) run(ctx context.Context, do func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{do: do, answered: make(chan struct{})}
	g.mu.Lock()
	g.queue = append(g.queue, j)
	g.mu.Unlock()

	for !j.done() {
		if j.taken.Load() {
			<-j.answered // somebody leads it; a free connection is for others
			break
		}
		select {
		case <-j.answered:
		case c := <-g.writers.idle:
			g.lead(ctx, c)
		case <-ctx.Done():
			if j.taken.CompareAndSwap(false, true) {
				return ctx.Err()
			}
			<-j.answered
		case <-g.writers.closed:
			if j.taken.CompareAndSwap(false, true) {
				return ErrClosed
			}
			<-j.answered
		}
	}
	if j.panicked != nil {
		panic(j.panicked)
	}
	return j.err
}

func (j *job) done() bool {
	select {
	case <-j.answered:
		return true
	default:
		return false
	}
}

// take empties the queue, up to the bound, of jobs whose callers still wait.
func (g *group) take() []*job {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.queue), g.max)
	batch := make([]*job, 0, n)
	for _, j := range g.queue[:n] {
		if j.taken.CompareAndSwap(false, true) {
			batch = append(batch, j)
		}
	}
	g.queue = g.queue[n:]
	if len(g.queue) == 0 {
		g.queue = nil
	}
	return batch
}

// lead settles one group, and gives the connection back.
func (g *group) lead(ctx context.Context, c *conn) {
	batch := g.take()
	if len(batch) == 0 {
		g.writers.put(c)
		return
	}
	defer func() {
		c.during = nil
		for _, j := range batch {
			if !j.done() {
				j.answer(errUnsettled)
			}
		}
		g.writers.put(c)
	}()
	// The group outlives the caller who happens to lead it.
	ctx = context.WithoutCancel(ctx)
	if !g.db.dialect.prepares {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, g.patience)
		defer cancel()
	}
	g.settle(ctx, c, batch)
}

// settle answers every job of a batch.
func (g *group) settle(ctx context.Context, c *conn, batch []*job) {
	if len(batch) == 0 {
		return
	}
	culprit, err := g.attempt(ctx, c, batch)
	for range retries {
		if !worthRetrying(err) {
			break
		}
		culprit, err = g.attempt(ctx, c, batch)
	}
	var broken *brokenError
	switch {
	case err == nil || len(batch) == 1 || errors.As(err, &broken):
		for _, j := range batch {
			j.answer(err)
		}
	case culprit != nil:
		rest := make([]*job, 0, len(batch))
		for _, j := range batch {
			if j != culprit {
				rest = append(rest, j)
			}
		}
		g.settle(ctx, c, rest)
		g.settle(ctx, c, []*job{culprit})
	default:
		for _, j := range batch {
			g.settle(ctx, c, []*job{j})
		}
	}
}

// brokenError is a failure to begin or to commit: no job's fault, and another
// attempt would fare no better, or might do what was done already.
type brokenError struct{ err error }

func (e *brokenError) Error() string { return e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// attempt runs a batch in one transaction. When it fails, nothing of it is left,
// and culprit is the job that failed, if it was one.
func (g *group) attempt(ctx context.Context, c *conn, batch []*job) (culprit *job, err error) {
	if err := c.open(ctx, g.writers.handle); err != nil {
		return nil, &brokenError{err}
	}
	c.during = ctx
	if _, err := c.exec(ctx, g.db.dialect.begin); err != nil {
		c.abandon()
		return nil, &brokenError{err}
	}
	t := newTx(g.db, c)
	committed := false
	defer func() {
		c.before = nil
		if !committed {
			c.rollback(ctx)
			t.undo()
		}
	}()
	for _, t.doing = range batch {
		if err := t.doing.call(t); err != nil {
			return blame(err, t.doing), err
		}
	}
	if err := t.finish(ctx); err != nil {
		return blame(err, nil), err
	}
	if _, err := c.exec(ctx, "commit"); err != nil {
		return nil, &brokenError{fmt.Errorf("sqlstore: commit: %w", err)}
	}
	committed = true
	return nil, nil
}

// blame is who is named by the error, or else by the circumstances.
func blame(err error, otherwise *job) *job {
	if b, ok := errors.AsType[*blamedError](err); ok {
		return b.job
	}
	return otherwise
}

// call runs the job, and keeps its panic for its own caller.
func (j *job) call(t *tx) (err error) {
	j.panicked = nil
	defer func() {
		if p := recover(); p != nil {
			j.panicked = p
			err = fmt.Errorf("sqlstore: panic in a transaction: %v", p)
		}
	}()
	return j.do(t)
}

// Update implements dialogue.Store. An error of do comes back as it is, but for
// the ErrStale of any repository, which is ErrConflict as well. Finish may tell
// only here, and not when it is called, that the conversation has another owner.
func (db *DB) Update(ctx context.Context, do func(dialogue.Tx) error) error {
	return conflict(db.group.run(ctx, func(t *tx) error { return do(t) }))
}

// conflict names what makes a turn be prepared again.
func conflict(err error) error {
	for _, stale := range []error{ticket.ErrStale, directory.ErrStale, survey.ErrStale} {
		if errors.Is(err, stale) {
			return fmt.Errorf("%w: %w", dialogue.ErrConflict, err)
		}
	}
	return err
}
