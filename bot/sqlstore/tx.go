package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"recado/core/ticket"
)

// reader is dialogue.Reader on a connection that has a transaction open.
type reader struct {
	db     *DB
	c      *conn
	stamps *stamps // nil: not read yet
}

// tx is dialogue.Tx, of all jobs of a group together. What needs no answer at once
// is gathered, and written by flush in few statements for all of them: before the
// next question, and before the commit.
type tx struct {
	reader
	gathered gathered
	doing    *job // who writes at present

	numbers map[int]*counter // of years

	// undos put right, in memory, what the store itself changed in the values that
	// it was given: a group that fails runs its jobs again with the same values.
	undos []func()
	late  []func(context.Context) error // see BeforeCommit

	// failed is why flush failed: what it had taken to write is lost, so nothing
	// may be committed, whatever the job that met the error makes of it.
	failed error

	directoryChanged bool
}

// gathered are rows that are still to be written.
type gathered struct {
	arrivals     []arrival
	inserts      [][]any // tickets
	updates      []claimed
	entries      [][]any
	participants [][]any
	posts        [][]any
	superseded   []string // messages that posts edit
	conveyed     [][]any  // which messages pass on what
	sessions     [][]any
	turns        []claimed // conversations whose turn is counted
	ends         [][]any   // inbox items with their outcomes

	// tickets are those of inserts and updates: a second change of one is a
	// statement of its own, since it counts on the first.
	tickets map[ticket.ID]bool
}

// claimed is a row that is written only if it is as its job believes it to be.
type claimed struct {
	values []any
	job    *job
}

func newTx(db *DB, c *conn) *tx {
	t := &tx{reader: reader{db: db, c: c}}
	c.before = t.flush
	return t
}

// undo runs the undos, latest first.
func (t *tx) undo() {
	for _, undo := range slices.Backward(t.undos) {
		undo()
	}
	t.undos = nil
}

// restoring remembers a value as it is, to be put back if the transaction fails.
func restoring[T any](t *tx, v *T) {
	before := *v
	t.undos = append(t.undos, func() { *v = before })
}

// BeforeCommit implements dialogue.Late.
func (t *tx) BeforeCommit(do func(context.Context) error) { t.late = append(t.late, do) }

// finish writes what was gathered, and runs what was to wait for that.
func (t *tx) finish(ctx context.Context) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	for _, do := range t.late {
		if err := do(ctx); err != nil {
			return err
		}
	}
	return t.writeStamp(ctx)
}

// flush writes what was gathered.
func (t *tx) flush(ctx context.Context) error {
	if t.failed == nil {
		g := t.gathered
		t.gathered = gathered{}
		t.failed = t.writeAll(ctx, g)
	}
	return t.failed
}

// writeAll begins with what may turn out to be somebody else's by now: what follows
// would fail for the same reason, and blame nobody.
func (t *tx) writeAll(ctx context.Context, g gathered) error {
	if err := t.writeUpdates(ctx, g.updates); err != nil {
		return err
	}
	if err := t.writeEnds(ctx, g.turns, g.ends); err != nil {
		return err
	}
	if err := t.writeArrivals(ctx, g.arrivals); err != nil {
		return err
	}
	if err := t.supersede(ctx, g.posts, g.superseded); err != nil {
		return err
	}
	for _, w := range []struct {
		what, text string
		rows       [][]any
	}{
		{"insert tickets", insertTicket, g.inserts},
		{"write participants", "insert into ticket_participant (ticket, position, person) values {rows}", g.participants},
		{"write history", "insert into entry (" + entryColumns + ") values {rows}", g.entries},
		{"post", insertOutbox, g.posts},
		{"note what is passed on", insertConveyed, g.conveyed},
		{"save sessions", upsertSession, g.sessions},
	} {
		if len(w.rows) == 0 {
			continue
		}
		if _, err := t.c.many(ctx, w.text, plain(len(w.rows[0])), w.rows); err != nil {
			return fmt.Errorf("%s: %w", w.what, err)
		}
	}
	return t.writeNumbers(ctx)
}

// blamedError says whose belief turned out wrong.
type blamedError struct {
	job *job
	err error
}

func (e *blamedError) Error() string { return e.err.Error() }
func (e *blamedError) Unwrap() error { return e.err }

// writeClaimed runs a conditional update over rows. If one of them was not as its
// job believed, it fails with that one's blame: holds asks again for each.
func (t *tx) writeClaimed(ctx context.Context, text, shape string, rows []claimed, wrong error, holds func([]any) (bool, error)) error {
	if len(rows) == 0 {
		return nil
	}
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = r.values
	}
	n, err := t.c.many(ctx, text, shape, values)
	if err != nil || int(n) == len(rows) {
		return err
	}
	for _, r := range rows {
		held, err := holds(r.values)
		if err != nil {
			return err
		}
		if !held {
			return &blamedError{r.job, wrong}
		}
	}
	return errors.Join(wrong, errUnblamed)
}

// errUnblamed goes with an update that changed fewer rows than it should have,
// though each is as it should be now: two of the group's were for one row.
var errUnblamed = errors.New("sqlstore: two changes of one row at once")

// write runs do through the group, for what is not part of a turn.
func (db *DB) write(ctx context.Context, do func(*tx) error) error {
	return db.group.run(ctx, do)
}
