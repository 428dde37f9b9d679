package email

import (
	"context"

	"recado/channels"
)

// Outlet is a channel that only sends: a Listener takes its mail in.
type Outlet struct {
	*postman
	*condition
}

var (
	_ channels.Channel    = (*Outlet)(nil)
	_ channels.Foreteller = (*Outlet)(nil)
	_ channels.Checker    = (*Outlet)(nil)
	_ channels.Reporter   = (*Outlet)(nil)
	_ channels.Amender    = (*Outlet)(nil)
)

// NewOutlet checks the options; it does not connect.
func NewOutlet(o Options) (*Outlet, error) {
	d, err := newDesk(o)
	if err != nil {
		return nil, err
	}
	out := &Outlet{postman: newPostman(d), condition: &condition{}}
	out.set(true, "its mail comes by SMTP or LMTP")
	return out, nil
}

// Run waits for ctx to end.
func (o *Outlet) Run(ctx context.Context, _ channels.Sink) error {
	<-ctx.Done()
	return nil
}

// Check tries the way out.
func (o *Outlet) Check(ctx context.Context) error { return o.checkOut(ctx) }
