package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/coder/websocket"

	"recado/channels"
)

// The sockets are our own, and not slack-go's: an acknowledgement has to go out on the
// socket that brought the envelope, Run has to know that it went before it returns, a
// socket is to be replaced before Slack closes it, and an event that nobody knows is to be
// acknowledged and not repeated. See DECISIONS.md.

const (
	dialTime    = 20 * time.Second
	ackTime     = 5 * time.Second // to write one acknowledgement
	lastWords   = 30 * time.Second
	mostBytes   = 16 << 20 // of one envelope
	firstPause  = 500 * time.Millisecond
	longestIdle = time.Minute // between two tries to connect
)

// Reasons in a "disconnect" (docs.slack.dev, "Using Socket Mode").
const linkDisabled = "link_disabled"

// socket is one connection of Socket Mode.
type socket struct {
	conn  *websocket.Conn
	renew chan struct{} // closed when Slack is about to end the connection
	once  sync.Once
	gone  chan struct{} // closed when it is over
}

// envelope is a frame from Slack.
type envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Reason  string          `json:"reason"` // of a disconnect
	Payload json.RawMessage `json:"payload"`
}

// keepSocket holds one socket until ctx ends, one after another. Those that were replaced
// live on in readers, until life ends or Slack closes them.
func (c *Channel) keepSocket(ctx, life context.Context, readers *sync.WaitGroup) {
	pause := firstPause
	for ctx.Err() == nil {
		s, err := c.dial(ctx, life, readers)
		if err != nil {
			if ctx.Err() == nil {
				c.state.unreached(err)
				c.Log.Warn("Slack cannot be reached; trying again", "error", err)
				channels.Sleep(ctx, pause+rand.N(pause)) //nolint:gosec // it spreads load
				pause = min(2*pause, longestIdle)
			}
			continue
		}
		pause = firstPause
		c.progress.hold(1)
		if c.state.connected(1, c.Clock()) > gapOf {
			readers.Go(func() { c.missed(ctx) })
		} else {
			c.progress.hold(-1)
		}
		select {
		case <-ctx.Done():
		case <-s.renew:
		case <-s.gone:
		}
		c.state.connected(-1, c.Clock())
	}
}

// dial opens a socket, waits for Slack's hello and has it read.
func (c *Channel) dial(ctx, life context.Context, readers *sync.WaitGroup) (*socket, error) {
	run := ctx
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	_, url, err := c.appAPI().StartSocketModeContext(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking for a socket: %w", err)
	}
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: c.HTTP}) //nolint:bodyclose // the library does
	if err != nil {
		return nil, fmt.Errorf("opening a socket: %w", withoutURL(err))
	}
	conn.SetReadLimit(mostBytes)
	s := &socket{conn: conn, renew: make(chan struct{}), gone: make(chan struct{})}
	if err := s.greeted(ctx); err != nil {
		_ = conn.CloseNow()
		return nil, err
	}
	readers.Go(func() { c.read(run, s) })
	readers.Go(func() { s.watch(life, c.Ping) })
	return s, nil
}

// greeted waits for the first frame.
func (s *socket) greeted(ctx context.Context) error {
	_, raw, err := s.conn.Read(ctx)
	if err != nil {
		return fmt.Errorf("waiting for Slack's hello: %w", err)
	}
	var e envelope
	if err := json.Unmarshal(raw, &e); err != nil || e.Type != "hello" {
		return fmt.Errorf("slack began with %q, not with hello", e.Type)
	}
	return nil
}

// read takes what comes until the socket is over, which watch sees to: what is being
// taken when ctx ends is still acknowledged.
func (c *Channel) read(ctx context.Context, s *socket) {
	defer close(s.gone)
	defer func() { _ = s.conn.CloseNow() }()
	for {
		_, raw, err := s.conn.Read(context.WithoutCancel(ctx)) // a context that ends would cut the line
		if err != nil {
			return
		}
		var e envelope
		if err := json.Unmarshal(raw, &e); err != nil {
			c.passed.Count("unreadable")
			c.Log.Warn("Slack sent what is no envelope", "bytes", len(raw))
			continue
		}
		switch {
		case e.Type == "disconnect":
			if e.Reason == linkDisabled {
				c.state.unreached(errLinkDisabled)
			}
			s.once.Do(func() { close(s.renew) })
			time.AfterFunc(lastWords, func() { _ = s.conn.CloseNow() })
		case e.ID != "":
			c.receive(ctx, e.Type, e.Payload, func() { c.acknowledge(ctx, s, e.ID) })
		default:
			c.passed.Count("unknown")
		}
	}
}

var errLinkDisabled = errors.New("the app's settings have Socket Mode switched off")

// acknowledge tells Slack that an envelope was taken. When the line is gone it cannot be
// told, and Slack brings the event again; its key is known by then.
func (c *Channel) acknowledge(ctx context.Context, s *socket, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ackTime)
	defer cancel()
	raw, err := json.Marshal(map[string]string{"envelope_id": id})
	if err == nil {
		err = s.conn.Write(ctx, websocket.MessageText, raw)
	}
	if err != nil {
		c.Log.Info("an acknowledgement did not reach Slack", "envelope", id, "error", err)
	}
}

// watch asks for signs of life; a line that gives none is cut, and made anew. When ctx
// ends it says goodbye and waits for Slack's, so that no acknowledgement is lost on the
// way: what is closed without that may be thrown away unread.
func (s *socket) watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-s.gone:
			return
		case <-ctx.Done():
			_ = s.conn.Close(websocket.StatusNormalClosure, "")
			return
		case <-tick.C:
		}
		asked, cancel := context.WithTimeout(ctx, every)
		err := s.conn.Ping(asked)
		cancel()
		if err != nil && ctx.Err() == nil {
			_ = s.conn.CloseNow()
			return
		}
	}
}
