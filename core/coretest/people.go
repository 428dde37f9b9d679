package coretest

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

func (s suite) people(t *testing.T) {
	org := id[directory.OrgID]()
	mail := func(name string) message.Address {
		return message.Address{Channel: message.Email, ID: name + "@" + string(org)}
	}
	ana := directory.Person{
		ID: id[directory.PersonID](), Name: "Ana Luísa", Language: "pt-BR", TimeZone: "America/Manaus", Phone: "92 3000-0000", JobTitle: "Fiscal",
		Photo: "abc", Active: true, NoticeBy: []message.Channel{message.Email},
		Members: []directory.Membership{{Org: org, Role: directory.Manager, ThirdParty: true, Technical: true, Modules: []string{"m1", "m2"}, Statistics: true, Private: true}},
		Aliases: []directory.Alias{
			{Address: mail("ana"), VerifiedAt: noon, VerifiedBy: directory.ByCode, HeardAt: noon.Add(1), DeadAt: noon.Add(time.Hour), ComplainedAt: noon.Add(2 * time.Hour), StoppedAt: noon.Add(3 * time.Hour)},
			{Address: message.Address{Channel: message.WhatsApp, ID: "55" + string(org)}},
		},
		TourAt: noon, CheckedAt: noon, TermAt: noon, TermVer: "2", CreatedAt: noon,
	}
	s.save(t, &ana)

	t.Run("all fields come back, times as UTC microseconds", func(t *testing.T) {
		want := ana
		want.TourAt, want.CheckedAt, want.TermAt, want.CreatedAt = stored(noon), stored(noon), stored(noon), stored(noon)
		want.Aliases = append([]directory.Alias(nil), ana.Aliases...)
		want.Aliases[0].VerifiedAt, want.Aliases[0].HeardAt, want.Aliases[0].DeadAt = stored(noon), stored(noon), stored(noon.Add(time.Hour))
		want.Aliases[0].ComplainedAt = stored(noon.Add(2 * time.Hour))
		want.Aliases[0].StoppedAt = stored(noon.Add(3 * time.Hour))
		got := get(t, s, func(ctx context.Context, r dialogue.Reader) (directory.Person, error) { return r.Person(ctx, ana.ID) })
		if !reflect.DeepEqual(got, want) || got.Version != 1 {
			t.Errorf("\n got %+v\nwant %+v", got, want)
		}
	})
	t.Run("a claimed address finds its person, another finds nobody", func(t *testing.T) {
		s.view(t, func(ctx context.Context, r dialogue.Reader) error {
			if p, err := r.PersonAt(ctx, ana.Aliases[1].Address); err != nil || p.ID != ana.ID {
				t.Errorf("%v, %v", p, err)
			}
			if _, err := r.PersonAt(ctx, message.Address{Channel: message.Slack, ID: mail("ana").ID}); !errors.Is(err, directory.ErrNotFound) {
				t.Errorf("%v", err)
			}
			return nil
		})
	})
	t.Run("nil and empty come back as nil", func(t *testing.T) {
		p := directory.Person{ID: id[directory.PersonID](), NoticeBy: []message.Channel{}, Members: []directory.Membership{}, Aliases: []directory.Alias{}}
		s.save(t, &p)
		got := get(t, s, func(ctx context.Context, r dialogue.Reader) (directory.Person, error) { return r.Person(ctx, p.ID) })
		if got.NoticeBy != nil || got.Members != nil || got.Aliases != nil {
			t.Errorf("%+v", got)
		}
	})
	t.Run("an old version is a conflict", func(t *testing.T) {
		old := ana
		s.save(t, &ana)
		for _, stale := range []directory.Person{old, {ID: ana.ID}} {
			err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SavePerson(ctx, &stale) })
			if !errors.Is(err, dialogue.ErrConflict) || !errors.Is(err, directory.ErrStale) {
				t.Errorf("version %d: %v", stale.Version, err)
			}
		}
	})
	t.Run("an address is one person's until they give it up", func(t *testing.T) {
		eva := directory.Person{ID: id[directory.PersonID](), Name: "Eva", Active: true, Aliases: []directory.Alias{{Address: mail("ana")}}}
		take := func(ctx context.Context, tx dialogue.Tx) error { return tx.SavePerson(ctx, &eva) }
		if err := s.try(t, take); !errors.Is(err, directory.ErrTaken) || errors.Is(err, dialogue.ErrConflict) {
			t.Fatalf("%v", err)
		}
		ana.Aliases = ana.Aliases[1:]
		s.save(t, &ana)
		s.update(t, take)
	})
	t.Run("members by role and by name, active ones only", func(t *testing.T) {
		as := func(r directory.Role) directory.Membership { return directory.Membership{Org: org, Role: r} }
		s.person(t, "Zeca", as(directory.Standard))
		s.person(t, "Ágata", as(directory.Administrator))
		s.person(t, "bruno", as(directory.Standard))
		gone := directory.Person{ID: id[directory.PersonID](), Name: "Foi", Members: []directory.Membership{as(directory.Standard)}}
		s.save(t, &gone)
		for _, c := range []struct {
			roles []directory.Role
			want  []string
		}{
			{nil, []string{"Ágata", "Ana Luísa", "bruno", "Zeca"}},
			{[]directory.Role{directory.Standard}, []string{"bruno", "Zeca"}},
			{[]directory.Role{directory.Manager, directory.Administrator}, []string{"Ágata", "Ana Luísa"}},
		} {
			people := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]directory.Person, error) {
				return r.Members(ctx, org, c.roles...)
			})
			if got := names(people); !reflect.DeepEqual(got, c.want) {
				t.Errorf("roles %v: %v, want %v", c.roles, got, c.want)
			}
		}
	})
	t.Run("the team is who answers and is active", func(t *testing.T) {
		bia := s.agent(t)
		team := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]directory.Person, error) { return r.Team(ctx) })
		for _, p := range team {
			if !p.OnTeam() {
				t.Errorf("%s is not on the team", p.Name)
			}
		}
		bia.Active = false
		s.save(t, &bia)
		less := get(t, s, func(ctx context.Context, r dialogue.Reader) ([]directory.Person, error) { return r.Team(ctx) })
		if len(less) != len(team)-1 {
			t.Errorf("%d people, then %d", len(team), len(less))
		}
	})
}

