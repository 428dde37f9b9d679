package bulk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/core/article"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// desk is what the desk has, in memory, while a batch is applied to it.
type desk struct {
	now      time.Time
	problems finder
	touched  []*touch // in the order of writing
	touches  map[string]*touch

	items    []catalog.Item
	codes    map[string]*directory.Organisation   // by code in lower case
	names    map[string][]*directory.Organisation // by folded name, oldest first
	groups   map[string]directory.Group           // by folded name
	people   map[message.Address]*directory.Person
	parts    map[string]*touch // of a person in an organisation
	articles map[string]*article.Article
}

// touch is one entry that the batch speaks of.
type touch struct {
	kind    Kind
	key     string
	file    string
	row     int
	fresh   bool              // the desk did not have it
	columns []string          // whose value differs
	said    map[string]string // what rows said of a column
	rows    map[string]int    // and which row first
	save    func(context.Context, dialogue.Tx) error
}

func (t *touch) what() What {
	switch {
	case t.fresh:
		return Added
	case len(t.columns) > 0:
		return Changed
	}
	return Unchanged
}

func load(ctx context.Context, r dialogue.Reader, now time.Time) (*desk, error) {
	d := &desk{
		now: now.UTC().Truncate(time.Microsecond), touches: map[string]*touch{}, groups: map[string]directory.Group{},
		codes: map[string]*directory.Organisation{}, names: map[string][]*directory.Organisation{}, parts: map[string]*touch{},
		people: map[message.Address]*directory.Person{}, articles: map[string]*article.Article{},
	}
	tree, err := r.Catalog(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	d.items = tree.Items()
	if err := d.loadDirectory(ctx, r); err != nil {
		return nil, fmt.Errorf("read the directory: %w", err)
	}
	articles, err := r.Articles(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the articles: %w", err)
	}
	for i := range articles {
		d.articles[articles[i].ID] = &articles[i]
	}
	return d, nil
}

func (d *desk) loadDirectory(ctx context.Context, r directory.Lister) error {
	orgs, err := r.Organisations(ctx)
	if err != nil {
		return err
	}
	for i := range orgs {
		d.index(&orgs[i])
	}
	groups, err := r.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		d.groups[fold(g.Name)] = g
	}
	people, err := r.People(ctx)
	if err != nil {
		return err
	}
	for i := range people {
		for _, a := range people[i].Aliases {
			d.people[a.Address] = &people[i]
		}
	}
	return nil
}

// touch notes that a row speaks of an entry. It reports false when an earlier row of
// the batch did.
func (d *desk) touch(r row, key string, fresh bool, save func(context.Context, dialogue.Tx) error) (*touch, bool) {
	id := string(r.kind) + "\x00" + key
	if t, again := d.touches[id]; again {
		return t, false
	}
	t := &touch{kind: r.kind, key: key, file: r.file, row: r.row, fresh: fresh, save: save, said: map[string]string{}, rows: map[string]int{}}
	d.touches[id] = t
	d.touched = append(d.touched, t)
	return t, true
}

func (d *desk) changes() []Change {
	out := make([]Change, len(d.touched))
	for i, t := range d.touched {
		out[i] = Change{Kind: t.kind, Key: t.key, What: t.what(), Columns: t.columns, File: t.file, Row: t.row}
	}
	return out
}

// index makes an organisation known by its code and its name.
func (d *desk) index(o *directory.Organisation) {
	if o.Code != "" {
		d.codes[strings.ToLower(o.Code)] = o
	}
	if name := fold(o.Name); !slices.Contains(d.names[name], o) {
		d.names[name] = append(d.names[name], o)
	}
}

// organisationNamed finds an organisation by its code, or else by its name. It tells
// of one that is not there, or of a name that several have, and returns nil.
func (d *desk) organisationNamed(r row, column, text string) *directory.Organisation {
	if o, ok := d.codes[strings.ToLower(text)]; ok {
		return o
	}
	switch named := d.names[fold(text)]; len(named) {
	case 1:
		return named[0]
	case 0:
		r.problem(column, Unknown, "value", text)
	default:
		var known []string
		for _, o := range named {
			known = append(known, cmp.Or(o.Code, string(o.ID)))
		}
		r.problem(column, Ambiguous, "value", text, "known", strings.Join(known, ", "))
	}
	return nil
}

// itemNamed finds a catalogue item of a level by its id, or else by its name.
func (d *desk) itemNamed(r row, column string, level catalog.Level, text string) string {
	var named []string
	for _, it := range d.items {
		switch {
		case it.Level != level:
		case it.ID == text:
			return it.ID
		case fold(it.Name) == fold(text):
			named = append(named, it.ID)
		}
	}
	switch len(named) {
	case 1:
		return named[0]
	case 0:
		r.problem(column, Unknown, "value", text)
	default:
		r.problem(column, Ambiguous, "value", text, "known", strings.Join(named, ", "))
	}
	return ""
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
