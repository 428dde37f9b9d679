package whatsapp

import (
	"context"
	"strings"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
)

// receiptEvent notes what became of our messages. False: the event is something else, or
// could not be noted; a receipt that was not comes again at the next login.
func (c *Channel) receiptEvent(ctx context.Context, event any) (taken, ours bool) {
	receipt, ok := event.(*events.Receipt)
	if !ok {
		return false, false
	}
	deliveries := c.deliveries(ctx, receipt)
	c.mu.Lock()
	witness, can := c.sink.(channels.Witness)
	c.mu.Unlock()
	if len(deliveries) == 0 || !can {
		return true, true
	}
	if err := witness.Witness(context.WithoutCancel(ctx), deliveries...); err != nil {
		c.Log.Warn("a receipt could not be noted", "error", err)
		return false, true
	}
	return true, true
}

// deliveries reads a receipt: of one person, of messages that we chose the ids of. The
// devices of our own account tell each other too what was read there: none of that.
func (c *Channel) deliveries(ctx context.Context, r *events.Receipt) (out []channels.Delivery) {
	read := r.Type == types.ReceiptTypeRead || r.Type == types.ReceiptTypePlayed
	// "inactive" arrived at a device in nobody's hand (whatsmeow, SetForceActiveDeliveryReceipts)
	arrived := r.Type == types.ReceiptTypeDelivered || r.Type == types.ReceiptTypeInactive
	if r.IsFromMe || r.IsGroup || !read && !arrived {
		return nil
	}
	to, _ := c.party(ctx, r.MessageSource)
	for _, id := range r.MessageIDs {
		if ours(id) && strings.HasSuffix(id, wholeEnd) { // the first part stands for all
			out = append(out, channels.Delivery{UpstreamID: id, To: to, At: r.Timestamp.UTC(), Read: read})
		}
	}
	return out
}
