package directory_test

import (
	"errors"
	"testing"

	"recado/core/directory"
)

// The cast: two organisations, and the team.
const (
	aurora directory.OrgID = "aurora"
	brisa  directory.OrgID = "brisa"
)

func customer(id directory.PersonID, role directory.Role, orgs ...directory.OrgID) directory.Person {
	p := directory.Person{ID: id, Name: string(id), Active: true}
	for _, org := range orgs {
		p.Members = append(p.Members, directory.Membership{Org: org, Role: role})
	}
	return p
}

func inactive(p directory.Person) directory.Person {
	p.Active = false
	return p
}

var (
	ana        = customer("ana", directory.Standard, aurora)
	rui        = customer("rui", directory.Standard, aurora)
	marta      = customer("marta", directory.Manager, aurora)
	adm        = customer("adm", directory.Administrator, aurora)
	other      = customer("other", directory.Administrator, brisa)
	both       = customer("both", directory.Standard, aurora, brisa)
	nobody     = customer("nobody", directory.Standard)
	bia        = directory.Person{ID: "bia", Name: "Bia", Active: true, Team: directory.Agent}
	supervisor = directory.Person{ID: "sup", Name: "Sup", Active: true, Team: directory.Supervisor}
)

// refusedAs checks a rule's answer: the code of its refusal, or "" for yes.
func refusedAs(t *testing.T, err error, code string) {
	t.Helper()
	got := ""
	if err != nil {
		var r *directory.Refusal
		if !errors.As(err, &r) {
			t.Fatalf("an error that is no refusal: %v", err)
		}
		got = r.Code
	}
	if got != code {
		t.Errorf("got %q, want %q", got, code)
	}
}

type rule struct {
	name           string
	actor, subject directory.Person
	want           string
}

func TestMayManagePeople(t *testing.T) {
	t.Parallel()
	for _, tc := range []rule{
		{"an administrator", adm, directory.Person{}, ""},
		{"a supervisor", supervisor, directory.Person{}, ""},
		{"a standard user", ana, directory.Person{}, "not-administrator"},
		{"a manager", marta, directory.Person{}, "not-administrator"},
		{"another organisation's administrator", other, directory.Person{}, "not-administrator"},
		{"an agent", bia, directory.Person{}, "not-administrator"},
		{"a deactivated administrator", inactive(adm), directory.Person{}, "not-administrator"},
		{"a deactivated supervisor", inactive(supervisor), directory.Person{}, "not-administrator"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayManagePeople(tc.actor, aurora), tc.want)
			refusedAs(t, directory.MaySetKeyUser(tc.actor, aurora), tc.want)
			refusedAs(t, directory.MayGrant(tc.actor, aurora, directory.Administrator), tc.want)
		})
	}
}

func TestMayGrantKnownRolesOnly(t *testing.T) {
	t.Parallel()
	for role, want := range map[directory.Role]string{
		directory.Standard: "", directory.Manager: "", directory.Administrator: "",
		directory.Agent: "unknown-role", directory.Supervisor: "unknown-role", "king": "unknown-role", "": "unknown-role",
	} {
		t.Run(string(role), func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayGrant(adm, aurora, role), want)
		})
	}
}

func TestMayChangeEmail(t *testing.T) {
	t.Parallel()
	for _, tc := range []rule{
		{"their administrator", adm, ana, ""},
		{"an administrator of only one of their organisations", other, both, "email-read-only"},
		{"a supervisor", supervisor, ana, ""},
		{"a supervisor, of somebody without organisation", supervisor, nobody, ""},
		{"an administrator, their own", adm, adm, ""},
		{"a person, their own", ana, ana, "email-read-only"},
		{"a manager", marta, ana, "email-read-only"},
		{"an agent", bia, ana, "email-read-only"},
		{"another organisation's administrator", other, ana, "email-read-only"},
		{"an administrator, of somebody without organisation", adm, nobody, "email-read-only"},
		{"a deactivated administrator", inactive(adm), ana, "email-read-only"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayChangeEmail(tc.actor, tc.subject), tc.want)
		})
	}
}

func TestMayEditProfile(t *testing.T) {
	t.Parallel()
	for _, tc := range []rule{
		{"their own", ana, ana, ""},
		{"their administrator", adm, ana, ""},
		{"a supervisor", supervisor, ana, ""},
		{"a colleague's", rui, ana, "not-administrator"},
		{"a manager", marta, ana, "not-administrator"},
		{"their own, deactivated", inactive(ana), inactive(ana), "not-administrator"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayEditProfile(tc.actor, tc.subject), tc.want)
		})
	}
}

