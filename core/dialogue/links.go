package dialogue

import (
	"strings"

	"recado/core/notice"
	"recado/core/ticket"
)

// belongs says which other tickets belong to one, as far as the reader may see them, and
// where it goes on when it was merged: that is its status then.
func (s *scene) belongs(t *ticket.Ticket) (status, links string, err error) {
	all, err := s.r.Links(s.ctx, t.ID)
	if err != nil {
		return "", "", err
	}
	var out []string
	for _, l := range all {
		id, end := l.To, "from"
		if l.To == t.ID {
			id, end = l.From, "to"
		}
		other, err := s.r.Ticket(s.ctx, id)
		if err != nil {
			return "", "", err
		}
		if see, err := s.maySee(other); err != nil || !see {
			if err != nil {
				return "", "", err
			}
			continue
		}
		words, err := s.e.Catalogue.Text(s.lang(), "link."+string(l.Relation)+"."+end, notice.Data{"Other": other.Number})
		if err != nil {
			return "", "", err
		}
		if id == t.MergedInto && end == "from" {
			status = words
			continue
		}
		out = append(out, words)
	}
	return status, strings.Join(out, ", "), nil
}
