package dialogue

import (
	"strings"
	"time"

	"recado/core/report"
	"recado/core/ticket"
)

// namedFirst is the ticket whose number stands before the words, if they may see it.
func (s *scene) namedFirst() (*ticket.Ticket, error) {
	text := strings.TrimLeft(s.in.Text, " *_#>(")
	num, rest := cutNumber(text, s.now.In(s.e.Location).Year())
	if num == "" || !strings.HasPrefix(text, num) || strings.TrimSpace(rest) == "" {
		return nil, nil
	}
	t, found, err := known(s.r.Numbered(s.ctx, num))
	if err != nil || !found {
		return nil, err
	}
	if see, err := s.maySee(t); err != nil || !see {
		return nil, err
	}
	return s.goesOnIn(t)
}

const (
	copiedFor  = 24 * time.Hour // for this long, words may be about a ticket that somebody is in copy of
	mostCopied = 4
)

// copiedLately are the open tickets that the person is in copy of and that just moved:
// who hears of one may want to say something to it (B9).
func (s *scene) copiedLately() (out []*ticket.Ticket, err error) {
	page, err := s.r.List(s.ctx, report.Query{
		Scope: report.ScopeOf(s.who), Size: mostCopied, Filter: report.Filter{Whose: report.InCopy, Statuses: statuses("open")},
	})
	if err != nil {
		return nil, err
	}
	for _, l := range page.Lines {
		if s.now.Sub(l.UpdatedAt) > copiedFor {
			continue
		}
		t, err := s.r.Ticket(s.ctx, l.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}
