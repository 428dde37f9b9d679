package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"recado/bot/outbox"
	"recado/core/dialogue"
	"recado/core/message"
)

// States of an outbox row.
const (
	stateWaiting = 0
	stateSent    = 1
	stateBuried  = 2

	stateRecalled   = 3
	stateSuperseded = 4

	stateWithdrawn = 5 // not said: something else was posted in its place
	stateAmended   = 6 // sent, as a change of a message that stands
)

// What recall says of a row.
const (
	neverRecalled = 0
	recallable    = 1
	claimedToSend = 2
)

// atOnce is the run_at of a row that waits for nothing. It is not 0, which would
// read as "never".
// The index outbox_later knows it.
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
	amends, recall := "", neverRecalled
	if out.Kind == message.Edit && out.Family() == "" { // in a family the outbox sees to it
		amends = out.Amends.ID
		t.gathered.superseded = append(t.gathered.superseded, amends)
	}
	if !out.NotBefore.IsZero() {
		recall = recallable
	}
	t.gathered.posts = append(t.gathered.posts, []any{
		string(out.To.Channel), out.Account, key(out.To.ID), stateWaiting, max(atOnce, micros(out.NotBefore)), 0, key(t.db.foretell(out)), out.Number,
		bit(out.Code), micros(t.db.now()), 0, "", string(body), bit(out.Proactive), out.ID, key(out.Conveys), amends, recall, out.Family(),
	})
	if out.Passage != nil && out.Amends == nil {
		for _, id := range out.Passage.Of {
			t.gathered.conveyed = append(t.gathered.conveyed, []any{key(id), out.ID})
		}
	}
	return nil
}

const insertOutbox = `insert into outbox (channel, account, address, state, run_at, attempts, upstream_id, number,
	secret, posted_at, ended_at, failure, body, proactive, message, conveys, amends, recall, family) values {rows}`

// supersede ends earlier edits of the same messages. Of several edits of one message in
// one flush the last stands: the rows are written afterwards, in order.
func (t *tx) supersede(ctx context.Context, posts [][]any, amended []string) error {
	last := map[string]int{}
	for i, p := range posts {
		if amends, _ := p[postAmends].(string); amends != "" {
			if before, ok := last[amends]; ok {
				posts[before][postState] = stateSuperseded
			}
			last[amends] = i
		}
	}
	for _, id := range amended {
		_, err := t.c.exec(ctx, "update outbox set state = $1, ended_at = $2 where amends = $3 and amends <> '' and state = 0",
			stateSuperseded, micros(t.db.now()), id)
		if err != nil {
			return fmt.Errorf("supersede edits: %w", err)
		}
	}
	return nil
}

// Columns of a gathered post, as Post writes them.
const (
	postState  = 3
	postAmends = 16
)

// Recall implements dialogue.Tx. Whether a row is called back or sent is decided by who
// changes it first: see ClaimSend.
func (t *tx) Recall(ctx context.Context, upstream string) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	all, err := one(ctx, t.c, errNoRow, value[int], "select count(*) from outbox where conveys = $1 and conveys <> '' and recall > 0", key(upstream))
	if err != nil {
		return err
	}
	n, err := t.c.exec(ctx, "update outbox set state = $1, ended_at = $2 where conveys = $3 and conveys <> '' and recall = $4 and state = 0",
		stateRecalled, micros(t.db.now()), key(upstream), recallable)
	if err != nil {
		return fmt.Errorf("recall: %w", err)
	}
	if n == 0 || int(n) != all {
		return dialogue.ErrConflict // the transaction ends, and calls nothing back
	}
	_, err = t.c.exec(ctx, `update outbox set state = $1, ended_at = $2 where state = 0 and family <> ''
		and family in (select o.family from outbox o where o.conveys = $3 and o.state = $4 and o.recall = $5)`,
		stateRecalled, micros(t.db.now()), key(upstream), stateRecalled, recallable)
	if err != nil {
		return fmt.Errorf("recall what was to change it: %w", err)
	}
	return nil
}

