package sqlstore

import (
	"context"
	"fmt"

	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// NoteDeliveries implements bot.Deliveries. The first word of each kind stands: upstreams
// repeat themselves. Who read a message got it.
func (db *DB) NoteDeliveries(ctx context.Context, deliveries []channels.Delivery) error {
	if len(deliveries) == 0 {
		return nil
	}
	err := db.write(ctx, func(t *tx) error {
		for _, d := range deliveries { // one statement each: two of one message may come at once
			read := int64(0)
			if d.Read {
				read = micros(d.At)
			}
			_, err := t.c.exec(ctx, `insert into delivery (upstream_id, channel, address, delivered_at, read_at) values ($1, $2, $3, $4, $5)
				on conflict (upstream_id, channel, address) do update set
				read_at = case when delivery.read_at = 0 then excluded.read_at else delivery.read_at end`,
				key(d.UpstreamID), string(d.To.Channel), key(d.To.ID), micros(d.At), read)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("sqlstore: note deliveries: %w", err)
	}
	return nil
}

// Arrival implements dialogue.SentReader.
func (r *reader) Arrival(ctx context.Context, number string, to message.Address) (dialogue.Arrival, error) {
	all, err := list(ctx, r.c, func(row row) (a dialogue.Arrival, err error) {
		var delivered, read int64
		err = row.Scan(&delivered, &read)
		a.Delivered, a.Read = moment(delivered), moment(read)
		return a, err
	}, `select coalesce(d.delivered_at, 0), coalesce(d.read_at, 0) from outbox o
		left join delivery d on d.upstream_id = o.upstream_id and d.channel = o.channel and d.address = o.address
		where o.channel = 'whatsapp' and o.number = $1 and o.address = $2 and o.state = 1
		order by o.seq desc limit 1`, number, key(to.ID))
	if err != nil || number == "" || len(all) == 0 {
		return dialogue.Arrival{}, err
	}
	return all[0], nil
}
