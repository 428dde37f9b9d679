package dialogue

import (
	"context"
	"encoding/json"
)

// Late is what a Tx may offer besides: do is run when everything is written and the
// turn's owner was checked, just before the commit, and its error fails the
// transaction. Sessions that are kept elsewhere are saved there, so that an owner
// who lost the conversation saves none (rule 3).
type Late interface {
	BeforeCommit(do func(ctx context.Context) error)
}

// ReadRecord reads what Sessions kept as JSON. What is lost or foreign is the zero
// Record: the question is asked again (rule 5).
func ReadRecord(data []byte) Record {
	var r Record
	if json.Unmarshal(data, &r) != nil {
		return Record{}
	}
	return r
}

// At is the session as the turn numbered committed left it: the current one, its
// predecessor when the turn that saved it never committed, else the zero Session.
func (r Record) At(committed int64) Session {
	switch {
	case r.Turn == committed:
		return r.Session
	case r.PrevTurn == committed && r.Previous != nil:
		return *r.Previous
	default:
		return Session{}
	}
}
