package outbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/channels"
	"recado/core/message"
)

const (
	firstRetry = 10 * time.Second // after the first failure; each further one doubles it
	lastRetry  = time.Hour        // but no pause is longer
	spread     = 0.2              // the share of a pause by which it is shortened or lengthened at random
	mostReason = 500              // bytes of an error kept for the team
)

// errTurnedBack is why a row was not tried: an earlier one of its address waits, the
// channel pauses, or the process ends.
var errTurnedBack = errors.New("outbox: not tried")

// deliver takes one row in hand to its result. Rows are begun while ctx lasts; one
// that has begun may go on while work does.
func (o *Outbox) deliver(ctx, work context.Context, row Row) {
	result, err := Result{}, errTurnedBack
	if ctx.Err() == nil && o.mayTry(row) {
		result, err = o.attempt(work, row)
	}
	if err != nil {
		o.putBack(row)
		return
	}
	o.keepResult(result)
}

// mayTry reports whether nothing holds the row back.
func (o *Outbox) mayTry(row Row) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.hand[row.To].stopped {
		return false
	}
	return !o.pause.on() || o.rows == 1 // during a pause there is one row in hand, to try with
}

// attempt sends once and says how that ended. An error means that it has no result:
// it was cut short by the end of the process, and may or may not have been sent, or the
// store could not tell what became of what it amends.
func (o *Outbox) attempt(ctx context.Context, row Row) (Result, error) {
	if o.opts.Hold != nil {
		now := o.opts.Clock.Now()
		if wait := o.opts.Hold(row.Outbound, now); wait > 0 {
			return Result{Row: row, At: now, RunAt: now.Add(wait)}, nil
		}
	}
	standsFor, wait := o.place(ctx, &row)
	if now := o.opts.Clock.Now(); wait > 0 {
		return Result{Row: row, At: now, RunAt: now.Add(wait)}, nil
	}
	say, amends, err := o.standing(ctx, row)
	if err != nil || say == nil {
		return Result{Row: row, At: o.opts.Clock.Now(), Withdrawn: true}, err
	}
	if !o.claim(ctx, row) {
		return Result{}, errTurnedBack
	}
	receipt, err := o.send(ctx, *say)
	now := o.opts.Clock.Now()
	if err == nil {
		o.resume()
		result := Result{Row: row, At: now, Sent: true, unsettled: !o.tellSent(ctx, row), Amended: amends, Counted: true, UpstreamID: o.upstreamID(row, receipt)}
		if receipt.UpstreamID != "" {
			result.StandsFor = standsFor
		}
		return result, nil
	}
	if ctx.Err() != nil {
		return Result{}, fmt.Errorf("outbox: cut short: %w", err)
	}
	result := Result{Row: row, At: now, UpstreamID: o.upstreamID(row, channels.Receipt{}), Error: clip(err.Error())}
	kind, after := channels.KindOf(err)
	switch kind {
	case channels.SignedOut, channels.Away:
		if o.goneElsewhere(ctx, row, now, err) {
			result.Buried = true
			return result, nil
		}
		result.RunAt = now // it is the channel that waits, not this message
		o.suspend(now, err)
	case channels.RateLimited:
		if after <= 0 {
			after = o.backoff(0)
		}
		result.RunAt = now.Add(after)
	case channels.Permanent, channels.Unreachable:
		result.Counted = true
		o.bury(ctx, &result, kind, err)
	default:
		result.Counted = true
		result.RunAt = now.Add(o.backoff(row.Attempts))
		if row.Attempts+1 >= o.opts.MaxAttempts {
			o.bury(ctx, &result, channels.Temporary, err)
		}
	}
	return result, nil
}

func (o *Outbox) tellSent(ctx context.Context, row Row) (settled bool) {
	if o.opts.OnSent == nil {
		return true
	}
	settled, err := o.opts.OnSent(ctx, row)
	if err != nil && ctx.Err() == nil {
		o.opts.Logger.Error("nobody could be told that a message was sent", "message", row.ID, "error", err)
	}
	return settled
}

