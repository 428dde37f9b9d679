package slack

import (
	"context"
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// Channel is the app in one workspace. Make one with New.
type Channel struct {
	Options
	state    condition
	intake   intake
	passed   channels.Tally
	tokens   tokens
	people   people
	circle   circles
	progress progress
	roots    roots
	pace     pace
	ledger   ledger
	since    time.Time  // when this process began to speak here
	others   []*Channel // of the same app, in other workspaces: see Join

	uploading sync.Mutex // one message's files at a time

	mu     sync.Mutex
	direct recent[string, string] // conversations with people, by person
	sink   channels.Sink          // while Run runs
	life   context.Context        //nolint:containedctx // of Run: what comes by HTTP ends with it, not with its request
	me     identity               // once it is known
}

var (
	_ channels.Channel  = (*Channel)(nil)
	_ channels.Passer   = (*Channel)(nil)
	_ channels.Reporter = (*Channel)(nil)
)

// New checks the options; it does not connect.
func New(o Options) (*Channel, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	c := &Channel{Options: o, tokens: o.tokens()}
	c.state.bySocket = o.AppToken != ""
	c.people.most, c.roots.seen.most = mostPeople, mostRoots
	c.pace.clock, c.since = o.Clock, o.Clock()
	return c, nil
}

// Join makes one app of channels: Slack brings what happens in any workspace by any of the
// app's sockets, and posts it to one address. Call it before Run.
func Join(all ...*Channel) {
	for _, c := range all {
		for _, other := range all {
			if other != c {
				c.others = append(c.others, other)
			}
		}
	}
}

// Name is message.Slack.
func (c *Channel) Name() message.Channel { return message.Slack }

// Account is the workspace's id.
func (c *Channel) Account() string { return c.Workspace }

// Passed implements channels.Passer: what is none of ours.
func (c *Channel) Passed() map[string]int64 { return c.passed.Counted() }

// State is how the connection fares.
func (c *Channel) State() channels.State { return c.state.get() }

// Run receives until ctx ends: by sockets, and what Hook is handed.
func (c *Channel) Run(ctx context.Context, sink channels.Sink) error {
	c.state.run(true)
	defer c.state.run(false)
	if !c.settleIdentity(ctx) {
		return nil
	}
	c.mu.Lock()
	c.sink, c.life = sink, ctx
	c.mu.Unlock()
	c.intake.begin()

	c.progress.hold(1) // until it was looked what was missed
	// The sockets outlive ctx: what is being taken is acknowledged on them.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	var keepers, readers sync.WaitGroup
	if c.AppToken != "" {
		for range c.Sockets {
			keepers.Go(func() { c.keepSocket(ctx, life, &readers) })
		}
	}
	drained := make(chan struct{})
	keepers.Go(func() { c.missed(ctx) })
	readers.Go(func() { c.follow(ctx, drained) })
	<-ctx.Done()
	keepers.Wait()
	c.intake.drain()
	close(drained)
	end()
	readers.Wait()
	c.mu.Lock()
	c.sink = nil
	c.mu.Unlock()
	return nil
}

// refusedPause is how long a token that Slack refused is left alone.
const refusedPause = time.Minute

// settleIdentity asks who we are until Slack tells: what we ourselves do comes back, and
// must be known as ours. False: the context ended before.
func (c *Channel) settleIdentity(ctx context.Context) bool {
	pause := firstPause
	for ctx.Err() == nil {
		me, err := c.identify(ctx)
		if err == nil {
			c.mu.Lock()
			c.me = me
			c.mu.Unlock()
			c.state.unreached(nil)
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		c.state.unreached(err)
		c.Log.Error("Slack does not say who we are; trying again", "error", err)
		if isSignedOut(err) {
			pause = refusedPause
		}
		channels.Sleep(ctx, pause)
		pause = min(2*pause, refusedPause)
	}
	return false
}

// own reports whether a user or a bot is us.
func (c *Channel) own(ids ...string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		if id != "" && (id == c.me.user || id == c.me.bot) {
			return true
		}
	}
	return false
}
