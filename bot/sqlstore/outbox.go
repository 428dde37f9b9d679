package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"recado/bot/outbox"
	"recado/core/message"
)

// States of an outbox row.
const (
	stateWaiting = 0
	stateSent    = 1
	stateBuried  = 2
)

// atOnce is the run_at of a row that waits for nothing. It is not 0, which would
// read as "never".
const atOnce = 1

// Post implements dialogue.Tx.
func (t *tx) Post(_ context.Context, out message.Outbound) error {
	if err := out.Check(); err != nil {
		return fmt.Errorf("post: %w", err)
	}
	body, err := json.Marshal(out)
	if err != nil {
		return fmt.Errorf("post %s: %w", out.ID, err)
	}
	t.gathered.posts = append(t.gathered.posts, []any{
		string(out.To.Channel), out.Account, key(out.To.ID), stateWaiting, atOnce, 0, key(t.db.foretell(out)), out.Number,
		bit(out.Code), micros(t.db.now()), 0, "", string(body),
	})
	return nil
}

const insertOutbox = `insert into outbox (channel, account, address, state, run_at, attempts, upstream_id, number,
	secret, posted_at, ended_at, failure, body) values {rows}`

// duePage is how many rows Due reads at a time while it leaves out addresses.
const duePage = 64

// Due implements outbox.Store. A row without an account belongs to every account
// of its channel, which then has only one.
func (db *DB) Due(ctx context.Context, channel message.Channel, account string, now time.Time, exclude []message.Address, limit int) ([]outbox.Row, error) {
	var due []outbox.Row
	size := max(limit, duePage)
	err := db.ask(ctx, func(c *conn) error {
		for after := int64(0); len(due) < limit; {
			page, err := list(ctx, c, scanOutbox, `select seq, attempts, upstream_id, body from outbox o
				where state = 0 and channel = $1 and account in ($2, '') and seq > $3 and run_at <= $4
				and not exists (select 1 from outbox e where e.state = 0 and e.channel = $1 and e.account in ($2, '')
				and e.address = o.address and e.seq < o.seq and e.run_at > $4)
				order by seq limit $5`, string(channel), account, after, micros(now), size)
			if err != nil {
				return err
			}
			for _, r := range page {
				after = r.Seq
				if !slices.Contains(exclude, r.To) && len(due) < limit {
					due = append(due, r)
				}
			}
			if len(page) < size {
				return nil
			}
		}
		return nil
	})
	return due, err
}

func scanOutbox(r row) (outbox.Row, error) {
	var o outbox.Row
	var body string
	if err := r.Scan(&o.Seq, &o.Attempts, &o.UpstreamID, &body); err != nil {
		return o, err
	}
	return o, unpack(body, &o.Outbound)
}

// NextDue implements outbox.Store: the earliest of the times for which the first
// row of each address waits.
func (db *DB) NextDue(ctx context.Context, channel message.Channel, account string) (at time.Time, err error) {
	err = db.ask(ctx, func(c *conn) error {
		us, err := one(ctx, c, errNoRow, value[int64], `select coalesce(min(run_at), 0) from outbox o
			where state = 0 and channel = $1 and account in ($2, '')
			and not exists (select 1 from outbox e where e.state = 0 and e.channel = $1 and e.account in ($2, '')
			and e.address = o.address and e.seq < o.seq)`, string(channel), account)
		at = moment(us)
		return err
	})
	return at, err
}

// Record implements outbox.Store.
func (db *DB) Record(ctx context.Context, results []outbox.Result) error {
	rows := make([][]any, len(results))
	for i, r := range results {
		rows[i] = resultRow(r)
	}
	err := db.write(ctx, func(t *tx) error {
		_, err := t.c.many(ctx, `with result(seq, state, run_at, counted, upstream_id, failure, ended_at) as (values {rows})
			update outbox set state = result.state, run_at = result.run_at, attempts = attempts + result.counted,
			upstream_id = case when result.upstream_id = '' then outbox.upstream_id else result.upstream_id end,
			failure = result.failure, ended_at = result.ended_at,
			body = case when result.state > 0 and outbox.secret = 1 then '' else outbox.body end
			from result where outbox.seq = result.seq and outbox.state = 0`, "nnnnttn", rows)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: record what was sent: %w", err)
	}
	return nil
}

func resultRow(r outbox.Result) []any {
	state, ended := stateWaiting, int64(0)
	switch {
	case r.Sent:
		state, ended = stateSent, micros(r.At)
	case r.Buried:
		state, ended = stateBuried, micros(r.At)
	}
	return []any{r.Row.Seq, state, max(atOnce, micros(r.RunAt)), bit(r.Counted), key(r.UpstreamID), r.Error, ended}
}
