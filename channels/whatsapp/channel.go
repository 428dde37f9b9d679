package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"

	"recado/channels"
	"recado/channels/whatsapp/ratchet"
	"recado/core/message"
)

// Channel is the desk's number. Make one with New.
type Channel struct {
	Options
	state condition
	pulse pulse

	mu      sync.Mutex
	running bool              // Run runs
	resting error             // and this keeps it from connecting; nil: nothing does
	client  *whatsmeow.Client // while it does, and the number is linked
	sink    channels.Sink
	ended   chan struct{} // closed when the connection ended for good
	news    chan struct{} // closed, and made anew, when the connection came up or was lost

	line   chan struct{} // holds a token while there is no connection: one at a time
	intake *intake
	lost   awaited[lostFile]    // files that are asked for again
	unread awaited[shutMessage] // what could not be decrypted, and may come again
	called calls                // what was for the desk in groups
	passed channels.Tally       // what was none of ours
	care   care
}

var (
	_ channels.Channel    = (*Channel)(nil)
	_ channels.Exclusive  = (*Channel)(nil)
	_ channels.Foreteller = (*Channel)(nil)
	_ channels.Amender    = (*Channel)(nil)
	_ channels.Passer     = (*Channel)(nil)
	_ channels.Reporter   = (*Channel)(nil)
	_ channels.Typist     = (*Channel)(nil)
	_ channels.Marker     = (*Channel)(nil)
	_ channels.Resting    = (*Channel)(nil)
)

// New checks the options; it does not connect.
func New(o Options) (*Channel, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.Files == nil {
		return nil, errors.New("whatsapp: a file store is needed")
	}
	settleGlobals()
	c := &Channel{Options: o, intake: newIntake(), news: make(chan struct{}), line: make(chan struct{}, 1)}
	c.line <- struct{}{}
	c.state.now = o.Clock
	c.called.name = "whatsapp/" + o.Account + "/called"
	c.pulse.clock, c.pulse.memory, c.pulse.name = o.Clock, o.Memory, phoneMemory(o.Account)
	c.care.memory, c.care.name = o.Memory, careMemory(o.Account)
	c.state.set(false, "not connected yet")
	return c, nil
}

// settleGlobals keeps libsignal, whose logger is a global, off the terminal, and names
// us in the phone's list of linked devices.
var settleGlobals = sync.OnceFunc(func() {
	var mute logger.Loggable = silent{}
	logger.Setup(&mute)
	store.DeviceProps.Os = new("Recado")
})

type silent struct{}

func (silent) Debug(string, string)   {}
func (silent) Info(string, string)    {}
func (silent) Warning(string, string) {}
func (silent) Error(string, string)   {}
func (silent) Configure(string)       {}

// Name is message.WhatsApp.
func (c *Channel) Name() message.Channel { return message.WhatsApp }

// Account names our end, as configured.
func (c *Channel) Account() string { return c.Options.Account }

// Exclusive is true: a linked device has one connection, and two would replace each
// other for ever.
func (c *Channel) Exclusive() bool { return true }

// Passed implements channels.Passer: what is none of ours.
func (c *Channel) Passed() map[string]int64 { return c.passed.Counted() }

// State is how the connection fares.
func (c *Channel) State() channels.State { return c.state.get() }

// Run connects and receives until ctx ends. A number that is not linked is waited for.
func (c *Channel) Run(ctx context.Context, sink channels.Sink) error {
	defer c.state.set(false, "stopped")
	c.run(true)
	defer c.run(false)
	container, err := c.openStore(ctx)
	switch {
	case ctx.Err() != nil && err != nil:
		return nil // it ended before it began
	case err != nil:
		return err
	}
	defer func() { _ = container.Close() }() // everything in it is committed
	select {
	case <-c.line: // a message that was under way before Run began has its own connection
		defer func() { c.line <- struct{}{} }()
	case <-ctx.Done():
		return nil
	}
	c.refreshVersion(ctx)
	if until := c.care.get(ctx); until.After(c.Clock()) {
		c.restrict(until)
	}
	return c.sessions(ctx, container, sink)
}

