package email

import (
	"context"
	"errors"

	"recado/channels"
	"recado/core/message"
)

// commit hands items in until they are taken or ctx ends. When the sink panics,
// the items are handed in one by one, so that the others pass; one on which it
// panics patience times is handed in stripped. An error that is no panic tells of
// the sink, not of the item, and only waiting helps.
func (c *collector) commit(ctx context.Context, sink channels.Sink, items []message.Inbound) error {
	const patience = 3
	pauses := backoff{first: c.desk.IMAP.Pause}
	for panics := 0; len(items) > 0; {
		err := offer(ctx, sink, items...)
		if err == nil {
			break
		}
		c.set(true, "what came in could not be committed: "+err.Error())
		c.desk.Log.Error("mail could not be committed and will be handed in again", "account", c.desk.Account, "items", len(items), "error", err)
		if _, ok := errors.AsType[*panicked](err); ok {
			if len(items) > 1 {
				return c.commitEach(ctx, sink, items)
			}
			if panics++; panics == patience {
				items = []message.Inbound{stripped(items[0])}
			}
		}
		if !pauses.pause(ctx) {
			return ctx.Err()
		}
	}
	c.set(true, "reading "+c.name)
	return nil
}

func (c *collector) commitEach(ctx context.Context, sink channels.Sink, items []message.Inbound) error {
	for i := range items {
		if err := c.commit(ctx, sink, items[i:i+1]); err != nil {
			return err
		}
	}
	return nil
}
