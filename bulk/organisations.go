package bulk

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
)

// organisation applies one organisation.
func (d *desk) organisation(r row) {
	code, name := r.value("code"), r.value("name")
	key := cmp.Or(code, name)
	if key == "" {
		r.problem("name", Missing)
		return
	}
	o := d.known(code, name)
	fresh := o == nil
	if fresh {
		o = &directory.Organisation{ID: directory.OrgID(newID()), Active: true, CreatedAt: d.now}
	}
	t, first := d.touch(r, string(o.ID), fresh, nil)
	if !first {
		r.problem("name", Twice, "value", key, "row", strconv.Itoa(t.row))
		return
	}
	t.key, r.into = key, t
	groups := len(d.groups)
	d.fillOrganisation(r, o)
	d.index(o)
	newGroup := len(d.groups) > groups
	t.save = func(ctx context.Context, tx dialogue.Tx) error {
		if newGroup {
			if err := tx.SaveGroup(ctx, d.groupOf(o.Group)); err != nil {
				return err
			}
		}
		return tx.SaveOrganisation(ctx, o)
	}
}

// known finds the organisation that a row means. With a code, only one without a
// code of its own is recognised by its name: two branches may share a name.
func (d *desk) known(code, name string) *directory.Organisation {
	if o, ok := d.codes[strings.ToLower(code)]; ok && code != "" {
		return o
	}
	for _, o := range d.names[fold(name)] {
		if code == "" || o.Code == "" {
			return o
		}
	}
	return nil
}

func (d *desk) fillOrganisation(r row, o *directory.Organisation) {
	r.text("code", &o.Code)
	r.required("name", &o.Name)
	d.group(r, o)
	r.list("domains", &o.Domains, ofNames, func(s string) string { return strings.TrimPrefix(strings.ToLower(s), "@") })
	r.text("executive", &o.Executive)
	r.text("segment", &o.Segment)
	r.text("subsegment", &o.Subsegment)
	r.text("size", &o.Size)
	r.zone("time_zone", &o.TimeZone)
	r.list("products", &o.Products, ofNames, func(s string) string { return d.itemNamed(r, "products", catalog.Product, s) })
	r.flag("shares", &o.Shares, false)
	r.flag("assistant", &o.NoAssistant, true)
	r.flag("active", &o.Active, false)
}

// group joins the organisation to the group of that name, a new one if need be.
func (d *desk) group(r row, o *directory.Organisation) {
	c, ok := r.given("group")
	if !ok {
		return
	}
	name, id := c.value(), directory.GroupID("")
	if name != "" {
		g, known := d.groups[fold(name)]
		if !known {
			g = directory.Group{ID: directory.GroupID(newID()), Name: name}
			d.groups[fold(name)] = g
		}
		id = g.ID
	}
	r.differs("group", name, o.Group != id)
	o.Group = id
}

func (d *desk) groupOf(id directory.GroupID) directory.Group {
	for _, g := range d.groups {
		if g.ID == id {
			return g
		}
	}
	return directory.Group{}
}
