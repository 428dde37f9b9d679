package outbox_test

import (
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"recado/bot/bottest"
	"recado/bot/outbox"
	"recado/channels"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is one process with its outbox and its upstream.
type bench struct {
	*outbox.Outbox
	*process
	up *upstream
	t  *testing.T
}

func newBench(t *testing.T, m *memory, up *upstream, change ...func(*outbox.Options)) *bench {
	t.Helper()
	b := &bench{process: &process{memory: m}, up: up, t: t}
	opts := outbox.Options{
		Channel: up, Store: b.process, Clock: realClock{}, Logger: slog.New(slog.DiscardHandler),
		Jitter: func() float64 { return 0.5 },
	}
	for _, c := range change {
		c(&opts)
	}
	var err error
	if b.Outbox, err = outbox.New(opts); err != nil {
		t.Fatal(err)
	}
	return b
}

// start runs the outbox; stop ends it and waits.
func (b *bench) start() (stop func()) {
	return bottest.Start(b.t, b.Run)
}

// say posts and wakes, as a commit does.
func (b *bench) say(to string, words ...string) {
	for _, w := range words {
		b.post(to, w)
	}
	b.Wake()
}

// pass lets time pass, and what it brings end.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func failing(kind channels.ErrorKind, after time.Duration) error {
	return &channels.Error{Kind: kind, RetryAfter: after, Err: errors.New("upstream says no")}
}
