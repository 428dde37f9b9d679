package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

// room is a channel that names messages itself, as Slack does.
type room struct {
	mu     sync.Mutex
	sent   []message.Outbound
	refuse map[string]channels.ErrorKind // by text
}

func (c *room) Name() message.Channel                          { return message.Slack }
func (c *room) Account() string                                { return "T1" }
func (c *room) Run(ctx context.Context, _ channels.Sink) error { <-ctx.Done(); return nil }
func (c *room) last() message.Outbound                         { return c.sent[len(c.sent)-1] }
func (c *room) settle(t *testing.T, o *outbox.Outbox) (n int) {
	t.Helper()
	n, _, err := o.Settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (c *room) Send(_ context.Context, out message.Outbound) (channels.Receipt, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if kind := c.refuse[out.Text]; kind != "" {
		return channels.Receipt{}, failing(kind, 0)
	}
	c.sent = append(c.sent, out)
	if out.Kind == message.Edit && out.SentAs != "" {
		return channels.Receipt{}, nil
	}
	return channels.Receipt{UpstreamID: fmt.Sprintf("C1/%d", len(c.sent))}, nil
}

func TestAMessageFindsItsThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := &room{}, &memory{}
		b := newBench(t, m, nil, func(o *outbox.Options) { o.Channel = c })
		card := m.add(message.Outbound{ID: "card", Text: "card"})
		m.add(message.Outbound{ID: "one", Text: "one", Under: "card"})
		c.settle(t, b.Outbox)
		if got := c.last(); got.Root != "C1/1" {
			t.Errorf("right after its card it goes under %q", got.Root)
		}
		m.add(message.Outbound{ID: "two", Text: "two", Under: "card"})
		edit := m.add(message.Outbound{ID: "edit", Kind: message.Edit, Text: "card now", Amends: &card})
		c.settle(t, b.Outbox)
		if got := c.sent[2]; got.Root != "C1/1" {
			t.Errorf("later it goes under %q", got.Root)
		}
		if got := c.last(); got.SentAs != "C1/1" {
			t.Errorf("the card's edit amends %q", got.SentAs)
		}
		if up := m.get(edit.ID).UpstreamID; up != "" {
			t.Errorf("an edit is called %q", up)
		}
	})
}

func TestAThreadWhoseRootWasBuried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := &room{refuse: map[string]channels.ErrorKind{"card": channels.Permanent}}, &memory{}
		b := newBench(t, m, nil, func(o *outbox.Options) { o.Channel = c })
		card := m.add(message.Outbound{ID: "card", Text: "card"})
		m.add(message.Outbound{ID: "one", Text: "one", Under: "card"})
		c.settle(t, b.Outbox)
		if got := c.last(); got.ID != "one" || got.Root != "" {
			t.Errorf("under a buried card it goes to %q: %+v", got.Root, got)
		}
		m.add(message.Outbound{ID: "edit", Kind: message.Edit, Text: "card now", Amends: &card})
		m.add(message.Outbound{ID: "two", Text: "two", Under: "card"})
		c.settle(t, b.Outbox)
		if got := c.sent[1]; got.ID != "edit" || got.SentAs != "" {
			t.Errorf("the buried card's edit: %+v", got)
		}
		if got := c.last(); got.ID != "two" || got.Root != "C1/2" {
			t.Errorf("once the edit stands for the card, under %q: %+v", got.Root, got)
		}
		again := m.add(message.Outbound{ID: "again", Kind: message.Edit, Text: "card later", Amends: &card})
		c.settle(t, b.Outbox)
		if got := c.last(); got.ID != again.ID || got.SentAs != "C1/2" {
			t.Errorf("the next edit amends %q", got.SentAs)
		}
	})
}

func TestARootThatIsStillToBeSentIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := &room{refuse: map[string]channels.ErrorKind{"card": channels.RateLimited}}, &memory{}
		b := newBench(t, m, nil, func(o *outbox.Options) { o.Channel = c })
		m.add(message.Outbound{ID: "card", Text: "card"})
		elsewhere := message.Address{Channel: message.Slack, ID: "T1/C2"}
		m.add(message.Outbound{ID: "one", Text: "one", Under: "card", To: elsewhere})
		c.settle(t, b.Outbox)
		if len(c.sent) > 0 || m.get("one").Attempts > 0 {
			t.Errorf("sent before its root: %+v", c.sent)
		}
		c.refuse = nil
		time.Sleep(time.Minute)
		for c.settle(t, b.Outbox) > 0 {
			time.Sleep(3 * time.Second)
		}
		if got := c.last(); len(c.sent) != 2 || got.Root != "C1/1" {
			t.Errorf("sent: %+v", c.sent)
		}
		b.setFault(func(call string, _ bool) error {
			if call == "posted" {
				return errAway
			}
			return nil
		})
		m.add(message.Outbound{ID: "two", Text: "two", Under: "card"})
		c.settle(t, b.Outbox)
		if row := m.get("two"); row.sent || row.Attempts > 0 {
			t.Errorf("sent blindly while the store is away, or counted: %+v", row)
		}
		b.setFault(nil)
		time.Sleep(time.Minute)
		c.settle(t, b.Outbox)
		if got := c.last(); got.ID != "two" || got.Root != "C1/1" {
			t.Errorf("after that: %+v", got)
		}
	})
}

// recalling is a memory in which a message is called back just before it is sent.
type recalling struct {
	*process
	id     string
	claims int
}

func (r *recalling) ClaimSend(_ context.Context, seq int64) (bool, error) {
	r.memory.mu.Lock()
	defer r.memory.mu.Unlock()
	r.claims++
	row := r.rows[seq-1]
	row.withdrawn = row.ID == r.id
	return !row.withdrawn, nil
}

func TestWhatWasCalledBackIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, m := &room{}, &memory{}
		store := &recalling{id: "back"}
		b := newBench(t, m, nil, func(o *outbox.Options) {
			store.process, _ = o.Store.(*process)
			o.Channel, o.Store = c, store
		})
		soon := time.Now().Add(time.Second)
		m.add(message.Outbound{ID: "back", Text: "back", NotBefore: soon})
		m.add(message.Outbound{ID: "kept", Text: "kept", NotBefore: soon})
		m.add(message.Outbound{ID: "usual", Text: "usual"})
		c.settle(t, b.Outbox)
		var got []string
		for _, out := range c.sent {
			got = append(got, out.ID)
		}
		if !slices.Equal(got, []string{"kept", "usual"}) || store.claims != 2 {
			t.Errorf("sent %v after %d claims", got, store.claims)
		}
	})
}
