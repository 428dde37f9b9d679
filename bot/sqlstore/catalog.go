package sqlstore

import (
	"context"
	"fmt"
	"sync"

	"recado/core/catalog"
)

// catalogCache keeps the catalogue, which every turn needs whole, under the count
// of changes that it was read at. The count is one row, and is read first: so what
// is kept may be newer than its count, never older.
type catalogCache struct {
	mu      sync.Mutex
	changes int64
	kept    *catalog.Catalog
}

func (k *catalogCache) at(changes int64) *catalog.Catalog {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.changes != changes {
		return nil
	}
	return k.kept
}

func (k *catalogCache) keep(changes int64, c *catalog.Catalog) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.changes, k.kept = changes, c
}

// Catalog implements catalog.Reader.
func (r *reader) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	changes, err := one(ctx, r.c, errNoStamp, value[int64], "select changes from stamp where name = 'catalog'")
	if err != nil {
		return nil, err
	}
	if c := r.db.catalog.at(changes); c != nil {
		return c, nil
	}
	c, err := r.readCatalog(ctx)
	if err == nil {
		r.db.catalog.keep(changes, c)
	}
	return c, err
}

// errNoStamp means that somebody emptied a table that the migration filled.
var errNoStamp = fmt.Errorf("sqlstore: the count of the catalogue's changes is missing")

func (r *reader) readCatalog(ctx context.Context) (*catalog.Catalog, error) {
	items, err := list(ctx, r.c, scanItem, "select id, level, parent, name, names, words, active from catalog_item order by position, id")
	if err != nil {
		return nil, err
	}
	return catalog.New(items)
}

func scanItem(r row) (catalog.Item, error) {
	var it catalog.Item
	var names, words string
	if err := r.Scan(&it.ID, &it.Level, &it.Parent, &it.Name, &names, &words, &it.Active); err != nil {
		return it, err
	}
	if err := unpack(names, &it.Names); err != nil {
		return it, err
	}
	return it, unpack(words, &it.Words)
}

// Catalog of a transaction that changes the catalogue is read anew: what is not
// committed must not be kept.
func (t *tx) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	if t.catalogChanged {
		return t.readCatalog(ctx)
	}
	return t.reader.Catalog(ctx)
}

// SaveItem implements catalog.Writer. A new item goes to the end of the menus.
func (t *tx) SaveItem(ctx context.Context, it catalog.Item) error {
	names, err := packed(it.Names, len(it.Names))
	if err != nil {
		return err
	}
	t.catalogChanged = true
	// The stamp first: on PostgreSQL its lock makes those who change the catalogue
	// take turns, so that no two items get one position.
	if _, err = t.c.exec(ctx, "update stamp set changes = changes + 1 where name = 'catalog'"); err == nil {
		_, err = t.c.exec(ctx, `insert into catalog_item (id, position, level, parent, name, names, words, active)
			values ($1, (select coalesce(max(position), 0) + 1 from catalog_item), $2, $3, $4, $5, $6, $7)
			on conflict (id) do update set level = excluded.level, parent = excluded.parent, name = excluded.name,
			names = excluded.names, words = excluded.words, active = excluded.active`,
			it.ID, string(it.Level), it.Parent, it.Name, names, packedList(it.Words), bit(it.Active))
	}
	if err != nil {
		return fmt.Errorf("save catalogue item %s: %w", it.ID, err)
	}
	return nil
}