func TestMayDelete(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		actor, subject directory.Person
		tickets        int
		want           string
	}{
		"somebody without tickets":             {adm, ana, 0, ""},
		"by a supervisor":                      {supervisor, ana, 0, ""},
		"somebody with a ticket":               {adm, ana, 1, "has-tickets"},
		"oneself":                              {adm, adm, 0, "delete-self"},
		"oneself, with tickets":                {adm, adm, 3, "delete-self"},
		"by a manager":                         {marta, ana, 0, "not-administrator"},
		"oneself, without the right":           {ana, ana, 0, "not-administrator"},
		"by another organisation, and tickets": {other, ana, 3, "not-administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayDelete(tc.actor, tc.subject, tc.tickets), tc.want)
		})
	}
	var r *directory.Refusal
	if err := directory.MayDelete(adm, ana, 2); !errors.As(err, &r) || r.Data["Count"] != 2 || r.Data["Name"] != "ana" {
		t.Errorf("the refusal does not say who has how many: %+v", r)
	}
}

func TestMayTransfer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		actor, from, to directory.Person
		want            string
	}{
		"to a colleague":             {adm, ana, rui, ""},
		"by a supervisor":            {supervisor, ana, rui, ""},
		"to somebody also elsewhere": {adm, ana, both, ""},
		"from a deactivated person":  {adm, inactive(ana), rui, ""},
		"to the same person":         {adm, ana, ana, "transfer-target"},
		"to a deactivated person":    {adm, ana, inactive(rui), "transfer-target"},
		"to another organisation":    {adm, ana, other, "transfer-target"},
		"to a shared one they do not administer": {adm, customer("x", directory.Standard, aurora, brisa),
			customer("y", directory.Standard, brisa), "transfer-target"},
		"by a manager":                   {marta, ana, rui, "not-administrator"},
		"by another's administrator":     {other, ana, rui, "not-administrator"},
		"by an agent":                    {bia, ana, rui, "not-administrator"},
		"by a deactivated administrator": {inactive(adm), ana, rui, "not-administrator"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayTransfer(tc.actor, tc.from, tc.to), tc.want)
		})
	}
}

func TestMaySeeStatistics(t *testing.T) {
	t.Parallel()
	granted := customer("granted", directory.Standard, aurora)
	granted.Members[0].Statistics = true
	for _, tc := range []rule{
		{"a manager", marta, directory.Person{}, ""},
		{"an administrator", adm, directory.Person{}, ""},
		{"a standard user who was let", granted, directory.Person{}, ""},
		{"an agent", bia, directory.Person{}, ""},
		{"a standard user", ana, directory.Person{}, "no-statistics"},
		{"another organisation's administrator", other, directory.Person{}, "no-statistics"},
		{"a member without a role", customer("x", "", aurora), directory.Person{}, "no-statistics"},
		{"a deactivated manager", inactive(marta), directory.Person{}, "no-statistics"},
		{"one who was let, deactivated", inactive(granted), directory.Person{}, "no-statistics"},
		{"a deactivated agent", inactive(bia), directory.Person{}, "no-statistics"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MaySeeStatistics(tc.actor, aurora), tc.want)
		})
	}
}

func TestMayOpenIn(t *testing.T) {
	t.Parallel()
	key := customer("key", directory.Standard, aurora)
	key.Members[0].Modules = []string{"cte", "nfe"}
	for name, tc := range map[string]struct {
		actor  directory.Person
		module string
		want   string
	}{
		"no key users: any module":      {ana, "folha", ""},
		"one of theirs":                 {key, "nfe", ""},
		"a module not known yet":        {key, "", ""},
		"another module":                {key, "folha", "not-key-user"},
		"the team":                      {bia, "folha", ""},
		"another organisation":          {other, "cte", "not-member"},
		"another organisation, unknown": {other, "", "not-member"},
		"deactivated":                   {inactive(ana), "cte", "not-member"},
		"deactivated on the team":       {inactive(bia), "cte", "not-member"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refusedAs(t, directory.MayOpenIn(tc.actor, aurora, tc.module), tc.want)
		})
	}
}

func TestRefuse(t *testing.T) {
	t.Parallel()
	r := directory.Refuse("has-tickets", "Name", "Ana", "Count", 2, "left over")
	if r.Code != "has-tickets" || len(r.Data) != 2 || r.Data["Name"] != "Ana" || r.Data["Count"] != 2 {
		t.Errorf("got %+v", r)
	}
	if got := r.Error(); got != "refused: has-tickets" {
		t.Errorf("got %q", got)
	}
}
