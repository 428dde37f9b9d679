// Package channeltest is the suite that every channel passes, and a Fake that
// passes it.
//
// Promises: a channel that passes Run loses nothing when the sink fails, panics
// or hangs, when the connection breaks and when the process is restarted; it
// keeps their order; it drains; and what it answers to Send can be acted on. The suite knows nothing of the upstream: a Rig says how to put something
// there, how to break the line and what was taken. It waits for events, never for
// time to pass; Rig.Patience ends a case that would hang.
package channeltest

import (
	"context"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

// defaultPatience leaves room for a busy machine.
const defaultPatience = 20 * time.Second

// Rig is one upstream with one account, and the channel that serves it.
type Rig struct {
	// Channel returns the channel as a process that has just started has it: same
	// account, same Memory, same upstream.
	Channel func() channels.Channel

	// Deliver puts a message of one person, always the same one, at the upstream.
	// It does not wait for the channel. An upstream that pushes repeats what was
	// not acknowledged, in order.
	Deliver func(text string)

	// Cut breaks the connections that are open now. Nil: there are none to break.
	Cut func()

	// To is an address that the upstream delivers to.
	To message.Address

	// Sent lists the upstream ids of what the upstream took, oldest first.
	Sent func() []string

	// Refuse makes the upstream refuse the next Send in the way its key names.
	Refuse map[channels.ErrorKind]func()

	// Patience is how long a case waits for what must happen. Zero: 20 seconds.
	Patience time.Duration
}

func (r Rig) patience() time.Duration {
	if r.Patience > 0 {
		return r.Patience
	}
	return defaultPatience
}

// Run shows that the channels of rigs made by newRig keep the contract of
// package channels. Each case has a rig of its own.
func Run(t *testing.T, newRig func(t testing.TB) Rig) {
	t.Helper()
	for _, c := range cases() {
		t.Run(c.name, func(t *testing.T) {
			c.try(t, newRig(t))
		})
	}
}

type testCase struct {
	name string
	try  func(t testing.TB, r Rig)
}

func cases() []testCase {
	return append(receiving(), sending()...)
}

// running is a channel whose Run was called.
type running struct {
	t        testing.TB
	patience time.Duration
	cancel   context.CancelFunc
	done     chan error
}

// start runs the channel in its own goroutine. A panic that escapes Run fails the
// case: in a process it would have taken everything down.
func start(t testing.TB, r Rig, c channels.Channel, s channels.Sink) *running {
	ctx, cancel := context.WithCancel(context.Background())
	run := &running{t: t, patience: r.patience(), cancel: cancel, done: make(chan error, 1)}
	go func() {
		defer func() {
			if v := recover(); v != nil {
				t.Errorf("Run panicked: %v", v)
				run.done <- nil
			}
		}()
		run.done <- c.Run(ctx, s)
	}()
	t.Cleanup(cancel)
	return run
}

// stop ends the context and waits until Run has drained.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	r.wait()
}

func (r *running) wait() {
	r.t.Helper()
	select {
	case err := <-r.done:
		if err != nil {
			r.t.Errorf("Run returned %v after its context ended, want nil", err)
		}
	case <-time.After(r.patience):
		r.t.Fatalf("Run did not return within %v after its context ended", r.patience)
	}
}
