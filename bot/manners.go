package bot

import (
	"context"
	"slices"
	"time"

	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// Deliveries keeps what became of messages.
type Deliveries interface {
	NoteDeliveries(ctx context.Context, deliveries []channels.Delivery) error
}

// Witness implements channels.Witness.
func (b *Bot) Witness(ctx context.Context, deliveries ...channels.Delivery) error {
	if b.opts.Deliveries == nil {
		return nil
	}
	for _, d := range deliveries {
		if d.Read && b.opts.OnRead != nil {
			if err := b.tell(ctx, func(tx dialogue.Tx) error { return b.opts.OnRead(ctx, tx, d.UpstreamID) }); err != nil {
				return err
			}
		}
	}
	return b.opts.Deliveries.NoteDeliveries(ctx, deliveries)
}

const (
	mannersWait = 256              // courtesies that wait; more are left out
	mannersTime = 10 * time.Second // for one of them
)

// manner is one courtesy of a channel: typing, a read mark. They go beside the turns, one
// after another, and nothing waits for them or depends on them.
type manner func(ctx context.Context) error

func (b *Bot) mind(m manner) {
	select {
	case b.manners <- m:
	default: // the channel is slow: better none than one that comes too late
	}
}

// showManners does what waits, until ctx ends.
func (b *Bot) showManners(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case m := <-b.manners:
			b.show(ctx, m)
		}
	}
}

// settleManners does what waits now.
func (b *Bot) settleManners(ctx context.Context) {
	for {
		select {
		case m := <-b.manners:
			b.show(ctx, m)
		default:
			return
		}
	}
}

func (b *Bot) show(ctx context.Context, m manner) {
	ctx, cancel := context.WithTimeout(ctx, mannersTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			b.opts.Logger.Error("a courtesy of a channel panicked", "panic", p)
		}
	}()
	if err := m(ctx); err != nil && ctx.Err() == nil {
		b.opts.Logger.Debug("a courtesy of a channel failed", "error", err)
	}
}

// attend shows that a turn is worked on. What it returns is called when the turn ended,
// with its outcomes if it was committed: typing ends, and what was taken is read.
func (b *Bot) attend(turn dialogue.Turn) (ended func(outcomes []message.Outcome)) {
	i := slices.IndexFunc(turn.Items, func(in message.Inbound) bool { return !in.Own && in.Auto == message.NotAuto })
	if i < 0 {
		return func([]message.Outcome) {}
	}
	key, to := turn.Items[i].Key, turn.Items[i].From
	at := slices.IndexFunc(b.units, func(u *unit) bool {
		return u.channel.Name() == key.Channel && u.channel.Account() == key.Account
	})
	if at < 0 {
		return func([]message.Outcome) {}
	}
	typist, types := b.units[at].channel.(channels.Typist)
	marker, marks := b.units[at].channel.(channels.Marker)
	over := make(chan struct{})
	if types {
		b.mind(func(ctx context.Context) error {
			select {
			case <-over:
				return nil // it was quick
			default:
				return typist.Typing(ctx, to, true)
			}
		})
	}
	return func(outcomes []message.Outcome) {
		close(over)
		if types {
			b.mind(func(ctx context.Context) error { return typist.Typing(ctx, to, false) })
		}
		if read := taken(turn.Items, outcomes); marks && len(read) > 0 {
			b.mind(func(ctx context.Context) error { return marker.MarkRead(ctx, read) })
		}
	}
}

// taken are the items that somebody, or the program, really took: neither what was
// ignored, nor what was only recorded because too much came.
func taken(items []message.Inbound, outcomes []message.Outcome) (read []message.Inbound) {
	for i, o := range outcomes {
		if i < len(items) && !o.Unread && o.Code != message.Ignored && o.Code != message.Filed {
			read = append(read, items[i])
		}
	}
	return read
}
