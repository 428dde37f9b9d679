package bot_test

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot"
	"recado/bot/bottest"
	"recado/channels"
	"recado/core/dialogue"
	"recado/core/message"
)

// echo is an engine that answers each item with its own words, and does what is due
// in the memory.
type echo struct {
	m       *memory
	prepare func(ctx context.Context, turn dialogue.Turn) error                 // nil: nothing happens
	apply   func(ctx context.Context, tx dialogue.Tx, turn dialogue.Turn) error // nil: nothing happens
	asked   []time.Time                                                         // for what is due
}

func (e *echo) Prepare(ctx context.Context, turn dialogue.Turn) (bot.Plan, error) {
	if e.prepare != nil {
		if err := e.prepare(ctx, turn); err != nil {
			return nil, err
		}
	}
	return plan(func(ctx context.Context, t dialogue.Tx) ([]message.Outcome, error) {
		if e.apply != nil {
			if err := e.apply(ctx, t, turn); err != nil {
				return nil, err
			}
		}
		var outcomes []message.Outcome
		for _, in := range turn.Items {
			out := message.Outbound{ID: "re-" + in.Key.ID, To: in.From, Text: "re: " + in.Text}
			if err := t.Post(ctx, out); err != nil {
				return nil, err
			}
			outcomes = append(outcomes, message.Outcome{Code: message.Talked})
		}
		return outcomes, nil
	}), nil
}

func (e *echo) Due(_ context.Context, now time.Time, limit int) (plans []bot.Plan, next time.Time, err error) {
	e.m.mu.Lock()
	defer e.m.mu.Unlock()
	e.asked = append(e.asked, now)
	for _, d := range e.m.dues {
		switch {
		case d.done > 0:
		case d.at.After(now):
			if next.IsZero() || d.at.Before(next) {
				next = d.at
			}
		case len(plans) < limit:
			plans = append(plans, plan(func(ctx context.Context, t dialogue.Tx) ([]message.Outcome, error) {
				if e.apply != nil {
					if err := e.apply(ctx, t, dialogue.Turn{Conversation: d.name}); err != nil {
						return nil, err
					}
				}
				t.(*tx).effects = append(t.(*tx).effects, func() { d.done++ })
				return nil, nil
			}))
		}
	}
	return plans, next, nil
}

type plan func(context.Context, dialogue.Tx) ([]message.Outcome, error)

func (p plan) Apply(ctx context.Context, t dialogue.Tx) ([]message.Outcome, error) { return p(ctx, t) }

// line is a channel whose upstream is a Go channel, and which writes down what it
// is sent.
type line struct {
	name      message.Channel
	exclusive bool
	in        chan message.Inbound

	mu      sync.Mutex
	running int
	runs    []time.Time
	sent    []string
	run     func(context.Context) error // nil: receives
	send    func(context.Context, message.Outbound) error
}

func newLine(name message.Channel, exclusive bool) *line {
	return &line{name: name, exclusive: exclusive, in: make(chan message.Inbound)}
}

func (l *line) Name() message.Channel                  { return l.name }
func (l *line) Account() string                        { return "desk" }
func (l *line) Exclusive() bool                        { return l.exclusive }
func (l *line) UpstreamID(out message.Outbound) string { return "up-" + out.ID }

func (l *line) Run(ctx context.Context, sink channels.Sink) error {
	l.mu.Lock()
	l.running++
	l.runs = append(l.runs, time.Now())
	run := l.run
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.running--
		l.mu.Unlock()
	}()
	if run != nil {
		return run(ctx)
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case in := <-l.in:
			for sink.Accept(ctx, in) != nil && ctx.Err() == nil {
				time.Sleep(time.Second) // the upstream repeats what was not acknowledged
			}
		}
	}
}

func (l *line) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	l.mu.Lock()
	send := l.send
	l.mu.Unlock()
	if send != nil {
		if err := send(ctx, out); err != nil {
			return channels.Receipt{}, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, out.ID)
	return channels.Receipt{}, nil
}

func (l *line) isRunning() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running > 0
}

// told is what was sent, repeats once.
func (l *line) told() (ids []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range l.sent {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// desk is one process.
type desk struct {
	*bot.Bot
	*process
	*echo
	t *testing.T
}

func newDesk(t *testing.T, m *memory, owner string, all []*line, change ...func(*bot.Options)) *desk {
	t.Helper()
	d := &desk{process: &process{memory: m}, echo: &echo{m: m}, t: t}
	opts := bot.Options{
		Inbox: d.process, Outbox: d.process, Leases: d.process, Turns: d.process, Engine: d.echo,
		Clock: bot.SystemClock{}, Logger: slog.New(slog.DiscardHandler), Owner: owner,
		Jitter: func() float64 { return 0.5 },
	}
	for _, l := range all {
		opts.Channels = append(opts.Channels, l)
	}
	for _, c := range change {
		c(&opts)
	}
	var err error
	if d.Bot, err = bot.New(opts); err != nil {
		t.Fatal(err)
	}
	return d
}

// start runs the desk; stop ends it and waits.
func (d *desk) start() (stop func()) {
	stop = bottest.Start(d.t, d.Run)
	synctest.Wait()
	return stop
}

// pass lets time pass, and what it brings end.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// text is an item said on WhatsApp; its key is its words.
func text(who, words string) message.Inbound {
	from := message.Address{Channel: message.WhatsApp, ID: who}
	return message.Inbound{
		Key:  message.Key{Channel: message.WhatsApp, Account: "desk", ID: words},
		Kind: message.Text, Conversation: message.ConversationWith("desk", from), From: from, Text: words,
		ReceivedAt: time.Now().UTC(),
	}
}
