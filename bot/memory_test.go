package bot_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/core/dialogue"
	"recado/core/message"
)

var errAway = errors.New("the database is away")

// memory is the database that processes share.
type memory struct {
	mu     sync.Mutex
	items  []*item
	claims map[string]*claim
	posts  []*post
	leases map[string]claim
	dues   []*due
	turns  []string // the committed items, in order of commit
}

type item struct {
	inbox.Item
	runAt time.Time
	ends  []message.Outcome
}

type claim struct {
	inbox.Claim
	until time.Time
}

type post struct {
	outbox.Row
	runAt time.Time
	state string // "", sent, buried
	ends  int
}

type due struct {
	name string
	at   time.Time
	done int
}

func newMemory() *memory {
	return &memory{claims: map[string]*claim{}, leases: map[string]claim{}}
}

// check compares what is left with a desk on which everything ended well.
func (m *memory) check(items int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	if len(m.items) != items {
		errs = append(errs, fmt.Errorf("%d items were kept, want %d", len(m.items), items))
	}
	for _, i := range m.items {
		if len(i.ends) != 1 {
			errs = append(errs, fmt.Errorf("item %s ended as %v", i.Key.ID, i.ends))
		}
	}
	for _, p := range m.posts {
		if p.ends != 1 {
			errs = append(errs, fmt.Errorf("message %s ended %d times", p.ID, p.ends))
		}
	}
	return errors.Join(errs...)
}

func (m *memory) holder(lease string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.leases[lease]; l.until.After(time.Now()) {
		return l.Owner
	}
	return ""
}

// process is one process's way to the memory: it is all the stores of a Bot. fault is
// asked before and after each call; an error after it means that the answer was lost.
type process struct {
	*memory
	faultMu sync.Mutex
	fault   func(call string, done bool) error
}

func (p *process) setFault(f func(string, bool) error) {
	p.faultMu.Lock()
	defer p.faultMu.Unlock()
	p.fault = f
}

func (p *process) ask(call string, done bool) error {
	p.faultMu.Lock()
	fault := p.fault
	p.faultMu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(call, done)
}

func (p *process) call(name string, do func() error) error {
	if err := p.ask(name, false); err != nil {
		return err
	}
	p.mu.Lock()
	err := do()
	p.mu.Unlock()
	if err != nil {
		return err
	}
	return p.ask(name, true)
}

func (p *process) Acquire(_ context.Context, name, owner string, now time.Time, ttl time.Duration) (got bool, err error) {
	err = p.call("acquire", func() error {
		if l := p.leases[name]; l.Owner == "" || l.Owner == owner || !l.until.After(now) {
			p.leases[name], got = claim{Claim: inbox.Claim{Owner: owner}, until: now.Add(ttl)}, true
		}
		return nil
	})
	return got && err == nil, err
}

func (p *process) Yield(_ context.Context, name, owner string) error {
	return p.call("yield", func() error {
		if p.leases[name].Owner == owner {
			delete(p.leases, name)
		}
		return nil
	})
}

func (p *process) Accept(_ context.Context, in []message.Inbound, _ time.Time) (fresh int, err error) {
	err = p.call("accept", func() error {
		for _, x := range in {
			if !slices.ContainsFunc(p.items, func(i *item) bool { return i.Key == x.Key }) {
				p.items = append(p.items, &item{Item: inbox.Item{Seq: int64(len(p.items)), Inbound: x}})
				fresh++
			}
		}
		return nil
	})
	return fresh, err
}

func (p *process) Waiting(_ context.Context, now time.Time, _ int) (list []inbox.Pending, err error) {
	err = p.call("waiting", func() error {
		for _, i := range p.items {
			c := p.claims[i.Conversation]
			known := slices.ContainsFunc(list, func(p inbox.Pending) bool { return p.Conversation == i.Conversation })
			if len(i.ends) == 0 && !known && (c == nil || !c.until.After(now)) {
				list = append(list, inbox.Pending{Conversation: i.Conversation, First: i.ReceivedAt, Last: i.ReceivedAt, RunAt: i.runAt})
			}
		}
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
			if c.Owner == owner || !c.until.After(now) {
				c.Owner, c.until = owner, now.Add(ttl)
				c.Fence++
				got = append(got, c.Claim)
			}
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
				c.until = time.Time{}
			}
		}
		return nil
	})
}

