package sqlstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/ticket"
)

// ticketFixed are the columns that are written once, ticketMoving those that every
// update writes. What does not move costs no index an update; so the requester, who
// hardly ever changes, is written apart.
const (
	ticketFixed  = "id, version, number, serial, org, requester, opened_by, opened_at, via, description"
	ticketMoving = `agent, status, waiting_on, private, priority, severity, type, product, system, module, category,
	updated_at, answered_at, closed_at, last_at, last_side, answer_due, solve_due, due_warned, warn_at, paused_at,
	remind_at, reminders, closings, entries, waits_since, nudge_at, closed_by, contact, subject, subject_key, merged_into`
	// ticketColumns are what a ticket is read from, participants as one text.
	ticketColumns = `id, version, number, org, opened_by, opened_at, via, description,
	requester, agent, status, waiting_on, private, priority, severity, type, product, system, module, category,
	updated_at, answered_at, closed_at, last_at, last_side, answer_due, solve_due, due_warned, paused_at,
	remind_at, reminders, closings, entries, waits_since, nudge_at, closed_by, contact, subject, merged_into,
	(select string_agg(person, ',' order by position) from ticket_participant where ticket = ticket.id)`
)

func scanTicket(r row) (*ticket.Ticket, error) {
	t := &ticket.Ticket{}
	var opened, updated, answered, closed, last, answerDue, solveDue, paused, remind, waits, nudge int64
	var participants *string
	err := r.Scan(&t.ID, &t.Version, &t.Number, &t.Org, &t.OpenedBy, &opened, &t.Via, &t.Description,
		&t.Requester, &t.Agent, &t.Status, &t.WaitingOn, &t.Private, &t.Priority, &t.Severity, &t.Type,
		&t.About.Product, &t.About.System, &t.About.Module, &t.About.Category,
		&updated, &answered, &closed, &last, &t.LastSide, &answerDue, &solveDue, &t.DueWarned, &paused,
		&remind, &t.Reminders, &t.Closings, &t.Entries, &waits, &nudge, &t.ClosedBy, &t.Contact, &t.Subject, &t.MergedInto, &participants)
	t.OpenedAt, t.UpdatedAt, t.AnsweredAt, t.ClosedAt, t.LastAt = moment(opened), moment(updated), moment(answered), moment(closed), moment(last)
	t.AnswerDue, t.SolveDue, t.PausedAt, t.RemindAt = moment(answerDue), moment(solveDue), moment(paused), moment(remind)
	t.WaitsSince, t.NudgeAt = moment(waits), moment(nudge)
	if participants != nil {
		for id := range strings.SplitSeq(*participants, ",") {
			t.Participants = append(t.Participants, directory.PersonID(id))
		}
	}
	return t, err
}

func movingValues(t *ticket.Ticket) []any {
	return []any{
		string(t.Agent), string(t.Status), t.WaitingOn, bit(t.Private), string(t.Priority), string(t.Severity), string(t.Type),
		t.About.Product, t.About.System, t.About.Module, t.About.Category,
		micros(t.UpdatedAt), micros(t.AnsweredAt), micros(t.ClosedAt), micros(t.LastAt), string(t.LastSide),
		micros(t.AnswerDue), micros(t.SolveDue), t.DueWarned, micros(warnAt(t)), micros(t.PausedAt),
		micros(t.RemindAt), t.Reminders, t.Closings, t.Entries, micros(t.WaitsSince), micros(t.NudgeAt), string(t.ClosedBy), t.Contact, t.Subject, fold(t.Subject),
		string(t.MergedInto),
	}
}

// warnAt is when DueWarnings is to find the ticket; zero for never.
func warnAt(t *ticket.Ticket) time.Time {
	var at time.Time
	if t.Status == ticket.Closed {
		return at
	}
	if t.DueWarned&ticket.WarnedAnswer == 0 && t.AnsweredAt.IsZero() {
		at = t.AnswerDue
	}
	if t.DueWarned&ticket.WarnedSolve == 0 && t.PausedAt.IsZero() && !t.SolveDue.IsZero() && (at.IsZero() || t.SolveDue.Before(at)) {
		at = t.SolveDue
	}
	return at
}

// numbersPerYear is what a serial has room for.
const numbersPerYear = 1_000_000_000

// counter is a year's last number: as it is in the database, whose row is locked
// until the transaction ends, and as it will be.
type counter struct{ written, last int64 }

// nextNumber takes the next number of a year. Only the first of a transaction asks
// the database; writeNumbers notes the last.
func (t *tx) nextNumber(ctx context.Context, year int) (int64, error) {
	c := t.numbers[year]
	if c == nil {
		found, err := returning(ctx, t.c, value[int64], `insert into ticket_number (year, last) values ($1, 1)
			on conflict (year) do update set last = ticket_number.last + 1 returning last`, year)
		if err == nil && len(found) == 0 {
			err = errNoRow
		}
		if err != nil {
			return 0, fmt.Errorf("number a ticket: %w", err)
		}
		if t.numbers == nil {
			t.numbers = map[int]*counter{}
		}
		t.numbers[year] = &counter{found[0], found[0]}
		return found[0], nil
	}
	c.last++
	return c.last, nil
}

