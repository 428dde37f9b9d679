package slack

import (
	"maps"
	"sync"
)

// tally counts by reason.
type tally struct {
	mu  sync.Mutex
	all map[string]int64
}

func (t *tally) count(why string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.all == nil {
		t.all = map[string]int64{}
	}
	t.all[why]++
}

// Passed implements channels.Passer: what is none of ours.
func (c *Channel) Passed() map[string]int64 {
	c.passed.mu.Lock()
	defer c.passed.mu.Unlock()
	return maps.Clone(c.passed.all)
}
