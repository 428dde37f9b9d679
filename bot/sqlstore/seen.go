package sqlstore

import (
	"context"
	"fmt"
	"time"

	"recado/core/dialogue"
	"recado/core/report"
)

// MarkSeen implements dialogue.Tx.
func (t *tx) MarkSeen(ctx context.Context, s dialogue.Seen) error {
	_, err := t.c.exec(ctx, `insert into seen (person, ticket, at) values ($1, $2, $3)
		on conflict (person, ticket) do update set at = excluded.at where seen.at < excluded.at`,
		string(s.Person), string(s.Ticket), micros(s.At))
	if err != nil {
		return fmt.Errorf("note that %s saw %s: %w", s.Person, s.Ticket, err)
	}
	return nil
}

// Unseen implements report.Source. Who wrote in a ticket has read what stands above.
func (r *reader) Unseen(ctx context.Context, scope report.Scope, since time.Time, limit int) ([]report.Unseen, error) {
	if scope.Person == "" {
		return nil, nil
	}
	l := &lister{}
	mine := "t.requester = " + l.arg(string(scope.Person))
	copied := l.copied(scope)
	after := l.arg(micros(since))
	query := `select ` + lineColumns + `, n.messages from ticket t join (
		select t.id as id, sum(case when e.kind = 'message' then 1 else 0 end) as messages, max(e.at) as latest
		from ticket t join entry e on e.ticket = t.id
		where ((` + mine + `) or (` + copied + `)) and t.updated_at > ` + after + ` and e.at > ` + after + ` and e.author <> $1 and e.deleted_at = 0
			and (e.kind = 'message' or e.kind = 'event' and e.field = 'status')
			and e.at > coalesce((select s.at from seen s where s.person = $1 and s.ticket = t.id), 0)
			and e.seq > coalesce((select max(o.seq) from entry o where o.ticket = t.id and o.author = $1), 0)
		group by t.id) n on n.id = t.id
		order by n.latest desc, t.serial desc limit ` + l.arg(limit)
	all, err := list(ctx, r.c, scanUnseen, query, l.args...)
	if err != nil {
		return nil, fmt.Errorf("list what is unseen: %w", err)
	}
	return all, nil
}

func scanUnseen(r row) (u report.Unseen, err error) {
	u.Line, err = scanLine(also{r, &u.Messages})
	return u, err
}

// also scans one column more at the end of a row.
type also struct {
	row
	last any
}

// Scan implements row.
func (a also) Scan(dest ...any) error { return a.row.Scan(append(dest, a.last)...) }