// claim takes what may be called back for sending. False: it was called back, or the
// store does not say, and it is looked for again.
func (o *Outbox) claim(ctx context.Context, row Row) bool {
	store, ok := o.opts.Store.(Claimer)
	if !ok || row.NotBefore.IsZero() {
		return true
	}
	mine, err := store.ClaimSend(ctx, row.Seq)
	_ = o.store.Note(ctx, "claim a message", err)
	return err == nil && mine
}

// goneElsewhere reports whether a row that has waited for too long went another way.
func (o *Outbox) goneElsewhere(ctx context.Context, row Row, now time.Time, cause error) bool {
	if o.opts.Elsewhere == nil || o.opts.Patience <= 0 || !row.Proactive || now.Sub(postedAt(row.ID)) < o.opts.Patience {
		return false
	}
	gone, err := o.opts.Elsewhere(ctx, row, cause)
	if err != nil {
		o.opts.Logger.Error("a message that waits could not be sent another way", "message", row.ID, "error", err)
	}
	return gone && err == nil
}

// postedAt is when a message was made: its id says so (UUIDv7, RFC 9562 section 5.7). What
// has another id never waited.
func postedAt(id string) time.Time {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return time.Unix(1<<40, 0)
	}
	return time.Unix(u.Time().UnixTime()).UTC()
}

// send calls the channel; a panic is an error like any other.
func (o *Outbox) send(ctx context.Context, out message.Outbound) (receipt channels.Receipt, err error) {
	ctx, cancel := context.WithTimeout(ctx, o.opts.SendTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			o.opts.Logger.Error("a channel panicked while sending", "channel", o.opts.Channel.Name(),
				"message", out.ID, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("outbox: panic while sending: %v", p)
		}
	}()
	if out.Link != nil && o.opts.Linker != nil {
		link := *out.Link // the row's own stays without a live URL
		link.URL = o.opts.Linker(link, o.opts.Clock.Now())
		out.Link = &link
	}
	return o.opts.Channel.Send(ctx, out)
}

// bury ends a message, once the team was told of it.
func (o *Outbox) bury(ctx context.Context, result *Result, kind channels.ErrorKind, cause error) {
	row := result.Row
	o.opts.Logger.Error("a message is buried", "channel", o.opts.Channel.Name(), "message", row.ID,
		"kind", kind, "attempts", row.Attempts+1, "error", cause)
	if o.opts.OnBuried != nil {
		err := o.opts.OnBuried(ctx, Buried{Row: row, Kind: kind, Err: cause})
		if err != nil && row.Attempts+1 < 2*o.opts.MaxAttempts {
			o.opts.Logger.Error("the team could not be told of a buried message", "message", row.ID, "error", err)
			result.RunAt = result.At.Add(o.backoff(row.Attempts))
			return
		}
	}
	result.Buried, result.RunAt = true, time.Time{}
}

// upstreamID is how the upstream names the message: in its own words, or as foretold.
func (o *Outbox) upstreamID(row Row, receipt channels.Receipt) string {
	if receipt.UpstreamID != "" {
		return receipt.UpstreamID
	}
	if row.UpstreamID != "" {
		return row.UpstreamID
	}
	if f, ok := o.opts.Channel.(channels.Foreteller); ok {
		return f.UpstreamID(row.Outbound)
	}
	return ""
}

// backoff is the pause after a failure that others went before.
func (o *Outbox) backoff(before int) time.Duration {
	pause := firstRetry
	for range before {
		if pause >= lastRetry {
			break
		}
		pause *= 2
	}
	pause = min(pause, lastRetry)
	return time.Duration(float64(pause) * (1 - spread + 2*spread*o.opts.Jitter()))
}

// clip keeps an error short enough for a row.
func clip(reason string) string {
	if len(reason) <= mostReason {
		return reason
	}
	return strings.ToValidUTF8(reason[:mostReason], "") + "…"
}
