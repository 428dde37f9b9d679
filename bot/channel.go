package bot

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

const (
	firstRestart = time.Second     // after a channel ended with an error; each further end doubles it
	lastRestart  = 5 * time.Minute // but no pause is longer
	steadyAfter  = 5 * time.Minute // a channel that ran so long starts anew at once
)

// errEnded is said of a channel that stopped receiving without being told to.
var errEnded = errors.New("it ended although nobody stopped it")

// unit is a channel with its outbox.
type unit struct {
	channel   channels.Channel
	outbox    *outbox.Outbox
	exclusive bool
	lease     string // for sending; when exclusive, for receiving too

	mu      sync.Mutex
	running bool
	down    string // why it does not receive, after it ended with an error
}

func (b *Bot) newUnit(channel channels.Channel) (*unit, error) {
	u := &unit{channel: channel, lease: "channel/" + string(channel.Name()) + "/" + channel.Account()}
	if e, ok := channel.(channels.Exclusive); ok {
		u.exclusive = e.Exclusive()
	}
	var hold func(message.Outbound, time.Time) time.Duration
	if b.opts.Hold != nil {
		hold = b.opts.Hold(channel)
	}
	var err error
	u.outbox, err = outbox.New(outbox.Options{
		Channel: channel, Store: b.opts.Outbox, Clock: b.opts.Clock, Logger: b.opts.Logger,
		Linker: b.opts.Linker, Drain: b.partDrain(),
		Elsewhere: b.elsewhere, Patience: b.patienceWith(channel),
		OnBuried: b.tellBuried, OnSent: b.tellSent, OnResult: func(r outbox.Result) { b.metrics.sent(channel.Name(), r) },
		Jitter: b.opts.Jitter, Hold: hold,
	})
	return u, err
}

// tend runs what needs the unit's lease whenever this process has it. Sending
// always does: rows are not claimed one by one, so there is one sender for each.
func (b *Bot) tend(ctx context.Context, u *unit, receiving *stage) error {
	return b.hold(ctx, u.lease, func(held context.Context) error {
		return b.watched(held, u, func(held context.Context) error {
			if !u.exclusive {
				return u.outbox.Run(held)
			}
			received := receiving.startWithin(held, func(ctx context.Context) error { return b.receive(ctx, u) })
			err := u.outbox.Run(held)
			<-received
			return err
		})
	})
}

// Owns implements channels.Owner: it renews the lease now, instead of trusting what was
// known before.
func (b *Bot) Owns(ctx context.Context, c channels.Channel) bool {
	for _, u := range b.units {
		if u.channel == c && u.exclusive {
			mine, err := b.acquire(ctx, u.lease, leaseCall)
			return err == nil && mine
		}
	}
	return true
}

// receive runs the channel until ctx ends, and starts it again when it ends by
// itself.
func (b *Bot) receive(ctx context.Context, u *unit) error {
	pause := firstRestart
	for ctx.Err() == nil {
		begun := b.opts.Clock.Now()
		u.set(true, "")
		err := b.runChannel(ctx, u.channel)
		if ctx.Err() != nil {
			u.set(false, "")
			if err != nil {
				b.opts.Logger.Warn("a channel ended in disorder", "channel", u.channel.Name(), "account", u.channel.Account(), "error", err)
			}
			return nil
		}
		if err == nil {
			err = errEnded
		}
		if b.opts.Clock.Now().Sub(begun) >= steadyAfter {
			pause = firstRestart
		}
		u.set(false, err.Error())
		b.opts.Logger.Error("a channel stopped receiving; it is started again after a pause",
			"channel", u.channel.Name(), "account", u.channel.Account(), "pause", pause, "error", err)
		b.sleep(ctx, pause)
		pause = min(2*pause, lastRestart)
	}
	return nil
}

// runChannel receives; a panic is an error like any other.
func (b *Bot) runChannel(ctx context.Context, channel channels.Channel) (err error) {
	defer func() {
		if p := recover(); p != nil {
			b.opts.Logger.Error("a channel panicked", "channel", channel.Name(), "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("bot: panic in channel %s: %v", channel.Name(), p)
		}
	}()
	return channel.Run(ctx, b)
}

func (u *unit) set(running bool, down string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.running, u.down = running, down
}

// state is how receiving fares.
func (u *unit) state() (state channels.State, running bool) {
	u.mu.Lock()
	running, down := u.running, u.down
	u.mu.Unlock()
	if down != "" {
		return channels.State{Detail: down}, running
	}
	if r, ok := u.channel.(channels.Reporter); ok && running {
		return r.State(), running
	}
	return channels.State{Up: running}, running
}
