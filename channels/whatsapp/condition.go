package whatsapp

import (
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// condition is a channels.State that several goroutines set and read: how the connection
// is, and while it is well, what else is to be said of the number.
type condition struct {
	mu       sync.Mutex
	state    channels.State
	warnings map[message.Trouble]channels.State
	now      func() time.Time
}

func (c *condition) set(up bool, detail string) { c.put(channels.State{Up: up, Detail: detail}) }

func (c *condition) put(s channels.State) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = s
}

// warn says something of a number that is up, until it is said otherwise with an empty
// detail, or until a time that is not zero.
func (c *condition) warn(what message.Trouble, detail string, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if detail == "" {
		delete(c.warnings, what)
		return
	}
	if c.warnings == nil {
		c.warnings = map[message.Trouble]channels.State{}
	}
	c.warnings[what] = channels.State{Up: what != message.Silent, Detail: detail, Trouble: what, Until: until}
}

// worst first.
var warnings = []message.Trouble{message.Silent, message.Restricted, message.PhoneUnseen}

func (c *condition) get() channels.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.state.Up {
		return c.state
	}
	for _, what := range warnings {
		w, some := c.warnings[what]
		if some && (w.Until.IsZero() || what == message.PhoneUnseen || c.now().Before(w.Until)) {
			return w
		}
	}
	return c.state
}
