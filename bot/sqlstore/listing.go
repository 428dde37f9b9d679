package sqlstore

import (
	"context"

	"recado/core/directory"
	"recado/core/message"
)

// Ids are UUIDv7, so their order is that of creation.

// People implements directory.Lister.
func (r *reader) People(ctx context.Context) ([]directory.Person, error) {
	return list(ctx, r.c, scanPerson, "select "+personColumns+" from person order by id")
}

// Organisations implements directory.Lister.
func (r *reader) Organisations(ctx context.Context) ([]directory.Organisation, error) {
	return list(ctx, r.c, scanOrg, "select "+orgColumns+" from organisation order by id")
}

// Groups implements directory.Lister.
func (r *reader) Groups(ctx context.Context) ([]directory.Group, error) {
	return list(ctx, r.c, func(from row) (directory.Group, error) {
		var g directory.Group
		err := from.Scan(&g.ID, &g.Name)
		return g, err
	}, "select id, name from organisation_group order by id")
}

// ledgerPage bounds what is in memory while the ledger is read.
const ledgerPage = 1000

// Outcomes reads the whole ledger, oldest first: how every item that came in ended.
// It stops at each's first error and returns it.
func (db *DB) Outcomes(ctx context.Context, each func(message.Ended) error) error {
	after := int64(0)
	for {
		var page []ended
		err := db.ask(ctx, func(c *conn) (err error) {
			page, err = list(ctx, c, scanEnded, `select seq, received_at, ended_at, outcome, outcome_reason, number, item from inbox
				where seq > $1 order by seq limit $2`, after, ledgerPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return err
		}
		for _, e := range page {
			if err := each(e.Ended); err != nil {
				return err
			}
			after = e.seq
		}
	}
}

type ended struct {
	seq int64
	message.Ended
}

func scanEnded(r row) (ended, error) {
	var e ended
	var received, end int64
	var item string
	err := r.Scan(&e.seq, &received, &end, &e.Outcome.Code, &e.Outcome.Reason, &e.Outcome.Number, &item)
	if err != nil {
		return e, err
	}
	var in message.Inbound
	err = unpack(item, &in)
	e.Key, e.From, e.ReceivedAt, e.EndedAt = in.Key, in.From, moment(received), moment(end)
	return e, err
}
