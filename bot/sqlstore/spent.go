package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Spent counts what a language model takes, for all processes of the desk.
type Spent struct{ db *DB }

// Spent is where tokens are counted.
func (db *DB) Spent() Spent { return Spent{db} }

// spentFor is how long a day's rows are kept.
const spentFor = 60 * 24 * time.Hour

// errFull undoes what was added to the accounts before the full one.
var errFull = errors.New("sqlstore: an account is full")

// Spend adds tokens to every account of a day, which is "2026-11-28", or to none when one
// of them would pass its limit; that one is named. A limit of 0 is none.
func (s Spent) Spend(ctx context.Context, day string, limits map[string]int64, tokens int64) (full string, err error) {
	err = s.db.write(ctx, func(t *tx) error {
		full = ""
		for _, account := range slices.Sorted(maps.Keys(limits)) { // in one order, so that nobody waits for each other
			n, err := t.c.exec(ctx, `insert into spent (day, account, tokens) values ($1, $2, 0)
				on conflict (day, account) do nothing`, day, account)
			if err != nil {
				return err
			}
			if n > 0 {
				if err := s.forget(ctx, t, day); err != nil {
					return err
				}
			}
			n, err = t.c.exec(ctx, `update spent set tokens = tokens + $3
				where day = $1 and account = $2 and ($4 = 0 or tokens + $3 <= $4)`, day, account, tokens, limits[account])
			if err != nil {
				return err
			}
			if n == 0 {
				full = account
				return errFull
			}
		}
		return nil
	})
	if errors.Is(err, errFull) {
		return full, nil
	}
	if err != nil {
		return "", fmt.Errorf("sqlstore: count tokens: %w", err)
	}
	return "", nil
}

// forget drops the days that nobody asks for any more.
func (s Spent) forget(ctx context.Context, t *tx, day string) error {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return err
	}
	_, err = t.c.exec(ctx, "delete from spent where day < $1", at.Add(-spentFor).Format(time.DateOnly))
	return err
}

// Settle adds what a call took more, or less, than was spent for it.
func (s Spent) Settle(ctx context.Context, day string, accounts []string, tokens int64) error {
	err := s.db.write(ctx, func(t *tx) error {
		for _, account := range slices.Sorted(slices.Values(accounts)) {
			if _, err := t.c.exec(ctx, "update spent set tokens = tokens + $3 where day = $1 and account = $2", day, account, tokens); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sqlstore: settle tokens: %w", err)
	}
	return nil
}

// On reads what each account spent on a day.
func (s Spent) On(ctx context.Context, day string) (map[string]int64, error) {
	type line struct {
		account string
		tokens  int64
	}
	out := map[string]int64{}
	err := s.db.ask(ctx, func(c *conn) error {
		lines, err := list(ctx, c, func(r row) (l line, err error) { return l, r.Scan(&l.account, &l.tokens) },
			"select account, tokens from spent where day = $1", day)
		for _, l := range lines {
			out[l.account] = l.tokens
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read what was spent: %w", err)
	}
	return out, nil
}
