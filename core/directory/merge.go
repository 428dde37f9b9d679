package directory

import (
	"slices"
	"time"

	"recado/core/message"
)

// MergeID names a merge: a UUIDv7.
type MergeID string

// Merge is that two contacts turned out to be one person, and all that is needed to take
// it back. What Gone said and did stays under their own id.
type Merge struct {
	ID       MergeID
	Kept     PersonID
	Gone     PersonID // deactivated, without addresses
	At       time.Time
	By       PersonID // of the team; empty: the upstream said that two of their addresses are one account
	Aliases  []Alias  // that Kept got from Gone
	UndoneAt time.Time

	// What was Gone's and is Kept's since: ids, filled in by the store.
	Tickets []string // of which Gone was the requester
	Copies  []string // in which Gone took part
	Surveys []string // that Gone was asked
}

// Joinable says which of two contacts is kept when an upstream says that they are one
// person, and which goes. False: nobody but the team can tell. A contact goes by itself
// only when nothing but chat addresses was proved of it, and it belongs to no
// organisation to which the other does not.
func Joinable(a, b Person) (kept, gone Person, ok bool) {
	if !a.Active || !b.Active || a.Team != "" || b.Team != "" || a.ID == b.ID {
		return a, b, false
	}
	switch {
	case b.isThinBeside(a):
		return a, b, true
	case a.isThinBeside(b):
		return b, a, true
	}
	return a, b, false
}

func (p Person) isThinBeside(other Person) bool {
	for _, al := range p.Aliases {
		if !al.VerifiedAt.IsZero() && al.Address.Channel != message.WhatsApp {
			return false
		}
	}
	for _, m := range p.Members {
		o, both := other.In(m.Org)
		if !both || o.Role != m.Role {
			return false
		}
	}
	return true
}

// Join makes gone part of kept. Both are to be stored, gone first, and then the merge.
func Join(id MergeID, kept, gone Person, by PersonID, now time.Time) (Person, Person, Merge) {
	m := Merge{ID: id, Kept: kept.ID, Gone: gone.ID, At: now, By: by, Aliases: gone.Aliases}
	kept.Aliases = append(slices.Clone(kept.Aliases), gone.Aliases...)
	gone.Aliases, gone.Active = nil, false
	return kept, gone, m
}

// Part takes a merge back. Both are to be stored, kept first. An address that kept has
// no more stays where it is.
func Part(m Merge, kept, gone Person) (Person, Person) {
	var back []Alias
	kept.Aliases = slices.DeleteFunc(slices.Clone(kept.Aliases), func(al Alias) bool {
		moved := slices.ContainsFunc(m.Aliases, func(was Alias) bool { return slices.Contains(Spellings(was.Address), al.Address) })
		if moved {
			back = append(back, al)
		}
		return moved
	})
	gone.Aliases, gone.Active = append(slices.Clone(gone.Aliases), back...), true
	return kept, gone
}