// ClaimSend implements outbox.Claimer.
func (db *DB) ClaimSend(ctx context.Context, seq int64) (mine bool, err error) {
	err = db.write(ctx, func(t *tx) error {
		n, err := t.c.exec(ctx, "update outbox set recall = $1 where seq = $2 and state = 0", claimedToSend, seq)
		mine = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("sqlstore: claim what is to be sent: %w", err)
	}
	return mine, nil
}

const insertConveyed = `insert into conveyed (upstream, family) values {rows} on conflict do nothing`

// duePage is how many rows Due reads at a time while it leaves out addresses.
const duePage = 64

// Due implements outbox.Store. A row without an account belongs to every account
// of its channel, which then has only one.
func (db *DB) Due(
	ctx context.Context, channel message.Channel, account string, now time.Time, exclude []message.Address, limit int,
) (due []outbox.Row, err error) {
	err = db.ask(ctx, func(c *conn) error {
		q := queue{c: c, channel: channel, account: account}
		later, _, err := q.later(ctx, now)
		if err != nil {
			return err
		}
		for _, a := range exclude {
			if a.Channel == channel {
				later[key(a.ID)] = waiter{} // before every row
			}
		}
		return q.each(ctx, now, max(limit, duePage), func(r packedRow) (bool, error) {
			if w, waits := later[r.address]; waits && w.seq < r.Seq {
				return true, nil
			}
			if err := unpack(r.body, &r.Outbound); err != nil {
				return false, err
			}
			due = append(due, r.Row)
			return len(due) < limit, nil
		})
	})
	return due, err
}

// NextDue implements outbox.Store: at once, if some row has no row before it that
// waits for later; else the earliest of the times that first rows wait for.
func (db *DB) NextDue(ctx context.Context, channel message.Channel, account string) (at time.Time, err error) {
	err = db.ask(ctx, func(c *conn) error {
		q := queue{c: c, channel: channel, account: account}
		later, first, err := q.later(ctx, moment(atOnce))
		if err != nil {
			return err
		}
		at = first
		return q.each(ctx, moment(atOnce), duePage, func(r packedRow) (bool, error) {
			if w, waits := later[r.address]; waits && w.seq < r.Seq {
				return true, nil
			}
			at = moment(atOnce)
			return false, nil
		})
	})
	return at, err
}

// queue reads what waits for one channel and account.
type queue struct {
	c       *conn
	channel message.Channel
	account string
}

// waiter is the first row of an address that waits for a later time.
type waiter struct {
	seq int64
	at  time.Time
}

// later finds the waiters, by address, and when the first of them is due. There are few,
// and they have an index of their own; all other rows are due in the order of posting.
// What is proactive waits without holding up what somebody waits for.
func (q queue) later(ctx context.Context, now time.Time) (found map[string]waiter, next time.Time, err error) {
	found = map[string]waiter{}
	soon := func(at time.Time) {
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	_, err = list(ctx, q.c, func(r row) (struct{}, error) {
		var address string
		var w waiter
		var at int64
		var proactive bool
		err := r.Scan(&address, &w.seq, &at, &proactive)
		if w.at = moment(at); proactive {
			soon(w.at)
			return struct{}{}, err
		}
		if first, known := found[address]; !known || w.seq < first.seq {
			found[address] = w
		}
		return struct{}{}, err
	}, `select address, seq, run_at, proactive from outbox where state = 0 and channel = $1 and account in ($2, '') and run_at > 1 and run_at > $3`,
		string(q.channel), q.account, micros(now))
	for _, w := range found {
		soon(w.at)
	}
	return found, next, err
}

// packedRow is a row whose message is still to be unpacked: under load most rows of
// a page are being sent already, and are left out.
type packedRow struct {
	outbox.Row
	address, body string
}

// each reads the rows whose time has come, in order, a page at a time, until use
// returns false.
func (q queue) each(ctx context.Context, now time.Time, page int, use func(packedRow) (bool, error)) error {
	for after := int64(0); ; {
		rows, err := list(ctx, q.c, scanOutbox, `select seq, attempts, upstream_id, address, body from outbox
			where state = 0 and channel = $1 and account in ($2, '') and seq > $3 and run_at <= $4
			order by seq limit $5`, string(q.channel), q.account, after, micros(now), page)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after = r.Seq
			if more, err := use(r); err != nil || !more {
				return err
			}
		}
		if len(rows) < page {
			return nil
		}
	}
}

func scanOutbox(r row) (packedRow, error) {
	var o packedRow
	return o, r.Scan(&o.Seq, &o.Attempts, &o.UpstreamID, &o.address, &o.body)
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
		if err != nil {
			return err
		}
		return t.standIn(ctx, results)
	})
	if err != nil {
		return fmt.Errorf("sqlstore: record what was sent: %w", err)
	}
	return nil
}

