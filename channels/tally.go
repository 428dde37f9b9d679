package channels

import (
	"maps"
	"sync"
)

// Tally counts by reason what came in and is none of the desk's; it is most of a Passer.
// The zero Tally is ready, and safe for concurrent use.
type Tally struct {
	mu  sync.Mutex
	all map[string]int64
}

// Count adds one.
func (t *Tally) Count(why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]int64{}
	}
	t.all[why]++
}

// Counted is a copy of what was counted.
func (t *Tally) Counted() map[string]int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.all)
}
