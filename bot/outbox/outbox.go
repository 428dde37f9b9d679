package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"recado/bot/lane"
	"recado/bot/outage"
	"recado/channels"
	"recado/core/message"
)

// Clock tells the time and when some has passed.
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// Options of an Outbox. Channel, Store, Clock and Logger are required.
type Options struct {
	Channel channels.Channel
	Store   Store
	Clock   Clock
	Logger  *slog.Logger

	// Linker makes the URL of a link, good from now on. It is called for every
	// attempt, so that no live link rests in a table.
	Linker func(link message.Link, now time.Time) string

	// Hold says how long a message has to wait still, just before it is sent; nil: never.
	// What is Proactive does not hold up the later messages of its address; the rest does.
	Hold func(out message.Outbound, now time.Time) time.Duration

	Parallel    int           // addresses sent to at the same time; zero is 8
	MaxAttempts int           // of one message; zero is 12, which takes some six hours
	SendTimeout time.Duration // of one call of Send; zero is 2 minutes
	Drain       time.Duration // what sends under way have to end after Run's context did; zero is 5 s

	// Elsewhere is asked about a Proactive row that has waited for Patience while the
	// channel is signed out or away: true when its reader is told another way, which ends
	// it. Patience zero: it is never asked.
	Elsewhere func(ctx context.Context, row Row, cause error) (bool, error)
	Patience  time.Duration

	// OnBuried tells the team, and marks the address where it is dead. It is called
	// before the burial is noted, and again after a crash between the two. While it
	// fails the message is kept and tried, up to twice MaxAttempts.
	OnBuried func(ctx context.Context, b Buried) error
	// OnSent hears of each message that the channel took, before that is noted, and again
	// after a crash between the two. False: what it has to do depends on other messages
	// that are not noted as sent; then it is called once more when this one is, since of
	// two that end at the same time neither sees the other as sent before. When it fails,
	// that is logged: nothing is sent twice for want of telling.
	OnSent func(ctx context.Context, row Row) (settled bool, err error)
	// OnResult hears of each result once it is noted.
	OnResult func(Result)

	// Jitter is a number in [0,1) that spreads retries; nil is math/rand.
	Jitter func() float64
}

// Buried is a message that will not be sent any more.
type Buried struct {
	Row  Row
	Kind channels.ErrorKind // Temporary: the attempts were used up
	Err  error
}

const (
	batch     = 64                   // rows in hand at the same time
	pollEvery = time.Second          // for rows that other processes posted
	restEvery = 5 * time.Millisecond // between two looks that find nothing, however often it is woken
	noteTime  = 2 * time.Second      // to note what is known when the process ends
)

// Outbox sends the messages of one channel and account. Make one with New.
type Outbox struct {
	opts Options
	wake chan struct{}
	turn chan struct{} // holds a token while nobody runs: one Run at a time

	mu      sync.Mutex
	hand    map[message.Address]*line // addresses with rows in hand
	rows    int                       // in hand, over all addresses
	results []Result                  // known, and not noted yet
	noting  chan struct{}             // tells the recorder that there are results
	pause   pause
	store   *outage.Watch
	partial bool // the last look left addresses out
}

// line is the rows in hand for one address.
type line struct {
	since   time.Time // its first row was taken in hand
	left    int       // rows without a noted result
	stopped bool      // one waits for another try, so the later ones do too
}

// New makes an Outbox; it sends nothing before Run or Settle.
func New(opts Options) (*Outbox, error) {
	if opts.Channel == nil || opts.Store == nil || opts.Clock == nil || opts.Logger == nil {
		return nil, errors.New("outbox: Channel, Store, Clock and Logger are required")
	}
	if opts.Parallel <= 0 {
		opts.Parallel = 8
	}
	if opts.MaxAttempts <= 0 {
		opts.MaxAttempts = 12
	}
	if opts.SendTimeout <= 0 {
		opts.SendTimeout = 2 * time.Minute
	}
	if opts.Drain <= 0 {
		opts.Drain = 5 * time.Second
	}
	if opts.Jitter == nil {
		opts.Jitter = rand.Float64
	}
	o := &Outbox{
		opts:   opts,
		wake:   make(chan struct{}, 1),
		turn:   make(chan struct{}, 1),
		hand:   map[message.Address]*line{},
		noting: make(chan struct{}, 1),
		store: &outage.Watch{
			Whose: "outbox", Clock: opts.Clock.Now, Log: opts.Logger.With("channel", opts.Channel.Name()),
		},
	}
	o.turn <- struct{}{}
	return o, nil
}

// Wake makes Run look for rows now. Call it after a commit that posted something.
func (o *Outbox) Wake() { signal(o.wake) }

