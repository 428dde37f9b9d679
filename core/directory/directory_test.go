package directory_test

import (
	"slices"
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
)

var (
	then     = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	mail     = message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	mail2    = message.Address{Channel: message.Email, ID: "ana@casa.example"}
	whatsapp = message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	slack    = message.Address{Channel: message.Slack, ID: "T1/U2"}
)

// proved is an alias in use; heard is one that also wrote.
func proved(a message.Address) directory.Alias { return directory.Alias{Address: a, VerifiedAt: then} }

func heard(a message.Address) directory.Alias {
	return directory.Alias{Address: a, VerifiedAt: then, HeardAt: then}
}

func dead(a message.Address) directory.Alias {
	return directory.Alias{Address: a, VerifiedAt: then, HeardAt: then, DeadAt: then}
}

func TestReach(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		aliases []directory.Alias
		by      []message.Channel
		want    []message.Address
	}{
		"nothing known":                   {nil, nil, nil},
		"a claimed address":               {[]directory.Alias{{Address: mail, HeardAt: then}}, nil, nil},
		"mail needs no first word":        {[]directory.Alias{proved(mail)}, nil, []message.Address{mail}},
		"whatsapp does":                   {[]directory.Alias{proved(whatsapp), proved(mail)}, nil, []message.Address{mail}},
		"whatsapp that wrote":             {[]directory.Alias{heard(whatsapp), proved(mail)}, nil, []message.Address{whatsapp, mail}},
		"first of each channel":           {[]directory.Alias{proved(mail), proved(mail2), proved(slack)}, nil, []message.Address{mail, slack}},
		"a dead one gives way":            {[]directory.Alias{dead(mail), proved(mail2)}, nil, []message.Address{mail2}},
		"a dead one alone":                {[]directory.Alias{dead(mail)}, nil, nil},
		"dead where they chose":           {[]directory.Alias{heard(whatsapp), dead(mail)}, []message.Channel{message.Email}, []message.Address{whatsapp}},
		"only where they chose":           {[]directory.Alias{heard(whatsapp), proved(mail)}, []message.Channel{message.Email}, []message.Address{mail}},
		"chosen, and never written there": {[]directory.Alias{proved(whatsapp), proved(mail)}, []message.Channel{message.WhatsApp}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := directory.Person{Aliases: tc.aliases, NoticeBy: tc.by}
			if got := p.Reach(); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestVerified(t *testing.T) {
	t.Parallel()
	p := directory.Person{Aliases: []directory.Alias{proved(mail), {Address: whatsapp, HeardAt: then}}}
	for a, want := range map[message.Address]bool{mail: true, whatsapp: false, slack: false, {}: false} {
		if got := p.Verified(a); got != want {
			t.Errorf("%s: got %t", a, got)
		}
	}
	if al, ok := p.Alias(whatsapp); !ok || !al.HeardAt.Equal(then) {
		t.Errorf("got %+v, %t", al, ok)
	}
}

func TestPartsInOrganisations(t *testing.T) {
	t.Parallel()
	p := customer("p", directory.Manager, aurora, brisa)
	if got := p.Orgs(); !slices.Equal(got, []directory.OrgID{aurora, brisa}) {
		t.Errorf("got %v", got)
	}
	if m, ok := p.In(brisa); !ok || m.Role != directory.Manager {
		t.Errorf("got %+v, %t", m, ok)
	}
	if _, ok := p.In("carga"); ok {
		t.Error("is in an organisation that is not theirs")
	}
	for name, tc := range map[string]struct {
		p     directory.Person
		roles []directory.Role
		want  bool
	}{
		"one of the roles": {p, []directory.Role{directory.Administrator, directory.Manager}, true},
		"none of them":     {p, []directory.Role{directory.Administrator}, false},
		"no roles":         {p, nil, false},
		"deactivated":      {inactive(p), []directory.Role{directory.Manager}, false},
	} {
		if got := tc.p.Is(aurora, tc.roles...); got != tc.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestOnTeam(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		p    directory.Person
		want bool
	}{
		"an agent":            {bia, true},
		"a supervisor":        {supervisor, true},
		"a customer":          {adm, false},
		"a deactivated agent": {inactive(bia), false},
	} {
		if got := tc.p.OnTeam(); got != tc.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Ana Maria Souza": "Ana", "  Ana": "Ana", "Souza, Ana": "Souza", "José": "José", "": "", " \t": "", "Ana\u00a0Maria": "Ana",
	} {
		if got := (directory.Person{Name: name}).First(); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
