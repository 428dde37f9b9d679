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
// update writes. What does not move costs no index an update.
const (
	ticketFixed  = "id, version, number, serial, org, opened_by, opened_at, via, description"
	ticketMoving = `requester, agent, status, waiting_on, private, priority, severity, type, product, system, module, category,
	updated_at, answered_at, closed_at, last_at, last_side, answer_due, solve_due, due_warned, warn_at, paused_at,
	remind_at, reminders, closings, entries, closed_by, contact, subject, subject_key`
	// ticketColumns are what a ticket is read from, participants as one text.
	ticketColumns = `id, version, number, org, opened_by, opened_at, via, description,
	requester, agent, status, waiting_on, private, priority, severity, type, product, system, module, category,
	updated_at, answered_at, closed_at, last_at, last_side, answer_due, solve_due, due_warned, paused_at,
	remind_at, reminders, closings, entries, closed_by, contact, subject,
	(select string_agg(person, ',' order by position) from ticket_participant where ticket = ticket.id)`
)

func scanTicket(r row) (*ticket.Ticket, error) {
	t := &ticket.Ticket{}
	var opened, updated, answered, closed, last, answerDue, solveDue, paused, remind int64
	var participants *string
	err := r.Scan(&t.ID, &t.Version, &t.Number, &t.Org, &t.OpenedBy, &opened, &t.Via, &t.Description,
		&t.Requester, &t.Agent, &t.Status, &t.WaitingOn, &t.Private, &t.Priority, &t.Severity, &t.Type,
		&t.About.Product, &t.About.System, &t.About.Module, &t.About.Category,
		&updated, &answered, &closed, &last, &t.LastSide, &answerDue, &solveDue, &t.DueWarned, &paused,
		&remind, &t.Reminders, &t.Closings, &t.Entries, &t.ClosedBy, &t.Contact, &t.Subject, &participants)
	t.OpenedAt, t.UpdatedAt, t.AnsweredAt, t.ClosedAt, t.LastAt = moment(opened), moment(updated), moment(answered), moment(closed), moment(last)
	t.AnswerDue, t.SolveDue, t.PausedAt, t.RemindAt = moment(answerDue), moment(solveDue), moment(paused), moment(remind)
	if participants != nil {
		for id := range strings.SplitSeq(*participants, ",") {
			t.Participants = append(t.Participants, directory.PersonID(id))
		}
	}
	return t, err
}

func movingValues(t *ticket.Ticket) []any {
	return []any{
		string(t.Requester), string(t.Agent), string(t.Status), t.WaitingOn, bit(t.Private), string(t.Priority), string(t.Severity), string(t.Type),
		t.About.Product, t.About.System, t.About.Module, t.About.Category,
		micros(t.UpdatedAt), micros(t.AnsweredAt), micros(t.ClosedAt), micros(t.LastAt), string(t.LastSide),
		micros(t.AnswerDue), micros(t.SolveDue), t.DueWarned, micros(warnAt(t)), micros(t.PausedAt),
		micros(t.RemindAt), t.Reminders, t.Closings, t.Entries, string(t.ClosedBy), t.Contact, t.Subject, fold(t.Subject),
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

// Insert implements ticket.Writer.
func (t *tx) Insert(ctx context.Context, tk *ticket.Ticket) error {
	year := tk.OpenedAt.UTC().Year()
	n, err := one(ctx, t.c, ticket.ErrNotFound, value[int64], `insert into ticket_number (year, last) values ($1, 1)
		on conflict (year) do update set last = ticket_number.last + 1 returning last`, year)
	if err != nil {
		return fmt.Errorf("number a ticket: %w", err)
	}
	number := ticket.FormatNumber(year, n)
	values := append([]any{
		string(tk.ID), tk.Version + 1, number, int64(year)*numbersPerYear + n, string(tk.Org), string(tk.OpenedBy),
		micros(tk.OpenedAt), string(tk.Via), tk.Description,
	}, movingValues(tk)...)
	_, err = t.c.exec(ctx, "insert into ticket ("+ticketFixed+", "+ticketMoving+") values ("+places(1, len(values))+")", values...)
	if err != nil {
		return fmt.Errorf("insert ticket %s: %w", number, err)
	}
	if err := t.saveParticipants(ctx, tk); err != nil {
		return fmt.Errorf("insert ticket %s: %w", number, err)
	}
	restoring(t, tk)
	tk.Number = number
	return t.stored(tk)
}

// Update implements ticket.Writer.
func (t *tx) Update(ctx context.Context, tk *ticket.Ticket) error {
	values := append([]any{string(tk.ID), tk.Version, tk.Version + 1}, movingValues(tk)...)
	n, err := t.c.exec(ctx, updateTicket, values...)
	if err == nil && n == 0 {
		err = ticket.ErrStale
	}
	if err == nil && participantsChanged(tk) {
		_, err = t.c.exec(ctx, "delete from ticket_participant where ticket = $1", string(tk.ID))
		if err == nil {
			err = t.saveParticipants(ctx, tk)
		}
	}
	if err != nil {
		return fmt.Errorf("update ticket %s: %w", tk.Number, err)
	}
	restoring(t, tk)
	return t.stored(tk)
}

var updateTicket = func() string {
	set := []string{"version = $3"}
	for i, name := range strings.Split(ticketMoving, ",") {
		set = append(set, fmt.Sprintf("%s = $%d", strings.TrimSpace(name), i+4))
	}
	return "update ticket set " + strings.Join(set, ", ") + " where id = $1 and version = $2"
}()

// stored gathers the ticket's news, and tells it that they are stored.
func (t *tx) stored(tk *ticket.Ticket) error {
	for _, e := range tk.News() {
		if err := t.addEntry(e); err != nil {
			return err
		}
	}
	tk.Stored()
	return nil
}

// participantsChanged looks for the entry that every change of participants leaves.
func participantsChanged(tk *ticket.Ticket) bool {
	for _, e := range tk.News() {
		if e.Kind == ticket.Event && e.Field == "participant" {
			return true
		}
	}
	return false
}

func (t *tx) saveParticipants(ctx context.Context, tk *ticket.Ticket) error {
	var rows [][]any
	for i, id := range tk.Participants {
		rows = append(rows, []any{string(tk.ID), i, string(id)})
	}
	_, err := t.c.many(ctx, "insert into ticket_participant (ticket, position, person) values {rows}", "tnt", rows)
	return err
}

// AddLink implements ticket.Writer. A link that exists stays as it is.
func (t *tx) AddLink(ctx context.Context, l ticket.Link) error {
	_, err := t.c.exec(ctx, `insert into ticket_link (from_ticket, to_ticket, relation, at, by_person) values ($1, $2, $3, $4, $5)
		on conflict do nothing`, string(l.From), string(l.To), string(l.Relation), micros(l.At), string(l.By))
	if err != nil {
		return fmt.Errorf("link tickets: %w", err)
	}
	return nil
}
