package dialogue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/bot/sqlstore"
	"recado/core/catalog"
	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
)

var (
	theRoom  = message.Address{Channel: message.Slack, ID: "T1/C1"}
	theOther = message.Address{Channel: message.Slack, ID: "T1/C2"}
	anaMail  = message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	anaChat  = message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	betoMail = message.Address{Channel: message.Email, ID: "beto@aurora.example"}
)

// house is a desk with a customer's ticket in a room of the team: engine and store as they
// are, and no channel that sends.
type house struct {
	t      *testing.T
	db     *sqlstore.DB
	engine *dialogue.Engine
	now    time.Time
	turns  map[string]int64
	items  int
	public bool
	card   message.Outbound
	sent   map[int64]bool // rows of customers that were looked at
}

// emptyDesk is the file of a database in which nothing is yet; to make each anew took longer
// than all that is done in it.
var emptyDesk = sync.OnceValues(func() (file []byte, err error) {
	folder, err := os.MkdirTemp("", "recado-house-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "desk.db")
	db, err := sqlstore.Open(context.Background(), sqlstore.Options{
		Driver: sqlstore.SQLite, DSN: path, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Time{} },
	})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func newHouse(t *testing.T, public bool) *house {
	t.Helper()
	h := &house{t: t, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC), turns: map[string]int64{}, public: public, sent: map[int64]bool{}}
	path := filepath.Join(t.TempDir(), "desk.db")
	file, err := emptyDesk()
	if err = errors.Join(err, os.WriteFile(path, file, 0o600)); err != nil {
		t.Fatal(err)
	}
	h.db, err = sqlstore.Open(t.Context(), sqlstore.Options{
		Driver: sqlstore.SQLite, DSN: path, Logger: slog.New(slog.DiscardHandler), Now: func() time.Time { return h.now },
		Foretell: func(out message.Outbound) string { return "up-" + out.ID },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.db.Close() })
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	h.engine = dialogue.New(dialogue.Options{
		Store: h.db, Sessions: h.db.Sessions(), Catalogue: catalogue, Desk: dialogue.Desk{Name: "Suporte", Language: "pt-BR"},
		Calendar: always{}, Schedule: notice.Schedule{After: []time.Duration{48 * time.Hour}, Close: 96 * time.Hour, Calendar: always{}}, Location: time.UTC, Now: func() time.Time { return h.now },
		NewCode: func() string { return "123456" }, ReopenWindow: 5 * 24 * time.Hour, SurveyTTL: time.Hour, WarnBefore: time.Minute, Undo: 10 * time.Second,
		Pace: dialogue.Pace{Team: 40},
		Rooms: func(about catalog.Path, _ *catalog.Catalog) (dialogue.Place, bool) {
			if about.Product == "frota" {
				return dialogue.Place{At: theOther, Account: "T1", Public: public}, true
			}
			return dialogue.Place{At: theRoom, Account: "T1", Public: public}, true
		},
	})
	h.people()
	h.mail(anaMail, "CT-e parado", "O CT-e não autoriza")
	h.card = h.root("2026-000001")
	return h
}

type always struct{}

func (always) Add(at time.Time, d time.Duration) time.Time { return at.Add(d) }
func (always) Between(from, to time.Time) time.Duration    { return to.Sub(from) }
func (always) NextOpen(at time.Time) time.Time             { return at }

func (h *house) people() {
	person := func(id, name string, team directory.Role, addresses ...message.Address) directory.Person {
		p := directory.Person{ID: directory.PersonID(id), Name: name, Active: true, Team: team, Language: "pt-BR"}
		for _, a := range addresses {
			p.Aliases = append(p.Aliases, directory.Alias{Address: a, VerifiedAt: h.now, VerifiedBy: directory.ByAdmin, HeardAt: h.now})
		}
		if team == "" {
			p.Members = []directory.Membership{{Org: "org", Role: directory.Standard}}
		}
		return p
	}
	mail := func(id string) message.Address { return message.Address{Channel: message.Email, ID: id} }
	gone := person("gone", "Gil", directory.Agent, slackUser("gone"))
	gone.Active = false
	h.do(func(ctx context.Context, tx dialogue.Tx) error {
		org := directory.Organisation{ID: "org", Name: "Viação Aurora", Active: true}
		errs := []error{tx.SaveOrganisation(ctx, &org)}
		for _, it := range []catalog.Item{{ID: "fiscal", Level: catalog.Product, Name: "Fiscal", Active: true}, {ID: "frota", Level: catalog.Product, Name: "Frota", Active: true}} {
			errs = append(errs, tx.SaveItem(ctx, it))
		}
		for _, p := range []directory.Person{
			person("ana", "Ana", "", anaMail, anaChat), person("beto", "Beto", "", betoMail, slackUser("beto")),
			person("bia", "Bia", directory.Agent, mail("bia@team.example"), slackUser("bia")),
			person("rui", "Rui", directory.Supervisor, mail("rui@team.example"), slackUser("rui")), gone,
		} {
			errs = append(errs, tx.SavePerson(ctx, &p))
		}
		return errors.Join(errs...)
	})
}

func slackUser(id string) message.Address {
	return message.Address{Channel: message.Slack, ID: "T1/" + id}
}

func (h *house) do(what func(context.Context, dialogue.Tx) error) {
	h.t.Helper()
	ctx := h.t.Context()
	if err := h.db.Update(ctx, func(tx dialogue.Tx) error { return what(ctx, tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// turn takes items of one conversation to their effects.
func (h *house) turn(items ...message.Inbound) {
	h.t.Helper()
	ctx := h.t.Context()
	conversation := items[0].Conversation
	turn := dialogue.Turn{Conversation: conversation, Committed: h.turns[conversation], Items: items}
	for range 3 {
		plan, err := h.engine.Prepare(ctx, turn)
		if err != nil {
			h.t.Fatal(err)
		}
		err = h.db.Update(ctx, func(tx dialogue.Tx) error {
			_, err := plan.Apply(ctx, tx)
			return err
		})
		if errors.Is(err, dialogue.ErrConflict) {
			continue
		}
		if err != nil {
			h.t.Fatal(err)
		}
		h.turns[conversation]++
		h.now = h.now.Add(time.Second)
		return
	}
	h.t.Fatal("the turn conflicts for ever")
}

func (h *house) item(channel message.Channel, from message.Address, text string) message.Inbound {
	h.items++
	id := fmt.Sprint(channel, "-", h.items)
	return message.Inbound{
		Key: message.Key{Channel: channel, Account: "T1", ID: id}, Kind: message.Text, From: from, Proof: message.ByUpstream,
		Conversation: message.ConversationWith("T1", from), ReceivedAt: h.now, SentAt: h.now, Text: text, Thread: message.Thread{ID: id},
	}
}

func (h *house) mail(from message.Address, subject, text string) {
	h.t.Helper()
	in := h.item(message.Email, from, text)
	in.Subject = subject
	h.turn(in)
}

// said is what somebody says in the thread; change makes it something else.
func (h *house) said(who, text string, change ...func(*message.Inbound)) message.Inbound {
	in := h.item(message.Slack, slackUser(who), text)
	in.Room, in.Conversation = theRoom, "slack/T1/C1/root"
	in.Thread.Refs = []string{"up-" + h.card.ID}
	for _, c := range change {
		c(&in)
	}
	return in
}

// says takes it as a turn, and returns the id of what was said.
func (h *house) says(who, text string, change ...func(*message.Inbound)) string {
	h.t.Helper()
	in := h.said(who, text, change...)
	h.turn(in)
	return in.Key.ID
}

// on makes an item one about something that was said.
func on(kind message.Kind, id string) func(*message.Inbound) {
	return func(in *message.Inbound) {
		in.Kind, in.Target = kind, message.Key{Channel: message.Slack, Account: "T1", ID: id}
		in.Thread.ID = ""
	}
}

// press is a button of the desk's, by its value.
func press(value string) func(*message.Inbound) {
	return func(in *message.Inbound) { in.Kind, in.Choice, in.Thread.ID = message.Press, value, "" }
}

func mentions(in *message.Inbound)  { in.Mentions = []message.Address{slackUser("rui")} }
func broadcast(in *message.Inbound) { in.Broadcast = true }
func byApp(in *message.Inbound) {
	in.Auto, in.From, in.Proof = message.ByApp, message.Address{}, message.Unproved
}

func echo(in *message.Inbound)   { in.Auto = message.OwnEcho }
func guest(in *message.Inbound)  { in.From, in.Proof = slackUser("guest"), message.Unproved }
func shared(in *message.Inbound) { in.Forward = message.Forward{Name: "Rui", Text: secret} }

func file(name string) func(*message.Inbound) {
	return func(in *message.Inbound) {
		in.Attachments = []message.Attachment{{Name: name + ".png", MediaType: "image/png", Size: 1, Digest: strings.Repeat("a", 64)}}
	}
}

// form is a form that was sent.
func form(name string, fields map[string]string) func(*message.Inbound) {
	return func(in *message.Inbound) {
		in.Kind, in.Choice, in.Form, in.Thread.ID = message.Submit, name, fields, ""
	}
}

func (h *house) root(number string) message.Outbound {
	h.t.Helper()
	rows, err := h.db.Due(h.t.Context(), message.Slack, "T1", h.now.Add(time.Hour), nil, 1000)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, r := range rows {
		if r.Number == number && r.Kind == "" && r.Card != nil && r.Under == "" {
			return r.Outbound
		}
	}
	h.t.Fatalf("%s has no card", number)
	return message.Outbound{}
}

// byMail answers by mail, as one of the team.
func (h *house) byMail(who, text string) {
	h.t.Helper()
	in := h.item(message.Email, message.Address{Channel: message.Email, ID: who + "@team.example"}, text)
	in.Thread.Number = "2026-000001"
	h.turn(in)
}
