package dialogue

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// aTx knows a few people and one ticket, and keeps what is written.
type aTx struct {
	Tx
	people map[directory.PersonID]directory.Person
	ticket *ticket.Ticket
	posts  []message.Outbound
	notes  []ticket.Entry
	beside []message.Address // told by the same turn
}

func (x *aTx) SentAs(_ context.Context, ids []string) (Sent, bool, error) {
	return Sent{Beside: x.beside}, ids[0] == "<1@desk>", nil
}

func (x *aTx) PersonAt(_ context.Context, a message.Address) (directory.Person, error) {
	for _, p := range x.people {
		if _, theirs := p.Alias(a); theirs {
			p.Aliases = slices.Clone(p.Aliases)
			return p, nil
		}
	}
	return directory.Person{}, directory.ErrNotFound
}

func (x *aTx) Person(_ context.Context, id directory.PersonID) (directory.Person, error) {
	return x.people[id], nil
}

func (x *aTx) SavePerson(_ context.Context, p *directory.Person) error {
	x.people[p.ID] = *p
	return nil
}

func (x *aTx) Team(context.Context) ([]directory.Person, error) {
	return []directory.Person{x.people["bia"], x.people["davi"]}, nil
}

func (x *aTx) Numbered(context.Context, string) (*ticket.Ticket, error) { return x.ticket, nil }

func (x *aTx) Update(_ context.Context, t *ticket.Ticket) error {
	x.notes = append(x.notes, t.News()...)
	return nil
}

func (x *aTx) Post(_ context.Context, out message.Outbound) error {
	x.posts = append(x.posts, out)
	return nil
}

func at(channel message.Channel, id string) directory.Alias {
	return directory.Alias{Address: message.Address{Channel: channel, ID: id}, VerifiedAt: time.Unix(1, 0), HeardAt: time.Unix(1, 0)}
}

// The team reads it in the ticket, its agent hears of it, and a dead address makes the
// message go another way where there is one that did not have it.
func TestUndelivered(t *testing.T) {
	t.Parallel()
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	work, home, phone := at(message.Email, "ana@aurora.example"), at(message.Email, "ana@casa.example"), at(message.WhatsApp, "5511")
	for name, tc := range map[string]struct {
		aliases  []directory.Alias
		noticeBy []message.Channel
		beside   []message.Address
		change   func(*Undelivered, *ticket.Ticket)
		told     string   // who of the team
		again    []string // where the message goes instead
		says     string
	}{
		"mailbox full":                          {aliases: []directory.Alias{work, home}, told: "bia@desk.example", again: []string{"ana@casa.example"}, says: "caixa de entrada está cheia", change: func(u *Undelivered, _ *ticket.Ticket) { u.Why, u.Dead = message.MailboxFull, false }},
		"no such address, another mail address": {aliases: []directory.Alias{work, home}, told: "bia@desk.example", again: []string{"ana@casa.example"}, says: "Mandei o mesmo texto por ana@casa.example"},
		"no such address, WhatsApp had it":      {aliases: []directory.Alias{work, phone}, beside: []message.Address{phone.Address}, told: "bia@desk.example", says: "já tinha ido por WhatsApp"},
		"no such address, WhatsApp not chosen":  {aliases: []directory.Alias{work, phone}, noticeBy: []message.Channel{message.Email}, told: "bia@desk.example", again: []string{"5511"}, says: "por WhatsApp"},
		"nothing else":                          {aliases: []directory.Alias{work}, told: "bia@desk.example", says: "não existe mais"},
		"nobody took it":                        {aliases: []directory.Alias{work}, told: "davi@desk.example", says: "não existe mais", change: func(_ *Undelivered, t *ticket.Ticket) { t.Agent = "" }},
		"a code is sent nowhere else": {aliases: []directory.Alias{work, home}, told: "bia@desk.example", says: "não existe mais", change: func(u *Undelivered, _ *ticket.Ticket) {
			u.Message.Code, u.Message.Text = true, "o código é 123456"
		}},
		"nothing is said a third time": {aliases: []directory.Alias{work, home}, told: "bia@desk.example", says: "nenhum outro caminho", change: func(u *Undelivered, _ *ticket.Ticket) {
			u.Message.Again = true
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := &aTx{beside: tc.beside, ticket: &ticket.Ticket{ID: "t", Number: "2026-000042", Requester: "ana", Agent: "bia", Subject: "CT-e"}, people: map[directory.PersonID]directory.Person{
				"ana":  {ID: "ana", Name: "Ana", Active: true, Aliases: tc.aliases, NoticeBy: tc.noticeBy},
				"bia":  {ID: "bia", Name: "Bia", Active: true, Team: directory.Agent, Aliases: []directory.Alias{at(message.Email, "bia@desk.example")}},
				"davi": {ID: "davi", Name: "Davi", Active: true, Team: directory.Supervisor, Aliases: []directory.Alias{at(message.Email, "davi@desk.example")}},
			}}
			u := Undelivered{Why: message.NoSuchAddress, Dead: true, Said: "550 5.1.1", UpstreamID: "<1@desk>", Message: message.Outbound{
				ID: "1", To: work.Address, Number: "2026-000042", Subject: "[2026-000042] CT-e", Text: "Reenviamos o lote. Responda este e-mail.", InChat: "Reenviamos o lote.",
				InCopy: []message.Address{{Channel: message.Email, ID: "carlos@aurora.example"}},
			}}
			if tc.change != nil {
				tc.change(&u, x.ticket)
			}
			e := New(Options{Catalogue: catalogue, Desk: Desk{Name: "Suporte", Language: "pt-BR"}, Now: func() time.Time { return time.Unix(9, 0) }})
			if err := e.Undelivered(t.Context(), x, u); err != nil {
				t.Fatal(err)
			}
			last := len(x.posts) - 1
			var again []string
			for _, out := range x.posts[:last] {
				again = append(again, out.To.ID)
				words := u.Message.Text
				if out.To.Channel == message.WhatsApp {
					words = u.Message.InChat
				}
				if out.Text != words || out.InChat != "" || !out.Again || out.ID == u.Message.ID || len(out.InCopy) > 0 {
					t.Errorf("sent again as %+v", out)
				}
			}
			if !slices.Equal(again, tc.again) || x.posts[last].To.ID != tc.told {
				t.Errorf("again to %v, and %s told; want %v, %s", again, x.posts[last].To.ID, tc.again, tc.told)
			}
			if len(x.notes) != 1 || x.notes[0].Kind != ticket.Note || !strings.Contains(x.notes[0].FullText, "550 5.1.1") {
				t.Fatalf("in the ticket: %+v", x.notes)
			}
			for _, text := range []string{x.notes[0].Text, x.posts[last].Text} {
				if !strings.Contains(text, tc.says) || strings.Contains(text, "550") || strings.Contains(text, "123456") {
					t.Errorf("said %q, want %q", text, tc.says)
				}
			}
		})
	}
}
