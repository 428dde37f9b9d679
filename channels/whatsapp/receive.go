package whatsapp

import (
	"context"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/core/message"
)

// hear takes an event. False: it was not taken, and is to come again.
func (c *Channel) hear(ctx context.Context, event any) bool {
	if c.lifeEvent(event) {
		return true
	}
	m, ok := event.(*events.Message)
	return !ok || !concernsUs(m) || c.take(ctx, m)
}

// concernsUs leaves out groups, status posts and channels, and what we wrote ourselves.
func concernsUs(m *events.Message) bool {
	return !m.Info.IsGroup && !m.Info.IsFromMe && m.Info.Chat.Server != types.BroadcastServer && m.Info.Chat.Server != types.NewsletterServer
}

// envelope is what is known of every message: who sent it, and when.
func (c *Channel) envelope(m *events.Message) message.Inbound {
	from, _ := person(m.Info.MessageSource)
	in := message.Inbound{
		Key:  message.Key{Channel: message.WhatsApp, Account: c.Account(), ID: from.ID + "/" + m.Info.ID},
		Kind: message.Text, Conversation: message.ConversationWith(c.Account(), from), From: from, FromName: m.Info.PushName,
		Proof: message.ByUpstream, SentAt: m.Info.Timestamp.UTC(), ReceivedAt: c.Clock().UTC(),
	}
	in.Thread.ID = m.Info.ID
	return in
}

// inbound is what a message says. False: nothing, such as the keys of a group.
func (c *Channel) inbound(ctx context.Context, m *events.Message) (in message.Inbound, some bool, err error) {
	in = c.envelope(m)
	msg := m.Message
	switch {
	case msg.GetReactionMessage() != nil:
		r := msg.GetReactionMessage()
		in.Kind, in.Choice, in.Target = message.Reaction, r.GetText(), c.target(r.GetKey().GetID())
		return in, true, nil
	case msg.GetProtocolMessage() != nil:
		return c.amendment(in, msg.GetProtocolMessage())
	}
	in.Text, some = words(msg)
	if quoted := contextOf(msg).GetStanzaID(); quoted != "" {
		in.Thread.Refs = []string{whole(quoted)}
	}
	if f, has := fileIn(msg); has {
		some = true
		if err := c.keep(ctx, &in, f); err != nil {
			return in, true, err
		}
	}
	return in, some, nil
}

// target names an earlier message of the conversation: one of ours by its own id.
func (c *Channel) target(id string) message.Key {
	return message.Key{Channel: message.WhatsApp, Account: c.Account(), ID: whole(id)}
}

// amendment is an edit or a deletion.
func (c *Channel) amendment(in message.Inbound, p *waE2E.ProtocolMessage) (message.Inbound, bool, error) {
	in.Target = c.target(p.GetKey().GetID())
	switch p.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		in.Kind = message.Deletion
		return in, true, nil
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		in.Kind = message.Edit
		in.Text, _ = words(p.GetEditedMessage())
		return in, true, nil
	}
	return in, false, nil
}

// words are what a message says in text.
func words(m *waE2E.Message) (string, bool) {
	switch {
	case m.GetConversation() != "":
		return m.GetConversation(), true
	case m.GetExtendedTextMessage() != nil:
		return m.GetExtendedTextMessage().GetText(), true
	case m.GetLocationMessage() != nil:
		l := m.GetLocationMessage()
		return fmt.Sprintf("📍 %s https://maps.google.com/?q=%.6f,%.6f", l.GetName(), l.GetDegreesLatitude(), l.GetDegreesLongitude()), true
	case m.GetContactMessage() != nil:
		return "👤 " + m.GetContactMessage().GetDisplayName() + "\n" + m.GetContactMessage().GetVcard(), true
	case m.GetImageMessage() != nil:
		return m.GetImageMessage().GetCaption(), true
	case m.GetVideoMessage() != nil:
		return m.GetVideoMessage().GetCaption(), true
	case m.GetDocumentMessage() != nil:
		return m.GetDocumentMessage().GetCaption(), true
	}
	return "", false
}

// contextOf is what a message answers.
func contextOf(m *waE2E.Message) *waE2E.ContextInfo {
	for _, part := range []interface{ GetContextInfo() *waE2E.ContextInfo }{
		m.GetExtendedTextMessage(), m.GetImageMessage(), m.GetVideoMessage(), m.GetAudioMessage(), m.GetDocumentMessage(), m.GetStickerMessage(),
	} {
		if info := part.GetContextInfo(); info != nil {
			return info
		}
	}
	return nil
}
