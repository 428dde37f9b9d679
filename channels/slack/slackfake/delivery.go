package slackfake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// retries are how long Slack waits before an event comes again; the real waits are none,
// a minute and five minutes.
var retries = []time.Duration{0, time.Second, 3 * time.Second}

// delivery is one thing that the app is told: an event, an interaction or a command.
type delivery struct {
	kind      string // events_api, interactive or slash_commands
	workspace *Workspace
	payload   object
	act       *Act // of what a person waits for
	answers   bool // an answer may come with the acknowledgement
	attempt   int
	reason    string // why it comes again
	envelope  string // the id under which it went out last
	on        *socket
	settled   bool
	timer     *time.Timer
}

// Act is something that a person did and waits for: a button, a command, a modal.
type Act struct {
	user   *User
	what   string
	done   bool
	failed string
	reply  object
	posts  []*message // by way of its response_url
}

// tell sends an event of a channel to the app, if it is there and may know. A scope of
// "" asks for none; "history" and "read" go by the channel's kind.
func (c *Channel) tell(event object, scope string) {
	switch {
	case !c.has(c.workspace.bot):
		return
	case scope == "reactions":
		scope = "reactions:read"
	case scope != "":
		scope = c.scope(scope)
	}
	d := c.workspace.event(event, scope)
	if d == nil {
		return
	}
	d.payload["is_ext_shared_channel"] = c.shared != nil
	c.server.send(d)
}

// tell sends an event of the workspace to the app.
func (w *Workspace) tell(event object, scope string) {
	if d := w.event(event, scope); d != nil {
		w.server.send(d)
	}
}

// event wraps an event. It is nil when the app may not know of it.
func (w *Workspace) event(event object, scope string) *delivery {
	s := w.server
	if scope != "" && !slices.Contains(w.token.scopes, scope) || w.token.state == "account_inactive" || !s.subscribed(event) {
		return nil
	}
	return &delivery{kind: "events_api", workspace: w, payload: object{
		"token": verification, "team_id": w.id, "context_team_id": w.id, "context_enterprise_id": nil, "api_app_id": s.app.id, "event": event,
		"type": "event_callback", "event_id": s.id("Ev"), "event_time": s.now().Unix(), "is_ext_shared_channel": false,
		"authorizations": []any{object{"enterprise_id": nil, "team_id": w.id, "user_id": w.bot.id, "is_bot": true, "is_enterprise_install": false}},
		"event_context":  "4-fake",
	}}
}

// send brings something to the app, unless a fault says otherwise. The caller holds the
// lock.
func (s *Server) send(d *delivery) {
	if d.kind == "events_api" {
		if s.faults.swallow > 0 {
			s.faults.swallow--
			s.lost = append(s.lost, d)
			return
		}
		if s.faults.reorder > 0 {
			s.faults.reorder--
			s.held = append(s.held, d)
			if s.faults.reorder == 0 {
				s.unhold()
			}
			return
		}
	}
	s.dispatch(d)
	if d.kind == "events_api" && s.faults.duplicate > 0 {
		s.faults.duplicate--
		again := *d
		again.attempt, again.reason = 1, "timeout"
		s.dispatch(&again)
	}
}

// dispatch hands a delivery to whoever takes it now. The caller holds the lock.
func (s *Server) dispatch(d *delivery) {
	if s.hooks.events != "" {
		s.hooks.queue(s, d)
		return
	}
	c := s.anySocket()
	if c == nil {
		s.waiting = append(s.waiting, d)
		if d.act != nil {
			// People are told at once that nobody is there.
			s.waiting = s.waiting[:len(s.waiting)-1]
			s.failed(d, "nobody is connected")
		}
		return
	}
	c.give(d)
}

// flush hands out what waited for a socket.
func (s *Server) flush() {
	waiting := s.waiting
	s.waiting = nil
	for _, d := range waiting {
		s.dispatch(d)
	}
}

