package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/report"
	"recado/core/ticket"
)

// homeMark begins the values of the buttons that choose what the page shows.
const homeMark = "home:"

// The lists of an agent's page (H6).
const (
	homeMine     = "mine"     // theirs
	homeFree     = "free"     // nobody's
	homeDue      = "due"      // promised by tomorrow at this hour, or before
	homeCustomer = "customer" // waiting for the customer
)

const (
	homeRows  = 20 // tickets on the page
	homeAhead = 24 * time.Hour
	homeSince = 7 * 24 * time.Hour
)

func homeViews() []string { return []string{homeMine, homeFree, homeDue, homeCustomer} }

// homeQuery is the question behind a list.
func (s *scene) homeQuery(view string) report.Query {
	q := report.Query{
		Scope: report.ScopeOf(s.who), Size: homeRows, Sort: report.Sort{By: report.ByDue, Ascending: true},
		Filter: report.Filter{Whose: report.Assigned, Statuses: statuses("open")},
	}
	switch view {
	case homeFree:
		q.Filter.Whose = report.Unassigned
	case homeDue:
		q.Filter.Whose, q.Filter.DueBy = report.Organisation, s.now.Add(homeAhead)
	case homeCustomer:
		q.Filter.Whose, q.Filter.OnWhom = report.Organisation, ticket.OnRequester
		q.Sort = report.Sort{By: report.ByUpdated, Ascending: true} // who has waited longest
	}
	return q
}

// pageOf is the page of somebody, who opened it or chose another list.
func (s *scene) pageOf(view string) error {
	if !s.proved || !s.who.OnTeam() {
		say := s.say("home.nobody", nil)
		say.Home = &message.Home{Title: s.e.Desk.Name}
		s.outcome(message.Ignored, "a page of the team, opened by nobody of it", nil)
		return nil
	}
	if !slices.Contains(homeViews(), view) {
		view = homeMine
	}
	page := &message.Home{Title: s.e.Catalogue.Word(s.lang(), "home.title")}
	if err := s.homeFigures(page); err != nil {
		return err
	}
	var shown report.Page
	for _, v := range homeViews() {
		list, err := s.r.List(s.ctx, s.homeQuery(v))
		if err != nil {
			return err
		}
		count := strconv.Itoa(list.Total)
		if list.More {
			count += "+"
		}
		b := message.Button{Choice: s.choice(homeMark+v, "home.view."+v)}
		b.Label += " (" + count + ")"
		if v == view {
			b.Style, shown = "primary", list
		}
		page.Views = append(page.Views, b)
	}
	for _, l := range shown.Lines {
		row, err := s.homeRow(l)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	var err error
	if page.Foot, err = s.homeFoot(shown); err != nil {
		return err
	}
	say := s.say("home.text", notice.Data{"List": rowsText(page.Rows)})
	say.Home = page
	s.outcome(message.Talked, "their page: "+view, nil)
	return nil
}

// homeFigures are the numbers of the week.
func (s *scene) homeFigures(page *message.Home) error {
	f, err := s.r.Figures(s.ctx, s.now.Add(-homeSince), s.now)
	if err != nil {
		return err
	}
	for _, one := range []struct{ key, value string }{
		{"figure.open", strconv.Itoa(f.Open)}, {"figure.on-team", strconv.Itoa(f.OnTeam)},
		{"figure.overdue", strconv.Itoa(f.Overdue)}, {"figure.opened", strconv.Itoa(f.Opened)},
		{"figure.closed", strconv.Itoa(f.Closed)}, {"figure.stars", s.starsText(f)},
	} {
		page.Figures = append(page.Figures, message.Field{Label: s.e.Catalogue.Word(s.lang(), one.key), Value: one.value})
	}
	return nil
}

// starsText is the mean of what was given, for the service and for the solution.
func (s *scene) starsText(f report.Figures) string {
	if f.Rated == 0 {
		return "–"
	}
	mean := func(sum int) string {
		return s.e.Catalogue.Decimal(s.lang(), float64(sum)/float64(f.Rated))
	}
	return "⭐ " + mean(f.Service) + " · " + mean(f.Solution) + " (" + strconv.Itoa(f.Rated) + ")"
}

// homeRow is one ticket, which leads to its thread. Who looks at one that is nobody's can
// take it.
func (s *scene) homeRow(l report.Line) (message.Row, error) {
	requester, err := s.person(l.Requester)
	if err != nil {
		return message.Row{}, err
	}
	room, _, err := s.r.Room(s.ctx, l.ID)
	if err != nil {
		return message.Row{}, err
	}
	below := []string{requester.Name, s.e.statusIn(s.lang(), l.Status, l.WaitingOn), s.e.levelIn(s.lang(), l.Severity)}
	if due := sooner(l.AnswerDue, l.SolveDue); !due.IsZero() {
		mark := ""
		if due.Before(s.now) {
			mark = "🔴 "
		}
		below = append(below, mark+s.when(due))
	}
	subject := ticket.Shorten(l.Subject, mailLine)
	s.retold = append(s.retold, subject, requester.Name)
	row := message.Row{Text: "*" + l.Number + "* " + subject + "\n" + strings.Join(nonEmpty(below...), " · "), Points: room.Card}
	if l.Agent == "" {
		row.Button = &message.Button{Choice: message.Choice{Value: actValue(opTake, l.Number), Label: s.e.Catalogue.Word(s.lang(), "button.take")}}
	}
	return row, nil
}

// homeFoot says when it was so, and what is not on the page.
func (s *scene) homeFoot(shown report.Page) (string, error) {
	return s.e.Catalogue.Text(s.lang(), "home.foot", notice.Data{
		"None": len(shown.Lines) == 0, "More": max(0, shown.Total-len(shown.Lines)), "At": s.e.Catalogue.Stamp(s.lang(), s.now, s.e.Location),
	})
}

// rowsText are the rows where no page can be shown.
func rowsText(rows []message.Row) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, "• "+strings.ReplaceAll(r.Text, "\n", "\n  "))
	}
	return strings.Join(lines, "\n")
}
