package sqlstore

import (
	"context"
	"fmt"
	"time"

	"recado/core/report"
)

// Figures implements report.Source. Every count goes over an index of its own.
func (r *reader) Figures(ctx context.Context, since, now time.Time) (report.Figures, error) {
	f, err := one(ctx, r.c, errNoRow, scanFigures, `select
		(select count(*) from ticket where opened_at >= $1),
		(select count(*) from ticket where closed_at > 0 and closed_at >= $1 and status = 'closed'),
		(select count(*) from survey where answered_at > 0 and answered_at >= $1 and kind = 'csat' and service > 0),
		(select count(*) from survey where answered_at > 0 and answered_at >= $1 and kind = 'csat' and (service between 1 and 2 or solution between 1 and 2)),
		(select coalesce(sum(service), 0) from survey where answered_at > 0 and answered_at >= $1 and kind = 'csat' and service > 0),
		(select coalesce(sum(solution), 0) from survey where answered_at > 0 and answered_at >= $1 and kind = 'csat' and service > 0),
		(select count(*) from ticket where status <> 'closed'),
		(select count(*) from ticket where status <> 'closed' and agent = ''),
		(select count(*) from ticket t where t.status <> 'closed' and t.paused_at = 0 and `+dueNow+` between 1 and $2),
		(select count(*) from ticket where status <> 'closed' and last_side = 'customer')`, micros(since), micros(now))
	if err != nil {
		return report.Figures{}, fmt.Errorf("count how the desk fares: %w", err)
	}
	return f, nil
}

func scanFigures(r row) (f report.Figures, err error) {
	err = r.Scan(&f.Opened, &f.Closed, &f.Rated, &f.Low, &f.Service, &f.Solution, &f.Open, &f.Unassigned, &f.Overdue, &f.OnTeam)
	return f, err
}
