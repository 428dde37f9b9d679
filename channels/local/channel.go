package local

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/channels"
	"recado/core/message"
)

// channel is the hub as a process sees it.
type channel struct {
	hub *Hub
	up  *upstream
}

var (
	_ channels.Channel    = (*channel)(nil)
	_ channels.Foreteller = (*channel)(nil)
	_ channels.Reporter   = (*channel)(nil)
	_ channels.Amender    = (*channel)(nil)
)

// Channel is the hub's upstream of this name, for one process. Every process has
// its own; of several that run, one hands in, and the next when that one ends.
func (h *Hub) Channel(name message.Channel) channels.Channel {
	h.mu.Lock()
	defer h.mu.Unlock()
	return &channel{hub: h, up: h.upstream(name)}
}

// Name is what Hub.Channel was given.
func (c *channel) Name() message.Channel { return c.up.name }

// Account is the one of Options.Accounts.
func (c *channel) Account() string { return c.up.account }

// Run hands in what people do until ctx ends. What the sink refuses is handed in
// again after a pause, before anything later.
func (c *channel) Run(ctx context.Context, sink channels.Sink) error {
	c.count(1)
	defer c.count(-1)
	select {
	case c.up.turn <- struct{}{}:
		defer func() { <-c.up.turn }()
	case <-ctx.Done():
		return nil
	}
	for ctx.Err() == nil {
		it, changed := c.oldest()
		if it == nil {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		// An Accept that has begun is waited for: its answer says what waits here.
		if err := offer(context.WithoutCancel(ctx), sink, it.in); err != nil {
			select {
			case <-time.After(c.hub.opts.Pause):
			case <-ctx.Done():
			}
			continue
		}
		c.taken(it)
	}
	return nil
}

// offer turns a panic of the sink into an error.
func offer(ctx context.Context, sink channels.Sink, in message.Inbound) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("the sink panicked: %v", v)
		}
	}()
	return sink.Accept(ctx, in)
}

func (c *channel) count(by int) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.up.running += by
	c.hub.tell()
}

// oldest is the item to hand in next, or what to wait for.
func (c *channel) oldest() (*item, <-chan struct{}) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	if len(c.up.waiting) > 0 {
		return c.up.waiting[0], nil
	}
	return nil, c.hub.changed
}

func (c *channel) taken(it *item) {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	c.up.waiting = c.up.waiting[1:] // only the holder of turn takes away
	close(it.taken)
	c.hub.tell()
}

// UpstreamID depends on out.ID alone.
func (c *channel) UpstreamID(out message.Outbound) string { return foretold(out) }

func foretold(out message.Outbound) string { return out.ID + "@local" }

// MayAmend is how long each upstream takes changes: mail never, WhatsApp for a while.
func (c *channel) MayAmend(_ message.Outbound, kind message.Kind, sent, now time.Time) bool {
	const edits, deletions = 15 * time.Minute, 60 * time.Hour
	switch {
	case c.up.name == message.Email:
		return false
	case c.up.name == message.WhatsApp && kind == message.Edit:
		return now.Sub(sent) <= edits
	case c.up.name == message.WhatsApp:
		return now.Sub(sent) <= deletions
	}
	return true
}

// Send lets out arrive, unless a Fault is in the way.
func (c *channel) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	switch {
	case ctx.Err() != nil:
		return channels.Receipt{}, &channels.Error{Kind: channels.Temporary, Err: ctx.Err()}
	case out.To.Channel != c.up.name:
		return c.refuse(fmt.Errorf("%s is not an address of channel %s", out.To, c.up.name))
	case c.up.name == message.Web:
		return c.refuse(errors.New("nobody can be written to on the web"))
	}
	if err := c.readable(ctx, out.Attachments); err != nil {
		return c.refuse(err)
	}
	if f := c.hub.faultFor(out.To); f != nil {
		return channels.Receipt{}, c.fail(ctx, f, out)
	}
	return channels.Receipt{UpstreamID: c.arrive(out)}, nil
}

func (c *channel) refuse(err error) (channels.Receipt, error) {
	return channels.Receipt{}, &channels.Error{Kind: channels.Permanent, Err: err}
}

// readable opens attachments, as a real channel has to.
func (c *channel) readable(ctx context.Context, files []message.Attachment) error {
	for _, f := range files {
		if c.hub.opts.Files == nil {
			return fmt.Errorf("attachment %q: no file store", f.Name)
		}
		r, err := c.hub.opts.Files.Open(ctx, f.Digest)
		if err != nil {
			return fmt.Errorf("attachment %q: %w", f.Name, err)
		}
		if err := r.Close(); err != nil {
			return fmt.Errorf("attachment %q: %w", f.Name, err)
		}
	}
	return nil
}

func (c *channel) arrive(out message.Outbound) string {
	id := c.UpstreamID(out)
	if out.Link != nil {
		link := *out.Link // the outbox may clear it after sending
		out.Link = &link
	}
	h := c.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	_, again := h.byID[id]
	if !again {
		h.byID[id] = len(h.sent)
	}
	h.sent = append(h.sent, Sent{Outbound: out, At: h.opts.Clock(), UpstreamID: id, Repeat: again})
	h.tell()
	return id
}

// State is up while a Run is under way and the channel is not away.
func (c *channel) State() channels.State {
	c.hub.mu.Lock()
	defer c.hub.mu.Unlock()
	switch {
	case c.up.running == 0:
		return channels.State{Detail: "not running"}
	case c.hub.faults[message.Address{Channel: c.up.name}] != nil:
		return channels.State{Detail: "away"}
	}
	return channels.State{Up: true, Detail: "local"}
}
