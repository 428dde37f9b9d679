package dialogue

import (
	"slices"
	"strings"
	"time"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// setter is one of a ticket's setters.
type setter[T any] func(by directory.Person, to T, now time.Time) error

// myself are ways to name oneself, folded.
var myself = []string{"eu", "mim", "eu mesmo", "eu mesma", "me", "myself", "yo", "mi", "yo mismo", "yo misma"}

// colleague is the one of the team who is meant: by a mention, an address, a name.
func (s *scene) colleague(name string) (directory.Person, error) {
	if slices.Contains(myself, fold(name)) {
		return s.who, nil
	}
	var named []message.Address
	if a, err := message.ParseAddress(strings.TrimSpace(name)); err == nil {
		named = append(named, a)
	}
	for _, a := range append(named, s.in.Mentions...) {
		p, found, err := known(s.r.PersonAt(s.ctx, a))
		if err != nil {
			return p, err
		}
		if found && p.Verified(a) && p.OnTeam() {
			return p, nil
		}
	}
	team, err := s.r.Team(s.ctx)
	if err != nil {
		return directory.Person{}, err
	}
	if len(named) > 0 {
		name = "" // people do not know addresses of Slack
	}
	return oneOf(team, name, "which-colleague")
}

// customerSaid is the person of an organisation who is meant: by an id out of a form, an
// e-mail, a name.
func (s *scene) customerSaid(org directory.OrgID, said string) (directory.Person, error) {
	members, err := s.r.Members(s.ctx, org)
	if err != nil {
		return directory.Person{}, err
	}
	members = slices.DeleteFunc(members, directory.Person.OnTeam)
	p, err := oneOf(members, said, "not-same-organisation")
	if err == nil {
		s.people[p.ID] = p
	}
	return p, err
}

// oneOf finds the only person whom words name: by id, e-mail, whole name, or the
// beginning of it. none is the refusal when there is nobody.
func oneOf(all []directory.Person, said, none string) (directory.Person, error) {
	said = strings.TrimPrefix(strings.TrimSpace(said), "@")
	name, email := fold(said), findEmail(said)
	var whole, begins []directory.Person
	for _, p := range all {
		switch full := fold(p.Name); {
		case string(p.ID) == said, email != "" && p.Verified(message.Address{Channel: message.Email, ID: email}):
			return p, nil
		case name == "" || email != "":
		case full == name:
			whole = append(whole, p)
		case strings.HasPrefix(full, name+" "):
			begins = append(begins, p)
		}
	}
	if len(whole) == 0 {
		whole = begins
	}
	switch len(whole) {
	case 0:
		return directory.Person{}, &unclear{directory.Refuse(none, "Name", said)}
	case 1:
		return whole[0], nil
	}
	return directory.Person{}, &unclear{directory.Refuse("several-people", "Name", said, "Names", namesOf(whole))}
}

// offerFor is what tickets of an organisation may be about; the team may place them
// anywhere there.
func (s *scene) offerFor(id directory.OrgID) (catalog.Offer, error) {
	org, _, err := known(s.r.Organisation(s.ctx, id))
	return s.catalog.Offer(s.who, org), err
}

// itemSaid is the only catalogue item that words name, by id, name or other name, with or
// without the names of what it belongs to before it.
func (s *scene) itemSaid(items []catalog.Item, said string) (catalog.Item, bool) {
	path := strings.FieldsFunc(said, func(r rune) bool { return r == '>' || r == '›' })
	if len(path) == 0 {
		return catalog.Item{}, false
	}
	var found []catalog.Item
	for _, it := range items {
		if it.ID == said {
			return it, true
		}
		if s.named(it, path) {
			found = append(found, it)
		}
	}
	if len(found) > 1 { // a product and a module of its name: what is above is meant
		level := found[0].Level
		found = slices.DeleteFunc(found, func(it catalog.Item) bool { return it.Level != level })
	}
	if len(found) != 1 {
		return catalog.Item{}, false
	}
	return found[0], true
}

// named reports whether an item has the last name of a path, and what it hangs from the
// others.
func (s *scene) named(it catalog.Item, path []string) bool {
	is := func(it catalog.Item, name string) bool {
		name = fold(name)
		all := append([]string{it.Name}, it.Words...)
		for _, n := range it.Names {
			all = append(all, n)
		}
		return slices.ContainsFunc(all, func(n string) bool { return fold(n) == name })
	}
	if !is(it, path[len(path)-1]) {
		return false
	}
	for _, name := range slices.Backward(path[:len(path)-1]) {
		for {
			above, ok := s.catalog.Item(it.Parent)
			if !ok {
				return false
			}
			it = above
			if is(it, name) {
				break
			}
		}
	}
	return true
}

// ticketSaid is the ticket that words name by its number, and nothing else.
func (s *scene) ticketSaid(said string) (*ticket.Ticket, error) {
	num, rest := cutNumber(said, s.now.In(s.e.Location).Year())
	if num == "" || fold(rest) != "" {
		return nil, &unclear{directory.Refuse("which-number", "Number", said)}
	}
	t, found, err := known(s.r.Numbered(s.ctx, num))
	if err != nil {
		return nil, err
	}
	if found {
		if found, err = s.maySee(t); err != nil {
			return nil, err
		}
	}
	if !found {
		return nil, directory.Refuse("no-such-ticket", "Number", num)
	}
	return t, nil
}

// atWork is the ticket that a number leads to: the one that goes on, where that one was
// merged. nil: it was said that there is none.
func (s *scene) atWork(num string) (*ticket.Ticket, error) {
	t, err := s.numbered(num)
	if t == nil || err != nil {
		return nil, err
	}
	into, err := s.goesOnIn(t)
	if into == nil && err == nil {
		err = s.refused(directory.Refuse("no-such-ticket", "Number", num))
	}
	return into, err
}

// goesOnIn follows a ticket that was merged to the one that goes on for it; nil when the
// sender may not see that. A machine is filed wherever it leads.
func (s *scene) goesOnIn(t *ticket.Ticket) (*ticket.Ticket, error) {
	for t.MergedInto != "" { // no circle: only an open ticket is merged into, and what is merged is closed
		into, err := s.r.Ticket(s.ctx, t.MergedInto)
		if err != nil {
			return nil, err
		}
		if s.in.Auto == message.NotAuto {
			if see, err := s.maySee(into); err != nil || !see {
				return nil, err
			}
		}
		t = into
	}
	return t, nil
}
