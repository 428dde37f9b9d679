package inbox

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

const (
	firstPause = time.Second     // after the first failure of a turn; each further one doubles it
	lastPause  = 5 * time.Minute // but no pause is longer
	mostAway   = 5 * time.Second // between two tries of what failed because something is away
	mostReason = 500             // bytes of an error kept for the team
)

// work does one look at a busy conversation: at most one turn. Then the conversation
// rests until its next one is due.
func (in *Inbox) work(ctx context.Context, c *conversation) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	claim := in.begin(c, stop)
	items, err := in.opts.Store.Items(ctx, c.name, readLimit)
	if delay := in.store.Note(ctx, "read the items of a conversation", err); err != nil {
		in.end(c, in.opts.Clock.Now().Add(delay))
		return
	}
	n, due := in.bursts.next(items)
	if n == 0 {
		in.wait(c, time.Time{}, time.Time{})
		return
	}
	if n < readLimit && due.After(in.opts.Clock.Now()) {
		in.wait(c, items[0].ReceivedAt, due)
		return
	}
	t := Turn{Claim: claim, Items: items[:n]}
	if err := in.handle(ctx, t); err != nil {
		in.failed(ctx, c, t, err)
		return
	}
	in.committed(c)
	in.end(c, in.following(items[n:], len(items) == readLimit))
}

// begin marks that what is known to wait is being looked at: what is accepted from
// now on counts as news.
func (in *Inbox) begin(c *conversation, stop context.CancelCauseFunc) Claim {
	in.mu.Lock()
	defer in.mu.Unlock()
	c.stop, c.due, c.first = stop, time.Time{}, time.Time{}
	return c.claim
}

// following is when to look at the items that a turn left over.
func (in *Inbox) following(left []Item, more bool) time.Time {
	now := in.opts.Clock.Now()
	if more {
		return now
	}
	n, due := in.bursts.next(left)
	if n > 0 && due.Before(now) {
		return now
	}
	return due
}

// handle calls the Handler; a panic is an error like any other.
func (in *Inbox) handle(ctx context.Context, t Turn) (err error) {
	defer func() {
		if p := recover(); p != nil {
			in.opts.Logger.Error("a turn panicked", "conversation", t.Conversation, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("inbox: panic in a turn: %v", p)
		}
	}()
	return in.opts.Handler.Handle(ctx, t)
}

// failed decides what becomes of a turn that did not commit, or that did while the
// answer was lost: nothing about the claim is believed any more, so it is given up
// and taken anew.
func (in *Inbox) failed(ctx context.Context, c *conversation, t Turn, cause error) {
	now := in.opts.Clock.Now()
	switch {
	case in.opts.Lost != nil && in.opts.Lost(cause):
		in.lose(c)
	case ctx.Err() != nil: // the process ends, or the claim does: nobody's fault
		in.again(c, now)
	case in.opts.Away != nil && in.opts.Away(cause):
		in.opts.Logger.Warn("a turn waits for something that is away", "conversation", c.name, "error", cause)
		in.again(c, now.Add(doubled(firstPause, c.waits, mostAway)))
	default:
		in.again(c, in.blame(ctx, t, cause))
	}
}

// blame counts the failure against the items, or ends them when it was the last
// one. It returns when the conversation goes on.
func (in *Inbox) blame(ctx context.Context, t Turn, cause error) time.Time {
	now, attempts := in.opts.Clock.Now(), 1
	for _, item := range t.Items {
		attempts = max(attempts, item.Attempts+1)
	}
	dead := attempts >= in.opts.Attempts
	if dead && !in.tell(ctx, t.Items, cause) {
		dead = attempts >= 2*in.opts.Attempts
	}
	runAt := now.Add(doubled(firstPause, attempts-1, lastPause))
	in.opts.Logger.Error("a turn failed", "conversation", t.Conversation, "first", t.Items[0].Key,
		"attempts", attempts, "given up", dead, "error", cause)
	err := in.opts.Store.Fail(ctx, t.Claim, t.Items, runAt, clip(cause.Error()), dead)
	if err != nil && in.opts.Lost != nil && in.opts.Lost(err) {
		return now.Add(firstPause) // the turn did commit, or is another's: what still waits tells
	}
	if delay := in.store.Note(ctx, "note a failed turn", err); err != nil {
		return now.Add(max(delay, firstPause)) // uncounted: the store itself is in trouble
	}
	if dead {
		return now
	}
	return runAt
}

// tell reports whether the team was told of all dead items.
func (in *Inbox) tell(ctx context.Context, items []Item, cause error) bool {
	if in.opts.OnDead == nil {
		return true
	}
	for _, item := range items {
		if err := in.opts.OnDead(ctx, item, cause); err != nil {
			in.opts.Logger.Error("the team could not be told of a dead item", "item", item.Key, "error", err)
			return false
		}
	}
	return true
}

// committed counts the turn, as its transaction did.
func (in *Inbox) committed(c *conversation) {
	in.mu.Lock()
	defer in.mu.Unlock()
	c.claim.Turn++
	c.waits, c.after, c.since = 0, time.Time{}, time.Time{}
}

// end lets the conversation rest until due; zero: until something is accepted.
func (in *Inbox) end(c *conversation, due time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.rest(c, due)
}

// wait ends a look at which no turn was due: nothing waits, or a burst, whose first
// line came at first, goes on until due.
func (in *Inbox) wait(c *conversation, first, due time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	c.first, c.since = first, time.Time{}
	in.rest(c, due)
}

// again has the turn repeated at the given time, under a new claim.
func (in *Inbox) again(c *conversation, at time.Time) {
	in.mu.Lock()
	defer in.mu.Unlock()
	c.waits++
	c.after = at
	in.giveUp(c)
	if !c.due.IsZero() {
		due := c.due
		c.due = time.Time{}
		c.expect(due) // news, which the pause holds back too
	}
	in.rest(c, at)
}

// lose leaves the conversation to the process that has it now.
func (in *Inbox) lose(c *conversation) {
	in.mu.Lock()
	defer in.mu.Unlock()
	c.since = time.Time{}
	in.forget(c)
	in.rest(c, time.Time{})
}

// putBack undoes the start of a turn that did not begin.
func (in *Inbox) putBack(c *conversation) {
	in.end(c, in.opts.Clock.Now())
}

// rest ends the busy time of a conversation. The caller holds the lock.
func (in *Inbox) rest(c *conversation, due time.Time) {
	c.busy, c.stop = false, nil
	in.busy--
	if !due.IsZero() {
		c.expect(due)
	}
	if c.due.IsZero() {
		c.first = time.Time{}
	}
	c.idle = time.Time{}
	if c.due.IsZero() && !c.until.IsZero() {
		c.idle = in.opts.Clock.Now().Add(keepClaim)
	}
	in.known.settle(c)
	in.awaken()
}

// doubled is base after no repetition, twice as much after each, at most limit.
func doubled(base time.Duration, times int, limit time.Duration) time.Duration {
	for range times {
		if base >= limit {
			break
		}
		base *= 2
	}
	return min(base, limit)
}

// clip keeps a reason short enough for a row.
func clip(reason string) string {
	if len(reason) <= mostReason {
		return reason
	}
	return strings.ToValidUTF8(reason[:mostReason], "") + "…"
}
