package slack

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	slackgo "github.com/slack-go/slack"

	"recado/channels"
	"recado/core/message"
)

// Send hands out over, in the way that it asks for.
func (c *Channel) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	workspace, id, ok := parts(out.To)
	if !ok || workspace != c.Workspace && !isUser(id) {
		return channels.Receipt{}, &channels.Error{Kind: channels.Permanent, Err: fmt.Errorf("%s is nowhere in the workspace %s", out.To, c.Workspace)}
	}
	as, err := c.send(ctx, id, out)
	if isCut(err) && ctx.Err() == nil {
		// Connections are cut now and then, and the outbox would leave the whole workspace alone
		// for some seconds. What was perhaps said is looked for first, as at any repeat.
		channels.Sleep(ctx, breath+rand.N(breath)) //nolint:gosec // it spreads load
		as, err = c.send(ctx, id, out)
	}
	if err != nil {
		return channels.Receipt{}, c.verdict(ctx, err)
	}
	c.state.sent(nil)
	return channels.Receipt{UpstreamID: as}, nil
}

// breath is how long a message waits whose connection was cut, and as much again at random.
const breath = 100 * time.Millisecond

// send returns the upstream id of what is new; empty when nothing is.
func (c *Channel) send(ctx context.Context, to string, out message.Outbound) (string, error) {
	switch out.Kind {
	case message.Reaction:
		return "", c.react(ctx, out, true)
	case message.Deletion:
		if out.Amends.Kind == message.Reaction {
			return "", c.react(ctx, *out.Amends, false)
		}
		return "", c.remove(ctx, out)
	case message.Edit:
		if at, known := parseSpot(out.SentAs); known {
			return "", c.update(ctx, at, out)
		}
		// What it amends was never said: it is said now.
	}
	if out.Home != nil && isUser(to) {
		return "", c.publish(ctx, to, out)
	}
	if out.Form != nil {
		as, err := c.open(ctx, to, out)
		if !isLate(err) {
			return as, err
		}
	}
	if _, only, named := parts(out.Only); named {
		return c.whisper(ctx, to, only, out)
	}
	return c.post(ctx, to, out)
}

// post says out in a room or to a person, in as many messages as that takes, and its
// files after them.
func (c *Channel) post(ctx context.Context, to string, out message.Outbound) (string, error) {
	channel, err := c.channelFor(ctx, to)
	if err != nil {
		return "", err
	}
	root := rootOf(out, channel)
	if as := c.ledger.begin(out.ID); as != "" {
		return as, nil
	}
	said, err := c.saidBefore(ctx, channel, root, out.ID)
	if err != nil {
		return "", fmt.Errorf("looking whether it was said before: %w", err)
	}
	if link := c.permalink(out.Leads); link != "" {
		out.Text += "\n" + link
	}
	first := ""
	for i, b := range layout(out) {
		ts := said[i]
		if ts == "" {
			if ts, err = c.say(ctx, channel, root, out, i, b); err != nil {
				return "", err
			}
		}
		if first == "" {
			first = ts
		}
		c.roots.learn(spot{channel, ts}, or(root, ts))
	}
	if len(out.Attachments) > 0 {
		if err := c.upload(ctx, channel, or(root, threadFor(channel, first)), out); err != nil {
			return "", err
		}
	}
	as := spot{channel, first}.String()
	c.ledger.end(out.ID, as)
	return as, nil
}

// rootOf is the thread in which something is said: Slack names it by its root alone.
func rootOf(out message.Outbound, channel string) string {
	if root, ok := parseSpot(out.Root); ok && root.channel == channel {
		return root.ts
	}
	return ""
}

// threadFor is where the files of a message go that began no thread: below it in a room,
// after it where there is one person.
func threadFor(channel, ts string) string {
	if isDirect(channel) {
		return ""
	}
	return ts
}

// say posts one message.
func (c *Channel) say(ctx context.Context, channel, root string, out message.Outbound, part int, b body) (ts string, err error) {
	options := append(b.options(), slackgo.MsgOptionDisableLinkUnfurl(), slackgo.MsgOptionDisableMediaUnfurl(), mark(out.ID, part))
	if root != "" {
		options = append(options, slackgo.MsgOptionTS(root))
	}
	dressed := append(slices.Clone(options), dress(out.As)...)
	post := func(o []slackgo.MsgOption) error {
		return c.call(ctx, methodPost, channel, func(api *slackgo.Client) (err error) {
			_, ts, err = api.PostMessageContext(ctx, channel, o...)
			return err
		})
	}
	err = post(dressed)
	switch said := code(err); {
	case said == "missing_scope" && needed(err) == "chat:write.customize":
		err = post(options) // in our own name: better than not at all
	case said == "thread_not_found" && root != "":
		return c.say(ctx, channel, "", out, part, b)
	case slices.Contains(badBlocks, said) && len(b.blocks) > 0:
		c.Log.Error("Slack does not take a message's blocks; its words are said without", "message", out.ID, "error", err)
		return c.say(ctx, channel, root, out, part, body{text: b.text})
	}
	return ts, err
}

