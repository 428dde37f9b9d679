package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// Plan is what a turn, or something that fell due, does. Apply writes all of it in
// tx and changes nothing else, since it may be run again; of a turn it returns an
// outcome for each item, in order.
type Plan interface {
	Apply(ctx context.Context, tx dialogue.Tx) ([]message.Outcome, error)
}

// Engine decides. Prepare is called with no transaction open, and may take its time.
type Engine interface {
	Prepare(ctx context.Context, turn dialogue.Turn) (Plan, error)
	// Due gives plans for what is due at now, at most limit and the oldest first,
	// and when something else will be; the zero time is never.
	Due(ctx context.Context, now time.Time, limit int) ([]Plan, time.Time, error)
}

// Updater runs transactions; dialogue.Store is one.
type Updater interface {
	Update(ctx context.Context, do func(dialogue.Tx) error) error
}

// Options of a Bot. The stores, Engine, Clock and Logger are required.
type Options struct {
	Channels []channels.Channel // each with a name and account of its own

	Inbox  inbox.Store
	Outbox outbox.Store
	Leases Leases
	Turns  Updater
	Engine Engine

	Clock  Clock
	Logger *slog.Logger
	Owner  string // names this process among all that share the stores; empty is a new UUID

	// Quiet and MaxQuiet say how long a burst of texts is waited for; see inbox.Options.
	Quiet    func(message.Inbound) time.Duration
	MaxQuiet time.Duration
	Parallel int // turns at the same time; zero is 32

	// Linker makes the URL of a link just before it is sent; see outbox.Options.
	Linker func(link message.Link, now time.Time) string

	// Hold says how long a message has to wait before a channel sends it; nil: not at all.
	// See outbox.Options.
	Hold func(channel channels.Channel) func(out message.Outbound, now time.Time) time.Duration

	// Deliveries notes what became of messages; nil: it is not noted.
	Deliveries Deliveries

	// Away reports errors of the engine that are no fault of the turn, such as a
	// session store that cannot be reached: the turn waits, uncounted.
	Away func(error) bool

	// OnDead and OnBuried tell the team, in words of their own, of an item whose turn
	// failed again and again and of a message that will never be sent; OnBuried also
	// marks an address that is dead. What they post goes out like all else. When that
	// is buried in its turn it is only logged: trouble with telling of trouble must
	// not go round in circles.
	OnDead   func(ctx context.Context, tx dialogue.Tx, item inbox.Item, cause error) error
	OnBuried func(ctx context.Context, tx dialogue.Tx, b outbox.Buried) error

	// OnSent is told of a message that a channel took, and OnRead of the upstream id of one
	// that was read, before each is noted and perhaps more than once. nil: nobody minds.
	OnSent func(ctx context.Context, tx dialogue.Tx, out message.Outbound) (settled bool, err error)
	OnRead func(ctx context.Context, tx dialogue.Tx, upstreamID string) error

	// Alarm tells the team of a channel or one of Parts that has been in trouble for a
	// minute, once, and when it is over. Memory keeps what was told; nil forgets it.
	Alarm  func(ctx context.Context, tx dialogue.Tx, a dialogue.Alarm) error
	Parts  []Part
	Memory channels.Memory

	// Elsewhere says by another channel what is Proactive and has waited for Patience
	// since its channel cannot send at all; false: there is no other way to its reader,
	// and it goes on waiting. Patience zero: nothing goes another way.
	Elsewhere func(ctx context.Context, tx dialogue.Tx, row outbox.Row, cause error) (bool, error)
	Patience  func(channel message.Channel, account string) time.Duration

	DrainTimeout time.Duration  // of the whole shutdown; zero is 9 s, since many supervisors kill after 10
	Jitter       func() float64 // in [0,1), spreads retries of sending; nil is math/rand
}

// Bot is the runtime. Make one with New; it is a channels.Sink.
type Bot struct {
	opts    Options
	inbox   *inbox.Inbox
	units   []*unit
	metrics *metrics
	health  health
	manners chan manner
	turn    chan struct{} // holds a token while nobody runs: one Run at a time
}

var (
	_ channels.Sink    = (*Bot)(nil)
	_ channels.Witness = (*Bot)(nil)
	_ channels.Owner   = (*Bot)(nil)
)

