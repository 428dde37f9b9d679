package sqlstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"recado/bot/sqlstore"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/report"
	"recado/core/ticket"
)

const (
	manyTickets = 200_000
	manyOrgs    = 400
	manyAgents  = 20
)

// BenchmarkLists measures lists and details over 200,000 tickets with 1,000,000
// entries. It reports the 50th and 95th percentile of each question.
//
//	go test -run '^$' -bench Lists -benchtime 300x -timeout 30m ./bot/sqlstore
func BenchmarkLists(b *testing.B) {
	for name, options := range databases {
		b.Run(name, func(b *testing.B) {
			db := open(b, options(b))
			numbers := fill(b, db)
			unclosed := []ticket.Status{ticket.Open, ticket.InProgress, ticket.Waiting}
			team := report.Scope{Team: true, Person: "agent-1"}
			manager := report.Scope{Person: "person-1", Managed: []directory.OrgID{"org-1"}}
			big := report.Scope{Person: "person-1", Managed: []directory.OrgID{"org-0"}}
			list := func(q report.Query) func(context.Context, dialogue.Reader) error {
				return func(ctx context.Context, r dialogue.Reader) error { _, err := r.List(ctx, q); return err }
			}
			for _, k := range []struct {
				name string
				read func(context.Context, dialogue.Reader) error
			}{
				{"mine", list(report.Query{Scope: manager, Filter: report.Filter{Whose: report.Mine, Statuses: unclosed}})},
				{"organisation", list(report.Query{Scope: manager, Filter: report.Filter{Statuses: unclosed}})},
				{"organisation/all", list(report.Query{Scope: manager})},
				{"organisation/big", list(report.Query{Scope: big, Filter: report.Filter{Statuses: unclosed}})},
				{"team/open", list(report.Query{Scope: team, Filter: report.Filter{Statuses: unclosed}})},
				{"team/all", list(report.Query{Scope: team})},
				{"team/page-30", list(report.Query{Scope: team, Page: 30})},
				{"team/by-number", list(report.Query{Scope: team, Sort: report.Sort{By: report.ByNumber}})},
				{"team/open-by-priority", list(report.Query{Scope: team, Filter: report.Filter{Statuses: unclosed}, Sort: report.Sort{By: report.ByPriority}})},
				{"team/assigned", list(report.Query{Scope: team, Filter: report.Filter{Whose: report.Assigned, Statuses: unclosed}})},
				{"team/product", list(report.Query{Scope: team, Filter: report.Filter{Product: "product-7"}})},
				{"team/word", list(report.Query{Scope: team, Filter: report.Filter{Words: "boleto"}})},
				{"team/rare-word", list(report.Query{Scope: team, Filter: report.Filter{Words: "raríssimo"}})},
				{"details", func(ctx context.Context, r dialogue.Reader) error {
					tk, err := r.Numbered(ctx, numbers[rand.IntN(len(numbers))])
					if err != nil {
						return err
					}
					_, err = r.History(ctx, tk.ID, 0, 0, true)
					return err
				}},
			} {
				b.Run(k.name, func(b *testing.B) { percentiles(b, db, k.read) })
			}
		})
	}
}

func percentiles(b *testing.B, db *sqlstore.DB, read func(context.Context, dialogue.Reader) error) {
	took := make([]time.Duration, b.N)
	for i := range b.N {
		begun := time.Now()
		if err := db.View(b.Context(), func(r dialogue.Reader) error { return read(b.Context(), r) }); err != nil {
			b.Fatal(err)
		}
		took[i] = time.Since(begun)
	}
	slices.Sort(took)
	ms := func(share float64) float64 {
		return float64(took[int(float64(len(took)-1)*share)].Microseconds()) / 1000
	}
	b.ReportMetric(ms(.5), "p50-ms")
	b.ReportMetric(ms(.95), "p95-ms")
	b.ReportMetric(0, "ns/op")
}

// fill writes the tickets, five in a hundred not closed, and returns some numbers.
func fill(b *testing.B, db *sqlstore.DB) (numbers []string) {
	ctx, random := b.Context(), rand.New(rand.NewPCG(1, 1))
	bia := directory.Person{ID: "agent-1", Name: "Bia", Active: true, Team: directory.Agent}
	subjects := []string{"CT-e não autoriza", "Boleto vencido", "Erro 301 na nota", "Relatório em branco", "Impressora do balcão"}
	const each = 500
	for from := 0; from < manyTickets; from += each {
		err := db.Update(ctx, func(tx dialogue.Tx) error {
			for i := from; i < from+each; i++ {
				at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 5 * time.Minute)
				org := directory.OrgID(fmt.Sprint("org-", random.IntN(manyOrgs)))
				if random.IntN(20) == 0 {
					org = "org-0" // one customer has a twentieth of all
				}
				tk, err := ticket.New(ticket.Draft{
					Org: org, Requester: directory.PersonID(fmt.Sprint("person-", random.IntN(4000))), Subject: fmt.Sprint(subjects[random.IntN(5)], " ", i),
					Description: "desde ontem à tarde, em todas as filiais", About: catalog.Path{Product: fmt.Sprint("product-", random.IntN(50))},
					Priority: ticket.Levels[random.IntN(4)], Severity: ticket.Levels[random.IntN(4)],
				}, at)
				if err != nil {
					return err
				}
				bia.ID = directory.PersonID(fmt.Sprint("agent-", random.IntN(manyAgents)))
				if err := tk.Answer(bia, ticket.Said{Text: "estamos vendo"}, at, at); err != nil {
					return err
				}
				if random.IntN(20) > 0 {
					if err := tk.Close(bia, ticket.Team, ticket.Said{Text: "pronto"}, at.Add(time.Hour)); err != nil {
						return err
					}
				}
				if err := tx.Insert(ctx, tk); err != nil {
					return err
				}
				if i%100 == 0 {
					numbers = append(numbers, tk.Number)
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return numbers
}
