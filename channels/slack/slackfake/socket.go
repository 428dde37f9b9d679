package slackfake

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"
)

const (
	pingEvery   = 5 * time.Second
	maxSockets  = 10
	maxResponse = 20 << 10 // bytes of an acknowledgement; Slack drops what is larger without a word
)

// socket is one Socket Mode connection.
type socket struct {
	server *Server
	ws     *websocket.Conn
	cancel context.CancelFunc
	line   [][]byte // what is to be written
	wake   chan struct{}
	open   map[string]*delivery // by envelope id: not acknowledged
	seen   map[string]bool      // envelope ids that were acknowledged
	late   map[string]bool      // envelope ids whose time was over
	dead   bool                 // nothing new goes there
	heard  bool                 // the client has read the hello
	from   string               // the client's address
}

// connectionsOpen is apps.connections.open.
func (c *call) connectionsOpen() object {
	s := c.server
	if s.app.socketOff {
		return c.no("not_allowed_token_type")
	}
	if s.open() >= maxSockets {
		return c.wrong("too_many_websockets", "more than %d sockets at once", maxSockets)
	}
	ticket := s.id("ticket")
	s.tickets[ticket] = true
	return object{"url": strings.Replace(s.http.URL, "http://", "ws://", 1) + "/link/?ticket=" + ticket + "&app_id=" + s.app.id}
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	refuse := s.faults.dials.next()
	known := s.tickets[ticket]
	delete(s.tickets, ticket)
	if !known {
		s.strange("a websocket with a ticket that was used before, or never given")
	}
	s.mu.Unlock()
	if refuse != 0 || !known {
		http.Error(w, "no", max(refuse, http.StatusForbidden))
		return
	}
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // the client's origin is api.slack.com
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	c := &socket{
		server: s, ws: ws, cancel: cancel, from: r.RemoteAddr, wake: make(chan struct{}, 1),
		open: map[string]*delivery{}, seen: map[string]bool{}, late: map[string]bool{},
	}
	s.mu.Lock()
	s.sockets = append(s.sockets, c)
	c.write(object{
		"type": "hello", "num_connections": len(s.sockets), "connection_info": object{"app_id": s.app.id},
		"debug_info": object{"host": "applink-fake", "build_number": 1, "approximate_connection_time": 18060},
	})
	s.changed()
	s.flush() //nolint:contextcheck // what is posted outlives the request
	s.mu.Unlock()
	go c.writer(ctx)
	c.reader(ctx)
	s.gone(c)
}

// writer sends what is in line, and pings.
func (c *socket) writer(ctx context.Context) {
	defer c.cancel()
	ping := time.NewTicker(pingEvery)
	defer ping.Stop()
	greeted := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ping.C:
			go c.ping(ctx) //nolint:errcheck // the reader sees what is wrong
		case <-c.wake:
		}
		for {
			c.server.mu.Lock()
			if len(c.line) == 0 {
				c.server.mu.Unlock()
				break
			}
			one := c.line[0]
			c.line = c.line[1:]
			c.server.mu.Unlock()
			if err := c.ws.Write(ctx, websocket.MessageText, one); err != nil {
				return
			}
		}
		if !greeted {
			greeted = true
			go c.greet(ctx)
		}
	}
}

func (c *socket) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.ws.Ping(ctx)
}

// greet sends the first ping, from which on the client counts a connection as alive. When
// it answers, it has read the hello that went before.
func (c *socket) greet(ctx context.Context) {
	if c.ping(ctx) != nil {
		return
	}
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.heard = true
	c.server.changed()
}

// reader takes acknowledgements until the connection ends.
func (c *socket) reader(ctx context.Context) {
	c.ws.SetReadLimit(1 << 20)
	for {
		_, data, err := c.ws.Read(ctx)
		if err != nil {
			return
		}
		c.server.mu.Lock()
		c.acknowledged(data)
		c.server.mu.Unlock()
	}
}