// Run sends until ctx ends, and returns when the sends under way have ended and
// what is known of them is noted. When the right to send is lost, cancel ctx with
// the cause lane.ErrAtOnce: then sends under way are cut. It returns an error only
// when a Send outlasts Options.Drain. A second Run waits for the first to return.
func (o *Outbox) Run(ctx context.Context) error {
	select {
	case <-o.turn:
		defer func() { o.turn <- struct{}{} }()
	case <-ctx.Done():
		return nil
	}
	work, cancel := lane.Grace(ctx, o.opts.Drain)
	defer cancel()
	recording, stopRecording := context.WithCancel(context.WithoutCancel(ctx))
	var recorder sync.WaitGroup
	recorder.Go(func() { o.record(recording) })

	lanes := lane.New(o.opts.Parallel)
	polled := true
	for ctx.Err() == nil {
		rows, pause := o.look(ctx, polled)
		for _, row := range rows {
			lanes.Go(row.To.String(), func() { o.deliver(ctx, work, row) })
		}
		polled = false
		if len(rows) < batch {
			polled = o.sleep(ctx, pause, len(rows) == 0)
		}
	}
	err := o.drain(work, lanes)
	stopRecording()
	recorder.Wait()
	o.lastNote(ctx)
	return err
}

// drain waits for the sends under way. Those that do not heed their context get
// another second before they are given up as lost to this process.
func (o *Outbox) drain(work context.Context, lanes *lane.Lanes) error {
	limit, cancel := lane.Grace(work, time.Second)
	defer cancel()
	if err := lanes.Drain(limit); err != nil {
		return fmt.Errorf("outbox %s: sends did not end in time: %w", o.opts.Channel.Name(), err)
	}
	return nil
}

// Settle sends everything that is due, one after another in the calling goroutine,
// until nothing is. It returns how many sends it tried and when the next is due;
// the zero time is never. It is Run for a single process whose clock stands still
// meanwhile; never call both at once.
func (o *Outbox) Settle(ctx context.Context) (sends int, next time.Time, err error) {
	for ctx.Err() == nil {
		rows, _ := o.look(ctx, false)
		for _, row := range rows {
			sends++
			o.deliver(ctx, ctx, row)
		}
		o.note(ctx)
		if err := o.store.Err(); len(rows) == 0 || err != nil {
			break
		}
	}
	if err := o.store.Err(); err != nil {
		return sends, time.Time{}, err
	}
	next, err = o.opts.Store.NextDue(ctx, o.opts.Channel.Name(), o.opts.Channel.Account())
	if until := o.pausedUntil(); !next.IsZero() && next.Before(until) {
		next = until
	}
	return sends, next, err
}

// look takes the rows that are due in hand, and says how long to sleep when there
// are few. Addresses with rows in hand are left out; that keeps the order. Only a
// look that nobody asked for by Wake finds out when the next row is due.
func (o *Outbox) look(ctx context.Context, polled bool) (rows []Row, sleep time.Duration) {
	now := o.opts.Clock.Now()
	limit, exclude := o.room(now)
	if limit == 0 {
		return nil, pollEvery // the end of a send wakes us; the end of a pause is found by polling
	}
	rows, err := o.opts.Store.Due(ctx, o.opts.Channel.Name(), o.opts.Channel.Account(), now, exclude, limit)
	if delay := o.store.Note(ctx, "look for rows", err); err != nil {
		return nil, delay
	}
	o.take(rows)
	if !polled {
		return rows, pollEvery
	}
	return rows, o.untilNext(ctx, now)
}

// untilNext is how long until another row is due, at most until the next poll.
func (o *Outbox) untilNext(ctx context.Context, now time.Time) time.Duration {
	next, err := o.opts.Store.NextDue(ctx, o.opts.Channel.Name(), o.opts.Channel.Account())
	if delay := o.store.Note(ctx, "look for the next row", err); err != nil {
		return delay
	}
	if next.IsZero() || !next.After(now) { // none, or one in hand: the recorder or a commit wakes us
		return pollEvery
	}
	return min(next.Sub(now), pollEvery)
}

// room is how many more rows may be taken in hand, and which addresses have some.
func (o *Outbox) room(now time.Time) (limit int, exclude []message.Address) {
	o.mu.Lock()
	defer o.mu.Unlock()
	limit = batch - o.rows
	if o.pause.on() {
		limit = 0
		if o.rows == 0 && !now.Before(o.pause.until) {
			limit = 1 // try whether it is over
		}
	}
	exclude = make([]message.Address, 0, len(o.hand))
	for address := range o.hand {
		exclude = append(exclude, address)
	}
	o.partial = len(exclude) > 0
	return limit, exclude
}

func (o *Outbox) take(rows []Row) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, row := range rows {
		l := o.hand[row.To]
		if l == nil {
			l = &line{since: o.opts.Clock.Now()}
			o.hand[row.To] = l
		}
		l.left++
		o.rows++
	}
}

// sleep waits for a wake-up, the given time or the end of ctx; it reports whether
// the time passed without a wake-up. After a look in vain it is never shorter than
// restEvery, since every commit wakes every outbox, and most are not for it.
func (o *Outbox) sleep(ctx context.Context, d time.Duration, vain bool) (polled bool) {
	begun := o.opts.Clock.Now()
	select {
	case <-ctx.Done():
		return false
	case <-o.wake:
	case <-o.opts.Clock.After(max(d, restEvery)):
		return true
	}
	if left := restEvery - o.opts.Clock.Now().Sub(begun); vain && left > 0 {
		select {
		case <-ctx.Done():
		case <-o.opts.Clock.After(left):
		}
	}
	return false
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
