package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/channels"
)

// Slack repeats an event three times within some minutes and then drops it: what was said
// while no process was there for longer is never brought. So it is looked for: where the
// last process stopped is kept in the memory, and what stands in the rooms since then is
// taken as if it had just come. A message has the same key either way. Reactions,
// deletions and buttons of that time cannot be found, nor edits in a thread where nobody
// said anything new.

const (
	noteEvery  = 10 * time.Second // how far things have come
	threadsOf  = 30 * 24 * time.Hour
	gapOf      = 20 * time.Second // without any socket, after which it is looked again
	mostMissed = 50               // pages of one room's history
	pageOf     = 200
)

// progress is up to which message everything was taken, by Slack's time.
type progress struct {
	mu    sync.Mutex
	last  string // ts of the newest message that was taken
	noted string // what the memory has
	holds int    // that it is being looked what was missed: nothing is noted meanwhile
}

// took notes a message. Its ts are compared as text: they are of one length.
func (p *progress) took(ts string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ts > p.last {
		p.last = ts
	}
}

func (p *progress) hold(by int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holds += by
}

func (c *Channel) progressName() string { return "slack/" + c.Workspace + "/taken" }

// follow notes how far things have come, until ctx ends, and once more then.
func (c *Channel) follow(ctx context.Context, drained <-chan struct{}) {
	tick := time.NewTicker(noteEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.noteProgress(ctx)
		case <-drained:
			c.noteProgress(ctx)
			return
		}
	}
}

// noteProgress keeps the newest ts before which nothing is in hand.
func (c *Channel) noteProgress(ctx context.Context) {
	c.progress.mu.Lock()
	defer c.progress.mu.Unlock()
	if c.progress.holds > 0 {
		return
	}
	upTo := c.progress.last
	if oldest := c.intake.oldest(); oldest != "" && oldest <= upTo {
		upTo = before(oldest)
	}
	if upTo == c.progress.noted || upTo == "" {
		return
	}
	if err := c.Memory.Save(context.WithoutCancel(ctx), c.progressName(), upTo); err != nil {
		c.Log.Info("how far Slack was read could not be noted", "error", err)
		return
	}
	c.progress.noted = upTo
}

// oldest is the ts of the oldest message in hand.
func (i *intake) oldest() (ts string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, p := range i.inHand {
		if p.act.in.Thread.ID != "" && (ts == "" || p.act.place.ts < ts) {
			ts = p.act.place.ts
		}
	}
	return ts
}

// before is a ts right before another.
func before(ts string) string {
	at := moment(ts).Add(-time.Microsecond)
	return fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
}

// missed takes what was said since the last process stopped, or since the last socket
// went. It goes on trying while ctx lasts; what is said meanwhile comes by itself. It ends
// a hold on the progress, unless ctx ended before: then it is looked again from there.
func (c *Channel) missed(ctx context.Context) {
	defer func() {
		if ctx.Err() == nil {
			c.progress.hold(-1)
		}
	}()
	since := ""
	for pause := c.Retry; ctx.Err() == nil; pause = min(2*pause, longestWait) {
		var err error
		if since, err = c.Memory.Load(ctx, c.progressName()); err == nil {
			break
		}
		c.Log.Warn("how far Slack was read is not known; asking again", "error", err)
		channels.Sleep(ctx, pause)
	}
	if since == "" { // the first start: what is there is not for us
		at := c.Clock()
		from := fmt.Sprintf("%d.%06d", at.Unix(), at.Nanosecond()/1000)
		c.progress.took(from)
		// At once: should this process die soon, the next one begins where it began.
		if err := c.Memory.Save(ctx, c.progressName(), from); err != nil {
			c.Log.Info("where Slack is read from could not be noted", "error", err)
		}
		return
	}
	c.progress.took(since)
	for _, room := range c.Rooms {
		for pause := c.Retry; ctx.Err() == nil; pause = min(2*pause, longestWait) {
			err := c.missedIn(ctx, room, since)
			if err == nil || !passing(err) {
				if err != nil {
					c.Log.Error("what was said in a room while the desk was away cannot be read", "room", room, "error", err)
				}
				break
			}
			channels.Sleep(ctx, pause)
		}
	}
}

// missedIn looks through one room: at what stands in it, and at the threads with a newer
// reply.
func (c *Channel) missedIn(ctx context.Context, room, since string) error {
	from := fmt.Sprintf("%d.000000", moment(since).Add(-threadsOf).Unix())
	var found []slackgo.Message
	cursor := ""
	for range mostMissed {
		var page []slackgo.Message
		err := c.call(ctx, "conversations.history", "", func(api *slackgo.Client) error {
			h, err := api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{ChannelID: room, Oldest: from, Cursor: cursor, Limit: pageOf})
			if err == nil {
				page, cursor = h.Messages, h.ResponseMetaData.NextCursor
			}
			return err
		})
		if err != nil {
			return err
		}
		found = append(found, page...)
		if cursor == "" {
			break
		}
	}
	for _, root := range slices.Backward(found) { // Slack tells the newest first
		c.standsSince(ctx, room, since, root)
		if root.LatestReply <= since {
			continue
		}
		replies, err := c.replies(ctx, room, root.Timestamp)
		if err != nil {
			return err
		}
		for _, m := range replies {
			c.standsSince(ctx, room, since, m)
		}
	}
	return nil
}

// replies are all that stands in a thread: older ones may have been edited.
func (c *Channel) replies(ctx context.Context, room, root string) (all []slackgo.Message, err error) {
	cursor := ""
	for range mostMissed {
		var page []slackgo.Message
		err := c.call(ctx, "conversations.replies", "", func(api *slackgo.Client) (err error) {
			page, _, cursor, err = api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
				ChannelID: room, Timestamp: root, Cursor: cursor, Limit: pageOf,
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		if cursor == "" {
			break
		}
	}
	return all, nil
}

// standsSince takes a message that is newer, or was edited since.
func (c *Channel) standsSince(ctx context.Context, room, since string, m slackgo.Message) {
	raw, err := json.Marshal(m)
	if err != nil {
		return
	}
	n, err := parseNode(raw)
	if err != nil {
		return
	}
	n["channel"] = room
	var a act
	switch edited := n.at("edited").text("ts"); {
	case m.Timestamp > since:
		a = c.message(n)
	case edited > since:
		a = c.changed(node{"channel": room, "message": map[string]any(n), "previous_message": map[string]any{"user": n.text("user"), "text": "\x00"}})
	default:
		return
	}
	if a.passed == "" {
		c.passed.Count("looked up")
		c.take(ctx, a, func() {})
	}
}
