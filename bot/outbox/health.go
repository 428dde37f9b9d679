package outbox

import "time"

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
	s := State{Paused: o.pause.why, InHand: o.rows, Err: o.store.Err()}
	for _, l := range o.hand {
		s.Lag = max(s.Lag, now.Sub(l.since))
	}
	for _, since := range []time.Time{o.pause.since, o.store.Since()} {
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
