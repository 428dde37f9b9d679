package sqlstore

import (
	"context"
	"time"
)

// Backlog is what waits in the database, for health and metrics. How items ended
// is counted by the processes that end them; Outcomes reads the whole ledger.
type Backlog struct {
	Inbox        int       // items that wait for their turn
	InboxOldest  time.Time // when the oldest of them was received; zero: none waits
	Held         int       // items whose sender is not proved
	Outbox       int       // messages to be sent
	OutboxOldest time.Time // when the oldest of them was posted; zero: none waits
	Buried       int       // messages that could not be sent, ever
}

// Backlog counts it, over partial indexes: what is done costs nothing.
func (db *DB) Backlog(ctx context.Context) (b Backlog, err error) {
	err = db.ask(ctx, func(c *conn) error {
		b, err = one(ctx, c, errNoRow, scanBacklog, `select
			(select count(*) from inbox where outcome = ''), (select coalesce(min(received_at), 0) from inbox where outcome = ''),
			(select count(*) from held where state = ''),
			(select count(*) from outbox where state = 0), (select coalesce(min(posted_at), 0) from outbox where state = 0),
			(select count(*) from outbox where state = 2)`)
		return err
	})
	return b, err
}

func scanBacklog(r row) (Backlog, error) {
	var b Backlog
	var inbox, outbox int64
	err := r.Scan(&b.Inbox, &inbox, &b.Held, &b.Outbox, &outbox, &b.Buried)
	b.InboxOldest, b.OutboxOldest = moment(inbox), moment(outbox)
	return b, err
}
