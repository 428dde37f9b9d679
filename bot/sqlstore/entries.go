package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"recado/core/ticket"
)

const entryColumns = `ticket, seq, id, kind, side, author, at, via, upstream, quotes, field, from_value, to_value,
	edited_at, deleted_at, original, attachments, text, full_text, before_text`

func scanEntry(r row) (ticket.Entry, error) {
	var e ticket.Entry
	var at, edited, deleted int64
	var attachments string
	err := r.Scan(&e.Ticket, &e.Seq, &e.ID, &e.Kind, &e.Side, &e.Author, &at, &e.Via, &e.Upstream, &e.Quotes, &e.Field, &e.From, &e.To,
		&edited, &deleted, &e.Original, &attachments, &e.Text, &e.FullText, &e.Before)
	if err != nil {
		return e, err
	}
	e.At, e.EditedAt, e.DeletedAt = moment(at), moment(edited), moment(deleted)
	return e, unpack(attachments, &e.Attachments)
}

func (t *tx) addEntry(e ticket.Entry) error {
	attachments, err := packed(e.Attachments, len(e.Attachments))
	if err != nil {
		return err
	}
	t.gathered.entries = append(t.gathered.entries, []any{
		string(e.Ticket), e.Seq, e.ID, string(e.Kind), string(e.Side), string(e.Author), micros(e.At), string(e.Via), key(e.Upstream), e.Quotes,
		e.Field, e.From, e.To, micros(e.EditedAt), micros(e.DeletedAt), e.Original, attachments, e.Text, e.FullText, e.Before,
	})
	return nil
}

// Amend implements ticket.Writer.
func (t *tx) Amend(ctx context.Context, e ticket.Entry) error {
	attachments, err := packed(e.Attachments, len(e.Attachments))
	if err != nil {
		return err
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	n, err := t.c.exec(ctx, `update entry set text = $3, full_text = $4, before_text = $5, edited_at = $6, deleted_at = $7, attachments = $8, kind = $9
		where ticket = $1 and seq = $2`,
		string(e.Ticket), e.Seq, e.Text, e.FullText, e.Before, micros(e.EditedAt), micros(e.DeletedAt), attachments, string(e.Kind))
	if err == nil && n == 0 {
		err = ticket.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("amend entry %d of ticket %s: %w", e.Seq, e.Ticket, err)
	}
	return nil
}

// History implements ticket.Reader.
func (r *reader) History(ctx context.Context, id ticket.ID, after, limit int, notes bool) ([]ticket.Entry, error) {
	text := "select " + entryColumns + " from entry where ticket = $1 and seq > $2"
	if !notes {
		text += " and kind <> 'note'"
	}
	text += " order by seq"
	if limit <= 0 {
		return list(ctx, r.c, scanEntry, text, string(id), after)
	}
	return list(ctx, r.c, scanEntry, text+" limit $3", string(id), after, limit)
}

// Latest implements ticket.Reader.
func (r *reader) Latest(ctx context.Context, id ticket.ID, n int) ([]ticket.Entry, error) {
	entries, err := list(ctx, r.c, scanEntry, "select "+entryColumns+` from entry
		where ticket = $1 and kind = 'message' order by seq desc limit $2`, string(id), n)
	slices.Reverse(entries)
	return entries, err
}

// EntryByUpstream implements ticket.Reader.
func (r *reader) EntryByUpstream(ctx context.Context, upstream string) (ticket.Entry, error) {
	if upstream == "" {
		return ticket.Entry{}, ticket.ErrNotFound
	}
	return one(ctx, r.c, ticket.ErrNotFound, scanEntry, "select "+entryColumns+` from entry
		where upstream = $1 and upstream <> '' order by at desc limit 1`, key(upstream))
}
