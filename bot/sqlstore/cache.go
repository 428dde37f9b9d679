package sqlstore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"recado/core/catalog"
	"recado/core/directory"
	"recado/core/message"
)

// What nearly every turn reads and hardly any changes is kept in memory: people,
// organisations and the catalogue. Two rows of the table stamp count the changes
// of the directory and of the catalogue. A View reads them before anything that is
// kept, so a process never uses what another has changed: what was kept under a
// count may be newer than it, never older. Transactions that write read people and
// organisations from their tables.

// stamps are the counts as a View found them.
type stamps struct{ directory, catalog int64 }

// keptPeople bounds the memory: some 5 MB.
const keptPeople = 5000

type cache struct {
	mu      sync.Mutex
	at      stamps
	people  map[directory.PersonID]directory.Person
	owners  map[message.Address]directory.PersonID
	orgs    map[directory.OrgID]directory.Organisation
	catalog *catalog.Catalog
}

func newCache() *cache {
	k := &cache{}
	k.forgetDirectory()
	return k
}

func (k *cache) forgetDirectory() {
	k.people = map[directory.PersonID]directory.Person{}
	k.owners = map[message.Address]directory.PersonID{}
	k.orgs = map[directory.OrgID]directory.Organisation{}
}

// use runs do with what is kept under these counts: nothing, when somebody else's
// View is newer.
func (k *cache) use(at stamps, do func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at.directory > k.at.directory || len(k.people) > keptPeople {
		k.at.directory = max(at.directory, k.at.directory)
		k.forgetDirectory()
	}
	if at.catalog > k.at.catalog {
		k.at.catalog, k.catalog = at.catalog, nil
	}
	if at == k.at {
		do()
	}
}

// errNoStamp means that somebody emptied a table that the migration filled.
var errNoStamp = errors.New("sqlstore: the counts of changes are missing")

// stampsNow reads the counts, once in a View.
func (r *reader) stampsNow(ctx context.Context) (stamps, error) {
	if r.stamps != nil {
		return *r.stamps, nil
	}
	s, err := one(ctx, r.c, errNoStamp, func(r row) (s stamps, err error) { return s, r.Scan(&s.directory, &s.catalog) },
		`select d.changes, c.changes from stamp d, stamp c where d.name = 'directory' and c.name = 'catalog'`)
	if err == nil {
		r.stamps = &s
	}
	return s, err
}

// Person implements directory.Reader.
func (r *reader) Person(ctx context.Context, id directory.PersonID) (directory.Person, error) {
	return r.keptPerson(ctx, func() directory.PersonID { return id }, func() (directory.Person, error) { return r.readPerson(ctx, id) })
}

// PersonAt implements directory.Reader.
func (r *reader) PersonAt(ctx context.Context, a message.Address) (directory.Person, error) {
	return r.keptPerson(ctx, func() directory.PersonID { return r.db.cache.owners[a] },
		func() (directory.Person, error) { return r.readPersonAt(ctx, a) })
}

// keptPerson finds a person in memory by the id that which gives, or reads it.
func (r *reader) keptPerson(ctx context.Context, which func() directory.PersonID, read func() (directory.Person, error)) (p directory.Person, err error) {
	k := r.db.cache
	at, err := r.stampsNow(ctx)
	if err != nil {
		return p, err
	}
	found := false
	k.use(at, func() { p, found = k.people[which()] })
	if !found {
		if p, err = read(); err != nil {
			return p, err
		}
		k.use(at, func() {
			k.people[p.ID] = p
			for _, a := range p.Aliases {
				k.owners[a.Address] = p.ID
			}
		})
	}
	return clonePerson(p), nil
}

// clonePerson keeps what is kept out of callers' hands.
func clonePerson(p directory.Person) directory.Person {
	p.NoticeBy, p.Aliases, p.Members = slices.Clone(p.NoticeBy), slices.Clone(p.Aliases), slices.Clone(p.Members)
	for i := range p.Members {
		p.Members[i].Modules = slices.Clone(p.Members[i].Modules)
	}
	return p
}

// Organisation implements directory.Reader.
func (r *reader) Organisation(ctx context.Context, id directory.OrgID) (o directory.Organisation, err error) {
	k := r.db.cache
	at, err := r.stampsNow(ctx)
	if err != nil {
		return o, err
	}
	found := false
	k.use(at, func() { o, found = k.orgs[id] })
	if !found {
		if o, err = r.readOrganisation(ctx, id); err != nil {
			return o, err
		}
		k.use(at, func() { k.orgs[id] = o })
	}
	o.Domains, o.Products = slices.Clone(o.Domains), slices.Clone(o.Products)
	return o, nil
}

// Catalog implements catalog.Reader.
func (r *reader) Catalog(ctx context.Context) (c *catalog.Catalog, err error) {
	k := r.db.cache
	at, err := r.stampsNow(ctx)
	if err != nil {
		return nil, err
	}
	k.use(at, func() { c = k.catalog })
	if c != nil {
		return c, nil
	}
	if c, err = r.readCatalog(ctx); err == nil {
		k.use(at, func() { k.catalog = c })
	}
	return c, err
}

// Reads of a transaction go to the tables: what is not committed must not be kept.

func (t *tx) Person(ctx context.Context, id directory.PersonID) (directory.Person, error) {
	return t.readPerson(ctx, id)
}

func (t *tx) PersonAt(ctx context.Context, a message.Address) (directory.Person, error) {
	return t.readPersonAt(ctx, a)
}

func (t *tx) Organisation(ctx context.Context, id directory.OrgID) (directory.Organisation, error) {
	return t.readOrganisation(ctx, id)
}

func (t *tx) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	return t.readCatalog(ctx)
}

// writeStamp counts a change of the directory. It comes last in a transaction:
// everybody who writes people waits for the row.
func (t *tx) writeStamp(ctx context.Context) error {
	if !t.directoryChanged {
		return nil
	}
	t.directoryChanged = false
	_, err := t.c.exec(ctx, "update stamp set changes = changes + 1 where name = 'directory'")
	return err
}