// standIn gives buried messages the upstream ids of those that were said in their place.
func (t *tx) standIn(ctx context.Context, results []outbox.Result) error {
	for _, r := range results {
		if r.StandsFor == "" {
			continue
		}
		_, err := t.c.exec(ctx, `update outbox set upstream_id = $1 where message = $2 and message <> '' and upstream_id = ''`, key(r.UpstreamID), r.StandsFor)
		if err != nil {
			return err
		}
	}
	return nil
}

// Posted implements outbox.Store.
func (db *DB) Posted(ctx context.Context, ids []string) (map[string]outbox.Posted, error) {
	found := map[string]outbox.Posted{}
	err := db.ask(ctx, func(c *conn) error {
		for _, id := range ids {
			rows, err := list(ctx, c, func(r row) (p outbox.Posted, err error) {
				var state int
				err = r.Scan(&p.Seq, &p.UpstreamID, &state)
				p.Waiting = state == stateWaiting
				return p, err
			}, `select seq, upstream_id, state from outbox where message = $1 and message <> ''`, id)
			if err != nil {
				return err
			}
			for _, p := range rows {
				found[id] = p
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: look for what was posted: %w", err)
	}
	return found, nil
}

func resultRow(r outbox.Result) []any {
	state, ended := stateWaiting, int64(0)
	switch {
	case r.Withdrawn:
		state, ended = stateWithdrawn, micros(r.At)
	case r.Amended:
		state, ended = stateAmended, micros(r.At)
	case r.Sent:
		state, ended = stateSent, micros(r.At)
	case r.Buried:
		state, ended = stateBuried, micros(r.At)
	}
	return []any{r.Row.Seq, state, max(atOnce, micros(r.RunAt)), bit(r.Counted), key(r.UpstreamID), r.Error, ended}
}

// Family implements outbox.Store.
func (db *DB) Family(ctx context.Context, name string) (family []outbox.Member, err error) {
	if name == "" {
		return nil, nil
	}
	err = db.ask(ctx, func(c *conn) error {
		family, err = list(ctx, c, scanMember, `select seq, attempts, upstream_id, state, ended_at, body from outbox
			where family = $1 and family <> '' order by seq`, name)
		return err
	})
	return family, err
}

func scanMember(r row) (outbox.Member, error) {
	var m outbox.Member
	var state int
	var ended int64
	var body string
	if err := r.Scan(&m.Row.Seq, &m.Row.Attempts, &m.Row.UpstreamID, &state, &ended, &body); err != nil {
		return m, err
	}
	m.At = moment(ended)
	m.Sent, m.Amended = state == stateSent, state == stateAmended
	m.Buried, m.Withdrawn = state == stateBuried || state == stateRecalled, state == stateWithdrawn
	return m, unpack(body, &m.Row.Outbound)
}
