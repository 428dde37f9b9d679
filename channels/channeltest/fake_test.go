package channeltest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

// fakeRig is a rig whose channels are made by wrap from a Fake.
func fakeRig(wrap func(*Fake) channels.Channel) func(testing.TB) Rig {
	return func(testing.TB) Rig {
		u := NewUpstream()
		return Rig{
			Channel: func() channels.Channel { return wrap(NewFake("fake", "conta", u, time.Millisecond)) },
			Deliver: func(text string) { u.Deliver(inbound(len(u.items), text)) },
			To:      message.Address{Channel: "fake", ID: "ana"},
			Sent: func() (ids []string) {
				for _, out := range u.Sent() {
					ids = append(ids, "fake-"+out.ID)
				}
				return ids
			},
			Refuse: map[channels.ErrorKind]func(){
				channels.Permanent: func() {
					u.Refuse(&channels.Error{Kind: channels.Permanent, Err: errors.New("não")})
				},
			},
		}
	}
}

func inbound(n int, text string) message.Inbound {
	from := message.Address{Channel: "fake", ID: "ana"}
	return message.Inbound{
		Key:          message.Key{Channel: "fake", Account: "conta", ID: fmt.Sprint(n)},
		Kind:         message.Text,
		Conversation: message.ConversationWith("conta", from),
		From:         from,
		Text:         text,
		ReceivedAt:   time.Unix(0, 0).UTC(),
	}
}

func TestFakePassesTheSuite(t *testing.T) {
	Run(t, fakeRig(func(f *Fake) channels.Channel { return f }))
}

// broken is a Fake with one fault; hand replaces how it offers an item and
// reports whether to acknowledge it.
type broken struct {
	*Fake
	hand func(ctx context.Context, s channels.Sink, in message.Inbound) bool
	send func(out message.Outbound) (channels.Receipt, error)
}

func (b *broken) Run(ctx context.Context, s channels.Sink) error {
	if b.hand == nil {
		return b.Fake.Run(ctx, s)
	}
	for ctx.Err() == nil {
		in, ok, arrived := b.upstream.next()
		if !ok {
			select {
			case <-arrived:
			case <-ctx.Done():
			}
			continue
		}
		if b.hand(ctx, s, in) {
			b.upstream.acknowledge()
		}
	}
	return nil
}

func (b *broken) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	if b.send == nil {
		return b.Fake.Send(ctx, out)
	}
	return b.send(out)
}

// recorder stands for the test of a case that should fail.
type recorder struct {
	testing.TB
	failed chan struct{}
}

func (r *recorder) Errorf(string, ...any) { r.note() }
func (r *recorder) Fatalf(string, ...any) { r.note(); runtime.Goexit() }
func (r *recorder) Helper()               {}
func (r *recorder) note() {
	select {
	case r.failed <- struct{}{}:
	default:
	}
}

// Each fault that the suite exists for is caught by it.
func TestSuiteCatches(t *testing.T) {
	faults := map[string]func(*broken){
		"acknowledging before the commit": func(b *broken) {
			b.hand = func(ctx context.Context, s channels.Sink, in message.Inbound) bool {
				_ = offer(ctx, s, in)
				return true
			}
		},
		"dying of the sink's panic": func(b *broken) {
			b.hand = func(ctx context.Context, s channels.Sink, in message.Inbound) bool {
				return s.Accept(context.WithoutCancel(ctx), in) == nil
			}
		},
		"leaving Accept behind": func(b *broken) {
			b.hand = func(ctx context.Context, s channels.Sink, in message.Inbound) bool {
				done := make(chan error, 1)
				go func() { done <- offer(context.WithoutCancel(ctx), s, in) }()
				select {
				case err := <-done:
					return err == nil
				case <-ctx.Done():
					return false
				}
			}
		},
		"a new key each time": func(b *broken) {
			b.hand = func(ctx context.Context, s channels.Sink, in message.Inbound) bool {
				in.Key.ID = fmt.Sprint(time.Now().UnixNano())
				return offer(context.WithoutCancel(ctx), s, in) == nil
			}
		},
		"an item without a conversation": func(b *broken) {
			b.hand = func(ctx context.Context, s channels.Sink, in message.Inbound) bool {
				in.Conversation = ""
				return offer(context.WithoutCancel(ctx), s, in) == nil
			}
		},
		"an upstream id that changes": func(b *broken) {
			b.send = func(out message.Outbound) (channels.Receipt, error) {
				return channels.Receipt{UpstreamID: fmt.Sprint(time.Now().UnixNano())}, b.upstream.take(out)
			}
		},
		"errors without a kind": func(b *broken) {
			b.send = func(out message.Outbound) (channels.Receipt, error) {
				if err := b.upstream.take(out); err != nil {
					return channels.Receipt{}, errors.New(err.Error())
				}
				return channels.Receipt{}, nil
			}
		},
	}
	for name, spoil := range faults {
		t.Run(name, func(t *testing.T) {
			newRig := func(t testing.TB) Rig {
				r := fakeRig(func(f *Fake) channels.Channel {
					b := &broken{Fake: f}
					spoil(b)
					return b
				})(t)
				r.Patience = 100 * time.Millisecond
				return r
			}
			if !caught(t, newRig) {
				t.Errorf("no case of the suite failed")
			}
		})
	}
}

// caught reports whether a case fails, in the order of the suite. It does not
// wait out a case that hangs because of the fault: its first complaint counts.
func caught(t *testing.T, newRig func(testing.TB) Rig) bool {
	for _, c := range cases() {
		r := &recorder{TB: t, failed: make(chan struct{}, 1)}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.try(r, newRig(r))
		}()
		select {
		case <-r.failed:
			return true
		case <-done:
		}
		select {
		case <-r.failed:
			return true
		default:
		}
	}
	return false
}
