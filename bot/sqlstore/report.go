package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recado/core/report"
	"recado/core/ticket"
)

// countBound is up to where the rows of a list are counted: for a filter that no
// index serves, each further row costs as much as the page.
const countBound = 300

// lister writes one list as SQL. The scope becomes branches, each of which an
// index serves; a ticket is in the list when any branch holds and all of filter.
type lister struct {
	args     []any
	branches []string
	filter   []string
}

// arg adds a value and returns its place.
func (l *lister) arg(v any) string {
	l.args = append(l.args, v)
	return "$" + strconv.Itoa(len(l.args))
}

// in is "column in (...)".
func in[T ~string](l *lister, column string, values []T) string {
	at := make([]string, len(values))
	for i, v := range values {
		at[i] = l.arg(string(v))
	}
	return column + " in (" + strings.Join(at, ",") + ")"
}

// List implements report.Source. Total counts up to countBound.
func (r *reader) List(ctx context.Context, q report.Query) (report.Page, error) {
	l := &lister{}
	l.scope(q.Scope, q.Filter)
	if len(l.branches) == 0 {
		return report.Page{}, nil
	}
	l.narrow(q.Filter)
	total, err := one(ctx, r.c, errNoRow, value[int], l.count(), slices.Clone(l.args)...)
	if err != nil {
		return report.Page{}, fmt.Errorf("count a list: %w", err)
	}
	page := report.Page{Total: min(total, countBound), More: total > countBound}
	if page.Lines, err = list(ctx, r.c, scanLine, l.page(q), l.args...); err != nil {
		return report.Page{}, fmt.Errorf("list tickets: %w", err)
	}
	return page, nil
}

// scope says which tickets the person may list at all: report.Scope, and so
// ticket.MaySee. A Scope of nobody has no branch.
func (l *lister) scope(s report.Scope, f report.Filter) {
	if s.Person == "" && !s.Team {
		return
	}
	mine := "t.requester = " + l.arg(string(s.Person))
	switch {
	case f.Whose == report.Mine:
		l.branches = []string{mine}
	case f.Whose == report.InCopy:
		l.branches = []string{l.copied(s)}
	case s.Team:
		// $1 is bound, so it must be said; it says nothing.
		l.branches = []string{"$1 = $1"}
	default:
		l.branches = []string{mine, l.copied(s)}
		if len(s.Administered) > 0 {
			l.branches = append(l.branches, in(l, "t.org", s.Administered))
		}
		if len(s.Managed) > 0 {
			l.branches = append(l.branches, in(l, "t.org", s.Managed)+` and (t.private = 0 or not exists (select 1 from membership m
				where m.person = t.requester and m.org = t.org and m.role in ('manager', 'administrator')))`)
		}
	}
	switch {
	case f.Whose == report.Unassigned:
		l.filter = append(l.filter, "t.agent = ''")
	case f.Whose == report.Assigned && f.Agent == "":
		l.filter = append(l.filter, "t.agent = $1")
	}
}

// copied is the branch of tickets in which the person, whose id is $1, is in copy and
// of the organisation. Call it where it is said: PostgreSQL refuses what is bound only.
func (l *lister) copied(s report.Scope) string {
	const all = "t.id in (select ticket from ticket_participant where person = $1)"
	switch {
	case s.Team:
		return all
	case len(s.Orgs) == 0:
		return all + " and 1 = 0"
	default:
		return all + " and " + in(l, "t.org", s.Orgs)
	}
}

// narrow adds the fields of a filter.
func (l *lister) narrow(f report.Filter) {
	for _, c := range []struct{ column, value string }{
		{"t.org", string(f.Org)}, {"t.product", f.Product}, {"t.system", f.System}, {"t.module", f.Module}, {"t.category", f.Category},
		{"t.type", string(f.Type)}, {"t.priority", string(f.Priority)}, {"t.severity", string(f.Severity)},
		{"t.agent", string(f.Agent)}, {"t.number", f.Number},
	} {
		if c.value != "" {
			l.filter = append(l.filter, c.column+" = "+l.arg(c.value))
		}
	}
	if !f.From.IsZero() {
		l.filter = append(l.filter, "t.opened_at >= "+l.arg(micros(f.From)))
	}
	if !f.To.IsZero() {
		l.filter = append(l.filter, "t.opened_at < "+l.arg(micros(f.To)))
	}
	for word := range strings.FieldsSeq(fold(f.Words)) {
		l.filter = append(l.filter, "t.subject_key like "+l.arg("%"+escapeLike(word)+"%")+` escape '\'`)
	}
	if !f.DueBy.IsZero() {
		l.filter = append(l.filter, "t.status <> 'closed' and t.paused_at = 0 and "+dueNow+" between 1 and "+l.arg(micros(f.DueBy)))
	}
	if f.OnWhom != "" {
		l.filter = append(l.filter, "t.status = 'waiting' and t.waiting_on = "+l.arg(f.OnWhom))
	}
	l.statuses(f.Statuses)
}

