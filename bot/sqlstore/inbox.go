package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"recado/bot/inbox"
	"recado/core/dialogue"
	"recado/core/message"
)

// insertInbox leaves out what is known already: the unique key (channel, account,
// id) is rule 2. It returns the keys that are new.
const insertInbox = `insert into inbox (conversation, channel, account, id, received_at, urgent, attempts, run_at, ended_at,
	outcome, outcome_reason, number, failure, item) values {rows} on conflict do nothing returning channel, account, id`

const inboxColumns = 14

// arrival is a row for the inbox, and where its caller counts those that were new.
type arrival struct {
	row   []any
	fresh *int
}

// writeArrivals inserts them, and counts. The first of two alike is the new one.
func (t *tx) writeArrivals(ctx context.Context, arrivals []arrival) error {
	if len(arrivals) == 0 {
		return nil
	}
	rows := make([][]any, len(arrivals))
	counts := make(map[message.Key]*int, len(arrivals))
	for i := len(arrivals) - 1; i >= 0; i-- {
		rows[i] = arrivals[i].row
		counts[rowKey(rows[i])] = arrivals[i].fresh
	}
	fresh, err := manyReturning(ctx, t.c, scanKey, insertInbox, plain(inboxColumns), rows)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	for _, k := range fresh {
		if n := counts[k]; n != nil {
			*n++
		}
	}
	return nil
}

func scanKey(r row) (k message.Key, err error) { return k, r.Scan(&k.Channel, &k.Account, &k.ID) }

// rowKey is the key of a row that inboxRow made.
func rowKey(row []any) message.Key {
	//nolint:forcetypeassert // inboxRow put strings there
	return message.Key{Channel: message.Channel(row[1].(string)), Account: row[2].(string), ID: row[3].(string)}
}

func inboxRow(in message.Inbound) ([]any, error) {
	if err := in.Check(); err != nil {
		return nil, fmt.Errorf("sqlstore: accept: %w", err)
	}
	in.SentAt, in.ReceivedAt = moment(micros(in.SentAt)), moment(micros(in.ReceivedAt))
	item, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: accept %s: %w", in.Key, err)
	}
	row := []any{
		key(in.Conversation), string(in.Key.Channel), in.Key.Account, key(in.Key.ID), micros(in.ReceivedAt), bit(urgent(in)), 0, 0, 0,
		"", "", "", "", string(item),
	}
	wash(row)
	return row, nil
}

// urgent reports whether an item is answered without waiting for more: only words
// written in a chat come in bursts.
func urgent(in message.Inbound) bool {
	return in.Kind != message.Text || in.Key.Channel == message.Email || in.Key.Channel == message.Web
}

// Accept implements inbox.Store.
func (db *DB) Accept(ctx context.Context, items []message.Inbound, _ time.Time) (fresh int, err error) {
	rows := make([][]any, len(items))
	for i, in := range items {
		if rows[i], err = inboxRow(in); err != nil {
			return 0, err
		}
	}
	err = db.write(ctx, func(t *tx) error {
		fresh = 0
		for _, r := range rows {
			t.gathered.arrivals = append(t.gathered.arrivals, arrival{r, &fresh})
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sqlstore: accept: %w", err)
	}
	return fresh, nil
}

// Waiting implements inbox.Store.
func (db *DB) Waiting(ctx context.Context, now time.Time, limit int) (all []inbox.Pending, err error) {
	err = db.ask(ctx, func(c *conn) error {
		all, err = list(ctx, c, scanPending, `select i.conversation, min(i.received_at), max(i.received_at), max(i.run_at), max(i.urgent)
			from inbox i left join conversation c on c.name = i.conversation
			where i.outcome = '' and (c.name is null or c.owner = '' or c.lease_until <= $1)
			group by i.conversation order by min(i.seq) limit $2`, micros(now), limit)
		return err
	})
	return all, err
}

func scanPending(r row) (inbox.Pending, error) {
	var p inbox.Pending
	var first, last, runAt int64
	err := r.Scan(&p.Conversation, &first, &last, &runAt, &p.Urgent)
	p.First, p.Last, p.RunAt = moment(first), moment(last), moment(runAt)
	return p, err
}

// Items implements inbox.Store.
func (db *DB) Items(ctx context.Context, conversation string, limit int) (all []inbox.Item, err error) {
	err = db.ask(ctx, func(c *conn) error {
		all, err = list(ctx, c, scanInboxItem, `select seq, attempts, item from inbox
			where outcome = '' and conversation = $1 order by seq limit $2`, key(conversation), limit)
		return err
	})
	return all, err
}

func scanInboxItem(r row) (inbox.Item, error) {
	var it inbox.Item
	var item string
	if err := r.Scan(&it.Seq, &it.Attempts, &item); err != nil {
		return it, err
	}
	return it, unpack(item, &it.Inbound)
}

// Fail implements inbox.Store. It fails with dialogue.ErrFenced when the
// conversation has another owner by now.
func (db *DB) Fail(ctx context.Context, claim inbox.Claim, items []inbox.Item, runAt time.Time, reason string, dead bool) error {
	var outcome, outcomeReason string
	var endedAt int64
	if dead {
		outcome, outcomeReason, endedAt = string(message.Failed), reason, micros(db.now())
	}
	rows := make([][]any, len(items))
	for i, it := range items {
		rows[i] = []any{it.Seq, key(claim.Conversation), claim.Owner, claim.Fence, micros(runAt), reason, outcome, outcomeReason, endedAt}
	}
	err := db.write(ctx, func(t *tx) error {
		n, err := t.c.many(ctx, `with failed(seq, conversation, owner, fence, run_at, failure, outcome, outcome_reason, ended_at) as (values {rows})
			update inbox set attempts = attempts + 1, run_at = failed.run_at, failure = failed.failure,
			outcome = failed.outcome, outcome_reason = failed.outcome_reason, ended_at = failed.ended_at
			from failed where inbox.seq = failed.seq and inbox.outcome = '' and exists (select 1 from conversation c
			where c.name = failed.conversation and c.owner = failed.owner and c.fence = failed.fence)`, "nttnntttn", rows)
		if err == nil && int(n) < len(items) {
			err = dialogue.ErrFenced
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: note a failed turn of %s: %w", claim.Conversation, err)
	}
	return nil
}
