package slack

import (
	"context"
	"strings"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/core/message"
)

// complete asks for what an act only names. What may be had a little later is an error,
// and the act is tried again; what never will be had is left out.
func (c *Channel) complete(ctx context.Context, a act) (message.Inbound, error) {
	in := a.in
	if a.seek {
		c.place(ctx, &a)
		in = a.in
	}
	if a.user != "" {
		if err := c.sign(ctx, a, &in); err != nil && c.Clock().Sub(in.ReceivedAt) < profileWait {
			return in, err
		}
	}
	in.Conversation = a.in.Conversation
	for name, value := range in.Form {
		in.Form[name] = c.named(ctx, value)
	}
	if a.by != "" {
		if who, err := c.profile(ctx, a.by, ""); err == nil { // else nobody knows whose words they are
			in.Forward = message.Forward{From: who.known(c.Workspace), Name: who.name}
		}
	}
	if a.said != "" {
		r := c.reader(ctx, a.emoji)
		in.Text = r.plain(a.said)
		in.Mentions = r.mentions
	}
	return in, c.keepFiles(ctx, &in, a.files)
}

// sign says who did it, and what they are in the team. After an error nothing is proved:
// without a standing they would lose what they are.
func (c *Channel) sign(ctx context.Context, a act, in *message.Inbound) error {
	who, err := c.profile(ctx, a.user, a.team)
	who.sign(c.Workspace, in)
	if err != nil {
		in.Proof, in.Doubt = message.Unproved, "slack: the profile could not be had"
		return err
	}
	if in.Standing, err = c.standing(ctx, who); err != nil {
		in.Proof, in.Doubt = message.Unproved, "slack: who belongs to the team could not be had"
	}
	return err
}

// named is what was filled in, with the people in it by the address under which the desk
// may know them: who was picked need not ever have written to it.
func (c *Channel) named(ctx context.Context, value string) string {
	words := strings.Fields(value)
	for i, word := range words {
		user := userIn(word)
		if user == "" {
			return value // no list of people
		}
		if who, err := c.profile(ctx, user, ""); err == nil {
			words[i] = who.known(c.Workspace).String()
		}
	}
	return strings.Join(words, " ")
}

// profileWait is how long an act waits for the profile of who did it, before it is handed
// in without: then nothing is proved.
const profileWait = time.Minute

// place asks in which thread a message stands, and for its words where they are wanted.
// When Slack does not tell, the message itself is taken for the root.
func (c *Channel) place(ctx context.Context, a *act) {
	api, err := c.api(ctx)
	if err != nil {
		return
	}
	found, _, _, err := api.GetConversationRepliesContext(ctx, &slackgo.GetConversationRepliesParameters{
		ChannelID: a.place.channel, Timestamp: a.place.ts, Limit: 1, Inclusive: true, Latest: a.place.ts, Oldest: a.place.ts,
	})
	if err != nil {
		c.Log.Info("the thread of a message could not be had", "message", a.place.String(), "error", err)
		return
	}
	for _, m := range found {
		if m.Timestamp != a.place.ts {
			continue
		}
		a.root = or(m.ThreadTimestamp, m.Timestamp)
		c.roots.learn(a.place, a.root)
		a.settle(c.Workspace)
		if a.words {
			a.said, a.by = m.Text, m.User
		}
	}
}
