package inbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"recado/bot/lane"
	"recado/bot/outage"
	"recado/core/message"
)

// Turn is what the Handler is given: items of one conversation that belong together,
// in order, under the claim that its commit must check.
type Turn struct {
	Claim
	Items []Item // at least one
}

// Handler takes a turn to its effects. It returns nil once these and the end of the
// items are committed together; after an error the turn comes again.
type Handler interface {
	Handle(ctx context.Context, t Turn) error
}

// Clock tells the time and when some has passed.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Options of an Inbox. Store, Handler, Owner, Clock and Logger are required.
type Options struct {
	Store   Store
	Handler Handler
	Owner   string // names this process among all that share the store
	Clock   Clock
	Logger  *slog.Logger

	// Quiet is how long to wait for more of a burst after an item; 0 is a turn of
	// its own, at once. Nil gathers nothing. Only texts in a chat are ever gathered.
	Quiet    func(message.Inbound) time.Duration
	MaxQuiet time.Duration // the longest that an item waits for its burst; zero, or more than 20 s, is 20 s

	Parallel int           // turns at the same time; zero is 32
	Attempts int           // of one item before it is given up; zero is 8
	Drain    time.Duration // what turns under way have to end after Run's context did; zero is 5 s

	// Lost reports that a Handler's error means: the claim went to another process.
	Lost func(error) bool
	// Away reports that an error is not the item's fault: something that every turn
	// needs is not there, such as the session store. The turn waits, uncounted.
	Away func(error) bool

	// OnDead tells the team that an item is given up. It is called before that is
	// noted, and again after a crash between the two; while it fails the item is
	// kept and tried, up to twice Attempts.
	OnDead func(ctx context.Context, item Item, cause error) error
	// OnAccept hears of new items once they are committed; all came in one call.
	OnAccept func(channel message.Channel, fresh int)
}

const (
	maxQuiet = 20 * time.Second

	claimTTL    = 9 * time.Second
	renewEvery  = 3 * time.Second
	claimMargin = 2 * time.Second // work stops this long before a claim could be another's
	keepClaim   = 2 * time.Second // a claim without work is kept so long: the answer to an answer often follows

	pollEvery = time.Second     // for what other processes accepted or left behind
	grace     = 3 * time.Second // how long an unclaimed conversation is left to the process that accepted for it

	readLimit  = 50 // items read for a turn
	claimLimit = 64 // conversations claimed in one call
	pollLimit  = 500
)

// Inbox accepts items and runs turns. Make one with New.
type Inbox struct {
	opts   Options
	bursts bursts
	wake   chan struct{}
	turn   chan struct{} // holds a token while nobody runs: one Run at a time

	mu      sync.Mutex
	known   *schedule
	busy    int              // turns started and not ended
	givenUp map[string]Claim // claims to be released with the next batch
	store   *outage.Watch
}

// New makes an Inbox; it starts nothing.
func New(opts Options) (*Inbox, error) {
	if opts.Store == nil || opts.Handler == nil || opts.Owner == "" || opts.Clock == nil || opts.Logger == nil {
		return nil, errors.New("inbox: Store, Handler, Owner, Clock and Logger are required")
	}
	if opts.MaxQuiet <= 0 || opts.MaxQuiet > maxQuiet {
		opts.MaxQuiet = maxQuiet
	}
	if opts.Parallel <= 0 {
		opts.Parallel = 32
	}
	if opts.Attempts <= 0 {
		opts.Attempts = 8
	}
	if opts.Drain <= 0 {
		opts.Drain = 5 * time.Second
	}
	in := &Inbox{
		opts:    opts,
		bursts:  bursts{quiet: opts.Quiet, most: opts.MaxQuiet, alone: max(opts.Attempts/2, 1)},
		wake:    make(chan struct{}, 1),
		turn:    make(chan struct{}, 1),
		known:   newSchedule(),
		givenUp: map[string]Claim{},
		store:   &outage.Watch{Whose: "inbox", Clock: opts.Clock.Now, Log: opts.Logger},
	}
	in.turn <- struct{}{}
	return in, nil
}

// Accept commits items and wakes the runner. All are new, or known already, or
// some of each: nil says that every one of them is kept. On an error none may be
// acknowledged. It works whether or not Run runs.
func (in *Inbox) Accept(ctx context.Context, items ...message.Inbound) error {
	if len(items) == 0 {
		return nil
	}
	items = slices.Clone(items) // the caller's stay as they are
	for i, item := range items {
		if err := item.Check(); err != nil {
			return fmt.Errorf("inbox: refused: %w", err)
		}
		items[i].Conversation = tidy(item.Conversation)
	}
	fresh, err := in.opts.Store.Accept(ctx, items, in.opts.Clock.Now())
	if err != nil {
		return fmt.Errorf("inbox: accept: %w", err)
	}
	if fresh == 0 {
		return nil
	}
	if in.opts.OnAccept != nil {
		in.opts.OnAccept(items[0].Key.Channel, fresh)
	}
	in.expect(items)
	in.awaken()
	return nil
}

// maxName is the longest name of a conversation, in bytes. Names hold addresses,
// which strangers choose; longer ones would not fit an index.
const maxName = 400

// tidy makes a name that every store takes as it is, since claims come back under it.
func tidy(name string) string {
	name = strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", ""), "\uFFFD")
	if len(name) <= maxName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ToValidUTF8(name[:maxName/2], "") + "#" + hex.EncodeToString(sum[:])
}

