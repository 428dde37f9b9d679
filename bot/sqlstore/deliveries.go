package sqlstore

import (
	"context"
	"fmt"

	"recado/channels"
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
