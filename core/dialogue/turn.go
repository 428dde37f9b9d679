package dialogue

import (
	"recado/core/message"
)

// Turn is one or more items of one conversation, taken to their effects together:
// a burst of short lines is one turn.
type Turn struct {
	Conversation string
	Owner        string // the claim under which it runs (rule 3)
	Fence        int64
	Committed    int64 // number of the conversation's last committed turn; this one is the next
	Items        []message.Inbound
	Seqs         []int64 // inbox sequence of each item
}

// Number is the turn's own number.
func (t Turn) Number() int64 { return t.Committed + 1 }

// Done ends the items of a turn: Outcomes has one for each of Seqs.
type Done struct {
	Conversation string
	Owner        string
	Fence        int64
	Turn         int64
	Seqs         []int64
	Outcomes     []message.Outcome
}
