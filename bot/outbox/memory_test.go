package outbox_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"recado/bot/outbox"
	"recado/channels"
	"recado/core/message"
)

var errAway = errors.New("the database is away")

// memory is the database's outbox.
type memory struct {
	mu   sync.Mutex
	rows []*row
}

type row struct {
	outbox.Row
	runAt              time.Time
	sent               bool
	buried             bool
	withdrawn, amended bool
	at                 time.Time
	ends               int // how often it ended: must be 1
	errors             []string
}

func (r *row) waits() bool { return !r.sent && !r.buried && !r.withdrawn }

func (m *memory) post(to, words string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.rows = append(m.rows, &row{runAt: time.Now(), Row: outbox.Row{Seq: int64(len(m.rows) + 1), Outbound: message.Outbound{
		ID: words, Text: words, To: message.Address{Channel: message.WhatsApp, ID: to},
	}}})
}

// add posts to a room of Slack, unless it says where to.
func (m *memory) add(out message.Outbound) message.Outbound {
	m.mu.Lock()
	defer m.mu.Unlock()
	if out.To.IsZero() {
		out.To = message.Address{Channel: message.Slack, ID: "T1/C1"}
	}
	m.rows = append(m.rows, &row{runAt: time.Now(), Row: outbox.Row{Seq: int64(len(m.rows) + 1), Outbound: out}})
	return out
}

// get is a row as it is now.
func (m *memory) get(id string) row {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.ID == id {
			return *r
		}
	}
	return row{}
}

func (m *memory) left() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.rows {
		if r.waits() {
			n++
		}
	}
	return n
}

// process is one process's way to the memory. fault is asked before and after each
// call; an error after it means that the answer was lost.
type process struct {
	*memory
	mu    sync.Mutex
	calls map[string]int
	fault func(call string, done bool) error
}

func (p *process) call(name string, do func()) error {
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
	do()
	p.memory.mu.Unlock()
	if fault != nil {
		return fault(name, true)
	}
	return nil
}

func (p *process) setFault(f func(string, bool) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

func (p *process) count(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[name]
}

func (p *process) Due(_ context.Context, _ message.Channel, _ string, now time.Time, exclude []message.Address, limit int) (rows []outbox.Row, err error) {
	err = p.call("due", func() {
		blocked := map[message.Address]bool{}
		for _, a := range exclude {
			blocked[a] = true
		}
		for _, r := range p.rows {
			if !r.waits() || blocked[r.To] {
				continue
			}
			if r.runAt.After(now) {
				blocked[r.To] = true
				continue
			}
			rows = append(rows, r.Row)
		}
		rows = rows[:min(len(rows), limit)]
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func (p *process) NextDue(context.Context, message.Channel, string) (next time.Time, err error) {
	err = p.call("next", func() {
		seen := map[message.Address]bool{}
		for _, r := range p.rows {
			if !r.waits() || seen[r.To] {
				continue
			}
			seen[r.To] = true
			if next.IsZero() || r.runAt.Before(next) {
				next = r.runAt
			}
		}
	})
	return next, err
}

func (p *process) Posted(_ context.Context, ids []string) (found map[string]outbox.Posted, err error) {
	err = p.call("posted", func() {
		found = map[string]outbox.Posted{}
		for _, r := range p.rows {
			if slices.Contains(ids, r.ID) {
				found[r.ID] = outbox.Posted{Seq: r.Seq, UpstreamID: r.UpstreamID, Waiting: r.waits()}
			}
		}
	})
	return found, err
}

func (p *process) Family(_ context.Context, name string) (family []outbox.Member, err error) {
	err = p.call("family", func() {
		for _, r := range p.rows {
			if r.Family() == name {
				family = append(family, outbox.Member{
					Row: r.Row, At: r.at, Sent: r.sent && !r.amended, Amended: r.amended, Withdrawn: r.withdrawn, Buried: r.buried,
				})
			}
		}
	})
	return family, err
}

func (p *process) Record(_ context.Context, results []outbox.Result) error {
	return p.call("record", func() {
		for _, result := range results {
			for _, r := range p.rows {
				if result.StandsFor != "" && r.ID == result.StandsFor {
					r.UpstreamID = result.UpstreamID
				}
			}
			for _, r := range p.rows {
				if r.ID == result.Row.ID {
					r.note(result)
				}
			}
		}
	})
}

func (r *row) note(result outbox.Result) {
	if !r.waits() {
		return // noted before; that answer was lost
	}
	if result.UpstreamID != "" {
		r.UpstreamID = result.UpstreamID
	}
	if result.Counted {
		r.Attempts++
	}
	if result.Error != "" {
		r.errors = append(r.errors, result.Error)
	}
	r.sent, r.buried, r.runAt = result.Sent, result.Buried, result.RunAt
	r.withdrawn, r.amended, r.at = result.Withdrawn, result.Amended, result.At
	if !r.waits() {
		r.ends++
	}
}

// upstream is a channel that writes down what it was sent.
type upstream struct {
	mu   sync.Mutex
	sent []sending
	send func(ctx context.Context, out message.Outbound) error // nil: takes it
}

type sending struct {
	at time.Time
	to string
	id string // of the message; the upstream's is "up-" and this
	message.Outbound
}

func (u *upstream) Name() message.Channel                          { return message.WhatsApp }
func (u *upstream) Account() string                                { return "desk" }
func (u *upstream) UpstreamID(out message.Outbound) string         { return "up-" + out.ID }
func (u *upstream) Run(ctx context.Context, _ channels.Sink) error { <-ctx.Done(); return nil }

func (u *upstream) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	u.mu.Lock()
	send := u.send
	u.mu.Unlock()
	if send != nil {
		if err := send(ctx, out); err != nil {
			return channels.Receipt{}, err
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.sent = append(u.sent, sending{at: time.Now(), to: out.To.ID, id: out.ID, Outbound: out})
	return channels.Receipt{}, nil
}

func (u *upstream) setSend(f func(context.Context, message.Outbound) error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.send = f
}

// told are the messages that reached an address, in order; repeats once.
func (u *upstream) told(to string) (ids []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range u.sent {
		if s.to == to && !slices.Contains(ids, s.id) {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// times are how often a message was taken.
func (u *upstream) times(id string) (n int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, s := range u.sent {
		if s.id == id {
			n++
		}
	}
	return n
}

// realClock is the bubble's own time.
type realClock struct{}

func (realClock) Now() time.Time                         { return time.Now().UTC() }
func (realClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
