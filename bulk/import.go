package bulk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"recado/core/dialogue"
)

// attempts is how often an import starts over when the desk changed under it.
const attempts = 3

// Plan compares the batch with the desk, and says what Import would do. Problems are
// the error when anything is wrong.
func (b *Batch) Plan(ctx context.Context, store dialogue.Store, now time.Time) (Report, error) {
	var report Report
	err := store.View(ctx, func(r dialogue.Reader) error {
		d, err := b.compare(ctx, r, now)
		if err == nil {
			report = Report{Changes: d.changes(), Dry: true}
		}
		return err
	})
	return report, told(err)
}

// Import compares the batch with the desk and writes the difference, in one
// transaction. Problems are the error when anything is wrong, and then nothing is
// written.
func (b *Batch) Import(ctx context.Context, store dialogue.Store, now time.Time) (Report, error) {
	var report Report
	var err error
	for range attempts {
		err = store.Update(ctx, func(tx dialogue.Tx) error {
			d, err := b.compare(ctx, tx, now)
			if err != nil {
				return err
			}
			report = Report{Changes: d.changes()}
			return d.write(ctx, tx)
		})
		if !errors.Is(err, dialogue.ErrConflict) {
			break
		}
	}
	return report, told(err)
}

// told keeps Problems as they are and says of other failures what was being done.
func told(err error) error {
	var problems Problems
	if err == nil || errors.As(err, &problems) {
		return err
	}
	return fmt.Errorf("import: %w", err)
}

// compare applies the batch to what the desk has, in memory.
func (b *Batch) compare(ctx context.Context, r dialogue.Reader, now time.Time) (*desk, error) {
	d, err := load(ctx, r, now)
	if err != nil {
		return nil, err
	}
	d.problems.found = append(d.problems.found, b.problems.found...)
	apply := map[Kind]func(row){Catalog: d.item, Organisations: d.organisation, People: d.person, Articles: d.article}
	for _, kind := range Kinds {
		for _, rec := range b.records {
			if rec.kind == kind {
				apply[kind](row{record: rec, problems: &d.problems})
			}
		}
		if kind == Catalog {
			d.checkTree()
		}
	}
	d.checkPeople()
	return d, d.problems.err()
}

// write stores what was added or changed, in an order in which references hold.
func (d *desk) write(ctx context.Context, tx dialogue.Tx) error {
	for _, t := range d.touched {
		if t.what() == Unchanged {
			continue
		}
		if err := t.save(ctx, tx); err != nil {
			return fmt.Errorf("%s %s: %w", t.kind, t.key, err)
		}
	}
	return nil
}
