// Package lane runs work in order within a key, and different keys side by side.
//
// Promises: functions given for one key run one after another, in the order in
// which Go was called; a key that is slow delays no other key as long as fewer
// than the limit are slow; keys that have much to do take turns with the rest. A
// Lanes without work holds no goroutine and no memory for the keys it has seen.
//
// Grace is the other half of a clean end: time for what is under way to finish.
//
// It does not store, retry or time out anything, and it does not recover panics:
// the functions do that, since only they know what a failure means.
package lane

import (
	"context"
	"fmt"
	"sync"
)

// Lanes is a set of keyed queues with a global limit. Make one with New. Its
// methods may be called from any goroutine, also from within a function it runs.
type Lanes struct {
	limit int

	mu      sync.Mutex
	waiting map[string][]func() // by key: what has not begun; a key is present while it runs or waits
	ready   []string            // keys with something to run and nothing running, longest waiting first
	workers int                 // goroutines at work, at most limit
	closed  bool
	idle    chan struct{} // closed when workers falls to 0 after Drain was called
}

// New makes lanes of which at most limit run at the same time; limit is at least 1.
func New(limit int) *Lanes {
	return &Lanes{limit: max(limit, 1), waiting: map[string][]func(){}, idle: make(chan struct{})}
}

// Go queues do behind what was given for key before. It never waits. It reports
// false, and drops do, once Drain was called.
func (l *Lanes) Go(key string, do func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	queue, known := l.waiting[key]
	l.waiting[key] = append(queue, do)
	if known {
		return true // whoever runs the key now puts it back among the ready ones
	}
	l.ready = append(l.ready, key)
	if l.workers < l.limit {
		l.workers++
		go l.work()
	}
	return true
}

// Drain takes nothing more and returns nil when everything queued has run, or an
// error when ctx ends first; what is queued runs on in that case. A function that
// is to be skipped on shutdown looks at its own context.
func (l *Lanes) Drain(ctx context.Context) error {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		if l.workers == 0 {
			close(l.idle)
		}
	}
	l.mu.Unlock()

	select {
	case <-l.idle:
		return nil
	default: // an ended context is no reason to report idle lanes as busy
	}
	select {
	case <-l.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("lane: work was still under way: %w", context.Cause(ctx))
	}
}

// work runs one function of the key that waited longest, again and again, until
// no key is ready.
func (l *Lanes) work() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.ready) > 0 {
		key := l.ready[0]
		l.ready = l.ready[1:]
		do := l.waiting[key][0]
		l.waiting[key] = l.waiting[key][1:]

		l.mu.Unlock()
		do()
		l.mu.Lock()

		if len(l.waiting[key]) > 0 {
			l.ready = append(l.ready, key)
		} else {
			delete(l.waiting, key)
		}
	}
	l.workers--
	if l.closed && l.workers == 0 {
		close(l.idle)
	}
}
