package slack

import (
	"testing"
	"time"

	"recado/channels"
	"recado/channels/channeltest"
	"recado/channels/slack/slackfake"
)

// The contract of every channel, over the wire, with one socket so that order can be
// spoken of.
func TestChannel(t *testing.T) {
	channeltest.Run(t, func(tb testing.TB) channeltest.Rig {
		tb.Helper()
		t, ok := tb.(*testing.T)
		if !ok {
			tb.Fatal("the suite is for tests")
		}
		d := newDesk(t)
		card := d.work.Bot().Says(d.room, "chamado") // what is said in one thread is in order
		return channeltest.Rig{
			Channel: func() channels.Channel { return d.channel(func(o *Options) { o.Sockets = 1 }) },
			Deliver: func(text string) { d.bia.Replies(card, text) },
			Cut:     d.fake.DropSockets,
			To:      d.to(),
			Sent: func() (ids []string) {
				for _, m := range d.room.Messages() {
					if m.User == d.work.Bot() && m.TS != card.TS {
						ids = append(ids, m.UpstreamID())
					}
				}
				return ids
			},
			Refuse: map[channels.ErrorKind]func(){
				channels.RateLimited: func() { d.fake.Break("chat.postMessage", 1, slackfake.Limited(1)) },
				channels.Away:        func() { d.fake.Break("chat.postMessage", 1, slackfake.Status(503)) },
				channels.Temporary:   func() { d.fake.Break("chat.postMessage", 1, slackfake.Error("is_archived")) },
				channels.Permanent:   func() { d.fake.Break("chat.postMessage", 1, slackfake.Error("restricted_action")) },
				channels.SignedOut:   func() { d.fake.Break("chat.postMessage", 1, slackfake.Error("token_revoked")) },
				channels.Unreachable: func() { d.fake.Break("chat.postMessage", 1, slackfake.Error("user_disabled")) },
			},
			Patience: 30 * time.Second,
		}
	})
}
