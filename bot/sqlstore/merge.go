package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/core/directory"
)

const mergeColumns = "id, kept, gone, at, by_person, undone_at, aliases, tickets, copies, surveys"

func scanMerge(r row) (directory.Merge, error) {
	var m directory.Merge
	var at, undone int64
	var aliases, tickets, copies, surveys string
	if err := r.Scan(&m.ID, &m.Kept, &m.Gone, &at, &m.By, &undone, &aliases, &tickets, &copies, &surveys); err != nil {
		return m, err
	}
	m.At, m.UndoneAt = moment(at), moment(undone)
	var err error
	if m.Aliases, err = unpackAliases(aliases); err != nil {
		return m, err
	}
	return m, errors.Join(unpack(tickets, &m.Tickets), unpack(copies, &m.Copies), unpack(surveys, &m.Surveys))
}

// Merges implements directory.Reader.
func (r *reader) Merges(ctx context.Context, limit int) ([]directory.Merge, error) {
	return list(ctx, r.c, scanMerge, "select "+mergeColumns+" from merge order by at desc, id desc limit $1", limit)
}

// Merge implements directory.Reader.
func (r *reader) Merge(ctx context.Context, id directory.MergeID) (directory.Merge, error) {
	return one(ctx, r.c, directory.ErrNotFound, scanMerge, "select "+mergeColumns+" from merge where id = $1", string(id))
}

// SaveMerge implements directory.Writer.
func (t *tx) SaveMerge(ctx context.Context, m *directory.Merge) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	moved := *m
	for _, one := range []struct {
		ids  *[]string
		text string
	}{
		{&moved.Tickets, "update ticket set requester = $2, version = version + 1 where requester = $1 returning id"},
		{&moved.Copies, "update ticket_participant set person = $2 where person = $1 returning ticket"},
		{&moved.Surveys, "update survey set person = $2 where person = $1 returning id"},
	} {
		ids, err := list(ctx, t.c, value[string], one.text, string(m.Gone), string(m.Kept))
		if err != nil {
			return fmt.Errorf("merge %s: %w", m.ID, err)
		}
		*one.ids = ids
	}
	aliases, err := packAliases(m.Aliases)
	if err != nil {
		return err
	}
	_, err = t.c.exec(ctx, "insert into merge ("+mergeColumns+") values ("+places(10)+")", string(m.ID), string(m.Kept), string(m.Gone),
		micros(m.At), string(m.By), int64(0), aliases, packedList(moved.Tickets), packedList(moved.Copies), packedList(moved.Surveys))
	if err != nil {
		return fmt.Errorf("merge %s: %w", m.ID, err)
	}
	restoring(t, m)
	*m = moved
	return nil
}

// UndoMerge implements directory.Writer.
func (t *tx) UndoMerge(ctx context.Context, m directory.Merge, at time.Time) error {
	if err := t.flush(ctx); err != nil {
		return err
	}
	n, err := t.c.exec(ctx, "update merge set undone_at = $2 where id = $1 and undone_at = 0", string(m.ID), micros(at))
	if err == nil && n == 0 {
		err = directory.ErrStale
	}
	for _, one := range []struct {
		ids  []string
		text string
	}{
		{m.Tickets, "update ticket set requester = $2, version = version + 1 where id = $1 and requester = $3"},
		{m.Copies, "update ticket_participant set person = $2 where ticket = $1 and person = $3"},
		{m.Surveys, "update survey set person = $2 where id = $1 and person = $3"},
	} {
		for _, id := range one.ids {
			if err == nil {
				_, err = t.c.exec(ctx, one.text, id, string(m.Gone), string(m.Kept))
			}
		}
	}
	if err != nil {
		return fmt.Errorf("undo merge %s: %w", m.ID, err)
	}
	return nil
}
