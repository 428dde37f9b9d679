package whatsapp

import (
	"fmt"

	"go.mau.fi/whatsmeow/types/events"
)

// lifeEvent takes what happens to the connection. False: the event is about something else.
func (c *Channel) lifeEvent(event any) bool {
	switch e := event.(type) {
	case *events.Connected:
		c.state.set(true, connected)
		c.tell()
	case *events.Disconnected:
		c.state.set(false, "the connection broke off; it is made anew")
	case *events.KeepAliveTimeout:
		c.state.set(false, "WhatsApp does not answer; waiting for it")
	case *events.KeepAliveRestored:
		c.state.set(true, connected)
	case *events.LoggedOut:
		c.over("the number was logged out on the phone; run: recado whatsapp pair")
	case *events.StreamReplaced:
		c.over("another program uses this linked device; stop it, only one may")
	case *events.TemporaryBan:
		c.over(fmt.Sprintf("WhatsApp has banned the number for %v (%s)", e.Expire, e.Code))
	case *events.ClientOutdated:
		c.over("WhatsApp wants a newer client: update recado")
	case *events.ConnectFailure:
		c.over(fmt.Sprintf("WhatsApp refuses the connection (%s)", e.Reason))
	case *events.StreamError:
		c.state.set(false, fmt.Sprintf("WhatsApp ended the connection (code %s)", e.Code))
	default:
		return false
	}
	return true
}