// New makes a Bot; it starts nothing.
func New(opts Options) (*Bot, error) {
	if opts.Inbox == nil || opts.Outbox == nil || opts.Leases == nil || opts.Turns == nil ||
		opts.Engine == nil || opts.Clock == nil || opts.Logger == nil {
		return nil, errors.New("bot: the stores, Engine, Clock and Logger are required")
	}
	if opts.Owner == "" {
		opts.Owner = uuid.NewString()
	}
	if opts.DrainTimeout <= 0 {
		opts.DrainTimeout = 9 * time.Second
	}
	b := &Bot{opts: opts, metrics: newMetrics(), manners: make(chan manner, mannersWait), turn: make(chan struct{}, 1)}
	b.turn <- struct{}{}
	b.metrics.read = b.readings
	if err := b.open(); err != nil {
		return nil, err
	}
	return b, nil
}

// open makes the parts.
func (b *Bot) open() (err error) {
	b.inbox, err = inbox.New(inbox.Options{
		Store: b.opts.Inbox, Handler: turns{b}, Owner: b.opts.Owner,
		Clock: b.opts.Clock, Logger: b.opts.Logger,
		Quiet: b.opts.Quiet, MaxQuiet: b.opts.MaxQuiet, Parallel: b.opts.Parallel,
		Drain:    b.partDrain(),
		Lost:     func(err error) bool { return errors.Is(err, dialogue.ErrFenced) },
		Away:     b.opts.Away,
		OnDead:   b.tellDead,
		OnAccept: b.metrics.accepted,
	})
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, channel := range b.opts.Channels {
		u, err := b.newUnit(channel)
		if err != nil {
			return err
		}
		if known[u.lease] {
			return fmt.Errorf("bot: two channels are called %s", u.lease)
		}
		known[u.lease] = true
		b.units = append(b.units, u)
	}
	return nil
}

// Accept takes items in for good; see inbox.Inbox.
func (b *Bot) Accept(ctx context.Context, items ...message.Inbound) error {
	return b.inbox.Accept(ctx, items...)
}

// Run works until ctx ends, and returns when all has drained. It returns an error
// only for what did not end within Options.DrainTimeout. A second Run waits for the
// first to return.
func (b *Bot) Run(ctx context.Context) error {
	select {
	case <-b.turn:
		defer func() { b.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil
	}
	// The stages end one after another, so none ends with ctx by itself.
	base := context.WithoutCancel(ctx)
	receiving, working, sending := newStage(base), newStage(base), newStage(base)

	for _, u := range b.units {
		sending.start(func(ctx context.Context) error { return b.tend(ctx, u, receiving) })
		if !u.exclusive {
			receiving.start(func(ctx context.Context) error { return b.receive(ctx, u) })
		}
	}
	working.start(b.inbox.Run)
	working.start(b.showManners)
	working.start(func(ctx context.Context) error { return b.hold(ctx, clockLease, b.watch) })
	for _, p := range b.opts.Parts {
		working.start(func(ctx context.Context) error {
			return b.hold(ctx, "part/"+p.Name, func(held context.Context) error {
				b.lookOut(held, "part/"+p.Name, p.Name, p.State)
				return nil
			})
		})
	}
	b.health.running(true)

	<-ctx.Done()
	b.health.running(false)
	b.opts.Logger.Info("draining")
	limit := b.opts.DrainTimeout / 3
	return errors.Join(
		b.end(receiving, "receiving", limit),
		b.end(working, "turns", limit),
		b.end(sending, "sending", limit),
	)
}

func (b *Bot) end(s *stage, name string, limit time.Duration) error {
	if err := s.end(b.opts.Clock.After(limit)); err != nil {
		return fmt.Errorf("bot: %s: %w", name, err)
	}
	return nil
}

// partDrain is what a part gives to its own work: its stage's share of the time,
// less the second that the part then waits for work which does not heed its end.
func (b *Bot) partDrain() time.Duration {
	return max(b.opts.DrainTimeout/3-time.Second, b.opts.DrainTimeout/6)
}

// wakeOutboxes is called after each commit that may have posted something.
func (b *Bot) wakeOutboxes() {
	for _, u := range b.units {
		u.outbox.Wake()
	}
}
