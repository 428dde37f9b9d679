package coretest

import (
	"context"
	"testing"
	"time"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/report"
	"recado/core/survey"
	"recado/core/ticket"
)

// figures: how the desk fares, as differences, since the store holds other tests' tickets
// too (H6).
func (s suite) figures(t *testing.T) {
	since, now := noon.Add(-time.Minute), noon.Add(time.Hour)
	count := func() report.Figures {
		t.Helper()
		return get(t, s, func(ctx context.Context, r dialogue.Reader) (report.Figures, error) {
			return r.Figures(ctx, since, now)
		})
	}
	before := count()
	org, ana, bia := id[directory.OrgID](), id[directory.PersonID](), s.agent(t)
	late, solved := s.open(t, "atrasado", org, ana), s.open(t, "resolvido", org, ana)
	late.AnswerDue = now.Add(-time.Minute)
	s.insert(t, late)
	s.insert(t, solved)
	if err := solved.Close(bia, ticket.Team, ticket.Said{At: noon, Text: "pronto"}, noon); err != nil {
		t.Fatal(err)
	}
	stars := survey.Survey{ID: id[survey.ID](), Kind: survey.CSAT, Ticket: solved.ID, Closing: 1, Person: ana, AskedAt: noon, Expires: now, Service: 2, Solution: 5, Answered: noon}
	s.update(t, func(ctx context.Context, tx dialogue.Tx) error {
		if err := tx.Update(ctx, solved); err != nil {
			return err
		}
		return tx.SaveSurvey(ctx, &stars)
	})
	after := count()
	got := report.Figures{
		Opened: after.Opened - before.Opened, Closed: after.Closed - before.Closed, Rated: after.Rated - before.Rated, Low: after.Low - before.Low,
		Service: after.Service - before.Service, Solution: after.Solution - before.Solution, Open: after.Open - before.Open,
		Unassigned: after.Unassigned - before.Unassigned, Overdue: after.Overdue - before.Overdue, OnTeam: after.OnTeam - before.OnTeam,
	}
	want := report.Figures{Opened: 2, Closed: 1, Rated: 1, Low: 1, Service: 2, Solution: 5, Open: 1, Unassigned: 1, Overdue: 1, OnTeam: 1}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	due := func(by time.Time) (out []string) {
		t.Helper()
		out, _ = s.subjects(t, report.Query{Scope: report.Scope{Team: true}, Filter: report.Filter{Org: org, DueBy: by}})
		return out
	}
	if got := due(now); len(got) != 1 || got[0] != "atrasado" {
		t.Errorf("due by then are %q", got)
	}
	if got := due(noon); len(got) != 0 {
		t.Errorf("due before are %q", got)
	}
}

// notes: a few words that outlast the process.
func (s suite) notes(t *testing.T) {
	name := "note/" + id[string]()
	read := func() string {
		t.Helper()
		return get(t, s, func(ctx context.Context, r dialogue.Reader) (string, error) { return r.Noted(ctx, name) })
	}
	if got := read(); got != "" {
		t.Errorf("what was never noted is %q", got)
	}
	for _, text := range []string{"um", "dois", ""} {
		s.update(t, func(ctx context.Context, tx dialogue.Tx) error { return tx.Note(ctx, name, text) })
		if got := read(); got != text {
			t.Errorf("noted %q, read %q", text, got)
		}
	}
}
