package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

// actor is somebody in a transcript, registered or not.
type actor struct {
	name      string
	id        directory.PersonID
	guest     bool // from outside the team's workspace
	addresses []message.Address
}

func (a *actor) has(at message.Address) bool { return slices.Contains(a.addresses, at) }

// nick is the name that a transcript uses for a person.
func (s *stage) nick(id string) string {
	for nick, a := range s.cast {
		if id != "" && string(a.id) == id {
			return nick
		}
	}
	return id
}

func (s *stage) givenTeam(m []string) error {
	return s.person(m[1], directory.Person{Team: directory.Role(m[2])}, true, m[3])
}

func (s *stage) givenCustomer(m []string) error {
	var p directory.Person
	for name := range strings.SplitSeq(m[3], " and ") {
		id, ok := s.ids["org/"+fold(name)]
		if !ok {
			return fmt.Errorf("no organisation %q was given", name)
		}
		member := directory.Membership{Org: directory.OrgID(id), Role: directory.Role(m[2])}
		switch m[2] {
		case "standard user", "former user":
			member.Role = directory.Standard
		case "third party":
			member.Role, member.ThirdParty = directory.Standard, true
		}
		p.Members = append(p.Members, member)
	}
	return s.person(m[1], p, m[2] != "former user", m[4])
}

func (s *stage) givenStranger(m []string) error {
	aliases, _, err := aliasesOf(m[2], s.clock.Now())
	if err != nil {
		return err
	}
	s.cast[m[1]] = &actor{name: capital(m[1]), addresses: addressesOf(aliases)}
	return nil
}

// person registers somebody.
func (s *stage) person(nick string, p directory.Person, active bool, rest string) error {
	aliases, language, err := aliasesOf(rest, s.clock.Now())
	if err != nil {
		return err
	}
	p.ID, p.Name, p.Active, p.Aliases, p.CreatedAt = directory.PersonID(newID()), capital(nick), active, aliases, s.clock.Now()
	p.Language = language
	s.cast[nick] = &actor{name: p.Name, id: p.ID, addresses: addressesOf(aliases)}
	return s.later(func(ctx context.Context, tx dialogue.Tx) error { return tx.SavePerson(ctx, &p) })
}

// changed changes what is registered of somebody.
func (s *stage) changed(nick string, change func(*directory.Person)) error {
	a, ok := s.cast[nick]
	if !ok {
		return fmt.Errorf("nobody was given the name %q", nick)
	}
	return s.later(func(ctx context.Context, tx dialogue.Tx) error {
		p, err := tx.Person(ctx, a.id)
		if err != nil {
			return fmt.Errorf("%s: %w", nick, err)
		}
		change(&p)
		return tx.SavePerson(ctx, &p)
	})
}

func (s *stage) givenLanguage(m []string) error {
	return s.changed(m[1], func(p *directory.Person) { p.Language = notice.Language(m[2]) })
}

// givenLeave deactivates somebody.
func (s *stage) givenLeave(m []string) error {
	return s.changed(m[1], func(p *directory.Person) { p.Active = false })
}

// givenNotices is where somebody wants to hear of what happens.
func (s *stage) givenNotices(m []string) error {
	return s.changed(m[1], func(p *directory.Person) { p.NoticeBy = []message.Channel{message.Channel(m[2])} })
}

// aliasesOf reads "whatsapp +55 11 99999-0001, unverified ana@aurora.example, speaks en".
func aliasesOf(list string, now time.Time) (aliases []directory.Alias, language string, err error) {
	language = "pt-BR"
	for _, one := range listOf(list) {
		if l, ok := strings.CutPrefix(one, "speaks "); ok {
			language = l
			continue
		}
		al := directory.Alias{VerifiedAt: now, VerifiedBy: directory.ByAdmin, HeardAt: now}
		if rest, ok := strings.CutPrefix(one, "unverified "); ok {
			one, al.VerifiedAt, al.VerifiedBy = rest, time.Time{}, ""
		}
		if rest, ok := strings.CutPrefix(one, "new "); ok {
			one, al.HeardAt = rest, time.Time{}
		}
		switch phone, isPhone := strings.CutPrefix(one, "whatsapp "); {
		case isPhone:
			al.Address = message.Address{Channel: message.WhatsApp, ID: onlyDigits(phone)}
		case strings.Contains(one, "@"):
			al.Address = message.Address{Channel: message.Email, ID: strings.ToLower(one)}
		default:
			return nil, "", fmt.Errorf("%q is no address", one)
		}
		aliases = append(aliases, al)
	}
	return aliases, language, nil
}

func addressesOf(aliases []directory.Alias) []message.Address {
	out := make([]message.Address, len(aliases))
	for i, al := range aliases {
		out[i] = al.Address
	}
	return out
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func capital(nick string) string {
	r := []rune(nick)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}
