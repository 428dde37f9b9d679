package bottest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recado/bot/inbox"
	"recado/core/dialogue"
	"recado/core/message"

	"github.com/google/uuid"
)

// noon is when the tests happen, as a store gives it back.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 123456000, time.UTC)

// InboxStore is the inbox with the transactions that end its items.
type InboxStore interface {
	inbox.Store
	dialogue.Store
}

type inboxSuite struct{ store InboxStore }

// TestInboxStore is the suite of inbox.Store, and of what dialogue.Tx says of items.
func TestInboxStore(t *testing.T, open func(t *testing.T) InboxStore) {
	s := inboxSuite{open(t)}
	t.Run("an item comes back as it was, in order", s.comesBack)
	t.Run("an item is accepted once, from eight sides", s.once)
	t.Run("an incomplete item is refused with all beside it", func(t *testing.T) {
		good := item("", 1)
		bad := item(good.Conversation, 2)
		bad.Kind = ""
		if n, err := s.store.Accept(t.Context(), []message.Inbound{good, bad}, noon); err == nil || n != 0 {
			t.Errorf("accepted %d, %v", n, err)
		}
		if got := s.items(t, good.Conversation); len(got) > 0 {
			t.Errorf("%d items", len(got))
		}
	})
	t.Run("who has a conversation keeps it until the claim runs out", s.claims)
	t.Run("waiting conversations, oldest first, without those held", s.waiting)
	t.Run("a turn ends its items", s.finish)
	t.Run("an old owner ends nothing", s.fenced)
	t.Run("a failed turn is tried again, or ends dead", s.fail)
	t.Run("held items come back with their proof", s.held)
}

// item is a message of a conversation; an empty one invents a conversation.
func item(conversation string, n int) message.Inbound {
	if conversation == "" {
		conversation = "whatsapp/desk/" + uuid.NewString()
	}
	return message.Inbound{
		Key:  message.Key{Channel: message.WhatsApp, Account: "desk", ID: fmt.Sprint(conversation, "/", n)},
		Kind: message.Text, Conversation: conversation, From: message.Address{Channel: message.WhatsApp, ID: "55" + conversation},
		SentAt: noon.Add(-time.Second), ReceivedAt: noon.Add(time.Duration(n) * time.Minute), Text: fmt.Sprint("linha ", n),
	}
}

func (s inboxSuite) accept(t *testing.T, items ...message.Inbound) {
	t.Helper()
	if n, err := s.store.Accept(t.Context(), items, noon); err != nil || n != len(items) {
		t.Fatalf("accepted %d of %d, %v", n, len(items), err)
	}
}

