package article_test

import (
	"slices"
	"testing"

	"recado/core/article"
)

func TestVisibleTo(t *testing.T) {
	t.Parallel()
	public := article.Article{Public: true}
	private := article.Article{}
	ofOrg := article.Article{Public: true, OrgIDs: []string{"aurora", "serra"}}
	ofProduct := article.Article{Public: true, Product: "fiscal"}
	both := article.Article{Public: true, OrgIDs: []string{"aurora"}, Product: "fiscal"}

	for name, tc := range map[string]struct {
		article        article.Article
		orgs, products []string
		want           bool
	}{
		"public, nothing known of the reader":     {public, nil, nil, true},
		"team only":                               {private, []string{"aurora"}, []string{"fiscal"}, false},
		"one of my organisations":                 {ofOrg, []string{"praia", "serra"}, nil, true},
		"somebody else's organisation":            {ofOrg, []string{"praia"}, nil, false},
		"restricted, reader without organisation": {ofOrg, nil, nil, false},
		"product we have":                         {ofProduct, nil, []string{"folha", "fiscal"}, true},
		"product we do not have":                  {ofProduct, nil, []string{"folha"}, false},
		"products not recorded":                   {ofProduct, nil, nil, true},
		"right organisation, wrong product":       {both, []string{"aurora"}, []string{"folha"}, false},
		"right product, wrong organisation":       {both, []string{"praia"}, []string{"fiscal"}, false},
		"any product":                             {public, nil, []string{"folha"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := tc.article.VisibleTo(tc.orgs, tc.products); got != tc.want {
				t.Errorf("VisibleTo(%q, %q) = %v, want %v", tc.orgs, tc.products, got, tc.want)
			}
		})
	}
}

func TestWithPhrasing(t *testing.T) {
	t.Parallel()
	full := article.Article{Phrasings: make([]string, article.MaxPhrasings)}
	one := article.Article{Phrasings: []string{"Não emite boleto"}}
	for name, tc := range map[string]struct {
		article article.Article
		text    string
		added   string // "" when nothing is
	}{
		"a new wording":               {one, "cadê   meu\nboleto?", "cadê meu boleto?"},
		"the same but for marks":      {one, "NÃO emite: boleto!!", ""},
		"an accent is a difference":   {one, "nao emite boleto", "nao emite boleto"},
		"only marks":                  {one, "?!", ""},
		"nothing":                     {one, "  \n", ""},
		"longer than a phrasing":      {one, string(make([]byte, article.MaxPhrasing+1)), ""},
		"the article is full already": {full, "cadê meu boleto?", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, added := tc.article.WithPhrasing(tc.text)
			want := tc.article.Phrasings
			if tc.added != "" {
				want = append(slices.Clone(want), tc.added)
			}
			if added != (tc.added != "") || !slices.Equal(got.Phrasings, want) {
				t.Errorf("got %q, %v; want %q", got.Phrasings, added, want)
			}
		})
	}
}

func TestWithPhrasingLeavesTheOriginalAlone(t *testing.T) {
	t.Parallel()
	room := append(make([]string, 0, 8), "um")
	a := article.Article{Phrasings: room}
	b, _ := a.WithPhrasing("dois")
	c, _ := a.WithPhrasing("três")
	if b.Phrasings[1] != "dois" || c.Phrasings[1] != "três" || len(a.Phrasings) != 1 {
		t.Errorf("slices are shared: a %q, b %q, c %q", a.Phrasings, b.Phrasings, c.Phrasings)
	}
}
