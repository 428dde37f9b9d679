package bot

import (
	"sync"
	"time"

	"recado/channels"
	"recado/core/message"
)

// State is how the desk's runtime fares, as this process sees it.
type State struct {
	// Ready is true while Run runs, does not drain, and the store answers. A
	// channel that is down does not make a process unready: the others go on.
	Ready    bool
	Store    string // what the store fails with; empty when it answers
	Channels []ChannelState
	Inbox    Queue // conversations that wait for a turn
	Outbox   Queue // messages in hand, over all channels
}

// Queue is how much waits and how late the latest of it is.
type Queue struct {
	Waiting int
	Lag     time.Duration
}

// ChannelState is how one channel fares. State is about receiving; a channel whose
// lease another process has is not Up, and Standby.
type ChannelState struct {
	Name    message.Channel
	Account string
	channels.State
	Standby bool
	Paused  string // why nothing is sent, as when it is signed out; empty while messages go out

	Passed map[string]int64 // what came in and was none of the desk's, by reason
}

// health is what Run notes about itself.
type health struct {
	mu       sync.Mutex
	isUp     bool
	held     map[string]bool
	leaseErr error
}

func (h *health) running(yes bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.isUp = yes
}

func (h *health) hold(lease string, yes bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == nil {
		h.held = map[string]bool{}
	}
	h.held[lease] = yes
}

func (h *health) holds(lease string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.held[lease]
}

// leases notes how the last call for a lease ended.
func (h *health) leases(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leaseErr = err
}

// State tells how all fares, without waiting for anything.
func (b *Bot) State() State {
	b.health.mu.Lock()
	up, storeErr := b.health.isUp, b.health.leaseErr
	b.health.mu.Unlock()

	in := b.inbox.State()
	s := State{Inbox: Queue{Waiting: in.Waiting, Lag: in.Lag}}
	if in.Err != nil {
		storeErr = in.Err
	}
	for _, u := range b.units {
		out := u.outbox.State()
		if out.Err != nil {
			storeErr = out.Err
		}
		s.Outbox.Waiting += out.InHand
		s.Outbox.Lag = max(s.Outbox.Lag, out.Lag)
		s.Channels = append(s.Channels, b.channelState(u, out.Paused))
	}
	if storeErr != nil {
		s.Store = storeErr.Error()
	}
	s.Ready = up && storeErr == nil
	return s
}

func (b *Bot) channelState(u *unit, paused string) ChannelState {
	c := ChannelState{Name: u.channel.Name(), Account: u.channel.Account(), Paused: paused}
	state, running := u.state()
	c.State = state
	if p, ok := u.channel.(channels.Passer); ok {
		c.Passed = p.Passed()
	}
	if u.exclusive && !running && !b.health.holds(u.lease) {
		c.Standby = true
		c.Detail = "another process has this channel, or none has taken it yet"
	}
	return c
}
