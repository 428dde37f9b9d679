package coretest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/report"
	"recado/core/ticket"

	"pgregory.net/rapid"
)

var everybody = report.Scope{Team: true, Person: "agent"}

// subjects lists a query's subjects.
func (s suite) subjects(t *testing.T, q report.Query) (out []string, page report.Page) {
	t.Helper()
	page = get(t, s, func(ctx context.Context, r dialogue.Reader) (report.Page, error) { return r.List(ctx, q) })
	for _, l := range page.Lines {
		out = append(out, l.Subject)
	}
	return out, page
}

func (s suite) lists(t *testing.T) {
	org := id[directory.OrgID]()
	at := func(hours int) time.Time { return noon.Add(time.Duration(hours) * time.Hour) }
	add := func(subject string, requester directory.PersonID, change func(*ticket.Ticket)) *ticket.Ticket {
		tk := s.open(t, subject, org, requester)
		change(tk)
		return s.insert(t, tk)
	}
	a := add("Ação fiscal 100%", "ana", func(tk *ticket.Ticket) {
		tk.UpdatedAt, tk.OpenedAt, tk.Priority, tk.Status, tk.Agent = at(3), at(1), ticket.High, ticket.InProgress, "bia"
	})
	b := add("Boleto_vencido", "ana", func(tk *ticket.Ticket) {
		tk.UpdatedAt, tk.OpenedAt, tk.Priority, tk.SolveDue, tk.About = at(2), at(2), ticket.Low, at(9), catalog.Path{Product: "x", System: "y", Module: "z", Category: "w"}
	})
	c := add("Conta fiscal", "caio", func(tk *ticket.Ticket) {
		tk.UpdatedAt, tk.OpenedAt, tk.Severity, tk.Status, tk.SolveDue, tk.Type = at(1), at(3), ticket.Critical, ticket.Closed, at(8), ticket.Change
		tk.Participants = []directory.PersonID{"ana"}
	})
	A, B, C := a.Subject, b.Subject, c.Subject
	whole := report.Filter{Org: org}
	with := func(f report.Filter) report.Query { f.Org = org; return report.Query{Scope: everybody, Filter: f} }
	ana := report.Scope{Person: "ana", Orgs: []directory.OrgID{org}, Managed: []directory.OrgID{org}}

	for name, k := range map[string]struct {
		q    report.Query
		want []string
	}{
		"newest first":           {report.Query{Scope: everybody, Filter: whole}, []string{A, B, C}},
		"oldest first":           {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{Ascending: true}}, []string{C, B, A}},
		"by opening":             {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{By: report.ByOpened}}, []string{C, B, A}},
		"by number":              {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{By: report.ByNumber}}, []string{C, B, A}},
		"by priority":            {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{By: report.ByPriority}}, []string{A, C, B}},
		"by severity":            {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{By: report.BySeverity}}, []string{C, B, A}},
		"by status":              {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{By: report.ByStatus}}, []string{C, A, B}},
		"by due time, none last": {report.Query{Scope: everybody, Filter: whole, Sort: report.Sort{By: report.ByDue, Ascending: true}}, []string{C, B, A}},
		"second page of one":     {report.Query{Scope: everybody, Filter: whole, Size: 1, Page: 1}, []string{B}},
		"not closed":             {with(report.Filter{Statuses: []ticket.Status{ticket.Open, ticket.InProgress, ticket.Waiting}}), []string{A, B}},
		"one status":             {with(report.Filter{Statuses: []ticket.Status{ticket.Open}}), []string{B}},
		"closed":                 {with(report.Filter{Statuses: []ticket.Status{ticket.Closed}}), []string{C}},
		"product":                {with(report.Filter{Product: "x"}), []string{B}},
		"system":                 {with(report.Filter{System: "y"}), []string{B}},
		"module":                 {with(report.Filter{Module: "z"}), []string{B}},
		"category":               {with(report.Filter{Category: "w"}), []string{B}},
		"type":                   {with(report.Filter{Type: ticket.Change}), []string{C}},
		"priority":               {with(report.Filter{Priority: ticket.High}), []string{A}},
		"severity":               {with(report.Filter{Severity: ticket.Critical}), []string{C}},
		"agent":                  {with(report.Filter{Agent: "bia"}), []string{A}},
		"number":                 {with(report.Filter{Number: b.Number}), []string{B}},
		"words without accents":  {with(report.Filter{Words: "FISCAL acao"}), []string{A}},
		"a percent sign":         {with(report.Filter{Words: "0%"}), []string{A}},
		"an underscore":          {with(report.Filter{Words: "o_v"}), []string{B}},
		"opened from":            {with(report.Filter{From: at(2)}), []string{B, C}},
		"opened before":          {with(report.Filter{To: at(2)}), []string{A}},
		"unassigned":             {with(report.Filter{Whose: report.Unassigned}), []string{B, C}},
		"assigned to an agent":   {with(report.Filter{Whose: report.Assigned, Agent: "bia"}), []string{A}},
		"mine":                   {report.Query{Scope: ana, Filter: report.Filter{Org: org, Whose: report.Mine}}, []string{A, B}},
		"in copy":                {report.Query{Scope: ana, Filter: report.Filter{Org: org, Whose: report.InCopy}}, []string{C}},
		"of the organisation":    {report.Query{Scope: ana, Filter: report.Filter{Org: org, Whose: report.Organisation}}, []string{A, B, C}},
		"page of several scopes": {report.Query{Scope: ana, Filter: whole, Size: 2, Page: 1}, []string{C}},
		"mine, as an agent":      {report.Query{Scope: report.Scope{Team: true, Person: "ana"}, Filter: report.Filter{Org: org, Whose: report.Mine}}, []string{A, B}},
		"assigned to me":         {report.Query{Scope: report.Scope{Team: true, Person: "bia"}, Filter: report.Filter{Org: org, Whose: report.Assigned}}, []string{A}},
		"nobody asks":            {report.Query{Filter: whole}, nil},
	} {
		if got, _ := s.subjects(t, k.q); !slices.Equal(got, k.want) {
			t.Errorf("%s: %v, want %v", name, got, k.want)
		}
	}
	if _, page := s.subjects(t, report.Query{Scope: everybody, Filter: whole, Size: 1}); page.Total != 3 || page.More {
		t.Errorf("Total is %d, More %v", page.Total, page.More)
	}
	s.line(t, c)
}

