package whatsapp

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
	"recado/core/message"
)

// Pauses are how long a connection that ended is left alone. Trying again earlier would
// be of no use, or do harm: a number that is thrown out and comes back at once looks like
// a machine.
type Pauses struct {
	Replaced time.Duration // and up to as much again; 0 is 2 minutes
	Banned   time.Duration // when WhatsApp does not say until when; 0 is 1 hour
	Outdated time.Duration // after a newer version did not help; 0 is 2 hours
	Shut     time.Duration // doubled each time, up to 1 hour; 0 is 1 minute
}

func (p Pauses) withDefaults() Pauses {
	for _, d := range []struct {
		value *time.Duration
		usual time.Duration
	}{{&p.Replaced, 2 * time.Minute}, {&p.Banned, time.Hour}, {&p.Outdated, 2 * time.Hour}, {&p.Shut, time.Minute}} {
		if *d.value == 0 {
			*d.value = d.usual
		}
	}
	return p
}

// lifeEvent takes what happens to the connection. False: the event is about something else.
func (c *Channel) lifeEvent(event any) bool {
	switch e := event.(type) {
	case *events.Connected:
		c.state.set(true, connected)
		c.tell()
	case *events.Disconnected:
		c.down("the connection broke off; it is made anew")
	case *events.KeepAliveTimeout:
		c.down("WhatsApp does not answer; waiting for it")
	case *events.KeepAliveRestored:
		c.state.set(true, connected)
	case *events.StreamError:
		c.down(fmt.Sprintf("WhatsApp ended the connection (code %s)", e.Code))
	case *events.NotifyAccountReachoutTimelock:
		c.restricted(e)
	case *events.LoggedOut:
		c.over(message.LoggedOut, "the number was logged out; run: recado whatsapp pair", time.Time{})
	case *events.StreamReplaced:
		c.over(message.Replaced, "another program uses this linked device; stop it, only one may", time.Time{})
	case *events.TemporaryBan:
		var until time.Time
		if e.Expire > 0 {
			until = c.Clock().Add(e.Expire).UTC()
		}
		c.over(message.Banned, fmt.Sprintf("WhatsApp has banned the number for a time (%s)", e.Code), until)
	case *events.ClientOutdated:
		c.over(message.Outdated, "WhatsApp wants a newer client: update recado", time.Time{})
	case events.PermanentDisconnect: // the rest of what whatsmeow does not mend by itself
		c.over(message.Shut, "WhatsApp refuses the connection ("+e.PermanentDisconnectDescription()+")", time.Time{})
	default:
		return false
	}
	return true
}

// down notes what is mended without anybody's doing.
func (c *Channel) down(why string) {
	c.state.put(channels.State{Detail: why, Trouble: message.Down})
	c.tell()
}

// restricted notes that the number may not write first (timelock), or may again.
func (c *Channel) restricted(e *events.NotifyAccountReachoutTimelock) {
	if !e.IsActive {
		c.state.warn(message.Restricted, "", time.Time{})
		return
	}
	c.restrict(e.TimeEnforcementEnds.Time)
}

func (c *Channel) restrict(until time.Time) {
	if until.IsZero() {
		until = c.Clock().Add(lockedFor)
	}
	c.state.warn(message.Restricted, "WhatsApp lets the number answer, but not write first", until.UTC())
}

// over ends the session: trying again at once would be of no use, or do harm.
func (c *Channel) over(what message.Trouble, why string, until time.Time) {
	s := channels.State{Detail: why, Trouble: what, Until: until}
	if what == message.LoggedOut {
		s.Mend = c.Mend
	}
	c.state.put(s)
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.ended:
	default:
		close(c.ended)
	}
}

// forgetting is how long whatsmeow may take to delete a device that was logged out.
const forgetting = 10 * time.Second

// leaveAlone waits after a connection that ended, for as long as its end asks for. It ends
// early when the link does, by which somebody wants it made anew. times is how often the
// same end came in a row.
func (c *Channel) leaveAlone(ctx context.Context, container *sqlstore.Container, times int) {
	s := c.state.get()
	pause := c.Retry
	switch s.Trouble {
	case message.LoggedOut: // whatsmeow tells of it before it has forgotten the device
		pause = max(c.Retry, forgetting)
	case message.Replaced:
		pause = c.Pauses.Replaced + rand.N(c.Pauses.Replaced) //nolint:gosec // it only spreads
	case message.Banned:
		pause = c.Pauses.Banned
		if !s.Until.IsZero() {
			pause = max(s.Until.Sub(c.Clock()), 0) + c.Retry
		}
	case message.Outdated:
		// The first time, the version of the day may do; then it is the program that is too old.
		if c.refreshVersion(ctx) && times == 1 {
			return
		}
		pause = c.Pauses.Outdated
	case message.Shut:
		pause = min(c.Pauses.Shut<<min(times-1, 10), max(c.Pauses.Shut, time.Hour))
	}
	kind := channels.Away
	if s.Trouble == message.LoggedOut {
		kind = channels.SignedOut
	}
	c.rests(&channels.Error{Kind: kind, Err: fmt.Errorf("not connected: %s", s.Detail)})
	defer c.rests(nil)
	for end := c.Clock().Add(pause); ctx.Err() == nil; {
		left := end.Sub(c.Clock())
		if left <= 0 {
			return
		}
		channels.Sleep(ctx, min(left, c.Retry))
		if d, err := device(ctx, container); err == nil && d.ID == nil {
			return
		}
	}
}
