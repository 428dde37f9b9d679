package bottest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"recado/bot/outbox"
	"recado/core/dialogue"
	"recado/core/message"

	"github.com/google/uuid"
)

// OutboxStore is the outbox with the transactions that fill it.
type OutboxStore interface {
	outbox.Store
	dialogue.Store
}

// outboxSuite has an account to itself.
type outboxSuite struct {
	store   OutboxStore
	account string
}

// TestOutboxStore is the suite of outbox.Store, and of dialogue.Tx.Post.
func TestOutboxStore(t *testing.T, open func(t *testing.T) OutboxStore) {
	store := open(t)
	for name, test := range map[string]func(outboxSuite, *testing.T){
		"a message comes back as it was":                outboxSuite.comesBack,
		"what was rolled back is never sent":            outboxSuite.rolledBack,
		"order per address":                             outboxSuite.order,
		"one waiting address does not hold up another":  outboxSuite.waits,
		"an answer overtakes what nobody waits for":     outboxSuite.overtakes,
		"results are noted":                             outboxSuite.results,
		"addresses that are being sent to are left out": outboxSuite.excluded,
		"a family is kept together":                     outboxSuite.family,
		"accounts are apart, and none is everybody's":   outboxSuite.accounts,
		"what waits for its time holds up its address":  outboxSuite.notBefore,
		"a later edit takes the place of an earlier":    outboxSuite.supersedes,
		"called back or sent, and never both":           outboxSuite.recalls,
		"a message is found by its ID":                  outboxSuite.posted,
	} {
		t.Run(name, func(t *testing.T) { test(outboxSuite{store, uuid.NewString()}, t) })
	}
}

func (s outboxSuite) message(to, text string) message.Outbound {
	return message.Outbound{ID: uuid.NewString(), To: message.Address{Channel: message.Email, ID: to}, Account: s.account, Text: text}
}

func (s outboxSuite) post(t *testing.T, outs ...message.Outbound) {
	t.Helper()
	if err := s.try(t, outs, nil); err != nil {
		t.Fatal(err)
	}
}

func (s outboxSuite) try(t *testing.T, outs []message.Outbound, end error) error {
	ctx := t.Context()
	return s.store.Update(ctx, func(tx dialogue.Tx) error {
		for _, out := range outs {
			if err := tx.Post(ctx, out); err != nil {
				return err
			}
		}
		return end
	})
}

