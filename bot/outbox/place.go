package outbox

import (
	"context"
	"maps"
	"slices"
	"time"

	"recado/channels"
	"recado/core/message"
)

// placeWait is how long a message waits for the one in whose thread it stands, or for the
// store, before it is tried again.
const placeWait = 2 * time.Second

// linkWait is the longest that a message waits for another one only to link to it.
const linkWait = time.Minute

// place fills in what only the store knows by now: how the upstream names the root of the
// thread, and the message that is amended. It says how long to wait when that is not
// known yet; zero: go on.
//
// A root that was buried is not waited for: what should stand in its thread stands by
// itself in the same room, where the team sees it. An Edit of a buried message is said
// anew by a channel that finds no SentAs, and then stands for the buried one: what comes
// later finds its way.
func (o *Outbox) place(ctx context.Context, row *Row) (standsFor string, wait time.Duration) {
	var ids []string
	if row.Under != "" {
		ids = append(ids, row.Under)
	}
	amends := row.Amends != nil && row.Family() == "" // of words that are passed on, see standing
	if amends {
		ids = append(ids, row.Amends.ID)
	}
	if row.Points != "" {
		ids = append(ids, row.Points)
	}
	links := rowsOf(row)
	for _, r := range links {
		ids = append(ids, r.Points)
	}
	if len(ids) == 0 {
		return "", 0
	}
	found, err := o.posted(ctx, *row, ids)
	if delay := o.store.Note(ctx, "look for a thread", err); err != nil {
		return "", max(delay, placeWait)
	}
	for _, id := range ids {
		links := slices.ContainsFunc(links, func(r *message.Row) bool { return r.Points == id })
		if p := found[id]; p.Waiting && p.Seq < row.Seq && !links && (id != row.Points || o.opts.Clock.Now().Sub(postedAt(row.ID)) < linkWait) {
			return "", placeWait
		}
	}
	row.Leads = found[row.Points].UpstreamID
	for _, r := range links {
		r.Leads = found[r.Points].UpstreamID
	}
	row.Root = found[row.Under].UpstreamID
	if amends {
		if row.SentAs = found[row.Amends.ID].UpstreamID; row.SentAs == "" && row.Kind == message.Edit {
			standsFor = row.Amends.ID
		}
	}
	return standsFor, 0
}

// rowsOf are the lines of a page that lead somewhere.
func rowsOf(row *Row) (out []*message.Row) {
	if row.Home == nil {
		return nil
	}
	for i := range row.Home.Rows {
		if r := &row.Home.Rows[i]; r.Points != "" {
			out = append(out, r)
		}
	}
	return out
}

// posted is what became of other messages: out of what is known and not noted yet, which
// is where one that went just before this one is found, or out of the store.
func (o *Outbox) posted(ctx context.Context, row Row, ids []string) (map[string]Posted, error) {
	if f, ok := o.opts.Channel.(channels.Foreteller); ok {
		if row.Amends == nil {
			return nil, nil
		}
		return map[string]Posted{row.Amends.ID: {UpstreamID: f.UpstreamID(*row.Amends)}}, nil
	}
	found := map[string]Posted{}
	o.mu.Lock()
	for _, r := range o.results {
		for _, id := range []string{r.Row.ID, r.StandsFor} {
			if id != "" && (r.Sent || r.Buried) && slices.Contains(ids, id) {
				found[id] = Posted{Seq: r.Row.Seq, UpstreamID: r.UpstreamID}
			}
		}
	}
	o.mu.Unlock()
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return found[id] != Posted{} }) // Seq is never 0
	if len(ids) == 0 {
		return found, nil
	}
	stored, err := o.opts.Store.Posted(ctx, ids)
	maps.Copy(found, stored)
	return found, err
}
