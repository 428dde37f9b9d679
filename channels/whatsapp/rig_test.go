package whatsapp

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/channels"
	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// rig is a channel that runs, against a server of its own, and a customer's phone.
type rig struct {
	t      testing.TB
	server *watest.Server
	desk   *watest.Account
	ana    *watest.Phone
	files  *memFiles
	got    *sink
	c      *Channel
}

func newRig(t testing.TB, change ...func(*Options)) *rig {
	t.Helper()
	s := watest.New(t)
	o := linkedOptions(t, s)
	for _, f := range change {
		f(&o)
	}
	r := startRig(t, s, o)
	r.becomes("up", func(s channels.State) bool { return s.Up })
	return r
}

// startRig runs a channel, whether its number is linked or not.
func startRig(t testing.TB, s *watest.Server, o Options) *rig {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, server: s, desk: s.Account(deskNumber, ""), files: o.Files.(*memFiles), got: newSink(), c: c}
	r.run()
	r.ana = s.Phone(anaNumber, "Ana")
	return r
}

// run runs the channel until the test ends.
func (r *rig) run() {
	r.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.c.Run(ctx, r.got) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	})
}

// tell sends a message to the desk, and returns what the channel made of it.
func (r *rig) tell(m *waE2E.Message) message.Inbound {
	r.t.Helper()
	id := r.ana.Tell(r.desk.Phone(), m)
	in := r.got.next(r.t)
	if in.Thread.ID != id {
		r.t.Fatalf("got %+v, want what was sent as %s", in, id)
	}
	return in
}

func (r *rig) content(a message.Attachment) string {
	r.t.Helper()
	r.files.mu.Lock()
	defer r.files.mu.Unlock()
	return string(r.files.kept[a.Digest])
}

// sink collects what is accepted.
type sink struct {
	mu    sync.Mutex
	fails int
	items chan message.Inbound
}

func newSink() *sink { return &sink{items: make(chan message.Inbound, 1000)} }

func (s *sink) Accept(_ context.Context, items ...message.Inbound) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errors.New("the test wants it so")
	}
	for _, in := range items {
		if err := in.Check(); err != nil {
			return err
		}
		s.items <- in
	}
	return nil
}

func (s *sink) next(t testing.TB) message.Inbound {
	t.Helper()
	select {
	case in := <-s.items:
		return in
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came in")
		return message.Inbound{}
	}
}

func text(words string) *waE2E.Message { return &waE2E.Message{Conversation: &words} }
