package whatsapp

import (
	"context"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"recado/core/message"
)

// hidden marks an address that is a hidden id (LID), not a number.
const hidden = "@" + types.HiddenUserServer

// addressOf is who a JID names, in the channel's normal form: the digits of a number
// with country code, or a hidden id with its "@lid".
func addressOf(jid types.JID) message.Address {
	switch jid.Server {
	case types.DefaultUserServer, types.LegacyUserServer:
		return message.Address{Channel: message.WhatsApp, ID: jid.User}
	case types.HiddenUserServer:
		return message.Address{Channel: message.WhatsApp, ID: jid.User + hidden}
	}
	return message.Address{}
}

// jidOf reads the normal form back.
func jidOf(a message.Address) (types.JID, bool) {
	if user, isHidden := strings.CutSuffix(a.ID, hidden); isHidden {
		return types.NewJID(user, types.HiddenUserServer), isDigits(user)
	}
	return types.NewJID(a.ID, types.DefaultUserServer), isDigits(a.ID) && len(a.ID) >= shortestNumber
}

const shortestNumber = 7 // digits, with country code

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// party is the other side of a conversation: by their number where it is known, which
// is how people know each other. The hidden id, which stays the same when the number
// changes, is what they are called also. WhatsApp says so in the message itself, or
// said it before, and whatsmeow's store remembers.
func (c *Channel) party(ctx context.Context, source types.MessageSource) (address message.Address, also []message.Address) {
	who, other := source.Sender, source.SenderAlt
	if source.IsFromMe {
		who, other = source.Chat, source.RecipientAlt
	}
	who, other = who.ToNonAD(), other.ToNonAD()
	if client := c.receiver(); other.IsEmpty() && client != nil {
		if known, err := client.Store.GetAltJID(ctx, who); err == nil {
			other = known.ToNonAD()
		}
	}
	address, alias := addressOf(who), addressOf(other)
	if strings.HasSuffix(address.ID, hidden) && alias.ID != "" {
		address, alias = alias, address
	}
	if !alias.IsZero() && alias != address {
		also = []message.Address{alias}
	}
	return address, also
}