func (s outboxSuite) due(t *testing.T, now time.Time, exclude ...message.Address) []outbox.Row {
	t.Helper()
	rows, err := s.store.Due(t.Context(), message.Email, s.account, now, exclude, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func (s outboxSuite) texts(t *testing.T, now time.Time, exclude ...message.Address) (out []string) {
	t.Helper()
	for _, r := range s.due(t, now, exclude...) {
		out = append(out, r.Text)
	}
	return out
}

func (s outboxSuite) next(t *testing.T) time.Time {
	t.Helper()
	at, err := s.store.NextDue(t.Context(), message.Email, s.account)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (s outboxSuite) record(t *testing.T, results ...outbox.Result) {
	t.Helper()
	if err := s.store.Record(t.Context(), results); err != nil {
		t.Fatal(err)
	}
}

func (s outboxSuite) comesBack(t *testing.T) {
	out := s.message("ana", "oi")
	out.Conversation, out.Language, out.Subject, out.Number, out.Refs, out.Quote = "c", "pt-BR", "s", "2026-000001", []string{"<1@x>"}, "q"
	out.Choices = []message.Choice{{Value: "1", Label: "um"}}
	out.Attachments = []message.Attachment{{Name: "n", MediaType: "m", Size: 1, Digest: "d"}}
	out.Link = &message.Link{Purpose: "rate", Subject: "s", Label: "avaliar"}
	out.Proactive = true
	if !s.next(t).IsZero() {
		t.Error("something is due before anything was posted")
	}
	s.post(t, out)
	rows := s.due(t, noon)
	if len(rows) != 1 || !reflect.DeepEqual(rows[0].Outbound, out) || rows[0].Attempts != 0 {
		t.Errorf("\n got %+v\nwant %+v", rows, out)
	}
	if at := s.next(t); at.IsZero() || at.After(noon) {
		t.Errorf("next due %v", at)
	}
}

// family: what was posted in the place of a message is found with it, and how each ended.
func (s outboxSuite) family(t *testing.T) {
	first := s.message("ana", "oi")
	first.Passage = &message.Passage{Of: []string{"x"}, Text: message.Span{Len: 2}}
	edit, again, gone := s.message("ana", "olá"), s.message("ana", "olá!"), s.message("ana", "")
	edit.Kind, edit.Amends = message.Edit, &first
	again.Kind, again.Amends = message.Edit, &first
	gone.Kind, gone.Amends = message.Deletion, &edit
	s.post(t, first, s.message("ana", "outra"), edit, again, gone)
	rows := map[string]outbox.Row{}
	for _, r := range s.due(t, noon) {
		rows[r.ID] = r
	}
	s.record(
		t,
		outbox.Result{Row: rows[first.ID], At: noon, Sent: true, UpstreamID: "up"}, outbox.Result{Row: rows[edit.ID], At: noon, Withdrawn: true},
		outbox.Result{Row: rows[again.ID], At: noon, Sent: true, Amended: true},
	)
	sent := rows[first.ID]
	sent.UpstreamID = "up"
	want := []outbox.Member{
		{Row: sent, At: noon, Sent: true}, {Row: rows[edit.ID], At: noon, Withdrawn: true}, {Row: rows[again.ID], At: noon, Amended: true}, {Row: rows[gone.ID]},
	}
	got, err := s.store.Family(t.Context(), first.ID)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v, %v\nwant %+v", got, err, want)
	}
	for _, nobody := range []string{"", "nobody"} {
		if got, err := s.store.Family(t.Context(), nobody); err != nil || len(got) > 0 {
			t.Errorf("family %q: %+v, %v", nobody, got, err)
		}
	}
	if left := s.texts(t, noon); !slices.Equal(left, []string{"outra", ""}) {
		t.Errorf("still due: %q", left)
	}
}

func (s outboxSuite) rolledBack(t *testing.T) {
	wanted := errors.New("wanted failure")
	if err := s.try(t, []message.Outbound{s.message("ana", "nunca")}, wanted); !errors.Is(err, wanted) {
		t.Fatal(err)
	}
	if err := s.try(t, []message.Outbound{s.message("ana", "nunca"), {}}, nil); err == nil {
		t.Error("an empty message was posted")
	}
	if got := s.texts(t, noon); len(got) > 0 {
		t.Errorf("due: %v", got)
	}
}

func (s outboxSuite) order(t *testing.T) {
	var want []string
	var outs []message.Outbound
	for i := range 100 {
		want = append(want, fmt.Sprint("linha ", i))
		outs = append(outs, s.message(fmt.Sprint("p", i%3), want[i]))
	}
	s.post(t, outs...)
	if got := s.texts(t, noon); !slices.Equal(got, want) {
		t.Errorf("due: %v", got)
	}
	rows, err := s.store.Due(t.Context(), message.Email, s.account, noon, nil, 7)
	if err != nil || len(rows) != 7 || rows[6].Text != "linha 6" {
		t.Errorf("limited to 7: %d, %v", len(rows), err)
	}
}

func (s outboxSuite) waits(t *testing.T) {
	s.post(t, s.message("ana", "a1"), s.message("bia", "b1"), s.message("ana", "a2"), s.message("bia", "b2"))
	rows := s.due(t, noon)
	later := noon.Add(time.Minute)
	s.record(t, outbox.Result{Row: rows[0], At: noon, RunAt: later, Counted: true, Error: "busy"})
	if got := s.texts(t, noon); !slices.Equal(got, []string{"b1", "b2"}) {
		t.Errorf("while the first of ana's waits: %v", got)
	}
	s.record(t, outbox.Result{Row: rows[1], At: noon, Sent: true}, outbox.Result{Row: rows[3], At: noon, Sent: true})
	if got := s.next(t); !got.Equal(later) {
		t.Errorf("next due %v, want %v", got, later)
	}
	if got := s.texts(t, later); !slices.Equal(got, []string{"a1", "a2"}) {
		t.Errorf("when its time has come: %v", got)
	}
}

func (s outboxSuite) overtakes(t *testing.T) {
	reminder := s.message("ana", "reminder")
	reminder.Proactive = true
	s.post(t, reminder, s.message("ana", "answer 1"), s.message("ana", "answer 2"))
	rows := s.due(t, noon)
	later := noon.Add(time.Hour)
	s.record(t, outbox.Result{Row: rows[0], At: noon, RunAt: later})
	if got := s.texts(t, noon); !slices.Equal(got, []string{"answer 1", "answer 2"}) {
		t.Errorf("while the reminder waits: %v", got)
	}
	s.record(t, outbox.Result{Row: rows[1], At: noon, RunAt: later.Add(time.Hour)}, outbox.Result{Row: rows[2], At: noon, RunAt: noon})
	if got := s.texts(t, noon); len(got) > 0 {
		t.Errorf("an answer overtook an answer: %v", got)
	}
	if got := s.next(t); !got.Equal(later) {
		t.Errorf("next due %v, want %v", got, later)
	}
	if got := s.texts(t, later); !slices.Equal(got, []string{"reminder"}) {
		t.Errorf("when the reminder's time has come: %v", got)
	}
}

func (s outboxSuite) results(t *testing.T) {
	s.post(t, s.message("a", "sent"), s.message("b", "buried"), s.message("c", "counted"), s.message("d", "not counted"))
	rows := s.due(t, noon)
	s.record(t,
		outbox.Result{Row: rows[0], At: noon, Sent: true, UpstreamID: "up"},
		outbox.Result{Row: rows[1], At: noon, Buried: true, Counted: true, Error: "no such mailbox"},
		outbox.Result{Row: rows[2], At: noon, RunAt: noon, Counted: true},
		outbox.Result{Row: rows[3], At: noon, RunAt: noon},
	)
	got := map[string]int{}
	for _, r := range s.due(t, noon) {
		got[r.Text] = r.Attempts
	}
	if want := map[string]int{"counted": 1, "not counted": 0}; !reflect.DeepEqual(got, want) {
		t.Errorf("attempts of what waits: %v, want %v", got, want)
	}
	// A result that comes late does not wake what was sent.
	s.record(t, outbox.Result{Row: rows[0], At: noon, RunAt: noon})
	if got := s.texts(t, noon); len(got) != 2 {
		t.Errorf("due: %v", got)
	}
}

func (s outboxSuite) excluded(t *testing.T) {
	var want []string
	var outs []message.Outbound
	for range 300 {
		outs = append(outs, s.message("busy", "b"))
	}
	for i := range 3 {
		want = append(want, fmt.Sprint("f", i))
		outs = append(outs, s.message("free", want[i]))
	}
	s.post(t, outs...)
	if got := s.texts(t, noon, outs[0].To); !slices.Equal(got, want) {
		t.Errorf("due: %v, want %v", got, want)
	}
}

func (s outboxSuite) accounts(t *testing.T) {
	other := outboxSuite{s.store, uuid.NewString()}
	s.post(t, s.message("ana", "meu"), other.message("ana", "seu"))
	if got := s.texts(t, noon); !slices.Equal(got, []string{"meu"}) {
		t.Errorf("due: %v", got)
	}
	none := outboxSuite{s.store, ""}.message("ana", "de todos")
	none.To.Channel = message.Slack
	s.post(t, none)
	rows, err := s.store.Due(context.WithoutCancel(t.Context()), message.Slack, s.account, noon, nil, 10)
	if err != nil || len(rows) != 1 || rows[0].Text != "de todos" {
		t.Errorf("due: %+v, %v", rows, err)
	}
}

func (s outboxSuite) posted(t *testing.T) {
	inRoom := func(text string) message.Outbound {
		out := s.message("T1/C1", text)
		out.To.Channel = message.Slack
		return out
	}
	card, buried, waiting, edit := inRoom("card"), inRoom("buried"), inRoom("waiting"), inRoom("edit")
	s.post(t, card, buried, waiting, edit)
	rows, err := s.store.Due(t.Context(), message.Slack, s.account, noon, nil, 10)
	rows = slices.DeleteFunc(rows, func(r outbox.Row) bool { return r.Account != s.account })
	if err != nil || len(rows) != 4 {
		t.Fatalf("due: %+v, %v", rows, err)
	}
	s.record(t, outbox.Result{Row: rows[0], At: noon, Sent: true, UpstreamID: "C1/1"}, outbox.Result{Row: rows[1], At: noon, Buried: true})
	ids := []string{card.ID, buried.ID, waiting.ID, uuid.NewString(), ""}
	want := map[string]outbox.Posted{
		card.ID: {Seq: rows[0].Seq, UpstreamID: "C1/1"}, buried.ID: {Seq: rows[1].Seq}, waiting.ID: {Seq: rows[2].Seq, Waiting: true},
	}
	if got, err := s.store.Posted(t.Context(), ids); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("posted: %+v, %v, want %+v", got, err, want)
	}
	s.record(t, outbox.Result{Row: rows[3], At: noon, Sent: true, UpstreamID: "C1/9", StandsFor: buried.ID})
	want[buried.ID] = outbox.Posted{Seq: rows[1].Seq, UpstreamID: "C1/9"}
	if got, err := s.store.Posted(t.Context(), ids); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("once another stands for it: %+v, %v, want %+v", got, err, want)
	}
	// One that has a name already keeps it.
	s.record(t, outbox.Result{Row: rows[2], At: noon, Sent: true, UpstreamID: "C1/10", StandsFor: card.ID})
	if got, err := s.store.Posted(t.Context(), ids[:1]); err != nil || got[card.ID].UpstreamID != "C1/1" {
		t.Errorf("the card: %+v, %v", got, err)
	}
}
