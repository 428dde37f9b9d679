package whatsapp

import (
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"recado/core/message"
)

// edits make the parts of a message say something else: part by part; what there is
// more of is said anew, and parts that are left over are taken back. A phone takes edits
// for whatsmeow.EditWindow (20 minutes); whoever posts one sees to that.
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

// deletions take all parts of a message back, files included.
func deletions(client *whatsmeow.Client, to types.JID, out message.Outbound) (parts []*waE2E.Message) {
	pieces, _ := layout(out)
	for i := range len(pieces) + len(out.Attachments) {
		parts = append(parts, client.BuildRevoke(to, types.EmptyJID, partID(out.ID, i)))
	}
	return parts
}
