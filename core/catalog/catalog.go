// Package catalog knows what tickets are about: products, their systems and
// modules, and categories; and who may open a ticket where.
//
// Promises: a Catalog is a whole, checked and immutable value, small enough to
// hold in memory; Offer never names what the person's organisation does not have
// or what a key user may not open (F4). It does not store anything.
package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"recado/core/directory"
)

// Level is an item's place in the tree.
type Level string

// Levels. A system belongs to a product, a module to a system. A category
// belongs to a product, or to all when it has no parent.
const (
	Product  Level = "product"
	System   Level = "system"
	Module   Level = "module"
	Category Level = "category"
)

// Item is one entry. Names holds translations by language; Words are other names
// by which people speak of it.
type Item struct {
	ID     string
	Level  Level
	Parent string
	Name   string
	Names  map[string]string
	Words  []string
	Active bool
}

// In returns the item's name in a language.
func (i Item) In(language string) string { return cmp.Or(i.Names[language], i.Name) }

// Catalog is the whole tree.
type Catalog struct {
	items []Item
	byID  map[string]Item
}

// parents says which level an item hangs from.
var parents = map[Level]Level{System: Product, Module: System, Category: Product}

// New checks items and makes a Catalog. The order is kept: it is the order of menus.
func New(items []Item) (*Catalog, error) {
	c := &Catalog{items: slices.Clone(items), byID: make(map[string]Item, len(items))}
	for _, it := range items {
		if it.ID == "" || it.Name == "" {
			return nil, fmt.Errorf("catalog: item %q %q needs an id and a name", it.ID, it.Name)
		}
		if _, twice := c.byID[it.ID]; twice {
			return nil, fmt.Errorf("catalog: id %q is given twice", it.ID)
		}
		c.byID[it.ID] = it
	}
	for _, it := range items {
		want, child := parents[it.Level]
		parent, found := c.byID[it.Parent]
		switch {
		case !child && it.Level != Product:
			return nil, fmt.Errorf("catalog: %q is on the unknown level %q", it.Name, it.Level)
		case it.Level == Category && it.Parent == "", it.Level == Product && it.Parent == "":
		case !child:
			return nil, fmt.Errorf("catalog: %s %q cannot have a parent", it.Level, it.Name)
		case !found || parent.Level != want:
			return nil, fmt.Errorf("catalog: %s %q needs a %s as parent", it.Level, it.Name, want)
		}
	}
	return c, nil
}

// Item finds an entry by id.
func (c *Catalog) Item(id string) (Item, bool) {
	it, ok := c.byID[id]
	return it, ok
}

// Items lists all entries in menu order.
func (c *Catalog) Items() []Item { return slices.Clone(c.items) }

// Name is the item's name in a language, or "" when there is none.
func (c *Catalog) Name(id, language string) string { return c.byID[id].In(language) }

// Offer is what one person may choose from, for one organisation (B1, F4, G1).
type Offer struct {
	Products, Systems, Modules, Categories []Item
}

// Offer narrows the catalogue to a person and an organisation. An organisation
// that lists no products has them all.
func (c *Catalog) Offer(p directory.Person, org directory.Organisation) Offer {
	var o Offer
	has := func(product string) bool {
		return len(org.Products) == 0 || slices.Contains(org.Products, product)
	}
	for _, it := range c.items {
		if !c.inUse(it) || !has(c.productOf(it)) && c.productOf(it) != "" {
			continue
		}
		switch it.Level {
		case Product:
			o.Products = append(o.Products, it)
		case System:
			o.Systems = append(o.Systems, it)
		case Module:
			if directory.MayOpenIn(p, org.ID, it.ID) == nil {
				o.Modules = append(o.Modules, it)
			}
		case Category:
			o.Categories = append(o.Categories, it)
		}
	}
	return o
}

// inUse reports whether an item and all that it hangs from are active: what belongs
// to a retired product is retired with it.
func (c *Catalog) inUse(it Item) bool {
	for it.Active && it.Parent != "" {
		it = c.byID[it.Parent]
	}
	return it.Active
}

// productOf climbs to the item's product; "" for a category of all products.
func (c *Catalog) productOf(it Item) string {
	for it.Level != Product && it.Parent != "" {
		it = c.byID[it.Parent]
	}
	if it.Level != Product {
		return ""
	}
	return it.ID
}

// Under lists those of items that hang from parent; categories of all products too.
func Under(items []Item, parent string) []Item {
	var out []Item
	for _, it := range items {
		if it.Parent == parent || it.Level == Category && it.Parent == "" {
			out = append(out, it)
		}
	}
	return out
}

// Path is a choice made: each id may be empty. As JSON it is part of a session.
type Path struct {
	Product  string `json:"product,omitempty"`
	System   string `json:"system,omitempty"`
	Module   string `json:"module,omitempty"`
	Category string `json:"category,omitempty"`
}

// Complete fills in the parents that a path implies, and drops what contradicts
// them: a module says its system, a system its product.
func (c *Catalog) Complete(p Path) Path {
	if m, ok := c.byID[p.Module]; ok {
		p.System = m.Parent
	}
	if s, ok := c.byID[p.System]; ok {
		p.Product = s.Parent
	}
	if cat, ok := c.byID[p.Category]; ok && cat.Parent != "" {
		p.Product = cmp.Or(p.Product, cat.Parent)
		if p.Product != cat.Parent {
			p.Category = ""
		}
	}
	return p
}

// Reader gives the catalogue as it stands; Writer replaces entries by id.
type Reader interface {
	Catalog(ctx context.Context) (*Catalog, error)
}

// Writer changes it.
type Writer interface {
	SaveItem(ctx context.Context, it Item) error
}