// statuses spells out the condition of the partial indexes, so that a list without
// closed tickets never looks at one.
func (l *lister) statuses(wanted []ticket.Status) {
	if len(wanted) == 0 {
		return
	}
	if !slices.Contains(wanted, ticket.Closed) {
		l.filter = append(l.filter, "t.status <> 'closed'")
		if len(wanted) == len(ticket.Statuses)-1 {
			return
		}
	}
	l.filter = append(l.filter, in(l, "t.status", wanted))
}

func escapeLike(word string) string {
	return strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word)
}

// where is the condition of one branch.
func (l *lister) where(branch string) string {
	return strings.Join(append([]string{branch}, l.filter...), " and ")
}

// ids is a question for the ids in all branches, limit of each.
func (l *lister) ids(order string, limit int) string {
	parts := make([]string, len(l.branches))
	for i, b := range l.branches {
		parts[i] = fmt.Sprintf("select id from (select t.id from ticket t where %s%s limit %d) as b%d", l.where(b), order, limit, i)
	}
	return strings.Join(parts, " union ")
}

func (l *lister) count() string {
	return "select count(*) from (" + l.ids("", countBound+1) + ") as found"
}

const lineColumns = `t.id, t.number, t.org, t.requester, t.agent, t.subject, t.product, t.status, t.waiting_on, t.priority, t.severity,
	t.opened_at, t.updated_at, t.closed_at, t.solve_due, t.last_side, case when t.answered_at = 0 then t.answer_due else 0 end`

// dueNow is what was promised next of a ticket whose clock runs.
const dueNow = "case when t.answered_at = 0 and t.answer_due > 0 then t.answer_due else t.solve_due end"

// page asks for the lines. Of several branches each gives as many as could be on
// the page, so that each may use its own index.
func (l *lister) page(q report.Query) string {
	size := min(q.Size, report.MaxPage)
	if size <= 0 {
		size = report.PageSize
	}
	skip := max(q.Page, 0) * size
	order := " order by " + orderBy(q.Sort)
	where := l.where(l.branches[0])
	if len(l.branches) > 1 {
		where = "t.id in (" + l.ids(order, skip+size) + ")"
	}
	return fmt.Sprintf("select %s from ticket t where %s%s limit %d offset %d", lineColumns, where, order, size, skip)
}

// orderBy ends in the number, so that pages do not overlap.
func orderBy(s report.Sort) string {
	column, direction := "t.updated_at", " desc"
	switch s.By {
	case report.ByOpened:
		column = "t.opened_at"
	case report.ByNumber:
		column = "t.serial"
	case report.ByPriority:
		column = rank("t.priority", ticket.Levels)
	case report.BySeverity:
		column = rank("t.severity", ticket.Levels)
	case report.ByStatus:
		column = rank("t.status", ticket.Statuses)
	case report.ByDue:
		column = "t.solve_due"
	}
	if s.Ascending {
		direction = " asc"
	}
	order := column + direction + ", t.serial" + direction
	if s.By == report.ByDue {
		// What has no due time stands last, either way.
		order = "case when t.solve_due = 0 then 1 else 0 end, " + order
	}
	return order
}

// rank orders texts as a list of ours does.
func rank[T ~string](column string, order []T) string {
	var b strings.Builder
	b.WriteString("case " + column)
	for i, v := range order {
		fmt.Fprintf(&b, " when '%s' then %d", v, i)
	}
	b.WriteString(" else -1 end")
	return b.String()
}

func scanLine(r row) (report.Line, error) {
	var l report.Line
	var opened, updated, closed, due, answer int64
	err := r.Scan(&l.ID, &l.Number, &l.Org, &l.Requester, &l.Agent, &l.Subject, &l.Product, &l.Status, &l.WaitingOn, &l.Priority, &l.Severity,
		&opened, &updated, &closed, &due, &l.LastSide, &answer)
	l.OpenedAt, l.UpdatedAt, l.ClosedAt, l.SolveDue = moment(opened), moment(updated), moment(closed), moment(due)
	l.AnswerDue = moment(answer)
	return l, err
}
