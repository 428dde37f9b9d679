package channeltest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"recado/core/message"
)

// verdict is what the sink does with one call of Accept.
type verdict int

const (
	take verdict = iota
	fail
	blowUp
	hang // until release is closed, then take
)

var errSink = errors.New("the sink cannot commit now")

// sink is an inbox as the contract describes it: it commits all items of a call
// or none, and knows an item again by its Key.
type sink struct {
	t        testing.TB
	patience time.Duration
	release  chan struct{}

	mu      sync.Mutex
	plan    []verdict // for the next calls; afterwards every call is taken
	calls   int
	inside  int
	taken   []message.Inbound // in the order of their first commit
	known   map[message.Key]int
	changed chan struct{} // closed and replaced when something happens
}

func newSink(t testing.TB, r Rig, plan ...verdict) *sink {
	return &sink{
		t:        t,
		patience: r.patience(),
		plan:     plan,
		release:  make(chan struct{}),
		known:    map[message.Key]int{},
		changed:  make(chan struct{}),
	}
}

func (s *sink) Accept(ctx context.Context, items ...message.Inbound) error {
	v := s.enter()
	defer s.leave()
	switch v {
	case fail:
		return errSink
	case blowUp:
		panic("the sink panics, as a bug in it would")
	case hang:
		<-s.release
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.commit(items)
	return nil
}

func (s *sink) enter() verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.inside++
	s.tell()
	if len(s.plan) == 0 {
		return take
	}
	v := s.plan[0]
	s.plan = s.plan[1:]
	return v
}

func (s *sink) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inside--
	s.tell()
}

func (s *sink) commit(items []message.Inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range items {
		if err := in.Check(); err != nil {
			s.t.Errorf("the channel handed in an item that is not complete: %v", err)
		}
		s.known[in.Key]++
		if s.known[in.Key] == 1 {
			s.taken = append(s.taken, in)
		}
	}
	s.tell()
}

func (s *sink) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// until waits for a state of the sink; what names it in the failure.
func (s *sink) until(what string, ok func() bool) {
	s.t.Helper()
	limit := time.After(s.patience)
	for {
		s.mu.Lock()
		held, changed := ok(), s.changed
		s.mu.Unlock()
		if held {
			return
		}
		select {
		case <-changed:
		case <-limit:
			s.t.Fatalf("waited %v for %s; taken so far: %q", s.patience, what, s.texts())
		}
	}
}

// wait returns when n different items were committed.
func (s *sink) wait(n int) {
	s.t.Helper()
	s.until("the items", func() bool { return len(s.taken) >= n })
}

// count is how often Accept was called, and how many calls are at work.
func (s *sink) count() (calls, inside int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls, s.inside
}

// first is the item that was committed first, zero when there is none.
func (s *sink) first() (in message.Inbound) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.taken) > 0 {
		in = s.taken[0]
	}
	return in
}

func (s *sink) texts() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.taken))
	for _, in := range s.taken {
		out = append(out, in.Text)
	}
	return out
}

// want compares all that was ever committed with texts, in order.
func (s *sink) want(texts ...string) {
	s.t.Helper()
	if got := s.texts(); !slices.Equal(got, texts) {
		s.t.Errorf("committed %q, want %q", got, texts)
	}
}

// refusing notes the keys of what is handed in, and commits none of it.
type refusing struct {
	*sink
	keys []message.Key // guarded by sink.mu
}

func (s *refusing) Accept(_ context.Context, items ...message.Inbound) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, in := range items {
		s.keys = append(s.keys, in.Key)
	}
	s.tell()
	return errSink
}
