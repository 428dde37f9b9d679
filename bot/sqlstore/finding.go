package sqlstore

import (
	"context"
	"time"

	"recado/core/directory"
	"recado/core/ticket"
)

func (r *reader) tickets(ctx context.Context, where string, args ...any) ([]*ticket.Ticket, error) {
	return list(ctx, r.c, scanTicket, "select "+ticketColumns+" from ticket where "+where, args...)
}

func (r *reader) ticket(ctx context.Context, where string, args ...any) (*ticket.Ticket, error) {
	return one(ctx, r.c, ticket.ErrNotFound, scanTicket, "select "+ticketColumns+" from ticket where "+where, args...)
}

// Ticket implements ticket.Reader.
func (r *reader) Ticket(ctx context.Context, id ticket.ID) (*ticket.Ticket, error) {
	return r.ticket(ctx, "id = $1", string(id))
}

// Numbered implements ticket.Reader.
func (r *reader) Numbered(ctx context.Context, number string) (*ticket.Ticket, error) {
	return r.ticket(ctx, "number = $1", number)
}

// OpenOf implements ticket.Reader.
func (r *reader) OpenOf(ctx context.Context, requester directory.PersonID, limit int) ([]*ticket.Ticket, error) {
	return r.tickets(ctx, "requester = $1 and status <> 'closed' order by last_at desc, id desc limit $2", string(requester), limit)
}

// RecentlyClosedOf implements ticket.Reader.
func (r *reader) RecentlyClosedOf(ctx context.Context, requester directory.PersonID, since time.Time, limit int) ([]*ticket.Ticket, error) {
	return r.tickets(ctx, "requester = $1 and status = 'closed' and closed_at >= $2 order by closed_at desc, id desc limit $3",
		string(requester), micros(since), limit)
}

// CountOf implements ticket.Reader.
func (r *reader) CountOf(ctx context.Context, requester directory.PersonID) (int, error) {
	return one(ctx, r.c, ticket.ErrNotFound, value[int], "select count(*) from ticket where requester = $1", string(requester))
}

// DueReminders implements ticket.Reader.
func (r *reader) DueReminders(ctx context.Context, now time.Time, limit int) ([]*ticket.Ticket, error) {
	return r.tickets(ctx, "remind_at > 0 and remind_at <= $1 order by remind_at, id limit $2", micros(now), limit)
}

// DueWarnings implements ticket.Reader. warnAt says which those are.
func (r *reader) DueWarnings(ctx context.Context, now time.Time, limit int) ([]*ticket.Ticket, error) {
	return r.tickets(ctx, "warn_at > 0 and warn_at <= $1 order by warn_at, id limit $2", micros(now), limit)
}

// DueNudges implements ticket.Reader.
func (r *reader) DueNudges(ctx context.Context, now time.Time, limit int) ([]*ticket.Ticket, error) {
	return r.tickets(ctx, "nudge_at > 0 and nudge_at <= $1 order by nudge_at, id limit $2", micros(now), limit)
}

// NextDue implements ticket.Reader.
func (r *reader) NextDue(ctx context.Context) (time.Time, error) {
	at, err := one(ctx, r.c, ticket.ErrNotFound, value[int64], `select coalesce(min(at), 0) from (
		select min(remind_at) as at from ticket where remind_at > 0
		union all select min(warn_at) from ticket where warn_at > 0
		union all select min(nudge_at) from ticket where nudge_at > 0) as due`)
	return moment(at), err
}

// Links implements ticket.Reader, in both directions.
func (r *reader) Links(ctx context.Context, id ticket.ID) ([]ticket.Link, error) {
	return list(ctx, r.c, scanLink, `select from_ticket, to_ticket, relation, at, by_person from ticket_link
		where from_ticket = $1 or to_ticket = $1 order by at, from_ticket, to_ticket`, string(id))
}

func scanLink(r row) (ticket.Link, error) {
	var l ticket.Link
	var at int64
	err := r.Scan(&l.From, &l.To, &l.Relation, &at, &l.By)
	l.At = moment(at)
	return l, err
}

// refsAtOnce is how many ids one question asks for.
const refsAtOnce = 8

// ByRefs implements ticket.Reader: it looks among the ids of entries, and among
// those of what we sent, where the outbox holds the number of the ticket.
func (r *reader) ByRefs(ctx context.Context, refs []string) (*ticket.Ticket, error) {
	for len(refs) > 0 {
		n := min(len(refs), refsAtOnce)
		where, err := r.whereRefs(ctx, refs[:n])
		if err != nil {
			return nil, err
		}
		for _, ref := range refs[:n] {
			if w, ok := where[key(ref)]; ok && ref != "" {
				return r.ticket(ctx, "id = $1 or number = $2", w.id, w.number)
			}
		}
		refs = refs[n:]
	}
	return nil, ticket.ErrNotFound
}

// whereabouts names a ticket by its id or by its number.
type whereabouts struct{ ref, id, number string }

func (r *reader) whereRefs(ctx context.Context, refs []string) (map[string]whereabouts, error) {
	args := make([]any, refsAtOnce)
	for i := range args {
		args[i] = key(refs[min(i, len(refs)-1)]) // filled up with the last, for one text
	}
	in := "(" + places(refsAtOnce) + ")"
	all, err := list(ctx, r.c, func(r row) (w whereabouts, err error) { return w, r.Scan(&w.ref, &w.id, &w.number) },
		`select upstream, ticket, '' from entry where upstream in `+in+` and upstream <> ''
		union all select upstream_id, '', number from outbox where upstream_id in `+in+` and upstream_id <> '' and number <> ''`, args...)
	found := make(map[string]whereabouts, len(all))
	for _, w := range all {
		found[w.ref] = w
	}
	return found, err
}
