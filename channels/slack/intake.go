package slack

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

const (
	grace       = 10 * time.Second // for what is being taken when the context ends
	longestWait = 15 * time.Second // between two tries of one item
	patience    = 3                // panics over one item, before it is handed in stripped
	mostWaiting = 10_000           // items in hand; what comes beyond them is left to Slack to repeat
	atOnce      = 32               // items that are being taken at the same time
	remembered  = 4096             // keys of what was taken lately
)

// parcel is an act on its way in. It may come more than once meanwhile: then every
// delivery of it is acknowledged when it was taken.
type parcel struct {
	act  act
	acks []func()
}

// intake takes what people do: in order within a conversation, conversations side by side.
type intake struct {
	mu     sync.Mutex
	open   bool
	lanes  map[string][]*parcel // by conversation, while something of it waits or is being taken
	inHand map[message.Key]*parcel
	taken  recent[message.Key, struct{}]
	work   sync.WaitGroup
	slots  chan struct{}
}

func (i *intake) begin() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.open = true
	if i.slots == nil {
		i.lanes, i.inHand, i.slots = map[string][]*parcel{}, map[message.Key]*parcel{}, make(chan struct{}, atOnce)
		i.taken.most = remembered
	}
}

// drain takes nothing more, and waits for what is in hand.
func (i *intake) drain() {
	i.mu.Lock()
	i.open = false
	i.mu.Unlock()
	i.work.Wait()
}

// put takes a parcel in hand. settled says that it was taken before: it can be
// acknowledged at once. first says that its conversation has to be worked on.
func (i *intake) put(a act, ack func()) (settled, first bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if !i.open {
		return false, false
	}
	if _, known := i.taken.get(a.in.Key); known {
		return true, false
	}
	if p := i.inHand[a.in.Key]; p != nil {
		p.acks = append(p.acks, ack)
		return false, false
	}
	if len(i.inHand) >= mostWaiting {
		return false, false
	}
	p := &parcel{act: a, acks: []func(){ack}}
	i.inHand[a.in.Key] = p
	_, busy := i.lanes[a.in.Conversation]
	i.lanes[a.in.Conversation] = append(i.lanes[a.in.Conversation], p)
	if !busy {
		i.work.Add(1)
	}
	return false, !busy
}

// next is the oldest parcel of a conversation; nil ends the work on it.
func (i *intake) next(conversation string) *parcel {
	i.mu.Lock()
	defer i.mu.Unlock()
	line := i.lanes[conversation]
	if len(line) == 0 {
		delete(i.lanes, conversation)
		i.work.Done()
		return nil
	}
	return line[0]
}

// end takes a parcel out of hand, and returns whom to tell.
func (i *intake) end(p *parcel, taken bool) []func() {
	i.mu.Lock()
	defer i.mu.Unlock()
	conversation := p.act.in.Conversation
	i.lanes[conversation] = i.lanes[conversation][1:]
	delete(i.inHand, p.act.in.Key)
	if !taken {
		return nil
	}
	i.taken.put(p.act.in.Key, struct{}{})
	return p.acks
}

// take has an act handed in, and acknowledged when it was. What is none of the desk's is
// counted and acknowledged at once.
func (c *Channel) take(ctx context.Context, a act, ack func()) {
	if a.passed != "" {
		c.passed.Count(a.passed)
		ack()
		return
	}
	settled, first := c.intake.put(a, ack)
	switch {
	case settled:
		ack()
	case first:
		go c.work(ctx, a.in.Conversation)
	}
}

// work takes what waits in one conversation, one after another.
func (c *Channel) work(ctx context.Context, conversation string) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	for p := c.intake.next(conversation); p != nil; p = c.intake.next(conversation) {
		taken := c.taken(ctx, work, p.act)
		if taken && p.act.in.Thread.ID != "" {
			c.progress.took(p.act.place.ts)
		}
		for _, ack := range c.intake.end(p, taken) {
			ack()
		}
	}
}

// taken commits an act, however often that must be tried. False: the context ended before.
func (c *Channel) taken(ctx, work context.Context, a act) bool {
	pause, panics := c.Retry, 0
	for {
		err := c.commit(work, a, panics >= patience)
		if err == nil {
			c.state.committed(nil)
			return true
		}
		if _, ok := errors.AsType[*panicked](err); ok {
			panics++
		}
		c.state.committed(err)
		c.Log.Error("what came from Slack could not be committed; it is tried again", "key", a.in.Key.String(), "error", err)
		if channels.Sleep(ctx, pause); ctx.Err() != nil {
			return false
		}
		pause = min(2*pause, longestWait)
	}
}

// panicked is the error that a panic becomes.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("it panicked: %v", p.value) }

// commit completes an act and hands it in; stripped: without what may be the cause of its
// panics.
func (c *Channel) commit(ctx context.Context, a act, stripped bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("taking what came from Slack panicked", "key", a.in.Key.String(), "panic", p, "stack", string(debug.Stack()))
			err = &panicked{p}
		}
	}()
	select {
	case c.intake.slots <- struct{}{}:
		defer func() { <-c.intake.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	in := a.in
	if stripped {
		in.Defect = message.Garbled
	} else if in, err = c.complete(ctx, a); err != nil {
		return err
	}
	c.mu.Lock()
	sink := c.sink
	c.mu.Unlock()
	if sink == nil {
		return errors.New("the channel does not run")
	}
	return sink.Accept(ctx, in)
}
