package watest

import (
	"strconv"
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// faults are what a test wants to go wrong with the server itself. Each lasts for a
// number of times. What concerns one account is kept there.
type faults struct {
	mu       sync.Mutex
	refusals []int // status of the next dials
	uploads  []int
	fetches  []int
	pairings []int
	receipts int
	lost     chan struct{}   // closed when the last of receipts was dropped
	mute     map[string]bool // namespaces that are not answered
	askers   map[string]*device
}

func newFaults() *faults { return &faults{mute: map[string]bool{}, askers: map[string]*device{}} }

// messageFault is how a message fares.
type messageFault struct {
	code           string // the error in its acknowledgement; it is not delivered
	silent         bool   // neither delivered nor acknowledged
	unacknowledged bool   // delivered, but not acknowledged
	damaged        bool   // delivered unreadable
}

// first takes the first of what was ordered. Its caller holds the list's lock.
func first[T any](from *[]T) (one T, some bool) {
	if len(*from) == 0 {
		return one, false
	}
	one = (*from)[0]
	*from = (*from)[1:]
	return one, true
}

func (f *faults) next(from *[]int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	status, _ := first(from)
	return status
}

func (f *faults) order(to *[]int, times, status int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for range times {
		*to = append(*to, status)
	}
}

func (f *faults) receiptLost() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.receipts == 0 {
		return false
	}
	if f.receipts--; f.receipts == 0 {
		close(f.lost)
	}
	return true
}

func (f *faults) unanswered(namespace string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.mute[namespace]
}

func (f *faults) mediaAsked(n *waBinary.Node, asker *device) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, _ := n.Attrs["id"].(string)
	f.askers[id] = asker
}

// RefuseDials answers the next websockets with an HTTP status.
func (s *Server) RefuseDials(times, status int) { s.faults.order(&s.faults.refusals, times, status) }

// FailLogins answers the account's next logins with a failure: 401, 403 and 406 log the
// device out, 405 says that the client is outdated, 500 and 503 pass.
func (a *Account) FailLogins(times, reason int) {
	a.failLogins(times, waBinary.Attrs{"reason": strconv.Itoa(reason)})
}

// Ban answers the account's next login with a temporary ban. Codes are of
// events.TempBanReason.
func (a *Account) Ban(code int, expires time.Duration) {
	a.failLogins(1, waBinary.Attrs{"reason": "402", "code": strconv.Itoa(code), "expire": strconv.Itoa(int(expires.Seconds()))})
}

func (a *Account) failLogins(times int, attrs waBinary.Attrs) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	for range times {
		a.logins = append(a.logins, waBinary.Node{Tag: "failure", Attrs: attrs})
	}
}

func (a *Account) failMessages(times int, fault messageFault) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	for range times {
		a.messages = append(a.messages, fault)
	}
}

// RejectMessages acknowledges the account's next messages with an error, such as 463
// (timelock).
func (a *Account) RejectMessages(times, code int) {
	a.failMessages(times, messageFault{code: strconv.Itoa(code)})
}

// SwallowMessages neither delivers nor acknowledges the account's next messages.
func (a *Account) SwallowMessages(times int) { a.failMessages(times, messageFault{silent: true}) }

// ForgetAcknowledgements delivers the account's next messages, and does not say so.
func (a *Account) ForgetAcknowledgements(times int) {
	a.failMessages(times, messageFault{unacknowledged: true})
}

// DamageMessages delivers the account's next messages so that they cannot be decrypted.
func (a *Account) DamageMessages(times int) { a.failMessages(times, messageFault{damaged: true}) }

// FailUploads answers the next uploads with an HTTP status.
func (s *Server) FailUploads(times, status int) { s.faults.order(&s.faults.uploads, times, status) }

// FailDownloads answers the next downloads with an HTTP status, such as 404 or 410.
func (s *Server) FailDownloads(times, status int) { s.faults.order(&s.faults.fetches, times, status) }

// LoseReceipts drops the next receipts on their way in; lost is closed after the last.
func (s *Server) LoseReceipts(times int) (lost <-chan struct{}) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.receipts, s.faults.lost = times, make(chan struct{})
	return s.faults.lost
}

// Mute leaves questions of a namespace unanswered, such as "usync", until told otherwise.
// "retry" is asking a sender to encrypt a message anew.
func (s *Server) Mute(namespace string, yes bool) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.mute[namespace] = yes
}

// Drop hangs up on the account's linked devices without a word.
func (a *Account) Drop() { a.eachConn(func(c *conn) { c.cut() }) }

// StreamError ends the connections of the account's linked devices with a code.
func (a *Account) StreamError(code int) {
	a.eachConn(func(c *conn) {
		c.end(waBinary.Node{Tag: "stream:error", Attrs: waBinary.Attrs{"code": strconv.Itoa(code)}})
	})
}

// Replace tells the account's linked devices that somebody else took their place.
func (a *Account) Replace() {
	a.eachConn(func(c *conn) {
		c.end(waBinary.Node{Tag: "stream:error", Content: []waBinary.Node{{Tag: "conflict", Attrs: waBinary.Attrs{"type": "replaced"}}}})
	})
}

// Online reports whether a linked device of the account is connected.
func (a *Account) Online() bool {
	online := false
	a.eachConn(func(*conn) { online = true })
	return online
}

func (a *Account) eachConn(do func(*conn)) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	for _, d := range a.devices {
		if d.conn != nil && d.number > 0 {
			do(d.conn)
		}
	}
}
