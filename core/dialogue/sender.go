package dialogue

import (
	"slices"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// loadSender: an address names a person only when it is proved, both that it is
// theirs and that they wrote this (rule 7). The upstream may say that several names are
// of one account, and a number may be written in two ways.
func (s *scene) loadSender() error {
	if s.in.From.IsZero() {
		return nil
	}
	var proved, claimed []directory.Person
	for _, name := range s.names() {
		for _, a := range directory.Spellings(name) {
			p, found, err := known(s.r.PersonAt(s.ctx, a))
			if err != nil {
				return err
			}
			to := &claimed
			if s.proves(p, a) {
				to = &proved
			}
			if found && !slices.ContainsFunc(*to, func(q directory.Person) bool { return q.ID == p.ID }) {
				*to = append(*to, p)
			}
		}
	}
	all := slices.Concat(proved, claimed)
	if len(all) == 0 {
		return nil
	}
	s.who, s.known = all[0], true
	if len(proved) > 1 {
		s.who, s.other = proved[0], proved[1]
		if slices.ContainsFunc(s.in.Also, s.other.Verified) && !slices.ContainsFunc(s.in.Also, s.who.Verified) {
			s.who, s.other = s.other, s.who // numbers are given away; who has the account itself is who has it
		}
	}
	s.people[s.who.ID] = s.who
	theirs := len(proved) > 0 && !s.who.ChangedHands(s.names())
	s.proved = s.who.Active && (theirs || s.in.Proof == message.ByTeam) && s.in.Proof != message.Unproved
	return nil
}

// proves reports whether a name of the sender makes them p. Of somebody from outside the
// upstream vouches for the name they have now, so that only who was registered under just
// that name is meant: a name that was learned while they were one of ours is none.
func (s *scene) proves(p directory.Person, a message.Address) bool {
	al, ok := p.Alias(a)
	return ok && !al.VerifiedAt.IsZero() && (s.in.Proof != message.AsGuest || al.VerifiedBy == directory.ByAdmin)
}

// names are all that the upstream calls the sender, first where they are answered.
func (s *scene) names() []message.Address {
	if s.in.Proof == message.AsGuest {
		return []message.Address{s.in.From}
	}
	return append([]message.Address{s.in.From}, s.in.Also...)
}

// meet notes the names under which a proved person wrote. What somebody else only
// claimed of them is theirs now. Where another person proved one of them, the two are
// one contact, if that can be told without asking; else the team is asked.
func (s *scene) meet() error {
	names := s.names()
	if s.other.ID != "" {
		joined, err := s.join()
		if err != nil {
			return err
		}
		if !joined {
			names = slices.DeleteFunc(names, s.other.VerifiedAs)
		}
	}
	s.first = !slices.ContainsFunc(s.who.Aliases, func(al directory.Alias) bool {
		return al.Address.Channel == s.in.From.Channel && !al.HeardAt.IsZero()
	})
	who, changed := s.who.Met(names, s.now)
	if !changed {
		return nil
	}
	for _, name := range names {
		if s.who.VerifiedAs(name) {
			continue
		}
		for _, a := range directory.Spellings(name) {
			p, found, err := known(s.r.PersonAt(s.ctx, a))
			if err != nil {
				return err
			}
			if found && p.ID != who.ID && !s.gone(p.ID) {
				s.savePerson(without(s.latest(p), a))
			}
		}
	}
	s.who = who
	s.savePerson(who)
	return nil
}

// latest is a person as the plan leaves them.
func (s *scene) latest(p directory.Person) directory.Person {
	if i := slices.IndexFunc(s.plan.People, func(q directory.Person) bool { return q.ID == p.ID }); i >= 0 {
		return s.plan.People[i]
	}
	return p
}

func (s *scene) gone(id directory.PersonID) bool {
	return slices.ContainsFunc(s.plan.Merges, func(m directory.Merge) bool { return m.Gone == id })
}

// join makes one contact of two, as the upstream says that they are, and tells the team,
// which can take it back. False: both may be somebody, and the team is asked to look.
func (s *scene) join() (bool, error) {
	kept, gone, ok := directory.Joinable(s.who, s.other)
	key := "identity.alike"
	if ok {
		id := directory.MergeID(uuid.Must(uuid.NewV7()).String())
		var m directory.Merge
		kept, gone, m = directory.Join(id, kept, gone, "", s.now)
		s.plan.Merges = append(s.plan.Merges, m)
		s.savePerson(gone) // first: its addresses are free then
		s.who, s.other = kept, gone
		key = "identity.joined"
	} else if s.session.Two == s.other.ID {
		return false, nil // the team was told
	}
	s.session.Two = s.other.ID
	team, err := s.r.Team(s.ctx)
	if err != nil {
		return ok, err
	}
	data := notice.Data{"Name": kept.Name, "Other": gone.Name, "Address": s.in.From.ID}
	if ok {
		data["Merge"] = string(s.plan.Merges[len(s.plan.Merges)-1].ID)
	}
	for _, p := range supervisorsOf(team) {
		for _, to := range p.Reach() {
			s.plan.Says = append(s.plan.Says, Say{To: to, Language: notice.Language(p.Language), Key: key, Data: data})
		}
	}
	return ok, nil
}
