// Package directory knows people and organisations: which address is whom and how
// that was proved, which part each plays where, and what the part allows.
//
// Promises: every rule of FEATURES.md F about people is a function here, pure and
// table-tested; a refusal is a *Refusal whose Code has a text in the catalogues.
// An address names nobody until it is verified (rule 7). It does not store
// anything (Reader and Writer are implemented elsewhere) and knows no tickets:
// where a rule depends on them, the caller passes the figure.
package directory

import (
	"slices"
	"time"

	"recado/core/message"
)

// What people, organisations and groups are known by: UUIDv7 strings, made in Go (rule 10).
type (
	// PersonID is a person's.
	PersonID string
	// OrgID is an organisation's.
	OrgID string
	// GroupID is a group's.
	GroupID string
)

// Role is a part played in an organisation (F1), or in the team.
type Role string

// The customer's parts, then the team's.
const (
	Standard      Role = "standard"
	Manager       Role = "manager"
	Administrator Role = "administrator"
	Agent         Role = "agent"
	Supervisor    Role = "supervisor"
)

// CustomerRoles and TeamRoles list what a Role may be, mildest first.
var (
	CustomerRoles = []Role{Standard, Manager, Administrator}
	TeamRoles     = []Role{Agent, Supervisor}
)

// Person is one human being, whatever addresses they use.
type Person struct {
	ID        PersonID
	Name      string
	Language  string // pt-BR, en, es; empty: not known yet
	TimeZone  string // IANA; empty: the desk's
	Phone     string // as they gave it; for people to call, never an identity
	JobTitle  string
	Photo     string // digest in the file store
	Active    bool
	Team      Role              // Agent or Supervisor; empty for customers
	NoticeBy  []message.Channel // D1: where notices go; empty: every verified one
	Members   []Membership
	Aliases   []Alias
	TourAt    time.Time // A9: when the tour was shown; zero: never
	CheckedAt time.Time // F8: when the contact data was last confirmed
	TermAt    time.Time // G7: when the data protection term was accepted
	TermVer   string    // and which version
	CreatedAt time.Time
	Version   int64 // for optimistic updates
}

// Membership is a person's part in one organisation (F5: there may be several).
type Membership struct {
	Org        OrgID
	Role       Role
	ThirdParty bool     // F7: works for it without belonging to it
	Technical  bool     // F8: a technical contact
	Modules    []string // F4, key user: ids of catalogue modules they may open tickets in; empty: all
	Statistics bool     // G9: may see the organisation's figures
	Private    bool     // B13: a manager's new tickets are private
}

// Alias says that an address is a person's.
type Alias struct {
	Address    message.Address
	VerifiedAt time.Time // zero: claimed, not proved
	VerifiedBy Method
	HeardAt    time.Time // when somebody first wrote from there; zero: never
	DeadAt     time.Time // zero unless mail to it bounced for good

	// ComplainedAt is when its reader reported our mail as junk; zero: never. Nothing that
	// nobody waits for goes there any more.
	ComplainedAt time.Time

	// StoppedAt is when they asked for no more notices there; zero: they take them. Answers
	// to what they write are no notices.
	StoppedAt time.Time
}

// Method is how an alias was proved.
type Method string

// Methods of proof.
const (
	ByCode     Method = "code"     // a code sent there came back (A7)
	ByMail     Method = "mail"     // an aligned mail came from there
	ByAdmin    Method = "admin"    // registered by the desk or by the organisation's administrator
	ByUpstream Method = "upstream" // the upstream said that two addresses are one, such as LID and number
)

// Organisation is a customer of the desk.
type Organisation struct {
	ID          OrgID
	Name        string
	Code        string // G6: the code given when calling
	Group       GroupID
	Domains     []string // e-mail domains of its people: a hint for A8, never a proof
	Executive   string   // G6: account executive
	Segment     string   // G8
	Subsegment  string
	Size        string
	TimeZone    string
	Products    []string // ids of catalogue products it has (G1)
	Shares      bool     // C8: its solved tickets may be found by others, without who asked
	NoAssistant bool     // it does not want a model to read its messages
	Active      bool
	CreatedAt   time.Time
	Version     int64
}

// Group joins organisations of one owner (F5).
type Group struct {
	ID   GroupID
	Name string
}

// In returns the person's part in org.
func (p Person) In(org OrgID) (Membership, bool) {
	for _, m := range p.Members {
		if m.Org == org {
			return m, true
		}
	}
	return Membership{}, false
}

// Is reports whether the person plays one of roles in org.
func (p Person) Is(org OrgID, roles ...Role) bool {
	m, ok := p.In(org)
	return ok && p.Active && slices.Contains(roles, m.Role)
}

// OnTeam reports whether the person answers customers.
func (p Person) OnTeam() bool { return p.Active && p.Team != "" }

// Orgs lists the organisations a person belongs to.
func (p Person) Orgs() []OrgID {
	ids := make([]OrgID, len(p.Members))
	for i, m := range p.Members {
		ids[i] = m.Org
	}
	return ids
}

// Alias returns the person's entry for an address.
func (p Person) Alias(a message.Address) (Alias, bool) {
	for _, al := range p.Aliases {
		if al.Address == a {
			return al, true
		}
	}
	return Alias{}, false
}

// Verified reports whether a was proved to be the person's.
func (p Person) Verified(a message.Address) bool {
	al, ok := p.Alias(a)
	return ok && !al.VerifiedAt.IsZero()
}

// Reach returns the addresses that notices may go to: verified, alive, on the
// channels the person chose (D1), first of each channel only. WhatsApp is left out
// until they wrote from there: a cold message gets a number restricted (peers.md 0.2).
// When a channel that they chose is dead and no other is left, every one is used.
func (p Person) Reach() []message.Address {
	out := p.reach(p.NoticeBy)
	if len(out) == 0 && slices.ContainsFunc(p.Aliases, func(al Alias) bool { return !al.DeadAt.IsZero() }) {
		return p.reach(nil)
	}
	return out
}

// ReachBut is Reach without one address, on whatever channel: where else somebody is
// told what did not arrive there. A hidden name is another name of a number.
func (p Person) ReachBut(without message.Address) []message.Address {
	p.Aliases = slices.DeleteFunc(slices.Clone(p.Aliases), func(al Alias) bool {
		return al.Address == without || without.Channel == message.WhatsApp && (isHidden(al.Address) || isHidden(without) && al.Address.Channel == without.Channel)
	})
	return p.reach(nil)
}

func (p Person) reach(by []message.Channel) []message.Address {
	var out []message.Address
	seen := map[message.Channel]bool{}
	for _, al := range p.Aliases {
		ch := al.Address.Channel
		if al.VerifiedAt.IsZero() || !al.DeadAt.IsZero() || seen[ch] {
			continue
		}
		if ch == message.WhatsApp && al.HeardAt.IsZero() {
			continue
		}
		if len(by) > 0 && !slices.Contains(by, ch) {
			continue
		}
		seen[ch] = true
		out = append(out, al.Address)
	}
	return out
}

// First is the given name, for greeting and for signing.
func (p Person) First() string { return firstWord(p.Name) }
