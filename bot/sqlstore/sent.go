package sqlstore

import (
	"context"
	"time"

	"recado/core/dialogue"
	"recado/core/message"
)

// A turn's messages are posted together: they are neighbours in the outbox, but for what
// other turns of the same group put between.
const (
	neighbours = 128 // rows, either side
	together   = 2 * time.Second
)

// SentAs implements dialogue.SentReader.
func (r *reader) SentAs(ctx context.Context, ids []string) (dialogue.Sent, bool, error) {
	ids = ids[:min(len(ids), refsAtOnce)]
	if len(ids) == 0 {
		return dialogue.Sent{}, false, nil
	}
	args := make([]any, refsAtOnce)
	for i := range args {
		args[i] = key(ids[min(i, len(ids)-1)]) // filled up with the last, for one text
	}
	found, err := list(ctx, r.c, func(row row) (s sentRow, err error) {
		return s, row.Scan(&s.seq, &s.upstream, &s.postedAt, &s.body)
	}, `select seq, upstream_id, posted_at, body from outbox where upstream_id in (`+places(refsAtOnce)+`) and upstream_id <> ''`, args...)
	if err != nil {
		return dialogue.Sent{}, false, err
	}
	for _, id := range ids {
		for _, s := range found {
			if id != "" && s.upstream == key(id) && s.body != "" { // a code's is emptied when it is sent
				sent, err := r.sent(ctx, s)
				return sent, err == nil, err
			}
		}
	}
	return dialogue.Sent{}, false, nil
}

// Passed implements dialogue.SentReader.
func (r *reader) Passed(ctx context.Context, upstream string) ([]message.Outbound, error) {
	if upstream == "" {
		return nil, nil
	}
	return list(ctx, r.c, func(row row) (out message.Outbound, err error) {
		var body string
		if err := row.Scan(&body); err != nil {
			return out, err
		}
		return out, unpack(body, &out)
	}, `select o.body from conveyed c join outbox o on o.family = c.family and o.family <> ''
		where c.upstream = $1 and o.body <> '' order by o.seq`, key(upstream))
}

// sentRow is a row of the outbox.
type sentRow struct {
	seq, postedAt  int64
	upstream, body string
}

func (r *reader) sent(ctx context.Context, s sentRow) (dialogue.Sent, error) {
	sent := dialogue.Sent{At: moment(s.postedAt)}
	if err := unpack(s.body, &sent.Out); err != nil || sent.Out.Number == "" {
		return sent, err
	}
	span := together.Microseconds()
	var err error
	sent.Beside, err = list(ctx, r.c, func(row row) (a message.Address, err error) { return a, row.Scan(&a.Channel, &a.ID) },
		`select channel, address from outbox where seq between $1 and $2 and seq <> $3 and number = $4 and posted_at between $5 and $6`,
		s.seq-neighbours, s.seq+neighbours, s.seq, sent.Out.Number, s.postedAt-span, s.postedAt+span)
	return sent, err
}
