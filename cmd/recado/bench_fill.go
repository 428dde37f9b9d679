package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"recado/bulk"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// The desk that is filled: ten messages in each ticket, one ticket in fifty still
// open, one in five with somebody in copy.
const (
	fillOrgs      = 200
	fillPeople    = 25 // of each organisation: the first is its manager
	fillMessages  = 10 // of each ticket
	fillOpenOneIn = 50
	fillAgents    = 20
	fillCopyOneIn = 5
	fillAtOnce    = 200 // tickets in a transaction
)

var (
	fillThings   = []string{"CT-e", "NF-e", "MDF-e", "boleto", "remessa", "relatório", "escala", "etiqueta", "certificado", "senha", "SPED", "motorista"}
	fillTroubles = []string{"não autoriza", "em duplicidade", "não abre", "com erro 301", "sem permissão", "fora do ar", "com valor errado", "não imprime"}
)

// filled is a desk with a long past.
type filled struct {
	people  [][]directory.Person // by organisation
	team    []directory.Person
	numbers []string // of tickets
	chance  *rand.Rand
}

// fillDesk writes tickets with the given number of messages through the domain and
// the store, as turns do, only many in one transaction.
func fillDesk(ctx context.Context, d *desk, messages int) (*filled, error) {
	if _, err := bulk.Example().Import(ctx, d.db, d.clock.Now()); err != nil {
		return nil, err
	}
	f := &filled{chance: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // the same desk every time
	if err := f.fillPeople(ctx, d); err != nil {
		return nil, fmt.Errorf("fill in people: %w", err)
	}
	tickets := messages / fillMessages
	begin := d.clock.Now().AddDate(-3, 0, 0)
	step := d.clock.Now().Sub(begin) / time.Duration(tickets+1)
	for first := 0; first < tickets; first += fillAtOnce {
		var batch []*ticket.Ticket
		for i := first; i < min(first+fillAtOnce, tickets); i++ {
			t, err := f.ticket(i, begin.Add(time.Duration(i)*step))
			if err != nil {
				return nil, fmt.Errorf("fill in a ticket: %w", err)
			}
			batch = append(batch, t)
		}
		err := d.db.Update(ctx, func(tx dialogue.Tx) error {
			for _, t := range batch {
				if err := tx.Insert(ctx, t); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("fill in tickets: %w", err)
		}
		for _, t := range batch {
			f.numbers = append(f.numbers, t.Number)
		}
	}
	return f, nil
}

func (f *filled) fillPeople(ctx context.Context, d *desk) error {
	now := d.clock.Now()
	return d.db.Update(ctx, func(tx dialogue.Tx) error {
		for a := range fillAgents {
			agent := directory.Person{ID: directory.PersonID(newID()), Name: fmt.Sprintf("Agente %d", a), Active: true, Team: directory.Agent, CreatedAt: now}
			if err := tx.SavePerson(ctx, &agent); err != nil {
				return err
			}
			f.team = append(f.team, agent)
		}
		f.people = make([][]directory.Person, fillOrgs)
		for o := range fillOrgs {
			org := directory.Organisation{ID: directory.OrgID(newID()), Name: fmt.Sprintf("Empresa %03d", o), Active: true, CreatedAt: now}
			if err := tx.SaveOrganisation(ctx, &org); err != nil {
				return err
			}
			for p := range fillPeople {
				c := newBenchCustomer(o*fillPeople+p, org.ID, now)
				if p == 0 {
					c.person.Members[0].Role = directory.Manager
				}
				if err := tx.SavePerson(ctx, &c.person); err != nil {
					return err
				}
				f.people[o] = append(f.people[o], c.person)
			}
		}
		return nil
	})
}

// ticket is one with its whole history.
func (f *filled) ticket(i int, at time.Time) (*ticket.Ticket, error) {
	people := f.people[f.chance.IntN(len(f.people))]
	who, agent := pick(f.chance, people), pick(f.chance, f.team)
	draft := ticket.Draft{
		Org: who.Members[0].Org, Requester: who.ID, Via: message.WhatsApp, Type: pick(f.chance, ticket.Types),
		Severity: pick(f.chance, ticket.Levels), Priority: pick(f.chance, ticket.Levels),
		Subject:     fmt.Sprintf("%s %d %s", pick(f.chance, fillThings), i%1000, pick(f.chance, fillTroubles)),
		Description: pick(f.chance, benchWords),
	}
	if copied := pick(f.chance, people); i%fillCopyOneIn == 0 && copied.ID != who.ID {
		draft.Participants = []directory.PersonID{copied.ID}
	}
	t, err := ticket.New(draft, at)
	if err != nil {
		return nil, err
	}
	open := i%fillOpenOneIn == 0
	if open && i%(3*fillOpenOneIn) == 0 {
		return t, f.talk(t, who, nil, at) // nobody took it
	}
	if err := t.Take(agent, agent, at); err != nil {
		return nil, err
	}
	if err := f.talk(t, who, &agent, at); err != nil || open {
		return t, err
	}
	return t, t.Close(agent, ticket.Team, ticket.Said{At: at, Text: "Resolvido, bom trabalho!", Via: message.Email}, at.Add(72*time.Hour))
}

// talk makes the messages of a ticket: by turns, or the customer's alone.
func (f *filled) talk(t *ticket.Ticket, who directory.Person, agent *directory.Person, at time.Time) error {
	for n := 1; n < fillMessages; n++ {
		at = at.Add(time.Hour)
		said := ticket.Said{At: at, Text: pick(f.chance, benchWords), Via: message.WhatsApp, Upstream: newID()}
		var err error
		if agent != nil && n%2 == 1 {
			err = t.Answer(*agent, said, at.Add(48*time.Hour), at)
		} else {
			err = t.Add(who, said, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func pick[T any](chance *rand.Rand, from []T) T { return from[chance.IntN(len(from))] }
