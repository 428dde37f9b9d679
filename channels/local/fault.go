package local

import (
	"context"
	"errors"

	"recado/channels"
	"recado/core/message"
)

// Fault is what goes wrong with a Send.
type Fault struct {
	Kind  channels.ErrorKind // what Send answers; Temporary when empty
	Hang  bool               // it answers only when its context ends
	Late  bool               // the message arrives all the same, as when a line breaks before the answer
	Times int                // for so many sends; 0 is until Mend
}

// errFault is the cause in every error that a Fault makes.
var errFault = errors.New("a fault was put there")

// Break puts a fault in the way to an address, or to a whole channel when at has
// no ID. It replaces the one that was there.
func (h *Hub) Break(at message.Address, f Fault) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if f.Kind == "" {
		f.Kind = channels.Temporary
	}
	h.faults[at] = &f
}

// Mend takes away the fault at exactly this address or channel.
func (h *Hub) Mend(at message.Address) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.faults, at)
}

// faultFor uses up one time of the fault in the way to an address, the address's
// own first.
func (h *Hub) faultFor(to message.Address) *Fault {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, at := range []message.Address{to, {Channel: to.Channel}} {
		f := h.faults[at]
		if f == nil {
			continue
		}
		this := *f
		if f.Times == 1 {
			delete(h.faults, at)
		}
		f.Times--
		return &this
	}
	return nil
}

func (c *channel) fail(ctx context.Context, f *Fault, out message.Outbound) error {
	if f.Late {
		c.arrive(out)
	}
	if f.Hang {
		<-ctx.Done()
		return &channels.Error{Kind: channels.Temporary, Err: ctx.Err()}
	}
	return &channels.Error{Kind: f.Kind, Err: errFault}
}
