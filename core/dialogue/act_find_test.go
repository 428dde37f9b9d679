package dialogue

import (
	"errors"
	"testing"
	"time"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
)

// Whom words name: one, nobody, or several; and then nobody is taken for another.
func TestOneOf(t *testing.T) {
	t.Parallel()
	person := func(id directory.PersonID, name, email string, proved bool) directory.Person {
		p := directory.Person{ID: id, Name: name, Aliases: []directory.Alias{{Address: message.Address{Channel: message.Email, ID: email}}}}
		if proved {
			p.Aliases[0].VerifiedAt = time.Unix(1, 0)
		}
		return p
	}
	all := []directory.Person{
		person("1", "Ana Souza", "ana@a.example", true), person("2", "Ana Lima", "lima@a.example", true), person("3", "José da Silva", "ze@a.example", false),
		person("4", "Carla", "carla@a.example", true), person("5", "Carla Reis", "reis@a.example", true),
	}
	for said, want := range map[string]string{
		"ana souza": "1", "ANA LIMA": "2", "@José": "3", "jose da silva": "3", "lima@a.example": "2", "5": "5", "Carla": "4", "carla reis": "5",
		"Ana": "several-people", "Jo": "nobody", "": "nobody", "Zeca": "nobody", "ze@a.example": "nobody", "Souza": "nobody", "x@a.example": "nobody",
	} {
		p, err := oneOf(all, said, "nobody")
		got := string(p.ID)
		if doubt, ok := errors.AsType[*unclear](err); ok {
			got = doubt.Code
		}
		if got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}

func TestItemSaid(t *testing.T) {
	t.Parallel()
	items := []catalog.Item{
		{ID: "p1", Level: catalog.Product, Name: "Fiscal", Active: true}, {ID: "p2", Level: catalog.Product, Name: "Frota", Words: []string{"ônibus"}, Active: true},
		{ID: "s1", Level: catalog.System, Parent: "p1", Name: "CT-e", Active: true}, {ID: "s2", Level: catalog.System, Parent: "p2", Name: "Frota", Active: true},
		{ID: "m1", Level: catalog.Module, Parent: "s1", Name: "Cadastro", Names: map[string]string{"en": "Records"}, Active: true},
		{ID: "m2", Level: catalog.Module, Parent: "s2", Name: "Cadastro", Active: true},
	}
	c, err := catalog.New(items)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{catalog: c}
	for said, want := range map[string]string{
		"fiscal": "p1", "Onibus": "p2", "frota": "p2", "ct e": "s1", "Fiscal > CT-e": "s1", "Fiscal > CT-e > Cadastro": "m1", "frota › cadastro": "m2",
		"Fiscal > Cadastro": "m1", "records": "m1", "m2": "m2",
		"Cadastro": "", "Frota > CT-e": "", "": "", ">": "", "Fisc": "", "Zeca > Cadastro": "",
	} {
		if it, ok := s.itemSaid(items, said); it.ID != want || ok != (want != "") {
			t.Errorf("%q is %q, want %q", said, it.ID, want)
		}
	}
}