func (s inboxSuite) items(t *testing.T, conversation string) []inbox.Item {
	t.Helper()
	items, err := s.store.Items(t.Context(), conversation, 100)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// claim takes one conversation, or returns false.
func (s inboxSuite) claim(t *testing.T, owner, conversation string, now time.Time) (inbox.Claim, bool) {
	t.Helper()
	claims, err := s.store.Claim(t.Context(), owner, []string{conversation, conversation}, now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if len(claims) == 0 {
		return inbox.Claim{}, false
	}
	if len(claims) > 1 || claims[0].Conversation != conversation || claims[0].Owner != owner {
		t.Fatalf("claims %+v", claims)
	}
	return claims[0], true
}

func (s inboxSuite) comesBack(t *testing.T) {
	in := item("", 1)
	in.Proof, in.Auto, in.FromName, in.Subject, in.FullText, in.Original = message.ByUpstream, message.AutoReply, "Ana", "oi", "oi\n>", "digest"
	in.Attachments = []message.Attachment{{Name: "n", MediaType: "m", Size: 1, Digest: "d", Inline: true}}
	in.Refused = []message.Refusal{{Name: "big", Size: 2, Why: message.TooLarge}}
	in.Choice, in.Target, in.Form = "yes", message.Key{Channel: message.Slack, Account: "a", ID: "i"}, map[string]string{"stars": "5"}
	in.Copies = []message.Address{{Channel: message.Email, ID: "c@x"}}
	in.Thread = message.Thread{ID: "<1@x>", Number: "2026-000001", Refs: []string{"<0@x>"}, Numbers: []string{"2026-000002"}}
	more := item(in.Conversation, 2)
	s.accept(t, in, more)
	got := s.items(t, in.Conversation)
	if len(got) != 2 || got[0].Seq >= got[1].Seq {
		t.Fatalf("items %+v", got)
	}
	for i, want := range []message.Inbound{in, more} {
		if !reflect.DeepEqual(got[i].Inbound, want) || got[i].Attempts != 0 {
			t.Errorf("\n got %+v\nwant %+v", got[i].Inbound, want)
		}
	}
	if few, err := s.store.Items(t.Context(), in.Conversation, 1); err != nil || len(few) != 1 || few[0].Seq != got[0].Seq {
		t.Errorf("limited to one: %v, %v", few, err)
	}
}

func (s inboxSuite) once(t *testing.T) {
	batch := []message.Inbound{item("", 1)}
	for n := range 4 {
		batch = append(batch, item(batch[0].Conversation, n+2))
	}
	batch = append(batch, batch[0])
	var wg sync.WaitGroup
	var fresh atomic.Int64
	for range 8 {
		wg.Go(func() {
			n, err := s.store.Accept(t.Context(), batch, noon)
			if err != nil {
				t.Error(err)
			}
			fresh.Add(int64(n))
		})
	}
	wg.Wait()
	if got := len(s.items(t, batch[0].Conversation)); got != 5 || fresh.Load() != 5 {
		t.Errorf("%d items, %d said to be new", got, fresh.Load())
	}
}

func (s inboxSuite) claims(t *testing.T) {
	in := item("", 1)
	name := in.Conversation
	first, ok := s.claim(t, "a", name, noon)
	if !ok || first.Turn != 0 {
		t.Fatalf("a free conversation: %+v, %v", first, ok)
	}
	again, ok := s.claim(t, "a", name, noon)
	if !ok || again.Fence <= first.Fence {
		t.Errorf("its own conversation: %+v after %+v, %v", again, first, ok)
	}
	if _, ok := s.claim(t, "b", name, noon.Add(time.Minute-time.Microsecond)); ok {
		t.Error("another owner took it before the claim ran out")
	}
	if err := s.store.Renew(t.Context(), "a", noon.Add(time.Minute), time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.claim(t, "b", name, noon.Add(90*time.Second)); ok {
		t.Error("another owner took it although the claim was renewed")
	}
	taken, ok := s.claim(t, "b", name, noon.Add(2*time.Minute))
	if !ok || taken.Fence <= again.Fence {
		t.Errorf("after it ran out: %+v after %+v, %v", taken, again, ok)
	}
	if err := s.store.Release(t.Context(), []inbox.Claim{again}); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.claim(t, "a", name, noon.Add(2*time.Minute)); ok {
		t.Error("an old claim gave up the new owner's")
	}
	if err := s.store.Release(t.Context(), []inbox.Claim{taken}); err != nil {
		t.Fatal(err)
	}
	if back, ok := s.claim(t, "a", name, noon.Add(2*time.Minute)); !ok || back.Fence <= taken.Fence {
		t.Errorf("after it was given up: %+v after %+v, %v", back, taken, ok)
	}
}

func (s inboxSuite) waiting(t *testing.T) {
	first, second := item("", 1), item("", 5)
	press := item(second.Conversation, 6)
	press.Kind = message.Press
	s.accept(t, first, second, press, item(first.Conversation, 3))
	ours := func(now time.Time) (out []inbox.Pending) {
		all, err := s.store.Waiting(t.Context(), now, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range all {
			if p.Conversation == first.Conversation || p.Conversation == second.Conversation {
				out = append(out, p)
			}
		}
		return out
	}
	want := []inbox.Pending{
		{Conversation: first.Conversation, First: first.ReceivedAt, Last: noon.Add(3 * time.Minute)},
		{Conversation: second.Conversation, First: second.ReceivedAt, Last: press.ReceivedAt, Urgent: true},
	}
	if got := ours(noon); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if _, ok := s.claim(t, "a", first.Conversation, noon); !ok {
		t.Fatal("not claimed")
	}
	if got := ours(noon); !reflect.DeepEqual(got, want[1:]) {
		t.Errorf("while one is held: %+v", got)
	}
	if got := ours(noon.Add(time.Minute)); len(got) != 2 {
		t.Errorf("after its claim ran out: %+v", got)
	}
}

// done ends all waiting items of a claimed conversation.
func (s inboxSuite) done(t *testing.T, c inbox.Claim, turn int64, extra func(context.Context, dialogue.Tx) error) error {
	t.Helper()
	d := dialogue.Done{Conversation: c.Conversation, Owner: c.Owner, Fence: c.Fence, Turn: turn}
	for _, it := range s.items(t, c.Conversation) {
		d.Seqs = append(d.Seqs, it.Seq)
		d.Outcomes = append(d.Outcomes, message.Outcome{Code: message.Talked})
	}
	ctx := t.Context()
	return s.store.Update(ctx, func(tx dialogue.Tx) error {
		if extra != nil {
			if err := extra(ctx, tx); err != nil {
				return err
			}
		}
		return tx.Finish(ctx, d)
	})
}

func (s inboxSuite) finish(t *testing.T) {
	in := item("", 1)
	s.accept(t, in, item(in.Conversation, 2))
	c, _ := s.claim(t, "a", in.Conversation, noon)
	if err := s.done(t, c, c.Turn+1, nil); err != nil {
		t.Fatal(err)
	}
	if got := s.items(t, in.Conversation); len(got) > 0 {
		t.Errorf("%d items wait still", len(got))
	}
	if n, err := s.store.Accept(t.Context(), []message.Inbound{in}, noon); n != 0 || err != nil {
		t.Errorf("what was ended is accepted again: %d, %v", n, err)
	}
	s.accept(t, item(in.Conversation, 3))
	if err := s.done(t, c, c.Turn+1, nil); !errors.Is(err, dialogue.ErrFenced) {
		t.Errorf("the same turn again: %v", err)
	}
	if err := s.done(t, c, c.Turn+2, nil); err != nil {
		t.Errorf("the next turn under the same claim: %v", err)
	}
	if c, _ = s.claim(t, "a", in.Conversation, noon); c.Turn != 2 {
		t.Errorf("the claim says %d turns", c.Turn)
	}
}

func (s inboxSuite) fenced(t *testing.T) {
	in := item("", 1)
	s.accept(t, in)
	old, _ := s.claim(t, "a", in.Conversation, noon)
	now := noon.Add(time.Hour)
	current, ok := s.claim(t, "b", in.Conversation, now)
	if !ok {
		t.Fatal("not taken over")
	}
	if err := s.store.Fail(t.Context(), old, s.items(t, in.Conversation), now, "x", true); !errors.Is(err, dialogue.ErrFenced) {
		t.Errorf("Fail of the old owner: %v", err)
	}
	post := func(ctx context.Context, tx dialogue.Tx) error {
		return tx.Post(ctx, message.Outbound{ID: uuid.NewString(), To: in.From, Text: "do dono antigo"})
	}
	// Both at once, so that they may share a commit.
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, c := range []inbox.Claim{old, current} {
		wg.Go(func() { errs[i] = s.done(t, c, 1, post) })
	}
	wg.Wait()
	if !errors.Is(errs[0], dialogue.ErrFenced) || errs[1] != nil {
		t.Errorf("the old owner: %v; the new one: %v", errs[0], errs[1])
	}
}

func (s inboxSuite) fail(t *testing.T) {
	in := item("", 1)
	s.accept(t, in)
	c, _ := s.claim(t, "a", in.Conversation, noon)
	later := noon.Add(time.Hour)
	if err := s.store.Fail(t.Context(), c, s.items(t, in.Conversation), later, "the model hangs", false); err != nil {
		t.Fatal(err)
	}
	items := s.items(t, in.Conversation)
	if len(items) != 1 || items[0].Attempts != 1 {
		t.Fatalf("items %+v", items)
	}
	all, err := s.store.Waiting(t.Context(), noon.Add(time.Minute), 1000)
	i := slices.IndexFunc(all, func(p inbox.Pending) bool { return p.Conversation == in.Conversation })
	if err != nil || i < 0 || !all[i].RunAt.Equal(later) {
		t.Errorf("waiting %+v, %v", all, err)
	}
	if err := s.store.Fail(t.Context(), c, items, later, "again", true); err != nil {
		t.Fatal(err)
	}
	if got := s.items(t, in.Conversation); len(got) > 0 {
		t.Errorf("dead items wait: %+v", got)
	}
}

func (s inboxSuite) held(t *testing.T) {
	in := item("", 1)
	c, _ := s.claim(t, "a", in.Conversation, noon)
	s.accept(t, in)
	h := dialogue.Held{ID: dialogue.HeldID("Q-" + in.Key.ID), Item: in, At: noon, Expires: noon.Add(time.Hour)}
	err := s.done(t, c, 1, func(ctx context.Context, tx dialogue.Tx) error { return tx.Hold(ctx, h) })
	if err != nil {
		t.Fatal(err)
	}
	release := func() error {
		ctx := t.Context()
		return s.store.Update(ctx, func(tx dialogue.Tx) error {
			return tx.EndHeld(ctx, dialogue.Ending{ID: h.ID, State: dialogue.HeldReleased, At: noon, Proof: message.ByTeam, Reason: "by Bia"})
		})
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	want := in
	want.Key.ID += "#released"
	want.Proof = message.ByTeam
	if got := s.items(t, in.Conversation); len(got) != 1 || !reflect.DeepEqual(got[0].Inbound, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := release(); !errors.Is(err, dialogue.ErrConflict) {
		t.Errorf("released again: %v", err)
	}
	if got := s.items(t, in.Conversation); len(got) != 1 {
		t.Errorf("it is there %d times", len(got))
	}
}
