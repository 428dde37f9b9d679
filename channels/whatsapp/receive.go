package whatsapp

import (
	"cmp"
	"context"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/core/message"
)

// hear takes an event. False: it was not taken, and is to come again. What the phone
// tells of the past (events.HistorySync) is nothing new, and is left alone.
func (c *Channel) hear(ctx context.Context, event any) bool {
	c.sign(ctx, event)
	c.careEvent(ctx, event)
	if taken, ours := c.receiptEvent(ctx, event); ours {
		return taken
	}
	if c.lifeEvent(event) {
		return true
	}
	switch e := event.(type) {
	case *events.Message:
		if called := inGroup(e.Info.MessageSource) && c.forDesk(ctx, e); !called && !c.concernsUs(e.Info.MessageSource) {
			return true
		}
		c.unread.opened(e.Info.ID)
		return c.take(ctx, e.Info.ID, c.envelope(ctx, &e.Info), func(ctx context.Context, in message.Inbound) (message.Inbound, bool, error) {
			return c.inbound(ctx, in, e)
		})
	case *events.UndecryptableMessage:
		if c.concernsUs(e.Info.MessageSource) {
			c.undecryptable(ctx, e)
		}
	case *events.MediaRetry:
		return c.fileCame(ctx, e)
	}
	return true
}

// concernsUs leaves out groups, status posts, channels, and what the number's owner
// says to themselves.
func (c *Channel) concernsUs(source types.MessageSource) bool {
	var why string
	switch {
	case source.Chat.Server == types.BroadcastServer:
		why = "status"
	case source.Chat.Server == types.NewsletterServer:
		why = "newsletter"
	case source.IsGroup:
		why = "group"
	case source.IsFromMe && source.Chat.User == source.Sender.User, source.Chat.IsBot():
		why = "self"
	default:
		return true
	}
	c.passed.Count(why)
	return false
}

// envelope is what is known of every message: whose conversation it is in, and when it
// was sent. What was typed on the number's own phone is the team's word to that party.
func (c *Channel) envelope(ctx context.Context, info *types.MessageInfo) message.Inbound {
	from, also := c.party(ctx, info.MessageSource)
	in := message.Inbound{
		// By the name on the wire: it is the same each time that the message is delivered.
		Key:  message.Key{Channel: message.WhatsApp, Account: c.Account(), ID: addressOf(info.Sender.ToNonAD()).ID + "/" + info.ID},
		Kind: message.Text, Conversation: message.ConversationWith(c.Account(), from), From: from, FromName: info.PushName,
		Proof: message.ByUpstream, SentAt: info.Timestamp.UTC(), ReceivedAt: c.Clock().UTC(), Own: info.IsFromMe, Also: also,
	}
	if in.Own {
		in.FromName = ""
	}
	if inGroup(info.MessageSource) {
		in.Key.ID += groupMark + info.Chat.User
	}
	in.Thread.ID = info.ID
	return in
}

// inbound fills in what a message says. False: nothing, such as the keys of a group.
func (c *Channel) inbound(ctx context.Context, in message.Inbound, m *events.Message) (message.Inbound, bool, error) {
	msg, err := c.opened(ctx, m)
	switch {
	case err != nil:
		c.Log.Warn("a part of a WhatsApp message could not be decrypted", "id", m.Info.ID, "error", err)
		in.Defect = message.Locked
		return in, true, nil
	case m.IsViewOnce:
		in.Defect = message.ViewOnce
		return in, true, nil
	case msg.GetPlaceholderMessage() != nil:
		in.Defect = message.Locked
		return in, true, nil
	case msg.GetReactionMessage() != nil:
		r := msg.GetReactionMessage()
		in.Kind, in.Choice, in.Target = message.Reaction, r.GetText(), c.target(r.GetKey().GetID())
		return in, true, nil
	case msg.GetProtocolMessage() != nil:
		in, some := c.amendment(in, msg.GetProtocolMessage())
		return in, some, nil
	case msg.GetPollUpdateMessage() != nil:
		in, some := c.vote(ctx, in, m)
		return in, some, nil
	}
	return c.said(ctx, in, m, msg)
}