// acknowledged takes one acknowledgement. The caller holds the lock.
func (c *socket) acknowledged(data []byte) {
	s := c.server
	var ack struct {
		EnvelopeID string          `json:"envelope_id"`
		Payload    json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(data, &ack); err != nil || ack.EnvelopeID == "" {
		s.strange("the app sent what is no acknowledgement: %s", data)
		return
	}
	d := c.open[ack.EnvelopeID]
	if s.faults.deaf > 0 && (d == nil || !d.last()) {
		s.faults.deaf--
		return
	}
	switch {
	case c.seen[ack.EnvelopeID]:
		s.strange("an envelope was acknowledged twice: %s", ack.EnvelopeID)
		return
	case c.late[ack.EnvelopeID]:
		c.seen[ack.EnvelopeID] = true
		return // it was sent again, or somebody was told that it failed
	case d == nil:
		s.strange("an acknowledgement of an envelope that this socket did not bring: %s", ack.EnvelopeID)
		return
	case len(data) >= maxResponse:
		s.strange("an acknowledgement of %d bytes: Slack drops what is not under %d", len(data), maxResponse)
		return
	}
	c.seen[ack.EnvelopeID] = true
	delete(c.open, ack.EnvelopeID)
	answer := object{}
	if len(ack.Payload) > 0 && string(ack.Payload) != "null" {
		if !d.answers {
			s.strange("an answer inside the acknowledgement of %s, which takes none: %s", d.kind, ack.Payload)
		} else if err := json.Unmarshal(ack.Payload, &answer); err != nil {
			s.strange("an answer that is no JSON object: %s", ack.Payload)
		}
	}
	s.took(d, answer)
}

// give puts a delivery in line. The caller holds the lock.
func (c *socket) give(d *delivery) {
	s := c.server
	s.next["envelope"]++
	d.envelope, d.on = envelopeID(s.next["envelope"]), c
	c.open[d.envelope] = d
	envelope := object{"envelope_id": d.envelope, "type": d.kind, "payload": d.payload, "accepts_response_payload": d.answers}
	if d.kind == "events_api" {
		envelope["retry_attempt"], envelope["retry_reason"] = d.attempt, d.reason
	}
	c.write(envelope)
	s.expect(d)
}

// write puts a frame in line. The caller holds the lock.
func (c *socket) write(frame object) {
	data, err := json.Marshal(frame)
	if err != nil {
		c.server.strange("slackfake itself: %v", err)
		return
	}
	c.line = append(c.line, data)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// anySocket is the next one in turn, or nil.
func (s *Server) anySocket() *socket {
	for range s.sockets {
		s.turn++
		if c := s.sockets[s.turn%len(s.sockets)]; !c.dead {
			return c
		}
	}
	return nil
}

// gone forgets a connection; what it had not acknowledged goes another way.
func (s *Server) gone(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.cut()
	s.sockets = slices.DeleteFunc(s.sockets, func(other *socket) bool { return other == c })
	open := c.sorted()
	c.open = map[string]*delivery{}
	for _, d := range open {
		s.again(d, "timeout")
	}
	s.changed()
}

// sorted are the open deliveries in the order in which they were made.
func (c *socket) sorted() []*delivery {
	var all []*delivery
	for _, d := range c.open {
		all = append(all, d)
	}
	slices.SortFunc(all, func(a, b *delivery) int {
		return strings.Compare(str(a.payload["event_id"]), str(b.payload["event_id"]))
	})
	return all
}

// cut hangs up without a word.
func (c *socket) cut() {
	c.dead = true
	c.cancel()
	go c.ws.CloseNow() //nolint:errcheck // hanging up
}

// Sockets is how many connections of the app take events: it has read their hello.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.listening()
}

func (s *Server) listening() (n int) {
	for _, c := range s.sockets {
		if !c.dead && c.heard {
			n++
		}
	}
	return n
}

func (s *Server) open() (n int) {
	for _, c := range s.sockets {
		if !c.dead {
			n++
		}
	}
	return n
}

// AwaitSockets waits until so many connections of the app take events.
func (s *Server) AwaitSockets(n int) {
	s.t.Helper()
	s.until("connections of the app", func() bool { return s.listening() == n }, func() string { return "another number of them" })
}

// DropSockets hangs up on all connections without a word.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.cut()
	}
}

// DropSpared is DropSockets at a moment at which no event is on its last way to the app:
// what Slack then gives up is not the test's doing.
func (s *Server) DropSpared() {
	s.t.Helper()
	s.until("moment at which nothing comes for the last time", func() bool {
		for _, c := range s.sockets {
			for _, d := range c.open {
				if d.last() {
					return false
				}
			}
		}
		for _, c := range s.sockets {
			c.cut()
		}
		return true
	}, func() string { return "something that the app does not acknowledge" })
}

// Disconnect tells the connections to go, as Slack does every few hours: with
// "warning" it hangs up a little later, with "refresh_requested" at once, and with
// "link_disabled" Socket Mode is off.
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.socketOff = reason == "link_disabled"
	for _, c := range s.sockets {
		c.dead = true // nothing new goes there
		c.write(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": "applink-fake"}})
		after := 100 * time.Millisecond
		if reason == "warning" {
			after = 2 * time.Second // 10 s with the real one
		}
		time.AfterFunc(after, c.cancel)
	}
}

// Freeze lets the connections that there are die without anybody hanging up: nothing comes
// or goes on them, no ping is answered. Events still go there, until their time is over.
func (s *Server) Freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		s.lines.freeze(c.from)
	}
}
