package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"recado/bot/inbox"
	"recado/core/message"
)

var (
	errAway   = errors.New("the database is away")
	errFenced = errors.New("another owner")
)

// memory is the database: rows, claims and the log of commits. Processes reach it
// through a *process, which can be made to fail.
type memory struct {
	mu      sync.Mutex
	rows    []*row
	claims  map[string]*claim
	commits []commit // of turns, in order
}

type row struct {
	inbox.Item
	runAt   time.Time
	outcome message.Code
	ends    int // how often it ended: must be 1
}

type claim struct {
	inbox.Claim
	until time.Time
}

type commit struct {
	at   time.Time
	by   string
	keys []string
}

func newMemory() *memory { return &memory{claims: map[string]*claim{}} }

// keys of the commits of one conversation, in order.
func (m *memory) order(conversation string) (turns [][]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.commits {
		if m.row(c.keys[0]).Conversation == conversation {
			turns = append(turns, c.keys)
		}
	}
	return turns
}

func (m *memory) row(key string) *row {
	for _, r := range m.rows {
		if r.Key.ID == key {
			return r
		}
	}
	return nil
}

// get is a row as it is now.
func (m *memory) get(key string) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	return *m.row(key)
}

// waiting are the rows of a conversation, or of all, that have not ended.
func (m *memory) waiting(conversation string) (rows []*row) {
	for _, r := range m.rows {
		if r.outcome == "" && (conversation == "" || r.Conversation == conversation) {
			rows = append(rows, r)
		}
	}
	return rows
}

func (m *memory) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.waiting(""))
}

// holder is who has the conversation at now.
func (m *memory) holder(conversation string, now time.Time) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.claims[conversation]; c != nil && c.until.After(now) {
		return c.Owner
	}
	return ""
}

// process is one process's way to the memory. fault is asked before and after each
// call; an error after it means that the answer was lost.
type process struct {
	*memory
	mu    sync.Mutex
	calls map[string]int
	fault func(call string, done bool) error
}

func (p *process) call(name string, do func() error) error {
	p.mu.Lock()
	if p.calls == nil {
		p.calls = map[string]int{}
	}
	p.calls[name]++
	fault := p.fault
	p.mu.Unlock()
	if fault != nil {
		if err := fault(name, false); err != nil {
			return err
		}
	}
	p.memory.mu.Lock()
	err := do()
	p.memory.mu.Unlock()
	if err == nil && fault != nil {
		err = fault(name, true)
	}
	return err
}

func (p *process) count(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[name]
}

func (p *process) setFault(f func(string, bool) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

func (p *process) Accept(_ context.Context, items []message.Inbound, _ time.Time) (fresh int, err error) {
	err = p.call("accept", func() error {
		for _, in := range items {
			if p.row(in.Key.ID) == nil {
				p.rows = append(p.rows, &row{Item: inbox.Item{Seq: int64(len(p.rows) + 1), Inbound: in}})
				fresh++
			}
		}
		return nil
	})
	return fresh, err
}

func (p *process) Waiting(_ context.Context, now time.Time, limit int) (list []inbox.Pending, err error) {
	err = p.call("waiting", func() error {
		seen := map[string]int{}
		for _, r := range p.waiting("") {
			if c := p.claims[r.Conversation]; c != nil && c.Owner != "" && c.until.After(now) {
				continue
			}
			i, known := seen[r.Conversation]
			if !known {
				i = len(list)
				seen[r.Conversation] = i
				list = append(list, inbox.Pending{Conversation: r.Conversation, First: r.ReceivedAt})
			}
			list[i].Last = r.ReceivedAt
			if r.runAt.After(list[i].RunAt) {
				list[i].RunAt = r.runAt
			}
		}
		list = list[:min(len(list), limit)]
		return nil
	})
	return list, err
}

func (p *process) Claim(_ context.Context, owner string, names []string, now time.Time, ttl time.Duration) (got []inbox.Claim, err error) {
	err = p.call("claim", func() error {
		for _, name := range names {
			c := p.claims[name]
			if c == nil {
				c = &claim{Claim: inbox.Claim{Conversation: name}}
				p.claims[name] = c
			}
			if c.Owner != "" && c.Owner != owner && c.until.After(now) {
				continue
			}
			c.Owner, c.until = owner, now.Add(ttl)
			c.Fence++
			got = append(got, c.Claim)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

func (p *process) Renew(_ context.Context, owner string, now time.Time, ttl time.Duration) error {
	return p.call("renew", func() error {
		for _, c := range p.claims {
			if c.Owner == owner {
				c.until = now.Add(ttl)
			}
		}
		return nil
	})
}

func (p *process) Release(_ context.Context, claims []inbox.Claim) error {
	return p.call("release", func() error {
		for _, given := range claims {
			if c := p.claims[given.Conversation]; c.Owner == given.Owner && c.Fence == given.Fence {
				c.Owner, c.until = "", time.Time{}
			}
		}
		return nil
	})
}

func (p *process) Items(_ context.Context, conversation string, limit int) (items []inbox.Item, err error) {
	err = p.call("items", func() error {
		for _, r := range p.waiting(conversation) {
			items = append(items, r.Item)
		}
		items = items[:min(len(items), limit)]
		return nil
	})
	return items, err
}

func (p *process) Fail(_ context.Context, given inbox.Claim, items []inbox.Item, runAt time.Time, _ string, dead bool) error {
	return p.call("fail", func() error {
		if err := p.check(given); err != nil {
			return err
		}
		for _, item := range items {
			r := p.row(item.Key.ID)
			if r.outcome != "" {
				continue // it committed, and the answer was lost
			}
			r.Attempts++
			r.runAt = runAt
			if dead {
				r.outcome = message.Failed
				r.ends++
			}
		}
		return nil
	})
}

func (p *process) check(given inbox.Claim) error {
	if c := p.claims[given.Conversation]; c.Owner != given.Owner || c.Fence != given.Fence {
		return errFenced
	}
	return nil
}

// commit ends the items of a turn, as the transaction of a turn does.
func (p *process) commit(t inbox.Turn) error {
	return p.call("commit", func() error {
		if err := p.check(t.Claim); err != nil {
			return err
		}
		c := p.claims[t.Conversation]
		if c.Turn != t.Turn {
			return fmt.Errorf("turn %d was decided on turn %d, but %d are committed", t.Turn+1, t.Turn, c.Turn)
		}
		c.Turn++
		done := commit{at: time.Now(), by: t.Owner}
		for _, item := range t.Items {
			r := p.row(item.Key.ID)
			r.outcome = message.Talked
			r.ends++
			done.keys = append(done.keys, item.Key.ID)
		}
		p.commits = append(p.commits, done)
		return nil
	})
}

// realClock is the bubble's own time.
type realClock struct{}

func (realClock) Now() time.Time                         { return time.Now().UTC() }
func (realClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// handler calls itself.
type handler func(context.Context, inbox.Turn) error

func (h handler) Handle(ctx context.Context, t inbox.Turn) error { return h(ctx, t) }

// text is an item said in a conversation; its key is its words.
func text(conversation, words string) message.Inbound {
	who := message.Address{Channel: message.WhatsApp, ID: conversation}
	return message.Inbound{
		Key:  message.Key{Channel: message.WhatsApp, Account: "desk", ID: words},
		Kind: message.Text, Conversation: conversation, From: who, Text: words, ReceivedAt: time.Now().UTC(),
	}
}

// flat joins turns to the order of their items.
func flat(turns [][]string) []string { return slices.Concat(turns...) }
