package sqlstore

import (
	"context"

	"recado/core/directory"
)

// Ids are UUIDv7, so their order is that of creation.

// People implements directory.Lister.
func (r *reader) People(ctx context.Context) ([]directory.Person, error) {
	return list(ctx, r.c, scanPerson, "select "+personColumns+" from person order by id")
}

// Organisations implements directory.Lister.
func (r *reader) Organisations(ctx context.Context) ([]directory.Organisation, error) {
	return list(ctx, r.c, scanOrg, "select "+orgColumns+" from organisation order by id")
}

// Groups implements directory.Lister.
func (r *reader) Groups(ctx context.Context) ([]directory.Group, error) {
	return list(ctx, r.c, func(from row) (directory.Group, error) {
		var g directory.Group
		err := from.Scan(&g.ID, &g.Name)
		return g, err
	}, "select id, name from organisation_group order by id")
}