// expect starts the time within which a delivery is to be acknowledged.
func (s *Server) expect(d *delivery) {
	envelope := d.envelope
	d.timer = time.AfterFunc(s.deadline, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if d.settled || d.envelope != envelope {
			return
		}
		s.late++
		s.again(d, "timeout")
	})
}

// again sends an event once more, up to three times. What a person waits for is not sent
// again: they see that it failed.
func (s *Server) again(d *delivery, reason string) {
	if d.settled {
		return
	}
	if d.timer != nil {
		d.timer.Stop()
	}
	if d.on != nil {
		delete(d.on.open, d.envelope)
		d.on.late[d.envelope] = true
	}
	d.on, d.envelope = nil, ""
	if d.kind != "events_api" {
		s.failed(d, reason)
		return
	}
	if d.last() {
		d.settled = true
		s.lost = append(s.lost, d)
		s.changed()
		return
	}
	wait := retries[d.attempt]
	d.attempt++
	d.reason = reason
	if wait == 0 {
		s.dispatch(d)
		return
	}
	s.resting = append(s.resting, d)
	time.AfterFunc(wait, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if at := slices.Index(s.resting, d); at >= 0 {
			s.resting = slices.Delete(s.resting, at, at+1)
			s.dispatch(d)
		}
	})
}

// last reports whether Slack gives an event up when it is not acknowledged this time.
func (d *delivery) last() bool { return d.kind == "events_api" && d.attempt == len(retries) }

func (s *Server) failed(d *delivery, reason string) {
	d.settled = true
	if d.act != nil {
		d.act.done, d.act.failed = true, reason
	}
	s.changed()
}

// took settles a delivery. The caller holds the lock.
func (s *Server) took(d *delivery, answer object) {
	d.settled = true
	if d.timer != nil {
		d.timer.Stop()
	}
	if d.act != nil {
		d.act.done, d.act.reply = true, answer
		d.act.user.answered(d, answer)
	}
	s.changed()
}

// Lost are the ids of the events that Slack gave up on.
func (s *Server) Lost() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, d := range s.lost {
		all = append(all, str(d.payload["event_id"]))
	}
	return all
}

// Late is how many times the app did not acknowledge within its time.
func (s *Server) Late() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.late
}

// GiveUp drops what is not acknowledged yet, as Slack does after its last attempt.
func (s *Server) GiveUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = slices.Concat(s.lost, s.waiting, s.resting)
	s.waiting, s.resting = nil, nil
	for _, c := range s.sockets {
		for id, d := range c.open {
			d.settled = true
			s.lost = append(s.lost, d)
			c.late[id] = true
		}
		c.open = map[string]*delivery{}
	}
	s.changed()
}

// Waiting is how many deliveries the app has not acknowledged.
func (s *Server) Waiting() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.unsettled()
}

func (s *Server) unsettled() int {
	n := len(s.waiting) + len(s.held) + len(s.resting) + len(s.hooks.line)
	for _, c := range s.sockets {
		n += len(c.open)
	}
	return n
}

// AwaitSettled waits until the app has acknowledged everything.
func (s *Server) AwaitSettled() {
	s.t.Helper()
	s.until("rest", func() bool { return s.unsettled() == 0 }, func() string {
		return fmt.Sprintf("still something to acknowledge: %d wait for a connection", len(s.waiting))
	})
}

// Await waits until the app answered, or Slack told the person that it did not: then it
// returns why.
func (a *Act) Await() (failed string) {
	s := a.user.server
	s.t.Helper()
	s.until("answer to "+a.what, func() bool { return a.done }, func() string { return "silence" })
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.failed
}

// Reply is what the app answered with its acknowledgement, if anything.
func (a *Act) Reply() map[string]any {
	a.user.server.mu.Lock()
	defer a.user.server.mu.Unlock()
	return a.reply
}

// Answers are what the app said to it by its response_url.
func (a *Act) Answers() []*Message {
	a.user.server.mu.Lock()
	defer a.user.server.mu.Unlock()
	return snapshots(a.posts)
}

// envelopeID names an envelope.
func envelopeID(n int) string {
	sum := sha256.Sum256(fmt.Append(nil, "envelope", n))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
