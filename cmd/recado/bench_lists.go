package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"recado/channels"
	"recado/core/dialogue"
	"recado/core/report"
	"recado/core/ticket"
)

// benchListsCmd measures the lists (C1, C2) and the details (B6) of a desk with a
// long past, one question after another, as the engine asks them.
type benchListsCmd struct {
	benchBases
	Messages int `default:"1000000" help:"Messages to fill in, ten to a ticket."`
	Times    int `default:"300" help:"How often each question is asked, each time by or about somebody else."`
}

// benchListsResult is how fast each question was answered.
type benchListsResult struct {
	Database string
	Messages int
	Tickets  int
	FillS    float64 // seconds that filling took
	Asked    []askedResult
}

type askedResult struct {
	Question string
	latencies
	Rows float64 // lines or entries in an answer, on average
	CPU  float64 // processor time of an answer, in ms, on average; without a database server
}

// String is the result for people.
func (r benchListsResult) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %d messages in %d tickets (filled in %.0f s)   rows   p50 ms   p95 ms   p99 ms  longest  processor\n",
		r.Database, r.Messages, r.Tickets, r.FillS)
	for _, a := range r.Asked {
		fmt.Fprintf(&b, "  %-56s %6.1f %8.2f %8.2f %8.2f %8.2f %10.2f\n", a.Question, a.Rows, a.P50, a.P95, a.P99, a.Max, a.CPU)
	}
	return b.String()
}

// Run fills each database and asks.
func (c *benchListsCmd) Run(ctx context.Context, std Streams) error {
	return c.each(ctx, std, func(ctx context.Context, base *benchBase) error {
		r, err := c.measure(ctx, std, base)
		if err != nil {
			return err
		}
		return c.show(std.Out, r)
	})
}

// noChannels are the channels of a desk that hears and says nothing.
func noChannels(*desk) ([]channels.Channel, error) { return nil, nil }

func (c *benchListsCmd) measure(ctx context.Context, std Streams, base *benchBase) (r benchListsResult, err error) {
	d, err := assemble(ctx, base.cfg, benchLog(std), variant{unpaced: true, channels: noChannels})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	begun := time.Now()
	f, err := fillDesk(ctx, d, c.Messages)
	if err != nil {
		return r, err
	}
	if base.driver == "pgx" { // what autovacuum does by itself within minutes
		if err := execute(ctx, base.dsn, "vacuum analyze"); err != nil {
			return r, err
		}
	}
	r = benchListsResult{Database: base.name, Messages: len(f.numbers) * fillMessages, Tickets: len(f.numbers), FillS: time.Since(begun).Seconds()}
	for _, q := range f.questions() {
		asked, err := c.ask(ctx, d, q)
		if err != nil {
			return r, fmt.Errorf("%s: %w", q.text, err)
		}
		r.Asked = append(r.Asked, asked)
	}
	return r, nil
}

// question is something that people ask all the time; ask returns how many rows
// there were.
type question struct {
	text string
	ask  func(ctx context.Context, r dialogue.Reader) (rows int, err error)
}

// ask asks a few times for nothing first, then counts.
func (c *benchListsCmd) ask(ctx context.Context, d *desk, q question) (askedResult, error) {
	var took []time.Duration
	rows, worked := 0, time.Duration(0)
	for n := range c.Times + 10 {
		if n == 10 {
			worked = processorTime()
		}
		begun := time.Now()
		var found int
		err := d.db.View(ctx, func(r dialogue.Reader) (err error) {
			found, err = q.ask(ctx, r)
			return err
		})
		if err != nil {
			return askedResult{}, err
		}
		if n >= 10 {
			took, rows = append(took, time.Since(begun)), rows+found
		}
	}
	times := float64(c.Times)
	return askedResult{
		Question: q.text, latencies: latenciesOf(took),
		Rows: float64(rows) / times, CPU: (processorTime() - worked).Seconds() * 1000 / times,
	}, nil
}

// questions are those of customers, of their managers and of the team.
func (f *filled) questions() []question {
	open := []ticket.Status{ticket.Open, ticket.InProgress, ticket.Waiting}
	customer := func() report.Scope { return report.ScopeOf(pick(f.chance, f.people[f.chance.IntN(len(f.people))][1:])) }
	manager := func() report.Scope { return report.ScopeOf(f.people[f.chance.IntN(len(f.people))][0]) }
	agent := func() report.Scope { return report.ScopeOf(pick(f.chance, f.team)) }
	list := func(text string, scope func() report.Scope, q func(*report.Query)) question {
		return question{text, func(ctx context.Context, r dialogue.Reader) (int, error) {
			query := report.Query{Scope: scope()}
			q(&query)
			page, err := r.List(ctx, query)
			return len(page.Lines), err
		}}
	}
	return []question{
		list("customer: mine, open", customer, func(q *report.Query) { q.Filter = report.Filter{Whose: report.Mine, Statuses: open} }),
		list("customer: all that I may see", customer, func(q *report.Query) { q.Filter.Whose = report.Organisation }),
		list("customer: in copy", customer, func(q *report.Query) { q.Filter.Whose = report.InCopy }),
		list("manager: the organisation, open", manager, func(q *report.Query) { q.Filter = report.Filter{Whose: report.Organisation, Statuses: open} }),
		list("manager: the organisation, all, page 50", manager, func(q *report.Query) { q.Filter.Whose, q.Page = report.Organisation, 49 }),
		list("agent: mine, open", agent, func(q *report.Query) { q.Filter = report.Filter{Whose: report.Assigned, Statuses: open} }),
		list("agent: nobody's, open", agent, func(q *report.Query) { q.Filter = report.Filter{Whose: report.Unassigned, Statuses: open} }),
		list("agent: all, page 50", agent, func(q *report.Query) { q.Filter.Whose, q.Page = report.Organisation, 49 }),
		list("agent: open, most severe first", agent, func(q *report.Query) {
			q.Filter, q.Sort = report.Filter{Whose: report.Organisation, Statuses: open}, report.Sort{By: report.BySeverity}
		}),
		list("agent: two words that are common", agent, func(q *report.Query) {
			q.Filter.Words = pick(f.chance, fillThings) + " " + pick(f.chance, fillTroubles)
		}),
		list("agent: words that are rare", agent, func(q *report.Query) {
			q.Filter.Words = fmt.Sprintf("%s %d %s", pick(f.chance, fillThings), f.chance.IntN(1000), pick(f.chance, fillTroubles))
		}),
		list("manager: words that are rare", manager, func(q *report.Query) {
			q.Filter = report.Filter{Whose: report.Organisation, Words: fmt.Sprintf("%s %d", pick(f.chance, fillThings), f.chance.IntN(1000))}
		}),
		{"details: ticket, requester, last messages", f.details},
		{"details: the whole history", f.history},
	}
}

// details is what B6 shows.
func (f *filled) details(ctx context.Context, r dialogue.Reader) (int, error) {
	t, err := r.Numbered(ctx, pick(f.chance, f.numbers))
	if err != nil {
		return 0, err
	}
	if _, err := r.Person(ctx, t.Requester); err != nil {
		return 0, err
	}
	latest, err := r.Latest(ctx, t.ID, 5)
	return len(latest), err
}

func (f *filled) history(ctx context.Context, r dialogue.Reader) (int, error) {
	t, err := r.Numbered(ctx, pick(f.chance, f.numbers))
	if err != nil {
		return 0, err
	}
	all, err := r.History(ctx, t.ID, 0, 0, true)
	return len(all), err
}
