package email

import (
	"context"
	"sync"
	"time"
)

// pool keeps connections for the next mail: at most so many at the same time, the one
// used last is taken first, so that those which are not needed grow old and are closed.
type pool struct {
	free chan struct{} // a token for each connection that may be in use
	rest time.Duration // how long an unused one is trusted

	mu   sync.Mutex
	idle []*resting // oldest first
}

// resting is a connection that waits for work, and the end of its rest.
type resting struct {
	*relay
	end *time.Timer
}

func newPool(connections int, rest time.Duration) *pool {
	p := &pool{free: make(chan struct{}, connections), rest: rest}
	for range connections {
		p.free <- struct{}{}
	}
	return p
}

// take waits for a place. The connection is nil when a new one has to be made.
func (p *pool) take(ctx context.Context) (*relay, error) {
	select {
	case <-p.free:
		return p.rested(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// rested is the connection used last, if there is one.
func (p *pool) rested() *relay {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	r := p.idle[n-1]
	p.idle = p.idle[:n-1]
	r.end.Stop()
	return r.relay
}

// give ends the use of a place. c is nil when the connection is gone.
func (p *pool) give(c *relay) {
	if c != nil {
		p.mu.Lock()
		r := &resting{relay: c}
		r.end = time.AfterFunc(p.rest, func() { p.retire(r) })
		p.idle = append(p.idle, r)
		p.mu.Unlock()
	}
	p.free <- struct{}{}
}

// retire closes a connection whose rest is over, unless it was taken meanwhile.
func (p *pool) retire(r *resting) {
	p.mu.Lock()
	kept := p.idle[:0]
	found := false
	for _, other := range p.idle {
		if other == r {
			found = true
			continue
		}
		kept = append(kept, other)
	}
	p.idle = kept
	p.mu.Unlock()
	if found {
		_ = r.quit() // it is gone either way
	}
}
