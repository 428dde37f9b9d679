package whatsapp

import (
	"context"
	"errors"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	"recado/core/message"
)

// Typing shows that we are writing. Phones stop showing it by themselves after about 25
// seconds, and when a message comes.
func (c *Channel) Typing(ctx context.Context, to message.Address, on bool) error {
	client, jid := c.live(to)
	if client == nil {
		return nil
	}
	state := types.ChatPresencePaused
	if on {
		state = types.ChatPresenceComposing
	}
	return client.SendChatPresence(ctx, c.chat(ctx, client, jid), state, types.ChatPresenceMediaText)
}

// MarkRead gives the items of one conversation their blue ticks, each where it was said:
// what was for us in a group, there.
func (c *Channel) MarkRead(ctx context.Context, items []message.Inbound) error {
	if len(items) == 0 {
		return nil
	}
	client, jid := c.live(items[0].From)
	if client == nil {
		return nil
	}
	who := c.chat(ctx, client, jid)
	ids := map[types.JID][]types.MessageID{}
	for _, in := range items {
		if in.Own || in.Kind != message.Text && in.Kind != message.Press {
			continue // no message of its own
		}
		chat := who
		if group, grouped := groupOf(in); grouped {
			chat = group
		}
		ids[chat] = append(ids[chat], in.Thread.ID)
	}
	var errs []error
	for chat, read := range ids {
		errs = append(errs, client.MarkRead(ctx, read, c.Clock(), chat, who))
	}
	return errors.Join(errs...)
}

// live is the client that is connected now, if any: a courtesy waits for none.
func (c *Channel) live(to message.Address) (*whatsmeow.Client, types.JID) {
	c.mu.Lock()
	client := c.client
	c.mu.Unlock()
	jid, ok := jidOf(to)
	if !ok || client == nil || !client.IsLoggedIn() {
		return nil, jid
	}
	return client, jid
}

// chat is how the service names a chat by now: by the hidden id, where it is known.
func (*Channel) chat(ctx context.Context, client *whatsmeow.Client, jid types.JID) types.JID {
	if jid.Server != types.DefaultUserServer {
		return jid
	}
	if lid, err := client.Store.LIDs.GetLIDForPN(ctx, jid); err == nil && !lid.IsEmpty() {
		return lid
	}
	return jid
}