// badBlocks are the answers to a card that Slack does not show; the words remain.
var badBlocks = []string{"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "block_mismatch"}

// dress is in whose name a message appears.
func dress(as *message.Face) []slackgo.MsgOption {
	if as == nil {
		return nil
	}
	return []slackgo.MsgOption{slackgo.MsgOptionUsername(bare(as.Name, longestName)), slackgo.MsgOptionIconEmoji(customerIcon)}
}

const (
	longestName  = 80
	customerIcon = ":bust_in_silhouette:"
)

// whisper says out to one person in a room.
func (c *Channel) whisper(ctx context.Context, to, only string, out message.Outbound) (string, error) {
	if isUser(to) || isDirect(to) {
		return c.post(ctx, to, out)
	}
	first := ""
	for _, b := range layout(out) {
		options := b.options()
		if root := rootOf(out, to); root != "" {
			options = append(options, slackgo.MsgOptionTS(root))
		}
		var ts string
		err := c.call(ctx, "chat.postEphemeral", to, func(api *slackgo.Client) (err error) {
			ts, err = api.PostEphemeralContext(ctx, to, only, options...)
			return err
		})
		if said := code(err); said == "user_not_in_channel" || said == "channel_not_found" || said == "not_in_channel" {
			return c.post(ctx, only, out) // they acted where we cannot whisper
		}
		if err != nil {
			return "", err
		}
		if first == "" {
			first = spot{to, ts}.String()
		}
	}
	return first, nil
}

// update makes a message say something else. One that is gone is left in peace: somebody
// took it away.
func (c *Channel) update(ctx context.Context, at spot, out message.Outbound) error {
	before, now := layout(*out.Amends), layout(out)
	said := map[int]string{0: at.ts}
	if len(before) > 1 || len(now) > 1 {
		root := or(rootOf(out, at.channel), rootOf(*out.Amends, at.channel))
		found, err := c.look(ctx, at.channel, or(root, c.roots.of(at)), out.Amends.ID)
		if err != nil {
			return err
		}
		for part, ts := range found {
			said[part] = or(said[part], ts)
		}
	}
	for i, b := range now {
		if said[i] == "" {
			if _, err := c.say(ctx, at.channel, or(rootOf(out, at.channel), at.ts), *out.Amends, i, b); err != nil {
				return err
			}
			continue
		}
		if err := c.change(ctx, spot{at.channel, said[i]}, out.Amends.ID, i, b); err != nil {
			return err
		}
	}
	for part, ts := range said {
		if part >= len(now) {
			if err := c.takeBack(ctx, spot{at.channel, ts}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *Channel) change(ctx context.Context, at spot, id string, part int, b body) error {
	err := c.call(ctx, methodUpdate, at.String(), func(api *slackgo.Client) error {
		_, _, _, err := api.UpdateMessageContext(ctx, at.channel, at.ts, append(b.options(), mark(id, part))...)
		return err
	})
	switch said := code(err); {
	case said == "message_not_found":
		c.Log.Info("a message that was to be changed is gone", "message", at.String())
		return nil
	case slices.Contains(badBlocks, said) && len(b.blocks) > 0:
		c.Log.Error("Slack does not take a message's blocks; its words are said without", "message", id, "error", err)
		return c.change(ctx, at, id, part, body{text: b.text})
	}
	return err
}

// remove takes all parts of a message back.
func (c *Channel) remove(ctx context.Context, out message.Outbound) error {
	at, known := parseSpot(out.SentAs)
	if !known {
		return nil // it was never said
	}
	parts := map[int]string{0: at.ts}
	if len(layout(*out.Amends)) > 1 {
		found, err := c.look(ctx, at.channel, or(rootOf(out, at.channel), c.roots.of(at)), out.Amends.ID)
		if err != nil {
			return err
		}
		for part, ts := range found {
			parts[part] = or(parts[part], ts)
		}
	}
	for _, ts := range parts {
		if err := c.takeBack(ctx, spot{at.channel, ts}); err != nil {
			return err
		}
	}
	return c.removeFiles(ctx, out.Amends.ID)
}

func (c *Channel) takeBack(ctx context.Context, at spot) error {
	err := c.call(ctx, "chat.delete", at.channel, func(api *slackgo.Client) error {
		_, _, err := api.DeleteMessageContext(ctx, at.channel, at.ts)
		return err
	})
	if code(err) == "message_not_found" {
		return nil
	}
	return err
}

// react puts an emoji on a message, or takes it off. Whatever it is like already is as it
// should be; and a message that is gone needs no mark.
func (c *Channel) react(ctx context.Context, out message.Outbound, on bool) error {
	at, known := parseSpot(out.About.ID)
	name, named := nameOf(out.Text)
	if !known || !named {
		return &channels.Error{Kind: channels.Permanent, Err: fmt.Errorf("no reaction %q on %s", out.Text, out.About)}
	}
	method, settled := "reactions.add", "already_reacted"
	if !on {
		method, settled = "reactions.remove", "no_reaction"
	}
	err := c.call(ctx, method, at.channel, func(api *slackgo.Client) error {
		item := slackgo.NewRefToMessage(at.channel, at.ts)
		if on {
			return api.AddReactionContext(ctx, name, item)
		}
		return api.RemoveReactionContext(ctx, name, item)
	})
	if said := code(err); slices.Contains([]string{settled, "message_not_found", "too_many_emoji", "too_many_reactions", "is_archived"}, said) {
		return nil
	}
	return err
}

// channelFor is where a person is spoken to: their conversation with the app.
func (c *Channel) channelFor(ctx context.Context, to string) (string, error) {
	if !isUser(to) {
		return to, nil
	}
	c.mu.Lock()
	c.direct.most = mostPeople
	channel, known := c.direct.get(to)
	c.mu.Unlock()
	if known {
		return channel, nil
	}
	err := c.call(ctx, "conversations.open", to, func(api *slackgo.Client) error {
		opened, _, _, err := api.OpenConversationContext(ctx, &slackgo.OpenConversationParameters{Users: []string{to}, ReturnIM: true})
		if err == nil {
			channel = opened.ID
		}
		return err
	})
	if err != nil {
		return "", err
	}
	if channel == "" {
		return "", errors.New("a conversation without an id was opened")
	}
	c.mu.Lock()
	c.direct.put(to, channel)
	c.mu.Unlock()
	return channel, nil
}
