package slack

import "sync"

// roots remember in which thread messages stand: Slack does not say it of a message that
// somebody reacted to.
type roots struct {
	mu   sync.Mutex
	seen recent[spot, string]
}

const mostRoots = 8192

func (r *roots) learn(at spot, root string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen.put(at, root)
}

func (r *roots) of(at spot) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	root, _ := r.seen.get(at)
	return root
}
