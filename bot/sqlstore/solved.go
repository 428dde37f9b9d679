package sqlstore

import (
	"context"
	"fmt"
	"time"

	"recado/core/ticket"
)

// Filed is what the built-in assistant learns from a ticket: its words, and where it
// was filed in the end.
type Filed struct {
	Ticket *ticket.Ticket // without its participants
	Words  string         // the beginning of its description
}

// filedWords is how much of a description is read: what it is about is said early.
const filedWords = 400

// FiledSince reads tickets that changed at a time or later, earliest first, at most
// limit. Of tickets that are not closed it may read only that they changed.
func (db *DB) FiledSince(ctx context.Context, since time.Time, limit int) (all []Filed, err error) {
	err = db.ask(ctx, func(c *conn) error {
		all, err = list(ctx, c, scanFiled, `select id, number, org, status, product, system, module, category, updated_at, closed_at, private, merged_into,
			subject, substr(description, 1, $3) from ticket where updated_at >= $1 order by updated_at, id limit $2`, micros(since), limit, filedWords)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: tickets filed since %s: %w", since, err)
	}
	return all, nil
}

func scanFiled(r row) (Filed, error) {
	t := &ticket.Ticket{}
	f := Filed{Ticket: t}
	var updated, closed int64
	err := r.Scan(&t.ID, &t.Number, &t.Org, &t.Status, &t.About.Product, &t.About.System, &t.About.Module, &t.About.Category,
		&updated, &closed, &t.Private, &t.MergedInto, &t.Subject, &f.Words)
	t.UpdatedAt, t.ClosedAt = moment(updated), moment(closed)
	return f, err
}

// FiledFrom is since when FiledSince gives the newest n closed tickets; zero when there
// are no more than that.
func (db *DB) FiledFrom(ctx context.Context, n int) (at time.Time, err error) {
	err = db.ask(ctx, func(c *conn) error {
		all, err := list(ctx, c, value[int64], "select updated_at from ticket where status = 'closed' order by updated_at desc limit 1 offset $1", n)
		if len(all) > 0 {
			at = moment(all[0])
		}
		return err
	})
	if err != nil {
		return at, fmt.Errorf("sqlstore: the newest closed tickets: %w", err)
	}
	return at, nil
}

// Read is one reader's answer to "did it help?", and whether they needed a ticket all
// the same.
type Read struct {
	Article string
	Helpful bool
	Missing string // what they did not find
	At      time.Time
	Back    bool // they said that it helped, and opened a ticket within the days after
}

// Reads lists the answers since a time, earliest first. Whoever opened a ticket within
// the window after "it helped" came back: it did not.
func (db *DB) Reads(ctx context.Context, since time.Time, window time.Duration) (all []Read, err error) {
	err = db.ask(ctx, func(c *conn) error {
		all, err = list(ctx, c, scanRead, `select article, helpful, missing, at,
			case when helpful = 1 and exists (select 1 from ticket where requester = person and opened_at > at and opened_at <= at + $2) then 1 else 0 end
			from article_feedback where at >= $1 order by at, article, person`, micros(since), window.Microseconds())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: what readers said: %w", err)
	}
	return all, nil
}

func scanRead(r row) (Read, error) {
	var a Read
	var helpful, back int
	var at int64
	err := r.Scan(&a.Article, &helpful, &a.Missing, &at, &back)
	a.Helpful, a.Back, a.At = helpful == 1, back == 1, moment(at)
	return a, err
}

// vectorsKept is how long a vector is kept: then it is made anew, if it is still needed.
const vectorsKept = 180 * 24 * time.Hour

// Vectors finds the vectors of texts by their digests, as they were saved; those that
// are not there are left out.
func (db *DB) Vectors(ctx context.Context, model string, digests []string) (map[string]string, error) {
	found := map[string]string{}
	type vector struct{ digest, text string }
	err := db.ask(ctx, func(c *conn) error {
		for _, d := range digests {
			all, err := list(ctx, c, func(r row) (v vector, err error) { err = r.Scan(&v.digest, &v.text); return v, err },
				"select digest, vector from embedding where model = $1 and digest = $2", model, d)
			if err != nil {
				return err
			}
			for _, v := range all {
				found[v.digest] = v.text
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("sqlstore: vectors of %s: %w", model, err)
	}
	return found, nil
}

// SaveVectors keeps vectors by the digests of their texts, and forgets old ones.
func (db *DB) SaveVectors(ctx context.Context, model string, vectors map[string]string, now time.Time) error {
	err := db.write(ctx, func(t *tx) error {
		for digest, text := range vectors {
			_, err := t.c.exec(ctx, `insert into embedding (model, digest, used, vector) values ($1, $2, $3, $4)
				on conflict (model, digest) do update set used = excluded.used, vector = excluded.vector`, model, digest, micros(now), text)
			if err != nil {
				return err
			}
		}
		_, err := t.c.exec(ctx, "delete from embedding where used < $1", micros(now.Add(-vectorsKept)))
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: save vectors of %s: %w", model, err)
	}
	return nil
}
