package dialogue

import (
	"regexp"
	"strings"
	"time"

	"recado/core/catalog"
	"recado/core/report"
)

// Spans that a list may be narrowed to, by the day on which a ticket was opened.
const (
	sinceToday = "today"
	sinceWeek  = "week" // from Monday
	sinceMonth = "month"
)

// A list asked for in words (C2), folded: "abertos do fiscal", "fechados deste mês",
// "chamados da empresa de hoje". Nothing else may be said with it.
var (
	listWords = regexp.MustCompile(`^(?:(?:os|the|los) )?(?:(?:meus|my|mis) )?(?:(chamados|tickets|casos) )?` +
		`(?:(abertos|abiertos|open|fechados|encerrados|cerrados|closed|todos|all) )?(?:(?:chamados|tickets|casos) )?` +
		`(?:(da empresa|de la empresa|of the company) )?(.+)$`)
	sinceWords = regexp.MustCompile(`(?:^| )(?:de |from |of )?(?:(hoje|today|hoy)|` +
		`(desta semana|dessa semana|da semana|this week|esta semana)|(deste mes|desse mes|do mes|this month|este mes))$`)
	ofWords = regexp.MustCompile(`^(?:(?:do|da|dos|das|de|del|de la|of|in|about|sobre) )(?:(?:o|a|the|el|la) )?` +
		`(?:(?:produto|sistema|modulo|product|system|module|producto) )?`)
	stateWords = map[string]string{
		"": "open", "abertos": "open", "abiertos": "open", "open": "open", "fechados": "closed", "encerrados": "closed", "cerrados": "closed",
		"closed": "closed", "todos": "all", "all": "all",
	}
)

// listSaid reads a list out of words that say nothing else; nil when they are no list.
// What is named must be in the catalogue: "abertos do além" is something to be said.
func (s *scene) listSaid() *Listing {
	const most = 80
	if len(s.in.Text) > most || len(s.in.Attachments) > 0 {
		return nil
	}
	m := listWords.FindStringSubmatch(fold(s.in.Text))
	if m == nil || m[1]+m[2]+m[3] == "" && s.session.Query == nil {
		return nil // "desta semana" alone means something only after a list
	}
	q := &Listing{Whose: string(report.Mine), State: stateWords[m[2]]}
	if s.session.Query != nil && m[1]+m[3] == "" {
		q.Whose = s.session.Query.Whose
	}
	if m[3] != "" && s.seesOrganisation() {
		q.Whose = string(report.Organisation)
	}
	rest := m[4]
	if at := sinceWords.FindStringSubmatchIndex(rest); at != nil {
		for i, span := range []string{sinceToday, sinceWeek, sinceMonth} {
			if at[2+2*i] >= 0 {
				q.Since = span
			}
		}
		rest = strings.TrimSpace(rest[:at[0]])
	}
	if rest == "" {
		return q
	}
	name := ofWords.ReplaceAllString(rest, "")
	if name == rest || !s.narrow(q, name) {
		return nil
	}
	return q
}

// narrow finds what a name in a list is: an item that this person could choose.
func (s *scene) narrow(q *Listing, name string) bool {
	for _, level := range []struct {
		items []catalog.Item
		to    *string
	}{{s.offer.Products, &q.About.Product}, {s.offer.Systems, &q.About.System}, {s.offer.Modules, &q.About.Module}, {s.offer.Categories, &q.About.Category}} {
		for _, it := range level.items {
			if fold(it.Name) == name || fold(s.catalog.Name(it.ID, s.lang())) == name {
				*level.to = it.ID
				return true
			}
		}
	}
	return false
}

// filter is the list as a question.
func (s *scene) filter(q *Listing) report.Filter {
	f := report.Filter{
		Whose: report.Whose(q.Whose), Statuses: statuses(q.State),
		Product: q.About.Product, System: q.About.System, Module: q.About.Module, Category: q.About.Category,
	}
	day := s.now.In(s.e.placeOf(s.who))
	day = time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, day.Location())
	switch q.Since {
	case sinceToday:
		f.From = day
	case sinceWeek:
		f.From = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	case sinceMonth:
		f.From = day.AddDate(0, 0, 1-day.Day())
	}
	return f
}

// narrowed says in words what a list is narrowed to; "" when it is not.
func (s *scene) narrowed(q *Listing) string {
	var parts []string
	if about := s.pathName(q.About); about != "" {
		parts = append(parts, about)
	}
	if q.Since != "" {
		parts = append(parts, s.e.Catalogue.Word(s.lang(), "list.since."+q.Since))
	}
	return strings.Join(parts, " · ")
}