func (t *tx) writeNumbers(ctx context.Context) error {
	for year, c := range t.numbers {
		if c.last == c.written {
			continue
		}
		if _, err := t.c.exec(ctx, "update ticket_number set last = $2 where year = $1", year, c.last); err != nil {
			return fmt.Errorf("number tickets: %w", err)
		}
		c.written = c.last
	}
	return nil
}

// Insert implements ticket.Writer.
func (t *tx) Insert(ctx context.Context, tk *ticket.Ticket) error {
	year := tk.OpenedAt.UTC().Year()
	n, err := t.nextNumber(ctx, year)
	if err != nil {
		return err
	}
	number := ticket.FormatNumber(year, n)
	values := append([]any{
		string(tk.ID), tk.Version + 1, number, int64(year)*numbersPerYear + n, string(tk.Org), string(tk.Requester), string(tk.OpenedBy),
		micros(tk.OpenedAt), string(tk.Via), tk.Description,
	}, movingValues(tk)...)
	t.gathered.inserts = append(t.gathered.inserts, values)
	t.addParticipants(tk)
	restoring(t, tk)
	tk.Number = number
	return t.stored(tk)
}

// Update implements ticket.Writer. That the version is an old one may come out
// only when the transaction is committed.
func (t *tx) Update(ctx context.Context, tk *ticket.Ticket) error {
	moved, anew := changed(tk, "requester"), changed(tk, "participant")
	if moved || anew || t.gathered.tickets[tk.ID] {
		if err := t.flush(ctx); err != nil {
			return err
		}
	}
	if moved {
		if _, err := t.c.exec(ctx, "update ticket set requester = $2 where id = $1", string(tk.ID), string(tk.Requester)); err != nil {
			return fmt.Errorf("update ticket %s: %w", tk.Number, err)
		}
	}
	if anew {
		if _, err := t.c.exec(ctx, "delete from ticket_participant where ticket = $1", string(tk.ID)); err != nil {
			return fmt.Errorf("update ticket %s: %w", tk.Number, err)
		}
		t.addParticipants(tk)
	}
	values := append([]any{string(tk.ID), tk.Version, tk.Version + 1}, movingValues(tk)...)
	t.gathered.updates = append(t.gathered.updates, claimed{values, t.doing})
	restoring(t, tk)
	return t.stored(tk)
}

var (
	insertTicket = "insert into ticket (" + ticketFixed + ", " + ticketMoving + ") values {rows}"

	updateTicket = func() string {
		names := strings.Split(ticketMoving, ",")
		set := make([]string, len(names))
		for i, name := range names {
			names[i] = strings.TrimSpace(name)
			set[i] = names[i] + " = u." + names[i]
		}
		return "with u(id, read, version, " + strings.Join(names, ", ") + `) as (values {rows})
			update ticket set version = u.version, ` + strings.Join(set, ", ") + " from u where ticket.id = u.id and ticket.version = u.read"
	}()
	updateShape = "tnn" + "tttntttttttnnnntnnnnnnnnnnn" + "ttttt"
)

func (t *tx) writeUpdates(ctx context.Context, rows []claimed) error {
	err := t.writeClaimed(ctx, updateTicket, updateShape, rows, ticket.ErrStale, func(values []any) (bool, error) {
		version, err := one(ctx, t.c, ticket.ErrStale, value[int64], "select version from ticket where id = $1", values[0])
		return version == values[2], err
	})
	if err != nil {
		return fmt.Errorf("update tickets: %w", err)
	}
	return nil
}

// stored gathers the ticket's news, and tells it that they are stored.
func (t *tx) stored(tk *ticket.Ticket) error {
	for _, e := range tk.News() {
		if err := t.addEntry(e); err != nil {
			return err
		}
	}
	if t.gathered.tickets == nil {
		t.gathered.tickets = map[ticket.ID]bool{}
	}
	t.gathered.tickets[tk.ID] = true
	tk.Stored()
	return nil
}

// changed looks for the entry that every change of a field leaves.
func changed(tk *ticket.Ticket, field string) bool {
	for _, e := range tk.News() {
		if e.Kind == ticket.Event && e.Field == field {
			return true
		}
	}
	return false
}

func (t *tx) addParticipants(tk *ticket.Ticket) {
	for i, id := range tk.Participants {
		t.gathered.participants = append(t.gathered.participants, []any{string(tk.ID), i, string(id)})
	}
}

// AddLink implements ticket.Writer. A link that exists stays as it is.
func (t *tx) AddLink(ctx context.Context, l ticket.Link) error {
	err := t.flush(ctx) // the tickets may be new
	if err == nil {
		_, err = t.c.exec(ctx, `insert into ticket_link (from_ticket, to_ticket, relation, at, by_person) values ($1, $2, $3, $4, $5)
			on conflict do nothing`, string(l.From), string(l.To), string(l.Relation), micros(l.At), string(l.By))
	}
	if err != nil {
		return fmt.Errorf("link tickets: %w", err)
	}
	return nil
}

// RemoveLink implements ticket.Writer.
func (t *tx) RemoveLink(ctx context.Context, l ticket.Link) error {
	err := t.flush(ctx)
	if err == nil {
		_, err = t.c.exec(ctx, "delete from ticket_link where from_ticket = $1 and to_ticket = $2 and relation = $3",
			string(l.From), string(l.To), string(l.Relation))
	}
	if err != nil {
		return fmt.Errorf("unlink tickets: %w", err)
	}
	return nil
}