// expect plans a look at the conversations of new items. When exactly a turn may
// run is found out by reading them; this only must not be much too late.
func (in *Inbox) expect(items []message.Inbound) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, item := range items {
		c := in.known.know(item.Conversation)
		window := in.bursts.window(Item{Inbound: item})
		if c.first.IsZero() {
			c.first = item.ReceivedAt
		}
		due := earlier(item.ReceivedAt.Add(window), c.first.Add(in.opts.MaxQuiet))
		if window > 0 && !c.due.IsZero() && c.due.After(in.opts.Clock.Now()) {
			c.due = time.Time{} // one more line: the quiet window begins anew
		}
		c.expect(due)
		in.known.settle(c)
	}
}

// Run works until ctx ends, and returns when the turns under way have ended and the
// claims are released. It returns an error only when a turn outlasts Options.Drain.
// A second Run waits for the first to return.
func (in *Inbox) Run(ctx context.Context) error {
	select {
	case <-in.turn:
		defer func() { in.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil
	}
	work, cancel := lane.Grace(ctx, in.opts.Drain)
	defer cancel()
	keeping, stopKeeping := context.WithCancel(context.WithoutCancel(ctx))
	var keeper sync.WaitGroup
	keeper.Go(func() { in.keep(keeping) })

	lanes := lane.New(in.opts.Parallel)
	in.loop(ctx, func(c *conversation) {
		lanes.Go(c.name, func() {
			if ctx.Err() != nil {
				in.putBack(c)
				return
			}
			in.work(work, c)
		})
	})
	err := in.drain(work, lanes)
	stopKeeping()
	keeper.Wait()
	in.leave(ctx)
	return err
}

// loop starts what is due, and sleeps until something is.
func (in *Inbox) loop(ctx context.Context, start func(*conversation)) {
	var polled time.Time
	for ctx.Err() == nil {
		now := in.opts.Clock.Now()
		if !now.Before(polled.Add(pollEvery)) {
			polled = now
			in.refill(ctx, now, grace)
		}
		more := in.round(ctx, start)
		in.sleep(ctx, earlier(more, polled.Add(pollEvery)))
	}
}

// drain waits for the turns under way. Those that do not heed their context get
// another second before they are given up as lost to this process.
func (in *Inbox) drain(work context.Context, lanes *lane.Lanes) error {
	limit, cancel := lane.Grace(work, time.Second)
	defer cancel()
	if err := lanes.Drain(limit); err != nil {
		return fmt.Errorf("inbox: turns did not end in time: %w", err)
	}
	return nil
}

// Settle runs every turn that is due, one after another in the calling goroutine,
// until none is, and releases its claims. It returns how many looks it took, those
// that failed or found a burst under way too, and when the next is due; the zero time is never. It is Run for a
// single process whose clock stands still meanwhile; never call both at once.
func (in *Inbox) Settle(ctx context.Context) (looks int, next time.Time, err error) {
	in.refill(ctx, in.opts.Clock.Now(), 0)
	for started := -1; started != looks && ctx.Err() == nil; {
		started = looks
		in.round(ctx, func(c *conversation) {
			looks++
			in.work(ctx, c)
		})
	}
	in.leave(ctx)
	in.mu.Lock()
	defer in.mu.Unlock()
	next, _ = in.known.next()
	return looks, next, in.store.Err()
}

// round starts everything that is due and says when to come again, at the latest.
func (in *Inbox) round(ctx context.Context, start func(*conversation)) (next time.Time) {
	now := in.opts.Clock.Now()
	in.mu.Lock()
	room := min(claimLimit, 2*in.opts.Parallel-in.busy) // claims that wait for a lane keep other processes from the work
	work, idle := in.known.take(now, room)
	in.busy += len(work)
	for _, c := range idle {
		in.giveUp(c)
	}
	in.mu.Unlock()

	in.release(ctx)
	for _, c := range in.claim(ctx, work, now) {
		start(c)
	}

	in.mu.Lock()
	defer in.mu.Unlock()
	if in.busy >= 2*in.opts.Parallel {
		return now.Add(pollEvery) // the end of a turn wakes it
	}
	if next, some := in.known.next(); some {
		return next
	}
	return now.Add(pollEvery)
}

// refill makes known what waits in the store for nobody: after a restart, or left
// by a process that died. What is younger than spare is left to who accepted it.
func (in *Inbox) refill(ctx context.Context, now time.Time, spare time.Duration) {
	pending, err := in.opts.Store.Waiting(ctx, now, pollLimit)
	if in.store.Note(ctx, "list what waits", err); err != nil {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, p := range pending {
		if _, known := in.known.byName[p.Conversation]; known || p.First.After(now.Add(-spare)) {
			continue
		}
		c := in.known.know(p.Conversation)
		c.first, c.after = p.First, p.RunAt
		c.expect(now)
		in.known.settle(c)
	}
}

// sleep waits until the given time, a wake-up or the end of ctx.
func (in *Inbox) sleep(ctx context.Context, until time.Time) {
	select {
	case <-ctx.Done():
	case <-in.wake:
	case <-in.opts.Clock.After(until.Sub(in.opts.Clock.Now())):
	}
}

// awaken makes the loop look again; wake-ups that come together are one.
func (in *Inbox) awaken() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}
