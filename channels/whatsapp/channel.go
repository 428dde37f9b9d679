package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.mau.fi/libsignal/logger"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"

	"recado/channels"
	"recado/core/message"
)

// Channel is the desk's number. Make one with New.
type Channel struct {
	Options
	state condition

	mu      sync.Mutex
	running bool              // Run runs
	absent  bool              // and found nothing linked
	client  *whatsmeow.Client // while it does, and the number is linked
	sink    channels.Sink
	ended   chan struct{} // closed when the connection ended for good
	news    chan struct{} // closed, and made anew, when the connection came up or was lost

	line   chan struct{} // holds a token while there is no connection: one at a time
	intake *intake
	lost   awaited[lostFile]    // files that are asked for again
	unread awaited[shutMessage] // what could not be decrypted, and may come again
	passed tally                // what was none of ours
	care   care
}

var (
	_ channels.Channel    = (*Channel)(nil)
	_ channels.Exclusive  = (*Channel)(nil)
	_ channels.Foreteller = (*Channel)(nil)
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

// State is how the connection fares.
func (c *Channel) State() channels.State { return c.state.get() }

// Run connects and receives until ctx ends. A number that is not linked is waited for.
func (c *Channel) Run(ctx context.Context, sink channels.Sink) error {
	defer c.state.set(false, "stopped")
	c.run(true)
	defer c.run(false)
	container, err := c.openStore(ctx)
	if err != nil {
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
	for ctx.Err() == nil {
		linked, err := c.session(ctx, container, sink)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			return err
		case !linked:
			c.miss(true)
			sleep(ctx, c.Retry)
			c.miss(false)
		}
	}
	return nil
}

// session is one life of the linked device: until ctx ends, or until only a person can
// help. False: nothing is linked.
func (c *Channel) session(ctx context.Context, container *sqlstore.Container, sink channels.Sink) (linked bool, err error) {
	d, linked, err := c.settledDevice(ctx, container)
	if err != nil || !linked {
		return false, err
	}
	client := c.newClient(d)
	ended := make(chan struct{})
	c.begin(client, sink, ended)
	defer c.end(client)
	defer c.intake.drain(context.WithoutCancel(ctx), c.Clock)
	defer c.unread.end()
	defer c.lost.end()
	client.AddEventHandlerWithSuccessStatus(func(event any) bool { return c.hear(ctx, event) })
	// Not ctx: what was taken is still to be acknowledged when it ends.
	if err := client.ConnectContext(context.WithoutCancel(ctx)); err != nil && !errors.Is(err, whatsmeow.ErrAlreadyConnected) {
		c.state.set(false, fmt.Sprintf("WhatsApp cannot be reached (%v)", err))
		sleep(ctx, c.Retry)
		return true, nil
	}
	select {
	case <-ctx.Done():
	case <-ended:
		sleep(ctx, c.Retry)
	}
	return true, nil
}

// newClient is a whatsmeow client that keeps what it decrypted until it was taken, and
// says so only then.
func (o Options) newClient(d *store.Device) *whatsmeow.Client {
	client := whatsmeow.NewClient(d, waLogger(o.Log))
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

// miss notes whether there is nothing linked to connect with.
func (c *Channel) miss(yes bool) {
	if yes {
		c.state.set(false, errNotLinked.Error())
	}
	c.mu.Lock()
	c.absent = yes
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

// over ends the session: trying again by itself would be of no use, or do harm.
func (c *Channel) over(why string) {
	c.state.set(false, why)
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.ended:
	default:
		close(c.ended)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// condition is a channels.State that several goroutines set and read.
type condition struct {
	mu    sync.Mutex
	state channels.State
}

func (c *condition) set(up bool, detail string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state = channels.State{Up: up, Detail: detail}
}

func (c *condition) get() channels.State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}
