package outbox

import (
	"context"
	"time"
)

const (
	firstPause = 10 * time.Second // of a channel that is signed out, before it is tried again
	lastPause  = 5 * time.Minute
)

// State is how the outbox fares, as this process sees it.
type State struct {
	Paused string        // why nothing is sent, in the upstream's words; empty while it is
	InHand int           // messages being sent or noted
	Lag    time.Duration // how long the oldest message in hand has been, or nothing could be sent at all
	Err    error         // of the store, while it is away
}

// State tells it without waiting for the store.
func (o *Outbox) State() State {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.opts.Clock.Now()
	s := State{Paused: o.pause.why, InHand: o.rows, Err: o.store.err}
	for _, l := range o.hand {
		s.Lag = max(s.Lag, now.Sub(l.since))
	}
	for _, since := range []time.Time{o.pause.since, o.store.since} {
		if !since.IsZero() {
			s.Lag = max(s.Lag, now.Sub(since))
		}
	}
	return s
}

// pause is the time during which a channel that is signed out, or away, is left alone.
type pause struct {
	why   string // empty: there is no pause
	since time.Time
	times int // tries in vain
	until time.Time
}

func (p pause) on() bool { return p.why != "" }

// suspend stops all sending until a try now and then passes.
func (o *Outbox) suspend(now time.Time, cause error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now.Before(o.pause.until) {
		return // several were under way; they all say the same
	}
	if !o.pause.on() {
		o.opts.Logger.Error("the channel takes no message now; all of them wait",
			"channel", o.opts.Channel.Name(), "account", o.opts.Channel.Account(), "error", cause)
	}
	length := firstPause
	for range o.pause.times {
		length = min(2*length, lastPause)
	}
	since := o.pause.since
	if since.IsZero() {
		since = now
	}
	o.pause = pause{why: clip(cause.Error()), since: since, times: min(o.pause.times+1, 10), until: now.Add(length)}
}

// resume ends a pause: something was sent.
func (o *Outbox) resume() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.pause.on() {
		o.opts.Logger.Info("the channel sends again", "channel", o.opts.Channel.Name(), "account", o.opts.Channel.Account())
		o.pause = pause{}
		o.Wake()
	}
}

// pausedUntil is when a channel that is signed out is tried again; zero when it is not.
func (o *Outbox) pausedUntil() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.pause.until
}

// outage is a time during which the store does not answer.
type outage struct {
	failures int // in a row
	since    time.Time
	err      error
}

// trouble is the store's last error; nil when it answers.
func (o *Outbox) trouble() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.store.err
}

// noteStore keeps count of the store's failures. It returns how long to leave the
// store alone after this one; zero when err is nil. An outage is logged when it
// begins and when it is over, not at every try.
func (o *Outbox) noteStore(ctx context.Context, doing string, err error) time.Duration {
	if err != nil && ctx.Err() != nil {
		return 0 // cut short by ourselves; it says nothing of the store
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		if o.store.failures > 0 {
			o.opts.Logger.Info("the outbox's store answers again", "channel", o.opts.Channel.Name(), "failures", o.store.failures)
		}
		o.store = outage{}
		return 0
	}
	if o.store.failures == 0 {
		o.store.since = o.opts.Clock.Now()
		o.opts.Logger.Error("the outbox's store fails; what waits is kept and tried again",
			"channel", o.opts.Channel.Name(), "doing", doing, "error", err)
	}
	o.store.failures++
	o.store.err = err
	wait := storeStep
	for range min(o.store.failures-1, 10) {
		wait = min(2*wait, storeWait)
	}
	return wait
}
