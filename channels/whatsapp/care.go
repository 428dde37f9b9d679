package whatsapp

import (
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

// care keeps until when WhatsApp wants us to write to nobody who did not just write.
type care struct {
	mu    sync.Mutex
	until time.Time
}

const (
	// lockedFor is how long a refusal with code 463 is heeded, when no notification says
	// until when; the last one that was seen in the field (peers.md 0) ended within a day.
	lockedFor = 6 * time.Hour
	// bannedRest is how long after a temporary ban nothing proactive is sent.
	bannedRest = 24 * time.Hour
)

// RestingUntil implements channels.Resting.
func (c *Channel) RestingUntil() time.Time {
	c.care.mu.Lock()
	defer c.care.mu.Unlock()
	return c.care.until
}

// rest holds back what is proactive; a longer rest stays.
func (c *Channel) rest(until time.Time) {
	c.care.mu.Lock()
	defer c.care.mu.Unlock()
	if until.After(c.care.until) {
		c.care.until = until
	}
}

// careEvent heeds what WhatsApp says of how much we write. It takes no event away.
func (c *Channel) careEvent(event any) {
	switch e := event.(type) {
	case *events.NotifyAccountReachoutTimelock:
		switch end := e.TimeEnforcementEnds.Time; {
		case !e.IsActive:
			c.care.mu.Lock()
			c.care.until = time.Time{}
			c.care.mu.Unlock()
		case end.IsZero():
			c.rest(c.Clock().Add(lockedFor))
		default:
			c.rest(end)
		}
	case *events.TemporaryBan:
		c.rest(c.Clock().Add(e.Expire + bannedRest))
	}
}
