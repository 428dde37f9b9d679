package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"recado/core/catalog"
	"recado/core/directory"
)

func item(id string, level catalog.Level, parent string) catalog.Item {
	return catalog.Item{ID: id, Level: level, Parent: parent, Name: strings.ToUpper(id), Active: true}
}

// tree has two products. Fiscal has CT-e and NF-e, which have modules; RH has Folha.
func tree() []catalog.Item {
	return []catalog.Item{
		item("fiscal", catalog.Product, ""), item("rh", catalog.Product, ""),
		item("cte", catalog.System, "fiscal"), item("nfe", catalog.System, "fiscal"), item("folha", catalog.System, "rh"),
		item("emissao", catalog.Module, "cte"), item("cancelamento", catalog.Module, "cte"),
		item("entrada", catalog.Module, "nfe"), item("ferias", catalog.Module, "folha"),
		item("erro", catalog.Category, ""), item("legislacao", catalog.Category, "fiscal"), item("ponto", catalog.Category, "rh"),
	}
}

func newCatalog(t *testing.T, items ...catalog.Item) *catalog.Catalog {
	t.Helper()
	c, err := catalog.New(items)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		add  []catalog.Item
		want string // part of the error; empty: none
	}{
		"nothing wrong":              {nil, ""},
		"no id":                      {[]catalog.Item{item("", catalog.Product, "")}, "needs an id and a name"},
		"no name":                    {[]catalog.Item{{ID: "x", Level: catalog.Product}}, "needs an id and a name"},
		"an id twice":                {[]catalog.Item{item("rh", catalog.Product, "")}, `"rh" is given twice`},
		"an id on two levels":        {[]catalog.Item{item("rh", catalog.System, "fiscal")}, `"rh" is given twice`},
		"a system without product":   {[]catalog.Item{item("x", catalog.System, "")}, "needs a product as parent"},
		"a parent that is not there": {[]catalog.Item{item("x", catalog.Module, "gone")}, "needs a system as parent"},
		"a module on a product":      {[]catalog.Item{item("x", catalog.Module, "rh")}, "needs a system as parent"},
		"a category on a system":     {[]catalog.Item{item("x", catalog.Category, "cte")}, "needs a product as parent"},
		"a product with a parent":    {[]catalog.Item{item("x", catalog.Product, "rh")}, "cannot have a parent"},
		"an unknown level":           {[]catalog.Item{item("x", "planet", "")}, `unknown level "planet"`},
		"no level":                   {[]catalog.Item{item("x", "", "rh")}, `unknown level ""`},
		"its own parent":             {[]catalog.Item{item("x", catalog.System, "x")}, "needs a product as parent"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := catalog.New(append(tree(), tc.add...))
			switch {
			case tc.want == "" && (err != nil || c == nil):
				t.Errorf("got error %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got error %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestParentsMayComeLater(t *testing.T) {
	t.Parallel()
	items := tree()
	slices.Reverse(items)
	c := newCatalog(t, items...)
	if got := names(c.Items()); got[0] != "ponto" || got[len(got)-1] != "fiscal" {
		t.Errorf("the order of menus was not kept: %v", got)
	}
}

func TestNewIsImmutable(t *testing.T) {
	t.Parallel()
	items := tree()
	c := newCatalog(t, items...)
	items[0].Name = "changed"
	c.Items()[1].Name = "changed"
	for _, it := range c.Items() {
		if it.Name == "changed" {
			t.Errorf("%s was changed from outside", it.ID)
		}
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	it := item("folha", catalog.Product, "")
	it.Names = map[string]string{"en": "Payroll", "es": ""}
	c := newCatalog(t, it)
	for lang, want := range map[string]string{"pt-BR": "FOLHA", "en": "Payroll", "es": "FOLHA", "": "FOLHA"} {
		if got := c.Name("folha", lang); got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
	if got := c.Name("gone", "en"); got != "" {
		t.Errorf("what is not there has the name %q", got)
	}
	if _, ok := c.Item("gone"); ok {
		t.Error("what is not there was found")
	}
}

func TestOffer(t *testing.T) {
	t.Parallel()
	everything := []string{
		"fiscal", "rh", "cte", "nfe", "folha", "emissao", "cancelamento", "entrada", "ferias", "erro", "legislacao", "ponto",
	}
	for name, tc := range map[string]struct {
		modules  []string // of the person, as key user
		products []string // of the organisation
		off      string   // an item out of use
		want     []string
	}{
		"an organisation that lists nothing has all": {nil, nil, "", everything},
		"only its products":                          {nil, []string{"rh"}, "", []string{"rh", "folha", "ferias", "erro", "ponto"}},
		"a product that is not in the catalogue":     {nil, []string{"gone"}, "", []string{"erro"}},
		"a key user":                                 {[]string{"emissao", "ferias"}, nil, "", without(everything, "cancelamento", "entrada")},
		"a key user of a product it does not have": {[]string{"ferias"}, []string{"fiscal"}, "",
			[]string{"fiscal", "cte", "nfe", "erro", "legislacao"}},
		"a module out of use":   {nil, nil, "entrada", without(everything, "entrada")},
		"a system out of use":   {nil, nil, "cte", without(everything, "cte", "emissao", "cancelamento")},
		"a product out of use":  {nil, nil, "rh", without(everything, "rh", "folha", "ferias", "ponto")},
		"a category out of use": {nil, nil, "erro", without(everything, "erro")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			items := tree()
			for i := range items {
				items[i].Active = items[i].ID != tc.off
			}
			p := directory.Person{ID: "ana", Active: true, Members: []directory.Membership{{Org: "aurora", Role: directory.Standard, Modules: tc.modules}}}
			o := newCatalog(t, items...).Offer(p, directory.Organisation{ID: "aurora", Products: tc.products})
			got := slices.Concat(names(o.Products), names(o.Systems), names(o.Modules), names(o.Categories))
			if !slices.Equal(got, tc.want) {
				t.Errorf("got  %v\nwant %v", got, tc.want)
			}
		})
	}
}

func TestOfferNoModulesToStrangers(t *testing.T) {
	t.Parallel()
	o := newCatalog(t, tree()...).Offer(directory.Person{ID: "x", Active: true}, directory.Organisation{ID: "aurora"})
	if len(o.Modules) != 0 {
		t.Errorf("somebody of no organisation was offered %v", names(o.Modules))
	}
}

func TestUnder(t *testing.T) {
	t.Parallel()
	items := tree()
	for parent, want := range map[string][]string{
		"fiscal": {"cte", "nfe", "erro", "legislacao"},
		"cte":    {"emissao", "cancelamento", "erro"},
		"gone":   {"erro"},
	} {
		if got := names(catalog.Under(items, parent)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", parent, got, want)
		}
	}
}

func TestComplete(t *testing.T) {
	t.Parallel()
	type path = catalog.Path
	for name, tc := range map[string]struct{ given, want path }{
		"nothing":                     {path{}, path{}},
		"a product alone":             {path{Product: "rh"}, path{Product: "rh"}},
		"a system says its product":   {path{System: "cte"}, path{Product: "fiscal", System: "cte"}},
		"a module says both":          {path{Module: "ferias"}, path{Product: "rh", System: "folha", Module: "ferias"}},
		"a module beats its system":   {path{System: "nfe", Module: "emissao"}, path{Product: "fiscal", System: "cte", Module: "emissao"}},
		"a system beats its product":  {path{Product: "rh", System: "nfe"}, path{Product: "fiscal", System: "nfe"}},
		"a category says its product": {path{Category: "ponto"}, path{Product: "rh", Category: "ponto"}},
		"a category of all says none": {path{Category: "erro"}, path{Category: "erro"}},
		"a category of all stays":     {path{Product: "rh", Category: "erro"}, path{Product: "rh", Category: "erro"}},
		"a category that contradicts": {path{Product: "rh", Category: "legislacao"}, path{Product: "rh"}},
		"one that the module belies":  {path{Module: "ferias", Category: "legislacao"}, path{Product: "rh", System: "folha", Module: "ferias"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCatalog(t, tree()...)
			got := c.Complete(tc.given)
			if got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if again := c.Complete(got); again != got {
				t.Errorf("completed again: %+v", again)
			}
		})
	}
}

func names(items []catalog.Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, it.ID)
	}
	return out
}

func without(all []string, some ...string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(some, s) })
}
