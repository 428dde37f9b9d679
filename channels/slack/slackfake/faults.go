package slackfake

import (
	"net/http"
	"slices"
	"time"
)

// Fault is how a call goes wrong.
type Fault struct {
	status     int
	retryAfter int
	code       string
	hang       bool
	cut        bool
	after      bool // the effect takes place all the same
}

// Faults.
var (
	Hang      = Fault{hang: true}              // no answer comes, and nothing happened
	HangAfter = Fault{hang: true, after: true} // no answer comes, but it happened
	CutBefore = Fault{cut: true}               // the connection ends before the call took effect
	CutAfter  = Fault{cut: true, after: true}  // the connection ends after the call took effect
)

// Status answers with an HTTP status and a page that is no JSON.
func Status(code int) Fault { return Fault{status: code} }

// Limited answers 429 with Retry-After in seconds.
func Limited(retryAfter int) Fault { return Fault{status: 429, retryAfter: retryAfter} }

// Error answers with one of Slack's error codes, such as "internal_error".
func Error(code string) Fault { return Fault{code: code} }

// faults are what a test wants to go wrong.
type faults struct {
	calls     map[string][]Fault // by method; "" is any
	gates     []*Gate
	dials     statuses
	duplicate int
	reorder   int
	swallow   int
	deaf      int
	triggers  int
	shares    int
	ended     chan struct{}
}

type statuses []int

func (l *statuses) next() int {
	if len(*l) == 0 {
		return 0
	}
	one := (*l)[0]
	*l = (*l)[1:]
	return one
}

func (f *faults) init() { f.calls, f.ended = map[string][]Fault{}, make(chan struct{}) }

// release lets go of everything that hangs.
func (f *faults) release() { close(f.ended) }

// take is the fault of the next call of a method, if there is one.
func (f *faults) take(method string) (Fault, bool) {
	for _, key := range []string{method, ""} {
		if list := f.calls[key]; len(list) > 0 {
			f.calls[key] = list[1:]
			return list[0], list[0] != Fault{}
		}
	}
	return Fault{}, false
}

// Break lets the next calls of a method go wrong. "" is any method; "upload" and "download"
// are a file's bytes on their way in and out, "response_url" is an answer to an interaction.
func (s *Server) Break(method string, times int, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range times {
		s.faults.calls[method] = append(s.faults.calls[method], f)
	}
}

// BreakCall lets the n-th call from now go wrong, from 1, whatever its method.
func (s *Server) BreakCall(n int, f Fault) {
	s.Break("", n-1, Fault{})
	s.Break("", 1, f)
}

// Mend takes back the faults that were not used.
func (s *Server) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.calls = map[string][]Fault{}
}

// RefuseDials answers the next websockets with an HTTP status.
func (s *Server) RefuseDials(times, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range times {
		s.faults.dials = append(s.faults.dials, status)
	}
}

// DuplicateEvents sends each of the next events twice, under one event_id.
func (s *Server) DuplicateEvents(times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.duplicate = times
}

// ReorderEvents holds the next n events and then sends them last first. 0 sends what is
// held.
func (s *Server) ReorderEvents(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.reorder = n
	if n == 0 {
		s.unhold()
	}
}

// unhold sends what was held, last first.
func (s *Server) unhold() {
	held := s.held
	s.held = nil
	for _, d := range slices.Backward(held) {
		s.dispatch(d)
	}
}

// SwallowEvents never sends the next n events: what happens while Slack cannot reach the
// app for longer than it tries.
func (s *Server) SwallowEvents(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.swallow = n
}

// LoseAcknowledgements drops the next n acknowledgements on their way in, but never the
// last that Slack waits for.
func (s *Server) LoseAcknowledgements(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.deaf = n
}

// ExpireTriggers lets the next n uses of a trigger come too late.
func (s *Server) ExpireTriggers(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.triggers = n
}

// SlowShares lets the next n files appear in their channel only once files.info was asked
// for them, as may happen: completeUploadExternal does not wait for that.
func (s *Server) SlowShares(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.shares = n
}

// Gate holds one call.
type Gate struct {
	server  *Server
	method  string
	after   bool
	arrived bool
	open    chan struct{}
}

// Hold stops the next call of a method before it takes effect, until Release. When its
// client hangs up meanwhile, it never does.
func (s *Server) Hold(method string) *Gate { return s.hold(method, false) }

// HoldAnswer stops the next call of a method after it took effect, before the answer.
func (s *Server) HoldAnswer(method string) *Gate { return s.hold(method, true) }

func (s *Server) hold(method string, after bool) *Gate {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Gate{server: s, method: method, after: after, open: make(chan struct{})}
	s.faults.gates = append(s.faults.gates, g)
	return g
}

// Await waits until the call is there.
func (g *Gate) Await() {
	g.server.t.Helper()
	g.server.until("call of "+g.method, func() bool { return g.arrived }, func() string { return "none" })
}

// Release lets the call go on.
func (g *Gate) Release() { close(g.open) }

// pass stops a call at the gate that is there for it; the call ends there when its client
// hangs up. The caller does not hold the lock.
func (s *Server) pass(r *http.Request, method string, after bool) {
	s.mu.Lock()
	for i, g := range s.faults.gates {
		if g.method != method || g.after != after {
			continue
		}
		s.faults.gates = append(s.faults.gates[:i:i], s.faults.gates[i+1:]...)
		g.arrived = true
		s.changed()
		s.mu.Unlock()
		select {
		case <-g.open:
		case <-s.faults.ended:
		case <-r.Context().Done():
			panic(http.ErrAbortHandler)
		}
		return
	}
	s.mu.Unlock()
}

// trigger is a trigger_id that somebody's act brought.
type trigger struct {
	user *User
	at   time.Time
	used bool
}

// trigger makes one. The caller holds the lock.
func (s *Server) trigger(u *User) string {
	id := s.id("trigger") + ".100.fake"
	s.triggers[id] = &trigger{user: u, at: s.now()}
	return id
}
