package llm

import (
	"sync"
	"time"
)

// Figures of the breaker: a server that failed so often in a row is left alone for a
// while, which doubles until it answers again.
const (
	breakAfter   = 5
	firstRest    = 30 * time.Second
	longestRest  = 10 * time.Minute
	longestAsked = time.Hour // what a Retry-After may ask for at most
)

// breakers: each of these rests by itself, since a server may do one and not another.
type breakers struct {
	chat, pictures, voice, embeddings breaker
}

// byName lists them as metrics name them.
func (b *breakers) byName() map[string]*breaker {
	return map[string]*breaker{"chat": &b.chat, "pictures": &b.pictures, "voice": &b.voice, "embeddings": &b.embeddings}
}

// breaker keeps a failing server from being waited for at every turn. When a rest is
// over, one call tries; the others go without until it is known.
type breaker struct {
	mu     sync.Mutex
	fails  int
	rest   time.Duration
	until  time.Time
	trying bool
}

// allows reports whether a call may be made now.
func (b *breaker) allows(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.until.IsZero():
		return true
	case now.Before(b.until), b.trying:
		return false
	}
	b.trying = true
	return true
}

// release gives a try back that was not made.
func (b *breaker) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trying = false
}

// worked closes the breaker.
func (b *breaker) worked() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails, b.rest, b.until, b.trying = 0, 0, time.Time{}, false
}

// failed counts a failure. asked is for how long the server wants to be left alone; it is
// obeyed at once.
func (b *breaker) failed(now time.Time, asked time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fails++
	if b.fails >= breakAfter || b.trying {
		b.rest = min(max(2*b.rest, firstRest), longestRest)
		b.until = now.Add(b.rest)
	}
	if until := now.Add(min(asked, longestAsked)); asked > 0 && until.After(b.until) {
		b.until = until
	}
	b.trying = false
}

// open reports whether the server is being left alone.
func (b *breaker) open(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return now.Before(b.until)
}
