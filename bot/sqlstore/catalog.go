package sqlstore

import (
	"context"
	"fmt"

	"recado/core/catalog"
)

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

// SaveItem implements catalog.Writer. A new item goes to the end of the menus.
func (t *tx) SaveItem(ctx context.Context, it catalog.Item) error {
	names, err := packed(it.Names, len(it.Names))
	if err != nil {
		return err
	}
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
