package channeltest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// Upstream is what a Fake talks to. It outlives every Fake on it, as a mail
// server outlives our process.
type Upstream struct {
	mu       sync.Mutex
	items    []message.Inbound
	acked    int
	sent     []message.Outbound
	refusals []error
	arrived  chan struct{} // closed and replaced when an item came
}

// NewUpstream returns an upstream that holds nothing.
func NewUpstream() *Upstream {
	return &Upstream{arrived: make(chan struct{})}
}

// Deliver puts items there, in order.
func (u *Upstream) Deliver(items ...message.Inbound) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.items = append(u.items, items...)
	close(u.arrived)
	u.arrived = make(chan struct{})
}

// Refuse answers the next calls of Send, in order, with these errors.
func (u *Upstream) Refuse(errs ...error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.refusals = append(u.refusals, errs...)
}

// Sent lists all that was taken, repeats included.
func (u *Upstream) Sent() []message.Outbound {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]message.Outbound(nil), u.sent...)
}

// Acknowledged is how many items were acknowledged.
func (u *Upstream) Acknowledged() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.acked
}

// next is the oldest item that was not acknowledged, or a channel to wait on.
func (u *Upstream) next() (message.Inbound, bool, <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.acked < len(u.items) {
		return u.items[u.acked], true, nil
	}
	return message.Inbound{}, false, u.arrived
}

func (u *Upstream) acknowledge() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.acked++
}

func (u *Upstream) take(out message.Outbound) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.refusals) > 0 {
		err := u.refusals[0]
		u.refusals = u.refusals[1:]
		return err
	}
	u.sent = append(u.sent, out)
	return nil
}

// Fake is a channel in memory that keeps the whole contract, for tests of what
// uses channels.
type Fake struct {
	name     message.Channel
	account  string
	upstream *Upstream
	pause    time.Duration
}

// NewFake returns a channel on an upstream. It waits pause before it hands in an
// item again that the sink refused.
func NewFake(name message.Channel, account string, u *Upstream, pause time.Duration) *Fake {
	return &Fake{name: name, account: account, upstream: u, pause: pause}
}

// Name is the kind that NewFake was given.
func (f *Fake) Name() message.Channel { return f.name }

// Account is the account that NewFake was given.
func (f *Fake) Account() string { return f.account }

// Run hands in one item after the other.
func (f *Fake) Run(ctx context.Context, s channels.Sink) error {
	for ctx.Err() == nil {
		in, ok, arrived := f.upstream.next()
		if !ok {
			select {
			case <-arrived:
			case <-ctx.Done():
			}
			continue
		}
		if err := offer(context.WithoutCancel(ctx), s, in); err != nil {
			select {
			case <-time.After(f.pause):
			case <-ctx.Done():
			}
			continue
		}
		f.upstream.acknowledge()
	}
	return nil
}

// offer turns a panic of the sink into an error.
func offer(ctx context.Context, s channels.Sink, in message.Inbound) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the sink panicked: %v", v)
		}
	}()
	return s.Accept(ctx, in)
}

// Send hands out to the upstream.
func (f *Fake) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{Kind: channels.Temporary, Err: err}
	}
	if out.To.Channel != f.name {
		return channels.Receipt{}, &channels.Error{Kind: channels.Permanent, Err: errors.New("not an address of this channel")}
	}
	if err := f.upstream.take(out); err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{UpstreamID: f.UpstreamID(out)}, nil
}

// UpstreamID is how the upstream will know out.
func (f *Fake) UpstreamID(out message.Outbound) string { return "fake-" + out.ID }
