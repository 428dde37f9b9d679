package sqlstore

import (
	"context"
	"fmt"

	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/ticket"
)

// Room implements dialogue.RoomReader.
func (r *reader) Room(ctx context.Context, id ticket.ID) (dialogue.Room, bool, error) {
	all, err := list(ctx, r.c, func(row row) (room dialogue.Room, err error) {
		var at int64
		err = row.Scan(&room.At.Channel, &room.At.ID, &room.Account, &room.Card, &room.Shown, &at)
		room.Ticket, room.Since = id, moment(at)
		return room, err
	}, "select channel, address, account, card, shown, at from room where ticket = $1", string(id))
	if err != nil || len(all) == 0 {
		return dialogue.Room{}, false, err
	}
	return all[0], true, nil
}

// SaveRoom implements dialogue.Tx.
func (t *tx) SaveRoom(ctx context.Context, r dialogue.Room) error {
	if err := t.flush(ctx); err != nil { // the ticket may be new
		return err
	}
	_, err := t.c.exec(ctx, `insert into room (ticket, channel, address, account, card, shown, at) values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (ticket) do update set channel = excluded.channel, address = excluded.address, account = excluded.account,
		card = excluded.card, shown = excluded.shown, at = excluded.at`,
		string(r.Ticket), string(r.At.Channel), r.At.ID, r.Account, r.Card, r.Shown, micros(r.Since))
	if err != nil {
		return fmt.Errorf("keep the room of ticket %s: %w", r.Ticket, err)
	}
	return nil
}

// fates are the states of a row as the engine knows them.
var fates = map[int]dialogue.Fate{
	stateWaiting: dialogue.Awaiting, stateSent: dialogue.Gone, stateBuried: dialogue.Buried,
	stateRecalled: dialogue.Recalled, stateSuperseded: dialogue.Recalled,
	stateWithdrawn: dialogue.Recalled, stateAmended: dialogue.Gone,
}

// Conveyed implements dialogue.SentReader.
func (r *reader) Conveyed(ctx context.Context, upstream string) ([]dialogue.Conveyed, error) {
	if upstream == "" {
		return nil, nil
	}
	all, err := list(ctx, r.c, func(row row) (c dialogue.Conveyed, err error) {
		var state, recall int
		var ended, delivered, read int64
		var body string
		if err := row.Scan(&c.Upstream, &state, &recall, &ended, &body, &delivered, &read); err != nil {
			return c, err
		}
		c.Fate, c.At, c.Delivered, c.Read = fates[state], moment(ended), moment(delivered), moment(read)
		if state == stateWaiting && recall == claimedToSend {
			c.Fate = dialogue.Going
		}
		return c, unpack(body, &c.Out)
	}, `select o.upstream_id, o.state, o.recall, o.ended_at, o.body, coalesce(d.delivered_at, 0), coalesce(d.read_at, 0) from outbox o
		left join delivery d on d.upstream_id = o.upstream_id and d.channel = o.channel and d.address = o.address and d.upstream_id <> ''
		where o.conveys = $1 and o.conveys <> '' order by o.seq`, key(upstream))
	var out []dialogue.Conveyed
	for _, c := range all {
		if c.Out.Kind != message.Edit && c.Out.Kind != message.Deletion {
			out = append(out, c)
		}
	}
	return out, err
}