func (p *process) Items(_ context.Context, conversation string, limit int) (items []inbox.Item, err error) {
	err = p.call("items", func() error {
		for _, i := range p.items {
			if i.Conversation == conversation && len(i.ends) == 0 && len(items) < limit {
				items = append(items, i.Item)
			}
		}
		return nil
	})
	return items, err
}

func (p *process) Fail(_ context.Context, given inbox.Claim, items []inbox.Item, runAt time.Time, _ string, dead bool) error {
	return p.call("fail", func() error {
		for _, x := range items {
			i := p.items[x.Seq]
			if c := p.claims[given.Conversation]; c.Fence != given.Fence || len(i.ends) > 0 {
				return dialogue.ErrFenced
			}
			i.Attempts++
			i.runAt = runAt
			if dead {
				i.ends = append(i.ends, message.Outcome{Code: message.Failed})
			}
		}
		return nil
	})
}

func (p *process) Due(_ context.Context, channel message.Channel, _ string, now time.Time, exclude []message.Address, limit int) (rows []outbox.Row, err error) {
	err = p.call("due", func() error {
		blocked := slices.Clone(exclude)
		for _, r := range p.posts {
			switch {
			case r.state != "" || r.To.Channel != channel || slices.Contains(blocked, r.To) || len(rows) == limit:
			case r.runAt.After(now):
				blocked = append(blocked, r.To)
			default:
				rows = append(rows, r.Row)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (p *process) NextDue(_ context.Context, channel message.Channel, _ string) (next time.Time, err error) {
	err = p.call("next", func() error {
		for _, r := range p.posts {
			if r.state == "" && r.To.Channel == channel && (next.IsZero() || r.runAt.Before(next)) {
				next = r.runAt
			}
		}
		return nil
	})
	return next, err
}

// Posted finds nothing: no message of these tests is about another.
func (p *process) Posted(context.Context, []string) (map[string]outbox.Posted, error) {
	return nil, nil
}

// Family is nobody's here: nothing is corrected in these tests.
func (p *process) Family(context.Context, string) ([]outbox.Member, error) { return nil, nil }

func (p *process) Record(_ context.Context, results []outbox.Result) error {
	return p.call("record", func() error {
		for _, result := range results {
			r := p.posts[result.Row.Seq]
			if r.state != "" {
				continue
			}
			if result.Counted {
				r.Attempts++
			}
			r.runAt, r.UpstreamID = result.RunAt, result.UpstreamID
			switch {
			case result.Sent:
				r.state = "sent"
				r.ends++
			case result.Buried:
				r.state = "buried"
				r.ends++
			}
		}
		return nil
	})
}

// Update runs do on a tx whose effects take place together.
func (p *process) Update(_ context.Context, do func(dialogue.Tx) error) error {
	return p.call("update", func() error {
		t := &tx{m: p.memory}
		if err := do(t); err != nil {
			return err
		}
		for _, effect := range t.effects {
			effect()
		}
		return nil
	})
}

// tx is as much of a transaction as plans of these tests need. The lock is held.
type tx struct {
	dialogue.Tx
	m       *memory
	effects []func()
}

func (t *tx) Finish(_ context.Context, d dialogue.Done) error {
	c := t.m.claims[d.Conversation]
	if c.Owner != d.Owner || c.Fence != d.Fence {
		return dialogue.ErrFenced
	}
	if d.Turn != c.Turn+1 {
		return fmt.Errorf("turn %d after %d", d.Turn, c.Turn)
	}
	t.effects = append(t.effects, func() {
		c.Turn++
		for i, seq := range d.Seqs {
			t.m.items[seq].ends = append(t.m.items[seq].ends, d.Outcomes[i])
			t.m.turns = append(t.m.turns, t.m.items[seq].Key.ID)
		}
	})
	return nil
}

func (t *tx) Post(_ context.Context, out message.Outbound) error {
	if err := out.Check(); err != nil {
		return err
	}
	t.effects = append(t.effects, func() {
		seq := int64(len(t.m.posts))
		t.m.posts = append(t.m.posts, &post{Row: outbox.Row{Seq: seq, Outbound: out}})
	})
	return nil
}
