package whatsapp

import (
	"context"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waMmsRetry"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/core/message"
)

// awaited are things that come later or never: files that were asked for again, and
// messages that could not be decrypted and are sent again. Each has a time; whatever is
// left of them when the session ends is told then.
type awaited[T any] struct {
	mu   sync.Mutex
	all  map[string]*awaitedOne[T]
	over func(T)
}

type awaitedOne[T any] struct {
	what  T
	timer *time.Timer
}

// await notes something, unless it is awaited already. When nothing is heard of it
// within d, over is called.
func (a *awaited[T]) await(id string, what T, d time.Duration, over func(T)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[string]*awaitedOne[T]{}
	}
	if a.all[id] != nil {
		return
	}
	a.over = over
	a.all[id] = &awaitedOne[T]{what: what, timer: time.AfterFunc(d, func() {
		if what, still := a.came(id); still {
			over(what)
		}
	})}
}

// came takes something off. False: it was not awaited, or not any more.
func (a *awaited[T]) came(id string) (what T, still bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	one := a.all[id]
	if one == nil {
		return what, false
	}
	one.timer.Stop()
	delete(a.all, id)
	return one.what, true
}

// opened is came, for who does not ask what it was.
func (a *awaited[T]) opened(id string) { a.came(id) }

// end waits for nothing any more.
func (a *awaited[T]) end() {
	a.mu.Lock()
	all, over := a.all, a.over
	a.all = nil
	a.mu.Unlock()
	for _, one := range all {
		if one.timer.Stop() {
			over(one.what)
		}
	}
}

// lostFile is a file that the servers do not have, and where it belongs.
type lostFile struct {
	ctx  context.Context //nolint:containedctx // of the session that waits for it
	in   message.Inbound // the envelope of its message
	info types.MessageInfo
	file file
}

// askAgain asks the phone that sent a file to send it to the servers again. False: it
// could not be asked, or was already.
func (c *Channel) askAgain(ctx context.Context, client *whatsmeow.Client, in *message.Inbound, info *types.MessageInfo, f file) bool {
	if err := client.SendMediaRetryReceipt(ctx, info, f.source.GetMediaKey()); err != nil {
		c.Log.Warn("a file could not be asked for again", "key", in.Key.String(), "error", err)
		return false
	}
	lost := lostFile{ctx: context.WithoutCancel(ctx), in: *in, info: *info, file: f}
	lost.in.Text, lost.in.Attachments, lost.in.Refused = "", nil, nil
	c.lost.await(info.ID, lost, c.Timeout, c.fileLost)
	return true
}

// fileLost tells that a file did not come.
func (c *Channel) fileLost(lost lostFile) {
	c.late(lost, func(_ context.Context, in message.Inbound) (message.Inbound, bool, error) {
		in.Refused = []message.Refusal{{Name: lost.file.name, Size: lost.file.size, Why: message.Unreadable}}
		return in, true, nil
	})
}

// fileCame takes the phone's answer about a file.
func (c *Channel) fileCame(ctx context.Context, e *events.MediaRetry) bool {
	lost, still := c.lost.came(e.MessageID)
	if !still {
		return true
	}
	answer, err := whatsmeow.DecryptMediaRetryNotification(e, lost.file.source.GetMediaKey())
	if err != nil || answer.GetResult() != waMmsRetry.MediaRetryNotification_SUCCESS {
		c.Log.Warn("the phone has the file no more", "id", e.MessageID, "result", answer.GetResult(), "error", err)
		c.fileLost(lost)
		return true
	}
	lost.file.path = answer.GetDirectPath()
	lost.ctx = ctx
	return c.late(lost, func(ctx context.Context, in message.Inbound) (message.Inbound, bool, error) {
		err := c.keep(ctx, &in, &lost.info, lost.file)
		for i := range in.Refused {
			if in.Refused[i].Why == message.Awaited { // asked once is enough
				c.lost.came(lost.info.ID)
				in.Refused[i].Why = message.Unreadable
			}
		}
		return in, true, err
	})
}

// late hands in what became of a file, as an answer to the message it came with.
func (c *Channel) late(lost lostFile, says content) bool {
	in := lost.in
	in.Key.ID += "#file"
	in.Thread.Refs = append([]string{lost.info.ID}, in.Thread.Refs...)
	in.ReceivedAt = c.Clock().UTC()
	return c.take(lost.ctx, lost.info.ID, in, says)
}

// shutMessage is one that could not be decrypted.
type shutMessage struct {
	ctx context.Context //nolint:containedctx // of the session that waits for it
	in  message.Inbound
	id  string
}

// undecryptable waits for whatsmeow to get a message again, and tells when it did not.
// Where the sender hides a failure (a reaction, a vote), so do we.
func (c *Channel) undecryptable(ctx context.Context, e *events.UndecryptableMessage) {
	if e.DecryptFailMode == events.DecryptFailHide {
		return
	}
	shut := shutMessage{ctx: context.WithoutCancel(ctx), in: c.envelope(ctx, &e.Info), id: e.Info.ID}
	if shut.in.Defect = message.Locked; e.UnavailableType == events.UnavailableTypeViewOnce {
		shut.in.Defect = message.ViewOnce // it is never shown on a linked device
		c.tellShut(shut)
		return
	}
	c.unread.await(shut.id, shut, c.Unread, c.tellShut)
}

func (c *Channel) tellShut(shut shutMessage) {
	shut.in.Key.ID += "#shut" // the message itself may come yet
	c.take(shut.ctx, shut.id, shut.in, func(_ context.Context, in message.Inbound) (message.Inbound, bool, error) { return in, true, nil })
}