// sessions has one session after another.
func (c *Channel) sessions(ctx context.Context, container *sqlstore.Container, sink channels.Sink) error {
	var last message.Trouble
	times := 0
	for ctx.Err() == nil {
		linked, err := c.session(ctx, container, sink)
		switch {
		case ctx.Err() != nil:
			continue
		case err != nil:
			return err
		case !linked:
			c.miss(ctx)
			continue
		}
		if what := c.state.get().Trouble; what != last {
			last, times = what, 0
		}
		times++
		c.leaveAlone(ctx, container, times)
	}
	return nil
}

// session is one life of the linked device: until ctx ends, or until the connection
// does for good. False: nothing is linked.
func (c *Channel) session(ctx context.Context, container *sqlstore.Container, sink channels.Sink) (linked bool, err error) {
	d, linked, err := c.settledDevice(ctx, container)
	if err != nil || !linked {
		return false, err
	}
	if err := c.pulse.begin(ctx, *d.ID); err != nil {
		return true, err
	}
	client := c.newClient(d)
	if o, ok := sink.(channels.Owner); ok {
		client.SetWebsocketHTTPClient(c.whileOwned(o))
	}
	ended := make(chan struct{})
	c.begin(client, sink, ended)
	defer c.end(client)
	defer c.intake.drain(context.WithoutCancel(ctx), c.Clock)
	defer c.unread.end()
	defer c.lost.end()
	client.AddEventHandlerWithSuccessStatus(func(event any) bool { return c.hear(ctx, event) })
	// Not ctx: what was taken is still to be acknowledged when it ends.
	if err := client.ConnectContext(context.WithoutCancel(ctx)); err != nil && !errors.Is(err, whatsmeow.ErrAlreadyConnected) {
		c.down(fmt.Sprintf("WhatsApp cannot be reached (%s)", short(err)))
		return true, nil
	}
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { c.watch(watching, client) })
	defer watch.Wait()
	defer stop()
	select {
	case <-ctx.Done():
	case <-ended:
	}
	return true, nil
}

// newClient is a whatsmeow client that keeps what it decrypted until it was taken, and
// says so only then.
func (o Options) newClient(d *store.Device) *whatsmeow.Client {
	if d.ID != nil {
		ratchet.Guard(d)
	}
	client := whatsmeow.NewClient(d, waLogger(o.Log))
	client.GetClientPayload = func() *waWa6.ClientPayload { return payload(d) }
	client.EnableDecryptedEventBuffer, client.SynchronousAck = true, true
	client.EnableAutoReconnect, client.AutomaticMessageRerequestFromPhone = true, true
	if o.HTTP != nil {
		client.SetPreLoginHTTPClient(o.HTTP)
		client.SetWebsocketHTTPClient(o.HTTP)
		client.SetMediaHTTPClient(o.HTTP)
	}
	return client
}

func (c *Channel) run(yes bool) {
	c.mu.Lock()
	c.running = yes
	c.mu.Unlock()
	c.tell()
}

// miss waits for a link. That somebody ended the one there was is still to be told.
func (c *Channel) miss(ctx context.Context) {
	if c.state.get().Trouble != message.LoggedOut {
		c.state.put(channels.State{Detail: errNotLinked.Error(), Trouble: message.Unlinked, Mend: c.Mend})
	}
	c.rests(&channels.Error{Kind: channels.SignedOut, Err: errNotLinked})
	defer c.rests(nil)
	channels.Sleep(ctx, c.Retry)
}

// rests notes why there is no connection, and none is tried.
func (c *Channel) rests(why error) {
	c.mu.Lock()
	c.resting = why
	c.mu.Unlock()
	c.tell()
}

func (c *Channel) begin(client *whatsmeow.Client, sink channels.Sink, ended chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.client, c.sink, c.ended = client, sink, ended
	c.intake.open()
}

func (c *Channel) end(client *whatsmeow.Client) {
	c.mu.Lock()
	c.client, c.sink = nil, nil
	c.mu.Unlock()
	client.Disconnect()
	c.tell()
}
