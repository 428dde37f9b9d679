package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"recado/channels"
	"recado/core/message"
)

// benchAccount is our end of the bench's channels.
const benchAccount = "bench"

// benchChannel is an upstream that takes every message at once, and says where it
// arrived. The hub of channels/local hands items in one at a time, each with a
// commit of its own; an upstream with many people does not wait like that.
type benchChannel struct {
	name  message.Channel
	hear  *benchEars
	sinks chan channels.Sink // its Run was started with this one
}

var (
	_ channels.Channel    = (*benchChannel)(nil)
	_ channels.Foreteller = (*benchChannel)(nil)
)

// Name implements channels.Channel.
func (c *benchChannel) Name() message.Channel { return c.name }

// Account implements channels.Channel.
func (c *benchChannel) Account() string { return benchAccount }

// Run gives the sink away and waits: the customers hand in by themselves.
func (c *benchChannel) Run(ctx context.Context, sink channels.Sink) error {
	select {
	case c.sinks <- sink:
	case <-ctx.Done():
		return nil
	}
	<-ctx.Done()
	return nil
}

// UpstreamID implements channels.Foreteller.
func (c *benchChannel) UpstreamID(out message.Outbound) string { return out.ID + "@bench" }

// Send implements channels.Channel.
func (c *benchChannel) Send(_ context.Context, out message.Outbound) (channels.Receipt, error) {
	c.hear.arrived(out)
	return channels.Receipt{UpstreamID: c.UpstreamID(out)}, nil
}

// benchMouth is one address of a customer: what was written from there and is not
// answered yet, oldest first. Answers come in the order of the questions.
type benchMouth struct {
	address message.Address

	mu      sync.Mutex
	waiting []benchQuestion
}

type benchQuestion struct {
	at       time.Time
	answered func(after time.Duration)
}

// ask notes a question; answered is called when its answer comes.
func (m *benchMouth) ask(at time.Time, answered func(time.Duration)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = append(m.waiting, benchQuestion{at, answered})
}

// answer ends the oldest question. False: there was none.
func (m *benchMouth) answer(at time.Time) bool {
	m.mu.Lock()
	if len(m.waiting) == 0 {
		m.mu.Unlock()
		return false
	}
	q := m.waiting[0]
	m.waiting = m.waiting[1:]
	m.mu.Unlock()
	q.answered(at.Sub(q.at))
	return true
}

// benchEars hears all that is sent.
type benchEars struct {
	mouths map[message.Address]*benchMouth // fixed before anything is sent

	all     atomic.Int64 // messages, with the notices to the team
	strays  atomic.Int64 // to a customer who had asked nothing
	repeats atomic.Int64

	mu   sync.Mutex
	seen map[string]bool // ids
}

func newBenchEars() *benchEars {
	return &benchEars{mouths: map[message.Address]*benchMouth{}, seen: map[string]bool{}}
}

func (e *benchEars) arrived(out message.Outbound) {
	now := time.Now()
	e.mu.Lock()
	again := e.seen[out.ID]
	e.seen[out.ID] = true
	e.mu.Unlock()
	if again {
		e.repeats.Add(1)
		return
	}
	e.all.Add(1)
	if m := e.mouths[out.To]; m != nil && !m.answer(now) {
		e.strays.Add(1)
	}
}
