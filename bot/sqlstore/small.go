package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errNoRow is what a question fails with that always has an answer.
var errNoRow = errors.New("sqlstore: no answer")

// Acquire implements bot.Leases.
func (db *DB) Acquire(ctx context.Context, name, owner string, now time.Time, ttl time.Duration) (got bool, err error) {
	err = db.write(ctx, func(t *tx) error {
		n, err := t.c.exec(ctx, `insert into lease (name, owner, lease_until) values ($1, $2, $3)
			on conflict (name) do update set owner = excluded.owner, lease_until = excluded.lease_until
			where lease.owner = excluded.owner or lease.lease_until <= $4`, name, owner, micros(now.Add(ttl)), micros(now))
		got = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("sqlstore: lease %s: %w", name, err)
	}
	return got, nil
}

// Yield implements bot.Leases.
func (db *DB) Yield(ctx context.Context, name, owner string) error {
	err := db.write(ctx, func(t *tx) error {
		_, err := t.c.exec(ctx, "delete from lease where name = $1 and owner = $2", name, owner)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: yield %s: %w", name, err)
	}
	return nil
}

// Memory is channels.Memory.
type Memory struct{ db *DB }

// Memory is where channels keep their cursors.
func (db *DB) Memory() Memory { return Memory{db} }

// Load implements channels.Memory.
func (m Memory) Load(ctx context.Context, name string) (text string, err error) {
	err = m.db.ask(ctx, func(c *conn) error {
		text, err = remembered(ctx, c, name)
		return err
	})
	return text, err
}

func remembered(ctx context.Context, c *conn, name string) (string, error) {
	all, err := list(ctx, c, value[string], "select value from memory where name = $1", name)
	if len(all) == 0 {
		return "", err
	}
	return all[0], err
}

func remember(ctx context.Context, c *conn, name, text string) error {
	_, err := c.exec(ctx, `insert into memory (name, value) values ($1, $2)
		on conflict (name) do update set value = excluded.value`, name, text)
	return err
}

// noteMark begins the names of notes: channels have the others.
const noteMark = "note/"

// Noted implements dialogue.Reader.
func (r *reader) Noted(ctx context.Context, name string) (string, error) {
	text, err := remembered(ctx, r.c, noteMark+name)
	if err != nil {
		return "", fmt.Errorf("read the note %s: %w", name, err)
	}
	return text, nil
}

// Note implements dialogue.Tx.
func (t *tx) Note(ctx context.Context, name, text string) error {
	if err := remember(ctx, t.c, noteMark+name, text); err != nil {
		return fmt.Errorf("note %s: %w", name, err)
	}
	return nil
}

// Save implements channels.Memory.
func (m Memory) Save(ctx context.Context, name, text string) error {
	err := m.db.write(ctx, func(t *tx) error { return remember(ctx, t.c, name, text) })
	if err != nil {
		return fmt.Errorf("sqlstore: remember %s: %w", name, err)
	}
	return nil
}
