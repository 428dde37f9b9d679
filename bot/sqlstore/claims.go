package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"recado/bot/inbox"
	"recado/core/dialogue"
)

// Claim implements inbox.Store. A row's own fence rises by one with each claim; the
// fence of the row that is offered is the present time, by which the statement
// knows what ran out, and from which a new conversation counts.
func (db *DB) Claim(ctx context.Context, owner string, conversations []string, now time.Time, ttl time.Duration) (claims []inbox.Claim, err error) {
	rows := make([][]any, 0, len(conversations))
	for _, name := range oneOrder(conversations) {
		rows = append(rows, []any{name, owner, micros(now.Add(ttl)), micros(now), 0})
	}
	err = db.write(ctx, func(t *tx) (err error) {
		claims, err = manyReturning(ctx, t.c, scanClaim, `insert into conversation (name, owner, lease_until, fence, turn)
			values {rows} on conflict (name) do update set owner = excluded.owner, lease_until = excluded.lease_until, fence = conversation.fence + 1
			where conversation.owner = '' or conversation.owner = excluded.owner or conversation.lease_until <= excluded.fence
			returning name, owner, fence, turn`, plain(5), rows)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: claim: %w", err)
	}
	return claims, nil
}

// oneOrder sorts names and drops repeats: transactions that lock rows in one order
// do not lock each other out.
func oneOrder(names []string) []string {
	keys := make([]string, len(names))
	for i, n := range names {
		keys[i] = key(n)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

func scanClaim(r row) (inbox.Claim, error) {
	var c inbox.Claim
	err := r.Scan(&c.Conversation, &c.Owner, &c.Fence, &c.Turn)
	return c, err
}

// Renew implements inbox.Store.
func (db *DB) Renew(ctx context.Context, owner string, now time.Time, ttl time.Duration) error {
	return db.write(ctx, func(t *tx) error {
		_, err := t.c.exec(ctx, "update conversation set lease_until = $1 where owner = $2 and owner <> ''", micros(now.Add(ttl)), owner)
		return err
	})
}

// Release implements inbox.Store. A claim that somebody else has by now stays theirs.
func (db *DB) Release(ctx context.Context, claims []inbox.Claim) error {
	rows := make([][]any, len(claims))
	for i, c := range claims {
		rows[i] = []any{key(c.Conversation), c.Owner, c.Fence}
	}
	return db.write(ctx, func(t *tx) error {
		_, err := t.c.many(ctx, `with done(name, owner, fence) as (values {rows})
			update conversation set owner = '', lease_until = 0 from done
			where conversation.name = done.name and conversation.owner = done.owner and conversation.fence = done.fence`, "ttn", rows)
		return err
	})
}

// Finish implements dialogue.Tx.
func (t *tx) Finish(_ context.Context, d dialogue.Done) error {
	if len(d.Seqs) != len(d.Outcomes) {
		return fmt.Errorf("sqlstore: finish %s: %d items and %d outcomes", d.Conversation, len(d.Seqs), len(d.Outcomes))
	}
	t.gathered.turns = append(t.gathered.turns, claimed{[]any{key(d.Conversation), d.Owner, d.Fence, d.Turn}, t.doing})
	at := micros(t.db.now())
	for i, seq := range d.Seqs {
		o := d.Outcomes[i]
		t.gathered.ends = append(t.gathered.ends, []any{seq, string(o.Code), o.Reason, o.Number, at})
	}
	return nil
}

// writeEnds counts the turns, if their owners still have them, and ends their items.
func (t *tx) writeEnds(ctx context.Context, turns []claimed, ends [][]any) error {
	err := t.writeClaimed(ctx, `with done(name, owner, fence, turn) as (values {rows})
		update conversation set turn = done.turn from done
		where conversation.name = done.name and conversation.owner = done.owner
		and conversation.fence = done.fence and conversation.turn = done.turn - 1`, "ttnn", turns, dialogue.ErrFenced,
		func(values []any) (bool, error) {
			n, err := one(ctx, t.c, errNoRow, value[int], `select count(*) from conversation
				where name = $1 and owner = $2 and fence = $3 and turn = $4`, values...)
			return n == 1, err
		})
	if err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	n, err := t.c.many(ctx, `with done(seq, outcome, reason, number, at) as (values {rows})
		update inbox set outcome = done.outcome, outcome_reason = done.reason, number = done.number, ended_at = done.at
		from done where inbox.seq = done.seq and inbox.outcome = ''`, "ntttn", ends)
	if err == nil && int(n) < len(ends) {
		err = dialogue.ErrFenced
	}
	if err != nil {
		return fmt.Errorf("finish: %w", err)
	}
	return nil
}
