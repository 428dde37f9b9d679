package slack

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"
	slackgo "github.com/slack-go/slack"
)

// A repeat is known by the message's metadata: which of our messages it is, and which
// part. Asking Slack for it costs a call, so it is done when a post may have been made
// before: when this process tried and was not told how it ended, or when the message is
// older than this process, or than a lease takes to pass from another one.

const (
	eventType   = "recado"
	lookedFor   = 5 * time.Second // how long an answer holds, in which no other process can have come between
	mayBeTried  = 5 * time.Second // a message of this age may have been tried by another process
	skew        = 2 * time.Minute // between Slack's clock and ours
	lookAtOnce  = 200             // messages a call
	mostLooks   = 5               // calls
	mostLedger  = 4096
	mostThreads = 512
)

// ledger is what is known of posts whose fate is not.
type ledger struct {
	mu    sync.Mutex
	tried recent[string, bool]   // and whether it had been before
	done  recent[string, string] // what was said, by its upstream id
	looks recent[spot, looked]
}

// looked is what stood in a thread, or in a channel, of ours.
type looked struct {
	at    time.Time
	since time.Time
	found map[string]map[int]string // by message and part: its ts
}

// begin notes that a message is tried. It returns the upstream id of one that was said
// already, by this process.
func (l *ledger) begin(id string) (as string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tried.most, l.done.most, l.looks.most = mostLedger, mostLedger, mostThreads
	if as, said := l.done.get(id); said {
		return as
	}
	_, again := l.tried.get(id)
	l.tried.put(id, again)
	return ""
}

func (l *ledger) end(id, as string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tried.drop(id)
	l.done.put(id, as)
}

// again reports whether a message was tried before, and not known to have ended.
func (l *ledger) again(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	again, _ := l.tried.get(id)
	return again
}

// mark is the metadata by which a part of a message is found.
func mark(id string, part int) slackgo.MsgOption {
	return slackgo.MsgOptionMetadata(slackgo.SlackMetadata{EventType: eventType, EventPayload: map[string]any{"id": id, "part": strconv.Itoa(part)}})
}

// postedAt is when a message was made, by its id; zero: it does not say.
func postedAt(id string) time.Time {
	u, err := uuid.Parse(id)
	if err != nil || u.Version() != 7 {
		return time.Time{}
	}
	return time.Unix(u.Time().UnixTime()).UTC()
}

// saidBefore is which parts of a message stand already.
func (c *Channel) saidBefore(ctx context.Context, channel, root, id string) (map[int]string, error) {
	posted, now := postedAt(id), c.Clock()
	again := c.ledger.again(id)
	if !again && posted.After(c.since) && now.Sub(posted) < mayBeTried {
		return nil, nil
	}
	if !again {
		c.ledger.mu.Lock()
		seen, known := c.ledger.looks.get(spot{channel, root})
		c.ledger.mu.Unlock()
		if known && now.Sub(seen.at) < lookedFor && !seen.since.After(posted.Add(-skew)) {
			return seen.found[id], nil
		}
	}
	return c.look(ctx, channel, root, id)
}

// look asks Slack what stands in a thread of a channel, or in the channel itself.
func (c *Channel) look(ctx context.Context, channel, root, id string) (map[int]string, error) {
	seen := looked{at: c.Clock(), found: map[string]map[int]string{}}
	oldest := ""
	if posted := postedAt(id); !posted.IsZero() {
		seen.since = posted.Add(-skew)
		oldest = fmt.Sprintf("%d.000000", seen.since.Unix())
	}
	cursor := ""
	for range mostLooks {
		var page []slackgo.Message
		err := c.call(ctx, "conversations.history", "", func(api *slackgo.Client) (err error) {
			page, cursor, err = stands(ctx, api, channel, root, oldest, cursor)
			return err
		})
		if code(err) == "thread_not_found" {
			break // its root was deleted, and it with it
		}
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			seen.note(m)
		}
		if cursor == "" {
			break
		}
	}
	c.ledger.mu.Lock()
	defer c.ledger.mu.Unlock()
	c.ledger.looks.most = mostThreads
	c.ledger.looks.put(spot{channel, root}, seen)
	return seen.found[id], nil
}

func stands(ctx context.Context, api *slackgo.Client, channel, root, oldest, cursor string) ([]slackgo.Message, string, error) {
	if root != "" {
		page, _, next, err := api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
			ChannelID: channel, Timestamp: root, Oldest: oldest, Cursor: cursor, Limit: lookAtOnce, IncludeAllMetadata: true,
		})
		return page, next, err
	}
	page, err := api.GetConversationHistoryContext(ctx, &slackgo.GetConversationHistoryParameters{
		ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: lookAtOnce, IncludeAllMetadata: true,
	})
	if err != nil {
		return nil, "", err
	}
	return page.Messages, page.ResponseMetaData.NextCursor, nil
}

func (s looked) note(m slackgo.Message) {
	id, _ := m.Metadata.EventPayload["id"].(string)
	text, _ := m.Metadata.EventPayload["part"].(string)
	part, err := strconv.Atoi(text)
	if m.Metadata.EventType != eventType || id == "" || err != nil {
		return
	}
	if s.found[id] == nil {
		s.found[id] = map[int]string{}
	}
	s.found[id][part] = m.Timestamp
}
