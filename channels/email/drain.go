package email

import (
	"context"
	"fmt"
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// grace is how long what was begun may go on after its context ended.
const grace = 15 * time.Second

// draining returns a context that outlives ctx by grace, for the commit and the
// acknowledgement that are owed once they were begun.
func draining(ctx context.Context) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	return longer, func() { stop(); cancel() }
}

// panicked is the error that a panic of the sink becomes.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("the sink panicked: %v", p.value) }

// offer hands items in. A panic must not take the process down, and does not
// count as taken.
func offer(ctx context.Context, sink channels.Sink, items ...message.Inbound) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{v}
		}
	}()
	ctx, cancel := draining(ctx)
	defer cancel()
	return sink.Accept(ctx, items...)
}

// stripped is what is left of an item on which the sink panics again and again.
// Its original tells the rest.
func stripped(in message.Inbound) message.Inbound {
	out := message.Inbound{
		Key: in.Key, Account: in.Account, Kind: message.Text, Conversation: in.Conversation, From: in.From, Auto: in.Auto,
		ReceivedAt: in.ReceivedAt, Defect: message.Garbled, Original: in.Original, Refused: in.Refused,
	}
	for _, a := range in.Attachments {
		out.Refused = append(out.Refused, message.Refusal{Name: a.Name, Size: a.Size, Why: message.Unreadable})
	}
	return out
}

// backoff is a pause that doubles up to 64 times its first length.
type backoff struct {
	first    time.Duration
	failures int
}

func (b *backoff) reset() { b.failures = 0 }

// slow goes on with the longest pause: the other side asked for less.
func (b *backoff) slow() { b.failures = max(b.failures, longestDoubling) }

const longestDoubling = 6

// pause waits, and reports whether ctx is still going on.
func (b *backoff) pause(ctx context.Context) bool {
	wait := b.first << min(b.failures, longestDoubling)
	b.failures++
	return channels.Sleep(ctx, wait)
}

// condition is a channels.State that several goroutines set and read.
type condition struct {
	mu    sync.Mutex
	state channels.State
}

func (c *condition) set(up bool, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = channels.State{Up: up, Detail: detail}
}

// State is how the way in fares.
func (c *condition) State() channels.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}
