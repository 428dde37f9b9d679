package local

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// Options of NewHub. All but Clock may be left out.
type Options struct {
	Clock    func() time.Time
	Accounts map[message.Channel]string // our end on each channel; "local" when missing

	// Files keeps attachments. Without it nobody can attach any.
	Files channels.Files

	// Memory makes the count of items survive a restart, so that a new Hub on an
	// old database does not use a key again.
	Memory channels.Memory

	// UnprovedMail is a mail server that checks no sender: a mail proves who wrote
	// it only by the token of a reply. Line.Forged is one such mail.
	UnprovedMail bool

	// Pause is how long a channel waits before it hands in again what the sink
	// refused. 200 ms when zero.
	Pause time.Duration
}

// Hub is the world outside: one upstream for each channel, and what people did
// and were sent there.
type Hub struct {
	opts Options

	mu        sync.Mutex
	upstreams map[message.Channel]*upstream
	said      map[message.Key]message.Inbound
	sent      []Sent
	byID      map[string]int // place in sent of the first of each upstream id
	faults    map[message.Address]*Fault
	changed   chan struct{} // closed and replaced when sent or an upstream grows
}

// upstream is one channel's, guarded by Hub.mu.
type upstream struct {
	name    message.Channel
	account string
	count   int64 // items left here so far
	counted bool  // count was read from the memory
	waiting []*item
	running int
	turn    chan struct{} // held by the Run that hands in
}

// item is what somebody did, until the sink took it.
type item struct {
	in    message.Inbound
	taken chan struct{}
}

// NewHub returns a world in which nothing has happened.
func NewHub(opts Options) *Hub {
	if opts.Pause == 0 {
		opts.Pause = 200 * time.Millisecond
	}
	return &Hub{
		opts:      opts,
		upstreams: map[message.Channel]*upstream{},
		said:      map[message.Key]message.Inbound{},
		byID:      map[string]int{},
		faults:    map[message.Address]*Fault{},
		changed:   make(chan struct{}),
	}
}

// upstream is called with mu held.
func (h *Hub) upstream(name message.Channel) *upstream {
	u, ok := h.upstreams[name]
	if !ok {
		account := h.opts.Accounts[name]
		if account == "" {
			account = "local"
		}
		u = &upstream{name: name, account: account, turn: make(chan struct{}, 1)}
		h.upstreams[name] = u
	}
	return u
}

// tell wakes who waits for something to happen. It is called with mu held.
func (h *Hub) tell() {
	close(h.changed)
	h.changed = make(chan struct{})
}

// Say does what line says and returns its key once the sink has it. While no
// process runs the channel, it returns at once, and the item waits. An error of ctx
// does not unsay it.
func (h *Hub) Say(ctx context.Context, line Line) (message.Key, error) {
	it, running, err := h.leave(ctx, line)
	if err != nil {
		return message.Key{}, err
	}
	if running {
		err = it.wait(ctx)
	}
	return it.in.Key, err
}

// Leave does what line says, and does not wait.
func (h *Hub) Leave(ctx context.Context, line Line) (message.Key, error) {
	it, _, err := h.leave(ctx, line)
	if err != nil {
		return message.Key{}, err
	}
	return it.in.Key, nil
}

// Repeat hands an item in again, as upstreams do that missed our acknowledgement.
func (h *Hub) Repeat(ctx context.Context, key message.Key) error {
	h.mu.Lock()
	in, ok := h.said[key]
	if !ok {
		h.mu.Unlock()
		return fmt.Errorf("local: nobody said %s", key)
	}
	it, running := h.put(in)
	h.mu.Unlock()
	if !running {
		return nil
	}
	return it.wait(ctx)
}

func (it *item) wait(ctx context.Context) error {
	select {
	case <-it.taken:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s waits for the sink: %w", it.in.Key, ctx.Err())
	}
}

func (h *Hub) leave(ctx context.Context, line Line) (it *item, running bool, err error) {
	in, err := h.inbound(ctx, line)
	if err != nil {
		return nil, false, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.next(ctx, h.upstream(line.From.Channel))
	if err != nil {
		return nil, false, err
	}
	in.Key.ID += strconv.FormatInt(n, 10)
	in.Thread.ID = in.Key.ID
	h.said[in.Key] = in
	it, running = h.put(in)
	return it, running, nil
}

// put places an item at its upstream. running tells whether somebody fetches it.
// It is called with mu held.
func (h *Hub) put(in message.Inbound) (it *item, running bool) {
	u := h.upstream(in.Key.Channel)
	it = &item{in: in, taken: make(chan struct{})}
	u.waiting = append(u.waiting, it)
	h.tell()
	return it, u.running > 0
}

// next counts one item of u. The number is noted before it is used: a crash skips
// one, and never uses one twice. It is called with mu held.
func (h *Hub) next(ctx context.Context, u *upstream) (int64, error) {
	name := "local/" + string(u.name) + "/" + u.account
	if h.opts.Memory != nil && !u.counted {
		s, err := h.opts.Memory.Load(ctx, name)
		if err != nil {
			return 0, fmt.Errorf("read the count of %s: %w", name, err)
		}
		if s != "" {
			if u.count, err = strconv.ParseInt(s, 10, 64); err != nil {
				return 0, fmt.Errorf("the count of %s is %q: %w", name, s, err)
			}
		}
		u.counted = true
	}
	if h.opts.Memory != nil {
		if err := h.opts.Memory.Save(ctx, name, strconv.FormatInt(u.count+1, 10)); err != nil {
			return 0, fmt.Errorf("keep the count of %s: %w", name, err)
		}
	}
	u.count++
	return u.count, nil
}

// Waiting is how many items no sink has taken yet, on all channels.
func (h *Hub) Waiting() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, u := range h.upstreams {
		n += len(u.waiting)
	}
	return n
}

// Mark is a moment in what was sent. The zero Mark is the beginning.
type Mark int

// Sent is one message as it arrived.
type Sent struct {
	message.Outbound
	At         time.Time
	UpstreamID string
	Repeat     bool // it had arrived before: sending is at-least-once
}

// Mark is now.
func (h *Hub) Mark() Mark {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Mark(len(h.sent))
}

// Since lists all that arrived after m, repeats too, and the Mark after it.
func (h *Hub) Since(m Mark) ([]Sent, Mark) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.sent[min(int(m), len(h.sent)):]), Mark(len(h.sent))
}

// To lists what somebody at this address sees that was not there at m. A repeat
// has the upstream id of what is there already, and is not seen.
func (h *Hub) To(to message.Address, m Mark) (seen []Sent) {
	all, _ := h.Since(m)
	for _, s := range all {
		if s.To == to && !s.Repeat {
			seen = append(seen, s)
		}
	}
	return seen
}

// Find returns the message with this upstream id.
func (h *Hub) Find(upstreamID string) (Sent, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	i, ok := h.byID[upstreamID]
	if !ok {
		return Sent{}, false
	}
	return h.sent[i], true
}

// Foretold is the upstream id of a message, sent or not.
func (h *Hub) Foretold(out message.Outbound) string { return foretold(out) }

// After is closed when something may have been sent after m; ask Since.
func (h *Hub) After(m Mark) <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if int(m) < len(h.sent) {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	return h.changed
}
