package whatsapp

import (
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

// person is who sent a message: by their number where it is known, which is how people
// know each other; the hidden id stays the same when the number changes.
func person(source types.MessageSource) (address, other message.Address) {
	address, other = addressOf(source.Sender.ToNonAD()), addressOf(source.SenderAlt.ToNonAD())
	if strings.HasSuffix(address.ID, hidden) && other.ID != "" {
		return other, address
	}
	return address, other
}
