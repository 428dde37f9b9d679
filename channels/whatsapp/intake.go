package whatsapp

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

// intake takes messages one after another, also when whatsmeow hands in the next one
// because the last took long: their order is the conversation's.
type intake struct {
	turn chan struct{} // holds a token while nobody takes

	mu     sync.Mutex
	ending bool
	last   time.Time // when a message was taken
	atWork sync.WaitGroup
}

func newIntake() *intake {
	i := &intake{turn: make(chan struct{}, 1)}
	i.turn <- struct{}{}
	return i
}

func (i *intake) open() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.ending = false
}

// begin reports whether a message may be taken; end is owed then.
func (i *intake) begin() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.ending {
		return false
	}
	i.atWork.Add(1)
	return true
}

func (i *intake) end(now time.Time) {
	i.mu.Lock()
	i.last = now
	i.mu.Unlock()
	i.atWork.Done()
}

// drain takes no more, and waits for what is being taken. whatsmeow acknowledges right
// after its handler returned, and does not say when it has: that is waited for too.
func (i *intake) drain(ctx context.Context, now func() time.Time) {
	const acknowledging = 200 * time.Millisecond // measured: 1 ms
	i.mu.Lock()
	i.ending = true
	i.mu.Unlock()
	i.atWork.Wait()
	i.mu.Lock()
	rest := acknowledging - now().Sub(i.last)
	i.mu.Unlock()
	if rest > 0 {
		channels.Sleep(ctx, min(rest, acknowledging))
	}
}

const (
	grace    = 15 * time.Second // for a message that is being taken when the context ends
	patience = 3                // panics of the sink on one item, before it is handed in stripped
)

// content fills in what an item says, from its envelope. False: nothing.
type content func(ctx context.Context, envelope message.Inbound) (in message.Inbound, some bool, err error)

// take commits an item, however often that must be tried. False: the context ended
// before; of a message, the server gives it again at the next login.
func (c *Channel) take(ctx context.Context, id string, envelope message.Inbound, says content) bool {
	c.mu.Lock()
	sink := c.sink
	c.mu.Unlock()
	if sink == nil || !c.intake.begin() {
		return false
	}
	defer func() { c.intake.end(c.Clock()) }()
	select {
	case <-c.intake.turn:
		defer func() { c.intake.turn <- struct{}{} }()
	case <-ctx.Done():
		return false
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()

	pause := c.Retry
	for panics := 0; ; {
		if panics >= patience {
			says = unreadable
		}
		err := c.commit(work, envelope, says, sink)
		if err == nil {
			c.state.set(true, connected)
			return true
		}
		if _, ok := errors.AsType[*panicked](err); ok {
			panics++
		}
		c.state.set(true, "what came in could not be committed: "+err.Error())
		c.Log.Error("a WhatsApp message could not be committed; it is tried again", "id", id, "error", err)
		if channels.Sleep(ctx, pause); ctx.Err() != nil {
			return false
		}
		pause = min(2*pause, time.Minute)
	}
}

// unreadable is the content of an item on which reading or taking panics again and
// again: only its key and its sender are handed in.
func unreadable(_ context.Context, in message.Inbound) (message.Inbound, bool, error) {
	in.Refused = []message.Refusal{{Name: "mensagem", Why: message.Unreadable}}
	return in, true, nil
}

// panicked is the error that a panic becomes.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("it panicked: %v", p.value) }

// commit reads an item and hands it in.
func (c *Channel) commit(ctx context.Context, in message.Inbound, says content, sink channels.Sink) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("taking a WhatsApp message panicked", "panic", p, "stack", string(debug.Stack()))
			err = &panicked{p}
		}
	}()
	in, some, err := says(ctx, in)
	if err != nil || !some {
		return err
	}
	return sink.Accept(ctx, in)
}