func names(people []directory.Person) (out []string) {
	for _, p := range people {
		out = append(out, p.Name)
	}
	return out
}

func (s suite) organisations(t *testing.T) {
	org := directory.Organisation{
		ID: id[directory.OrgID](), Name: "Viação  Aurora", Code: "A1", Group: "g", Domains: []string{"Aurora.example", "aurora.test"},
		Executive: "Lia", Segment: "transporte", Subsegment: "ônibus", Size: "M", TimeZone: "America/Recife", Products: []string{"fiscal"},
		Shares: true, NoAssistant: true, Active: true, CreatedAt: noon,
	}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return errors.Join(tx.SaveGroup(ctx, directory.Group{ID: "g", Name: "Grupo"}), tx.SaveOrganisation(ctx, &org))
	})
	want := org
	want.CreatedAt = stored(noon)
	for name, read := range map[string]func(context.Context, dialogue.Reader) (directory.Organisation, error){
		"by id": func(ctx context.Context, r dialogue.Reader) (directory.Organisation, error) {
			return r.Organisation(ctx, org.ID)
		},
		"by name, whatever case and accents": func(ctx context.Context, r dialogue.Reader) (directory.Organisation, error) {
			return r.OrganisationNamed(ctx, " VIACAO aurora ")
		},
		"by domain": func(ctx context.Context, r dialogue.Reader) (directory.Organisation, error) {
			return r.OrganisationFor(ctx, "AURORA.example")
		},
	} {
		if got := get(t, s, read); !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, want)
		}
	}
	stale := org
	org.Domains = nil
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveOrganisation(ctx, &org) })
	if err := s.try(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveOrganisation(ctx, &stale) }); !errors.Is(err, dialogue.ErrConflict) {
		t.Errorf("an old version: %v", err)
	}
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		if _, err := r.OrganisationFor(ctx, "aurora.test"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a domain that was taken away: %v", err)
		}
		if _, err := r.Organisation(ctx, "nobody"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("an unknown id: %v", err)
		}
		if _, err := r.OrganisationNamed(ctx, "nobody"); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("an unknown name: %v", err)
		}
		return nil
	})
}

func (s suite) challenges(t *testing.T) {
	at := message.Address{Channel: message.Email, ID: "code@x.example"}
	read := func(ctx context.Context, r dialogue.Reader) (directory.Challenge, error) { return r.Challenge(ctx, at) }
	first := directory.Challenge{
		At: at, Asked: message.Address{Channel: message.WhatsApp, ID: "55"}, For: "ana", Hash: "h1",
		SentAt: stored(noon), Expires: stored(noon.Add(time.Hour)), Attempts: 1, Sent: 2,
	}
	second := first
	second.Hash, second.Sent = "h2", 3
	for _, c := range []directory.Challenge{first, second} {
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveChallenge(ctx, c) })
		if got := get(t, s, read); got != c {
			t.Errorf("got %+v, want %+v", got, c)
		}
	}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		return tx.SaveChallenge(ctx, directory.Challenge{At: at})
	})
	s.view(t, func(ctx context.Context, r dialogue.Reader) error {
		if _, err := read(ctx, r); !errors.Is(err, directory.ErrNotFound) {
			t.Errorf("a removed challenge: %v", err)
		}
		return nil
	})
}
