package whatsapp

import (
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"recado/core/message"
)

// How long after a message phones let its writer change it or delete it for everyone
// (faq.whatsapp.com, "How to edit messages", "How to delete messages"). Later ones are
// taken by the server and ignored by the other phone.
const (
	editWindow   = 15 * time.Minute
	revokeWindow = 60 * time.Hour
)

// MayAmend reports whether phones take a change of what was sent. The words beneath a
// picture are part of the picture, and are said anew.
func (c *Channel) MayAmend(out message.Outbound, kind message.Kind, sent, now time.Time) bool {
	if kind == message.Deletion {
		return now.Sub(sent) <= revokeWindow
	}
	pieces, _ := layout(out)
	return len(pieces) > 0 && now.Sub(sent) <= editWindow
}

// edits make the parts of a message say something else: part by part; what there is
// more of is said anew, and parts that are left over are taken back.
func edits(client *whatsmeow.Client, to types.JID, out message.Outbound) (parts []*waE2E.Message) {
	before, _ := layout(*out.Amends)
	after, _ := layout(message.Outbound{Text: out.Text, Verbatim: out.Verbatim})
	for i, text := range after {
		m := textMessage(text, nil)
		if i < len(before) {
			m = client.BuildEdit(to, partID(out.Amends.ID, i), m)
		}
		parts = append(parts, m)
	}
	for i := len(after); i < len(before); i++ {
		parts = append(parts, client.BuildRevoke(to, types.EmptyJID, partID(out.Amends.ID, i)))
	}
	return parts
}

// deletions take all parts of a message back, files and poll included.
func (c *Channel) deletions(client *whatsmeow.Client, to types.JID, out message.Outbound) (parts []*waE2E.Message) {
	pieces, _ := layout(out)
	n := len(pieces) + len(out.Attachments)
	if c.pollOf(out) != nil {
		n++
	}
	for i := range n {
		parts = append(parts, client.BuildRevoke(to, types.EmptyJID, partID(out.ID, i)))
	}
	return parts
}
