package main

import (
	"context"
	"fmt"
	"time"

	"recado/bulk"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/ticket"
)

// benchCustomers is how many people write at the same time.
const benchCustomers = 200

// benchWords are what people write, by turns.
var benchWords = []string{
	"ainda não funciona, a nota volta com o erro 301 desde ontem à tarde",
	"tentei de novo agora e deu a mesma coisa",
	"o motorista está parado no posto fiscal esperando o documento",
	"já reiniciei o computador e entrei outra vez no sistema",
	"segue o número do lote: 48.771, emitido às 14h20",
	"a colega do lado consegue emitir normalmente, só na minha máquina que não vai",
}

// benchCustomer is one of those who write.
type benchCustomer struct {
	person directory.Person
	chat   *benchMouth
	mail   *benchMouth
}

// fillBench fills an empty desk: the example's catalogue, articles and team, and
// customers who each have an open ticket in which the team had the last word.
func fillBench(ctx context.Context, d *desk) ([]*benchCustomer, error) {
	now := d.clock.Now()
	if _, err := bulk.Example().Import(ctx, d.db, now); err != nil {
		return nil, err
	}
	if err := d.library.refresh(ctx); err != nil {
		return nil, err
	}
	all := make([]*benchCustomer, benchCustomers)
	err := d.db.Update(ctx, func(tx dialogue.Tx) error {
		team, err := tx.Team(ctx)
		if err != nil {
			return err
		}
		orgs, err := tx.Organisations(ctx)
		if err != nil {
			return err
		}
		for i := range all {
			c := newBenchCustomer(i, orgs[i%len(orgs)].ID, now)
			if err := tx.SavePerson(ctx, &c.person); err != nil {
				return err
			}
			t, err := benchTicket(c.person, team[i%len(team)], now)
			if err != nil {
				return err
			}
			if err := tx.Insert(ctx, t); err != nil {
				return err
			}
			all[i] = c
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("fill the desk: %w", err)
	}
	return all, nil
}

// newBenchCustomer is somebody with WhatsApp and e-mail who wrote from both before.
// Notices reach them by e-mail; in the chat they get answers only.
func newBenchCustomer(i int, org directory.OrgID, now time.Time) *benchCustomer {
	chat := message.Address{Channel: message.WhatsApp, ID: fmt.Sprintf("+55119%08d", i)}
	mail := message.Address{Channel: message.Email, ID: fmt.Sprintf("cliente%d@bench.example", i)}
	alias := func(a message.Address) directory.Alias {
		return directory.Alias{Address: a, VerifiedAt: now, VerifiedBy: directory.ByAdmin, HeardAt: now}
	}
	return &benchCustomer{
		person: directory.Person{
			ID: directory.PersonID(newID()), Name: fmt.Sprintf("Cliente %d", i), Language: "pt-BR", Active: true, CreatedAt: now,
			Aliases: []directory.Alias{alias(chat), alias(mail)}, NoticeBy: []message.Channel{message.Email},
			Members: []directory.Membership{{Org: org, Role: directory.Standard}},
		},
		chat: &benchMouth{address: chat}, mail: &benchMouth{address: mail},
	}
}

// benchTicket is a ticket that an agent answered last.
func benchTicket(p, agent directory.Person, now time.Time) (*ticket.Ticket, error) {
	t, err := ticket.New(ticket.Draft{
		Org: p.Members[0].Org, Requester: p.ID, Via: message.WhatsApp, Type: ticket.Problem,
		Subject: "CT-e não autoriza", Description: "O CT-e não autoriza desde ontem.",
	}, now)
	if err != nil {
		return nil, err
	}
	if err := t.Take(agent, agent, now); err != nil {
		return nil, err
	}
	said := ticket.Said{At: now, Text: "Reenviamos o lote, pode conferir?", Via: message.Email}
	return t, t.Answer(agent, said, now.Add(48*time.Hour), now)
}

// benchItem is what a customer writes next. Every tenth message is a mail about
// something new, which opens a ticket; the others go into the open one.
func (c *benchCustomer) benchItem(n int, now time.Time) (*benchMouth, message.Inbound) {
	mouth := c.chat
	in := message.Inbound{Kind: message.Text, Proof: message.ByUpstream, SentAt: now, ReceivedAt: now, Text: benchWords[n%len(benchWords)]}
	if n%10 == 9 {
		mouth = c.mail
		in.Subject = fmt.Sprintf("Boleto %d em duplicidade", n)
	}
	in.From = mouth.address
	in.Conversation = message.ConversationWith(benchAccount, mouth.address)
	in.Key = message.Key{Channel: mouth.address.Channel, Account: benchAccount, ID: newID()}
	in.Thread.ID = in.Key.ID
	return mouth, in
}
