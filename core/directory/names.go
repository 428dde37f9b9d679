package directory

import (
	"slices"
	"strings"
	"time"

	"recado/core/message"
)

// Spellings lists the ways in which an address may be written, its own first. A Brazilian
// mobile is known with and without the 9 that was put before it from 2012 to 2016:
// WhatsApp keeps the form in which an account was made. Numbers that begin with 2 to 5
// are landlines, and have one form; 55 is an area code too, of Santa Maria.
func Spellings(a message.Address) []message.Address {
	all := []message.Address{a}
	rest, brazil := strings.CutPrefix(a.ID, "55")
	if a.Channel != message.WhatsApp || !brazil || strings.Trim(rest, "0123456789") != "" {
		return all
	}
	const mobiles = "6789" // how they began, without the 9
	switch {
	case len(rest) == 11 && rest[2] == '9' && strings.ContainsRune(mobiles, rune(rest[3])):
		all = append(all, message.Address{Channel: a.Channel, ID: "55" + rest[:2] + rest[3:]})
	case len(rest) == 10 && strings.ContainsRune(mobiles, rune(rest[2])):
		all = append(all, message.Address{Channel: a.Channel, ID: "55" + rest[:2] + "9" + rest[2:]})
	}
	return all
}

// aliasOf is the index of the person's entry for an address, in whatever spelling; -1
// when there is none.
func (p Person) aliasOf(a message.Address) int {
	return slices.IndexFunc(p.Aliases, func(al Alias) bool { return slices.Contains(Spellings(a), al.Address) })
}

// VerifiedAs reports whether a, in whatever spelling, was proved to be the person's.
func (p Person) VerifiedAs(a message.Address) bool {
	i := p.aliasOf(a)
	return i >= 0 && !p.Aliases[i].VerifiedAt.IsZero()
}

// isHidden reports a name of WhatsApp that is no number: it stays with the account when
// the number changes.
func isHidden(a message.Address) bool {
	return a.Channel == message.WhatsApp && strings.Trim(a.ID, "0123456789") != ""
}

// ChangedHands reports whether names, which an upstream says are of one account, are of
// another account than the person's, though one of them is their number: numbers are
// given away again. It is so when they wrote from that number before, and are known by
// hidden names of which none is among these.
func (p Person) ChangedHands(names []message.Address) bool {
	heard, hidden := false, false
	for _, al := range p.Aliases {
		if al.VerifiedAt.IsZero() || al.Address.Channel != message.WhatsApp {
			continue
		}
		if isHidden(al.Address) {
			if slices.Contains(names, al.Address) {
				return false
			}
			hidden = true
			continue
		}
		heard = heard || !al.HeardAt.IsZero() && slices.ContainsFunc(Spellings(al.Address), func(a message.Address) bool { return slices.Contains(names, a) })
	}
	return heard && hidden && slices.ContainsFunc(names, isHidden)
}

// Met is the person after they wrote under these names, the first of which is where
// they are answered. All are theirs from then on, by the upstream's word, and as it
// writes them. An account that has a new number is reached at the old one no more.
// False: nothing changed.
func (p Person) Met(names []message.Address, now time.Time) (Person, bool) {
	before := p.Aliases
	p.Aliases = slices.Clone(p.Aliases)
	knownAccount, newNumber := false, false
	for i, name := range names {
		at := p.aliasOf(name)
		if at < 0 {
			p.Aliases = append(p.Aliases, Alias{Address: name, VerifiedBy: ByUpstream, StoppedAt: p.stopped(names)})
			at = len(p.Aliases) - 1
			newNumber = newNumber || !isHidden(name)
		} else {
			knownAccount = knownAccount || isHidden(name)
		}
		al := &p.Aliases[at]
		al.Address = name
		if al.VerifiedAt.IsZero() {
			al.VerifiedAt, al.VerifiedBy = now, ByUpstream
		}
		if i == 0 {
			if al.DeadAt = (time.Time{}); al.HeardAt.IsZero() {
				al.HeardAt = now
			}
		}
	}
	if knownAccount && newNumber && p.accounts() == 1 {
		p.retire(names, now)
	}
	return p, !slices.Equal(before, p.Aliases)
}

// stopped is when they asked for no more notices under one of these names; zero: never.
func (p Person) stopped(names []message.Address) time.Time {
	for _, name := range names {
		if i := p.aliasOf(name); i >= 0 && !p.Aliases[i].StoppedAt.IsZero() {
			return p.Aliases[i].StoppedAt
		}
	}
	return time.Time{}
}

// accounts counts the WhatsApp accounts that are known by a hidden name.
func (p Person) accounts() (n int) {
	for _, al := range p.Aliases {
		if isHidden(al.Address) {
			n++
		}
	}
	return n
}

// retire marks numbers that the account had before.
func (p Person) retire(names []message.Address, now time.Time) {
	for i := range p.Aliases {
		al := &p.Aliases[i]
		if al.Address.Channel == message.WhatsApp && !isHidden(al.Address) && !slices.Contains(names, al.Address) && al.DeadAt.IsZero() {
			al.DeadAt = now
		}
	}
}