// said takes words, files and cards.
func (c *Channel) said(ctx context.Context, in message.Inbound, m *events.Message, msg *waE2E.Message) (message.Inbound, bool, error) {
	var some bool
	if id, label := pressed(msg); id != "" || label != "" {
		in.Kind, in.Choice, in.Text, some = message.Press, id, label, true
	} else {
		in.Text, some = words(msg)
	}
	info := contextOf(msg)
	if inGroup(m.Info.MessageSource) {
		in.Text = c.withoutCall(in.Text)
	}
	in.Text = c.mentions(ctx, in.Text, info)
	if info.GetIsForwarded() && in.Text != "" {
		in.Text = forwarded + in.Text
	}
	if quoted := info.GetStanzaID(); quoted != "" {
		in.Thread.Refs = []string{whole(quoted)}
	}
	cards := cardsIn(msg)
	for _, card := range cards {
		if err := c.keepCard(ctx, &in, card); err != nil {
			return in, true, err
		}
	}
	if f, has := fileIn(msg); has {
		some = true
		if err := c.keep(ctx, &in, &m.Info, f); err != nil {
			return in, true, err
		}
	}
	if inGroup(m.Info.MessageSource) && in.Text == "" && len(in.Attachments)+len(in.Refused) == 0 {
		in.Text = greeting
	}
	if !some && len(cards) == 0 && !isSilent(msg) {
		in.Defect, some = message.Foreign, true
	}
	return in, some || len(cards) > 0, nil
}

// target names an earlier message of the conversation: one of ours by its own id.
func (c *Channel) target(id string) message.Key {
	return message.Key{Channel: message.WhatsApp, Account: c.Account(), ID: whole(id)}
}

// amendment is an edit or a deletion. False: another word between the phones.
func (c *Channel) amendment(in message.Inbound, p *waE2E.ProtocolMessage) (message.Inbound, bool) {
	in.Target = c.target(p.GetKey().GetID())
	switch p.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		in.Kind = message.Deletion
		return in, true
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		in.Kind = message.Edit
		in.Text, _ = words(p.GetEditedMessage())
		if _, grouped := groupOf(in); grouped {
			in.Text = cmp.Or(c.withoutCall(in.Text), greeting)
		}
		return in, true
	}
	return in, false
}

// vote is a press: the vote names an option by the digest of its label, and whoever
// asked knows the labels. False: the vote was taken back.
func (c *Channel) vote(ctx context.Context, in message.Inbound, m *events.Message) (message.Inbound, bool) {
	in.Target = c.target(m.Message.GetPollUpdateMessage().GetPollCreationMessageKey().GetID())
	client := c.receiver()
	if client == nil {
		in.Defect = message.Locked
		return in, true
	}
	vote, err := client.DecryptPollVote(ctx, m)
	if err != nil {
		c.Log.Warn("a vote could not be decrypted", "id", m.Info.ID, "error", err)
		in.Defect = message.Locked
		return in, true
	}
	chosen := vote.GetSelectedOptions()
	if len(chosen) == 0 {
		return in, false
	}
	in.Kind, in.Choice = message.Press, message.ByLabelDigest(chosen[0])
	return in, true
}

// opened undoes what is encrypted once more within a message: edits and reactions of
// new clients.
func (c *Channel) opened(ctx context.Context, m *events.Message) (*waE2E.Message, error) {
	msg := m.Message
	client := c.receiver()
	switch {
	case client == nil:
		return msg, nil
	case msg.GetEncReactionMessage() != nil:
		r, err := client.DecryptReaction(ctx, m)
		if err != nil {
			return nil, err
		}
		if r.GetKey() == nil {
			r.Key = msg.GetEncReactionMessage().GetTargetMessageKey()
		}
		return &waE2E.Message{ReactionMessage: r}, nil
	case msg.GetSecretEncryptedMessage().GetSecretEncType() == waE2E.SecretEncryptedMessage_MESSAGE_EDIT:
		edited, err := client.DecryptSecretEncryptedMessage(ctx, m)
		if err != nil {
			return nil, err
		}
		if edited.GetProtocolMessage() != nil {
			return edited, nil
		}
		return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Key: msg.GetSecretEncryptedMessage().GetTargetMessageKey(), Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), EditedMessage: edited,
		}}, nil
	case msg.GetAssociatedChildMessage().GetMessage() != nil: // a picture of an album in better quality
		return msg.GetAssociatedChildMessage().GetMessage(), nil
	case msg.GetGroupMentionedMessage().GetMessage() != nil:
		return msg.GetGroupMentionedMessage().GetMessage(), nil
	}
	return msg, nil
}
