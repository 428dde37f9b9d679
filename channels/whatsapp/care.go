package whatsapp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
)

// care keeps until when WhatsApp wants us to write to nobody who did not just write. It
// outlasts the process: who begins anew must not think itself free.
type care struct {
	memory channels.Memory // nil: it is forgotten with the process
	name   string          // in the memory

	mu     sync.Mutex
	until  time.Time
	loaded bool
}

const (
	// lockedFor is how long a refusal with code 463 is heeded, when no notification says
	// until when; the last one that was seen in the field (peers.md 0) ended within a day.
	lockedFor = 6 * time.Hour
	// bannedRest is how long after a temporary ban nothing proactive is sent.
	bannedRest = 24 * time.Hour
	// remembering is how long the memory may take, while others wait for what it says.
	remembering = 2 * time.Second
)

func careMemory(account string) string { return "whatsapp/" + account + "/rest" }

// RestingUntil implements channels.Resting.
func (c *Channel) RestingUntil() time.Time { return c.care.get(context.Background()) }

// get is until when to rest. What the memory cannot say now it is asked again.
func (r *care) get(ctx context.Context) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.load(ctx)
	return r.until
}

// load reads what an earlier process knew. The lock is held.
func (r *care) load(ctx context.Context) {
	if r.loaded || r.memory == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), remembering)
	defer cancel()
	text, err := r.memory.Load(ctx, r.name)
	if err != nil {
		return
	}
	r.loaded = true
	if until, err := time.Parse(time.RFC3339, text); err == nil && until.After(r.until) {
		r.until = until
	}
}

// put changes until when to rest, and notes it.
func (r *care) put(ctx context.Context, change func(until time.Time) time.Time) error {
	r.mu.Lock()
	r.load(ctx)
	r.until = change(r.until)
	text := ""
	if !r.until.IsZero() {
		text = r.until.UTC().Format(time.RFC3339)
	}
	r.mu.Unlock()
	if r.memory == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), remembering)
	defer cancel()
	if err := r.memory.Save(ctx, r.name, text); err != nil {
		return fmt.Errorf("whatsapp: note until when to rest: %w", err)
	}
	return nil
}

// rest holds back what is proactive; a longer rest stays.
func (c *Channel) rest(ctx context.Context, until time.Time) {
	c.heed(ctx, func(now time.Time) time.Time {
		if until.After(now) {
			return until
		}
		return now
	})
}

func (c *Channel) heed(ctx context.Context, change func(time.Time) time.Time) {
	if err := c.care.put(ctx, change); err != nil {
		c.Log.Warn("a restart would forget the rest that WhatsApp asked for", "error", err)
	}
}

// careEvent heeds what WhatsApp says of how much we write. It takes no event away.
func (c *Channel) careEvent(ctx context.Context, event any) {
	switch e := event.(type) {
	case *events.NotifyAccountReachoutTimelock:
		switch end := e.TimeEnforcementEnds.Time; {
		case !e.IsActive:
			c.heed(ctx, func(time.Time) time.Time { return time.Time{} })
		case end.IsZero():
			c.rest(ctx, c.Clock().Add(lockedFor))
		default:
			c.rest(ctx, end)
		}
	case *events.TemporaryBan:
		c.rest(ctx, c.Clock().Add(e.Expire+bannedRest))
	}
}
