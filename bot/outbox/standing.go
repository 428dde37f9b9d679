package outbox

import (
	"context"
	"fmt"

	"recado/channels"
	"recado/core/message"
)

// standing is a row as it is to be said now, and whether that changes a message which
// stands at its reader. What people corrected or took back is posted behind what it is
// about, so what was not sent by then is not sent at all, and its correction is said in
// its place. nil: nothing is to be said.
//
// Nothing is changed in a row: it may be on its way when the correction is committed, and
// then the correction, which comes after it, finds it sent.
func (o *Outbox) standing(ctx context.Context, row Row) (say *message.Outbound, amends bool, err error) {
	name := row.Family()
	if name == "" {
		return &row.Outbound, false, nil
	}
	family, err := o.opts.Store.Family(ctx, name)
	if err != nil {
		o.store.Note(ctx, "look for what a message amends", err)
		return nil, false, fmt.Errorf("outbox: what became of message %s: %w", name, err)
	}
	for _, m := range family {
		if m.Row.Seq > row.Seq && m.replaces(row) {
			return nil, false, nil
		}
	}
	switch row.Kind {
	case message.Deletion:
		return o.takenBack(row, family)
	case message.Edit:
		return o.reworded(row, family)
	}
	return &row.Outbound, false, nil
}

// replaces reports whether m makes an earlier row of its family not worth sending: a
// Deletion takes back one message, an Edit stands for all that came before it.
func (m Member) replaces(row Row) bool {
	switch {
	case m.Row.To != row.To || row.Kind == message.Deletion:
		return false
	case m.Row.Kind == message.Deletion:
		return m.Row.Amends.ID == row.ID
	}
	return m.Row.Kind == message.Edit
}

// takenBack is a Deletion of what stands, where the channel can take it back.
func (o *Outbox) takenBack(row Row, family []Member) (*message.Outbound, bool, error) {
	for _, m := range family {
		if m.Row.ID == row.Amends.ID && m.Sent && m.Row.To == row.To {
			return o.change(row, m), true, nil
		}
	}
	return nil, false, nil
}

// reworded is an Edit of what stands; where that cannot be changed, the correction is
// said anew, and where nothing was said yet, the whole.
func (o *Outbox) reworded(row Row, family []Member) (*message.Outbound, bool, error) {
	var stands, root *Member
	for i, m := range family {
		if m.Row.ID == row.Family() {
			root = &family[i]
		}
		if m.Sent && m.Row.To == row.To && (stands == nil || m.Row.Kind == "") {
			stands = &family[i]
		}
	}
	switch {
	case stands != nil:
		if out := o.change(row, *stands); out != nil {
			return out, true, nil
		}
		return corrected(row), false, nil
	case root == nil || root.Row.To != row.To: // it was said to another address of its reader
		return corrected(row), false, nil
	case root.Buried:
		return nil, false, nil
	}
	out := row.Outbound
	out.Kind, out.Amends, out.Late = "", nil, ""
	return &out, false, nil
}

// change is row about a message that stands, or nil if the channel cannot change that.
func (o *Outbox) change(row Row, m Member) *message.Outbound {
	if bound, ok := o.opts.Channel.(channels.Amender); ok && !bound.MayAmend(m.Row.Outbound, row.Kind, m.At, o.opts.Clock.Now()) {
		return nil
	}
	out, stands := row.Outbound, m.Row.Outbound
	stands.Kind, stands.Amends = "", nil
	out.Amends, out.SentAs = &stands, m.Row.UpstreamID
	return &out
}

// corrected is what an Edit says anew; nil when it says nothing then.
func corrected(row Row) *message.Outbound {
	if row.Late == "" {
		return nil
	}
	out := row.Outbound
	out.Kind, out.Amends, out.Text, out.Late, out.InChat = "", nil, row.Late, "", ""
	out.Attachments, out.Choices, out.Link, out.Quote = nil, nil, nil, ""
	return &out
}
