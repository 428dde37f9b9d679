package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"recado/core/dialogue"
	"recado/core/message"
)

const heldColumns = "id, person, at, expires, told_at, state, by_person, ended_at, item"

func scanHeld(r row) (dialogue.Held, error) {
	var h dialogue.Held
	var at, expires, told, ended int64
	var item string
	if err := r.Scan(&h.ID, &h.Person, &at, &expires, &told, &h.State, &h.By, &ended, &item); err != nil {
		return h, err
	}
	h.At, h.Expires, h.ToldAt, h.EndedAt = moment(at), moment(expires), moment(told), moment(ended)
	return h, unpack(item, &h.Item)
}

// Held implements dialogue.HeldReader.
func (r *reader) Held(ctx context.Context, id dialogue.HeldID) (dialogue.Held, error) {
	return one(ctx, r.c, dialogue.ErrNotHeld, scanHeld, "select "+heldColumns+" from held where id = $1", string(id))
}

// HeldFrom implements dialogue.HeldReader.
func (r *reader) HeldFrom(ctx context.Context, from message.Address, since, until time.Time, limit int) ([]dialogue.Held, error) {
	all, err := list(ctx, r.c, scanHeld, "select "+heldColumns+` from held where channel = $1 and address = $2 and at >= $3 and at <= $4
		order by seq desc limit $5`, string(from.Channel), key(from.ID), micros(since), micros(until), limit)
	slices.Reverse(all)
	return all, err
}

// HeldMail implements dialogue.HeldReader.
func (r *reader) HeldMail(ctx context.Context, limit int) (all []dialogue.Held, total int, err error) {
	total, err = one(ctx, r.c, errNoRow, value[int], "select count(*) from held where state = '' and channel = $1", string(message.Email))
	if err == nil && total > 0 {
		all, err = list(ctx, r.c, scanHeld, "select "+heldColumns+` from held where state = '' and channel = $1
			order by seq desc limit $2`, string(message.Email), limit)
	}
	return all, total, err
}

// HeldUntold implements dialogue.HeldReader.
func (r *reader) HeldUntold(ctx context.Context, limit int) ([]dialogue.Held, error) {
	return list(ctx, r.c, scanHeld, "select "+heldColumns+` from held where state = '' and told_at = 0 and channel = $1
		order by seq limit $2`, string(message.Email), limit)
}

// HeldNth implements dialogue.HeldReader: n steps down the primary key.
func (r *reader) HeldNth(ctx context.Context, n int) (time.Time, error) {
	all, err := list(ctx, r.c, func(r row) (at int64, err error) { return at, r.Scan(&at) }, "select at from held order by seq desc limit 1 offset $1", n-1)
	if err != nil || len(all) == 0 {
		return time.Time{}, err
	}
	return moment(all[0]), nil
}

// HeldTold implements dialogue.HeldReader.
func (r *reader) HeldTold(ctx context.Context, since time.Time) (map[message.Address]time.Time, error) {
	type news struct {
		from message.Address
		at   int64
	}
	all, err := list(ctx, r.c, func(r row) (n news, err error) { return n, r.Scan(&n.from.Channel, &n.from.ID, &n.at) },
		"select channel, address, max(told_at) from held where told_at > 0 and told_at > $1 group by channel, address", micros(since))
	told := make(map[message.Address]time.Time, len(all))
	for _, n := range all {
		told[n.from] = moment(n.at)
	}
	return told, err
}

// HeldDue implements dialogue.HeldReader.
func (r *reader) HeldDue(ctx context.Context, now time.Time, limit int) (expired, home []dialogue.Held, next time.Time, err error) {
	first, err := one(ctx, r.c, errNoRow, value[int64], "select coalesce(min(expires), 0) from held")
	if err != nil || first == 0 {
		return nil, nil, time.Time{}, err
	}
	expired, err = list(ctx, r.c, scanHeld, "select "+heldColumns+" from held where expires <= $1 order by expires, seq limit $2", micros(now), limit)
	if err != nil {
		return nil, nil, time.Time{}, err
	}
	home, err = list(ctx, r.c, scanHeld, "select "+heldColumns+` from held where state = '' and person = '' and exists
		(select 1 from alias where alias.channel = held.channel and alias.address = held.address) order by seq limit $1`, limit)
	return expired, home, moment(first), err
}