// line compares what a list shows with the ticket.
func (s suite) line(t *testing.T, tk *ticket.Ticket) {
	_, page := s.subjects(t, report.Query{Scope: everybody, Filter: report.Filter{Number: tk.Number}})
	want := report.Line{
		ID: tk.ID, Number: tk.Number, Org: tk.Org, Requester: tk.Requester, Agent: tk.Agent, Subject: tk.Subject, Product: tk.About.Product,
		Status: tk.Status, WaitingOn: tk.WaitingOn, Priority: tk.Priority, Severity: tk.Severity, OpenedAt: stored(tk.OpenedAt),
		UpdatedAt: stored(tk.UpdatedAt), ClosedAt: tk.ClosedAt, SolveDue: stored(tk.SolveDue), LastSide: tk.LastSide,
	}
	if len(page.Lines) != 1 || page.Lines[0] != want {
		t.Errorf("got %+v, want %+v", page.Lines, want)
	}
}

// scope compares lists with ticket.MaySee, for random people over random tickets.
func (s suite) scope(t *testing.T) {
	const mark = "escopado"
	orgs := []directory.OrgID{"scope-a", "scope-b", "scope-c"}
	random := rand.New(rand.NewPCG(1, 2))
	var people []directory.Person
	roles := append([]directory.Role{""}, directory.CustomerRoles...)
	for i := range 8 {
		p := directory.Person{ID: id[directory.PersonID](), Name: fmt.Sprint("Pessoa ", i), Active: random.IntN(8) > 0}
		for _, org := range orgs {
			if role := roles[random.IntN(len(roles))]; role != "" {
				p.Members = append(p.Members, directory.Membership{Org: org, Role: role})
			}
		}
		s.save(t, &p)
		people = append(people, p)
	}
	var all []*ticket.Ticket
	for range 80 {
		tk := s.open(t, mark, orgs[random.IntN(len(orgs))], people[random.IntN(len(people))].ID)
		tk.Private = random.IntN(2) == 0
		if random.IntN(3) == 0 {
			tk.Participants = []directory.PersonID{people[random.IntN(len(people))].ID}
		}
		all = append(all, s.insert(t, tk))
	}
	requesterRole := func(tk *ticket.Ticket) directory.Role {
		i := slices.IndexFunc(people, func(p directory.Person) bool { return p.ID == tk.Requester })
		m, _ := people[i].In(tk.Org)
		return m.Role
	}
	rapid.Check(t, func(rt *rapid.T) {
		viewer := people[rapid.IntRange(0, len(people)-1).Draw(rt, "viewer")]
		viewer.Active = rapid.Bool().Draw(rt, "active")
		viewer.Team = rapid.SampledFrom([]directory.Role{"", "", "", directory.Agent}).Draw(rt, "team")
		viewer.Members = nil
		for _, org := range orgs {
			if role := rapid.SampledFrom(roles).Draw(rt, "role"); role != "" {
				viewer.Members = append(viewer.Members, directory.Membership{Org: org, Role: role})
			}
		}
		q := report.Query{Scope: report.ScopeOf(viewer), Filter: report.Filter{Words: mark}, Size: report.MaxPage}
		var got, want []string
		_, page := s.subjects(t, q)
		for _, l := range page.Lines {
			got = append(got, l.Number)
		}
		for _, tk := range all {
			if tk.MaySee(viewer, requesterRole(tk)) == nil {
				want = append(want, tk.Number)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) || page.Total != len(want) {
			rt.Errorf("%+v lists %v (total %d), may see %v", viewer, got, page.Total, want)
		}
	})
}
