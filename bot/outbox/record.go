package outbox

import (
	"context"
	"time"

	"recado/bot/outage"
)

// keepResult has a result noted. Until it is, its address takes nothing more, so
// that a message which was not sent cannot be overtaken.
func (o *Outbox) keepResult(r Result) {
	o.mu.Lock()
	if !r.ended() {
		o.hand[r.Row.To].stopped = true
	}
	o.results = append(o.results, r)
	o.mu.Unlock()
	signal(o.noting)
}

func (r Result) ended() bool { return r.Sent || r.Buried || r.Withdrawn }

// putBack takes out of hand a row that was not tried, or was cut short: it waits in
// the store as before. The later rows of its address are turned back too.
func (o *Outbox) putBack(row Row) {
	o.mu.Lock()
	o.hand[row.To].stopped = true
	o.done(row)
	o.mu.Unlock()
	o.Wake()
}

// done takes a row out of hand. The caller holds the lock.
func (o *Outbox) done(row Row) {
	o.rows--
	if l := o.hand[row.To]; l.left > 1 {
		l.left--
		return
	}
	delete(o.hand, row.To)
}

// record notes results until ctx ends, each time all that came meanwhile.
func (o *Outbox) record(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.noting:
		}
		for wait := o.note(ctx); wait > 0; wait = o.note(ctx) {
			select {
			case <-ctx.Done():
				return
			case <-o.opts.Clock.After(wait):
			}
		}
	}
}

// note notes all known results in one call. When the store fails they stay known,
// and it returns how long to wait before the next try.
func (o *Outbox) note(ctx context.Context) (wait time.Duration) {
	o.mu.Lock()
	results := o.results
	o.mu.Unlock()
	if len(results) == 0 {
		return 0
	}
	err := o.opts.Store.Record(ctx, results)
	if delay := o.store.Note(ctx, "note results", err); err != nil {
		return max(delay, outage.FirstWait)
	}
	o.mu.Lock()
	o.results = o.results[len(results):]
	for _, r := range results {
		o.done(r.Row)
	}
	more := o.partial || len(o.results) > 0
	o.mu.Unlock()
	if more {
		o.Wake() // addresses that were left out are free now
	}
	for _, r := range results {
		if r.unsettled {
			o.tellSent(ctx, r.Row)
		}
		if o.opts.OnResult != nil {
			o.opts.OnResult(r)
		}
	}
	if more {
		signal(o.noting)
	}
	return 0
}

// lastNote notes what is known although the process ends: a message that was sent
// need not be sent again for want of two seconds.
func (o *Outbox) lastNote(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	for wait := o.note(ctx); wait > 0; wait = o.note(ctx) {
		select {
		case <-ctx.Done():
			return
		case <-o.opts.Clock.After(wait):
		}
	}
}