// Hold implements dialogue.HeldWriter.
func (t *tx) Hold(ctx context.Context, h dialogue.Held) error {
	in, err := inboxRow(h.Item)
	if err == nil {
		item := in[len(in)-1]
		_, err = t.c.exec(ctx, "insert into held (channel, address, "+heldColumns+") values ("+places(11)+")",
			string(h.Item.From.Channel), key(h.Item.From.ID), string(h.ID), string(h.Person), micros(h.At), micros(h.Expires),
			micros(h.ToldAt), string(h.State), string(h.By), micros(h.EndedAt), item)
	}
	if err != nil {
		return fmt.Errorf("hold %s: %w", h.Item.Key, err)
	}
	return nil
}

// EndHeld implements dialogue.HeldWriter. The update waits for whoever decides about
// the same item at the same time, and then finds that it does not wait any more.
func (t *tx) EndHeld(ctx context.Context, e dialogue.Ending) error {
	h, err := one(ctx, t.c, dialogue.ErrNotHeld, scanHeld, "select "+heldColumns+" from held where id = $1", string(e.ID))
	if err != nil {
		return t.endedElsewhere(e, err)
	}
	if e.State == dialogue.HeldExpired && h.State != dialogue.HeldWaiting {
		_, err = t.c.exec(ctx, "delete from held where id = $1", string(e.ID))
		return err
	}
	text, args := "update held set state = $2, by_person = $3, ended_at = $4 where id = $1 and state = ''",
		[]any{string(e.ID), string(e.State), string(e.By), micros(e.At)}
	if e.State == dialogue.HeldExpired {
		text, args = "delete from held where id = $1 and state = ''", args[:1]
	}
	n, err := t.c.exec(ctx, text, args...)
	if err != nil {
		return fmt.Errorf("end %s: %w", e.ID, err)
	}
	if n == 0 {
		return dialogue.ErrConflict
	}
	if e.State == dialogue.HeldReleased {
		if err := t.backToInbox(h.Item, e.Proof); err != nil {
			return err
		}
	}
	return t.noteEnding(ctx, h.Item.Key, e)
}

// endedElsewhere: an item that is gone was decided by somebody else, or has expired;
// that it expires twice is nothing.
func (t *tx) endedElsewhere(e dialogue.Ending, err error) error {
	switch {
	case err != dialogue.ErrNotHeld: //nolint:errorlint // one returns it as it is
		return err
	case e.State == dialogue.HeldExpired:
		return nil
	}
	return dialogue.ErrConflict
}

// backToInbox puts an item at the end of the inbox, with its proof. It cannot be
// there already: only one ending releases it.
func (t *tx) backToInbox(in message.Inbound, proof message.Proof) error {
	in.Key.ID += "#released"
	if in.Proof = proof; proof != message.Unproved {
		in.Doubt = ""
	}
	r, err := inboxRow(in)
	if err == nil {
		t.gathered.arrivals = append(t.gathered.arrivals, arrival{r, new(int)})
	}
	return err
}

// noteEnding says in the ledger what became of an item that ended as held.
func (t *tx) noteEnding(ctx context.Context, k message.Key, e dialogue.Ending) error {
	outcome := map[dialogue.HeldState]message.Code{
		dialogue.HeldReleased: message.HeldBack, dialogue.HeldDiscarded: message.Discarded, dialogue.HeldExpired: message.Lapsed,
	}[e.State]
	_, err := t.c.exec(ctx, `update inbox set outcome = $1, outcome_reason = $2, ended_at = $3
		where channel = $4 and account = $5 and id = $6 and outcome = 'held'`,
		string(outcome), e.Reason, micros(e.At), string(k.Channel), k.Account, key(k.ID))
	if err != nil {
		return fmt.Errorf("note what became of %s: %w", k, err)
	}
	return nil
}

// TellHeld implements dialogue.HeldWriter.
func (t *tx) TellHeld(ctx context.Context, ids []dialogue.HeldID, at time.Time) error {
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{string(id), micros(at)}
	}
	_, err := t.c.many(ctx, `with told(id, at) as (values {rows}) update held set told_at = told.at from told where held.id = told.id`, "tn", rows)
	if err != nil {
		return fmt.Errorf("note what the team was told of: %w", err)
	}
	return nil
}
