package bulk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"recado/core/catalog"
	"recado/core/dialogue"
)

var levels = map[catalog.Level][]string{
	catalog.Product: {"produto"}, catalog.System: {"sistema"}, catalog.Module: {"módulo"}, catalog.Category: {"categoria"},
}

// idOf is the id that a record gives, or that follows from its name.
func idOf(r record) string {
	c := r.cells["id"]
	n := r.cells["name"]
	return cmp.Or(c.value(), slug(n.value()))
}

// item applies one entry of the catalogue.
func (d *desk) item(r row) {
	id := idOf(r.record)
	switch {
	case id == "":
		r.problem("name", Missing)
		return
	case id != strings.ToLower(id) || strings.ContainsFunc(id, notInID):
		r.problem("id", BadID, "value", id)
		return
	}
	i := slices.IndexFunc(d.items, func(it catalog.Item) bool { return it.ID == id })
	fresh := i < 0
	if fresh {
		i = len(d.items)
		d.items = append(d.items, catalog.Item{ID: id, Active: true})
	}
	t, first := d.touch(r, id, fresh, func(ctx context.Context, tx dialogue.Tx) error { return tx.SaveItem(ctx, d.items[i]) })
	if !first {
		r.problem("id", Twice, "value", id, "row", strconv.Itoa(t.row))
		return
	}
	r.into = t
	it := &d.items[i]
	it.Names = maps.Clone(it.Names)
	r.required("name", &it.Name)
	choice(r, "level", &it.Level, levels)
	if _, said := r.given("level"); it.Level == "" && !said {
		r.problem("level", Missing)
	}
	r.text("parent", &it.Parent)
	for language, column := range map[string]string{"pt-BR": "name_pt", "en": "name_en", "es": "name_es"} {
		name := it.Names[language]
		r.text(column, &name)
		if name != it.Names[language] {
			it.Names = with(it.Names, language, name)
		}
	}
	r.list("words", &it.Words, ofNames, nil)
	r.flag("active", &it.Active, false)
}

func with(names map[string]string, language, name string) map[string]string {
	if names == nil {
		names = map[string]string{}
	}
	if names[language] = name; name == "" {
		delete(names, language)
	}
	return names
}

// notInID finds what has no place in an id, which stands in button values and URLs.
func notInID(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.", r)
}

// parents says which level an item hangs from. core/catalog has the same rule; here
// it is told by row.
var parents = map[catalog.Level]catalog.Level{
	catalog.System: catalog.Product, catalog.Module: catalog.System, catalog.Category: catalog.Product,
}

// checkTree makes sure that the items of the batch hang together with all others.
func (d *desk) checkTree() {
	byID := map[string]*catalog.Item{}
	for i := range d.items {
		byID[d.items[i].ID] = &d.items[i]
	}
	for i := range d.items {
		it := &d.items[i]
		t := cmp.Or(d.touches[string(Catalog)+"\x00"+it.ID], d.touches[string(Catalog)+"\x00"+it.Parent])
		if t == nil || it.Level == "" { // the batch has no part in it, or it was told already
			continue
		}
		place := record{kind: Catalog, file: t.file, row: t.row}
		want, hangs := parents[it.Level]
		parent, found := byID[it.Parent]
		switch {
		case it.Parent == "" && (it.Level == catalog.Product || it.Level == catalog.Category):
		case it.Parent == "":
			d.problems.add(place, "parent", NoParent, "value", it.Name)
		case !found:
			d.problems.add(place, "parent", Unknown, "value", it.Parent)
		case !hangs || parent.Level != want:
			d.problems.add(place, "parent", BadParent, "value", it.Name, "parent", parent.Name)
		}
	}
}
