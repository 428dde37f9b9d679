// Package pace says how long a message has to wait before it is sent, so that an account
// that is watched for spam is not taken for a robot.
//
// Promises: what somebody waits for is held back by nothing but the pace of its own chat;
// what nobody asked for (message.Outbound.Proactive) also keeps to a pace over all chats,
// to the hours of the day, and to a rest that the upstream asked for. It keeps no order:
// the outbox does. It is safe for concurrent use, and forgets at a restart, when the
// buckets are full again.
package pace

import (
	"errors"
	"sync"
	"time"

	"recado/core/message"
)

// Options are the figures of a Gate. Zero is no bound.
type Options struct {
	Chat      time.Duration  // between two messages to one address, once Burst is used up
	Burst     int            // messages to one address that may go at once; zero is 5
	Proactive int            // messages a minute, over all addresses
	From, To  time.Duration  // hours of the day, from midnight, in which nothing proactive goes: 21h, 8h
	Location  *time.Location // of those hours; nil is UTC
	Resting   func() time.Time
	Jitter    func() float64 // in [0,1), lengthens waits; nil: none
}

// Gate holds messages back. Make one with New.
type Gate struct {
	opts Options

	mu    sync.Mutex
	chats map[message.Address]*bucket
	all   bucket
}

// bucket holds up to its size of tokens, each of which lets one message go.
type bucket struct {
	tokens float64
	at     time.Time
}

const usualBurst = 5

// New checks the options.
func New(o Options) (*Gate, error) {
	if o.Chat < 0 || o.Burst < 0 || o.Proactive < 0 || o.From < 0 || o.To < 0 || o.From >= day || o.To >= day {
		return nil, errors.New("pace: a figure is negative, or an hour is none of the day")
	}
	if o.Burst == 0 {
		o.Burst = usualBurst
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	return &Gate{opts: o, chats: map[message.Address]*bucket{}}, nil
}

const day = 24 * time.Hour

// Wait is how long out has to wait from now; 0: it may go, and is counted.
func (g *Gate) Wait(out message.Outbound, now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := g.chat(out.To).wait(now, g.opts.Chat, g.opts.Burst)
	if out.Proactive {
		wait = max(wait, g.Quiet(now), g.rest(now))
		if g.opts.Proactive > 0 {
			wait = max(wait, g.all.wait(now, time.Minute/time.Duration(g.opts.Proactive), burstOf(g.opts.Proactive)))
		}
	}
	if wait > 0 {
		if g.opts.Jitter != nil {
			wait += time.Duration(float64(min(wait, time.Minute)) * g.opts.Jitter() / 2)
		}
		return wait
	}
	g.chat(out.To).tokens--
	if out.Proactive {
		g.all.tokens--
	}
	g.forget(now)
	return 0
}

// burstOf is how many proactive messages may go at once: a tenth of a minute's.
func burstOf(perMinute int) int { return max(1, perMinute/10) }

func (g *Gate) chat(to message.Address) *bucket {
	b := g.chats[to]
	if b == nil {
		b = &bucket{}
		g.chats[to] = b
	}
	return b
}

// wait fills the bucket up to now, and says when it has a token.
func (b *bucket) wait(now time.Time, each time.Duration, size int) time.Duration {
	switch {
	case each <= 0:
		b.tokens = float64(size)
		return 0
	case b.at.IsZero():
		b.tokens = float64(size)
	case now.After(b.at):
		b.tokens = min(float64(size), b.tokens+float64(now.Sub(b.at))/float64(each))
	}
	b.at = now
	if b.tokens >= 1 {
		return 0
	}
	return max(time.Millisecond, time.Duration((1-b.tokens)*float64(each)))
}

// Quiet is how long the quiet hours still last at now; 0: there are none.
func (g *Gate) Quiet(now time.Time) time.Duration {
	if g.opts.From == g.opts.To {
		return 0
	}
	local := now.In(g.opts.Location)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, g.opts.Location)
	for _, start := range []int{-1, 0} { // last night's, and tonight's
		begin := at(midnight, start, g.opts.From)
		end := at(midnight, start, g.opts.To)
		if !end.After(begin) {
			end = at(midnight, start+1, g.opts.To)
		}
		if !now.Before(begin) && now.Before(end) {
			return end.Sub(now)
		}
	}
	return 0
}

// at is an hour of the clock on a day, whether or not the clocks change on it.
func at(midnight time.Time, days int, hour time.Duration) time.Time {
	return time.Date(midnight.Year(), midnight.Month(), midnight.Day()+days, 0, int(hour/time.Minute), 0, 0, midnight.Location())
}

func (g *Gate) rest(now time.Time) time.Duration {
	if g.opts.Resting == nil {
		return 0
	}
	return max(0, g.opts.Resting().Sub(now))
}

// mostChats are remembered; those whose buckets are full again need not be.
const mostChats = 4096

func (g *Gate) forget(now time.Time) {
	if len(g.chats) <= mostChats {
		return
	}
	full := g.opts.Chat * time.Duration(g.opts.Burst)
	for to, b := range g.chats {
		if now.Sub(b.at) >= full {
			delete(g.chats, to)
		}
	}
}
