package slack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.uber.org/goleak"

	"recado/channels"
	"recado/channels/slack/slackfake"
	"recado/core/message"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory keeps words of progress.
type memory struct {
	mu  sync.Mutex
	all map[string]string
}

func (m *memory) Load(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all[name], nil
}

func (m *memory) Save(_ context.Context, name, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil {
		m.all = map[string]string{}
	}
	m.all[name] = value
	return nil
}

// files keeps bytes.
type files struct {
	mu  sync.Mutex
	all map[string][]byte
}

func (f *files) Keep(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if int64(len(raw)) > limit {
		return "", int64(len(raw)), channels.ErrFileTooLarge
	}
	sum := sha256.Sum256(raw)
	digest := hex.EncodeToString(sum[:])
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.all == nil {
		f.all = map[string][]byte{}
	}
	f.all[digest] = raw
	return digest, int64(len(raw)), nil
}

func (f *files) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	raw, ok := f.all[digest]
	if !ok {
		return nil, channels.ErrNoFile
	}
	return io.NopCloser(bytes.NewReader(raw)), nil
}

// desk is a workspace with people, and the channel that serves it.
type desk struct {
	t     *testing.T
	fake  *slackfake.Server
	work  *slackfake.Workspace
	room  *slackfake.Channel
	bia   *slackfake.User // of the team
	files *files
	mem   *memory
	c     *Channel
	heard heard
}

// newDesk makes a workspace with one room.
func newDesk(t *testing.T, change ...func(*Options)) *desk {
	t.Helper()
	t.Parallel() // each has a Slack of its own, whose pace is the real one's
	d := &desk{t: t, fake: slackfake.New(t), files: &files{}, mem: &memory{}, heard: heard{news: make(chan struct{})}}
	d.fake.SetPatience(20 * time.Second)
	d.work = d.fake.Workspace("Suporte")
	d.bia = d.work.Member("Bia Souza", "Bia@Recado.example")
	d.room = d.work.Channel("chamados", d.bia, d.work.Bot())
	d.c = d.channel(change...)
	return d
}

func (d *desk) options() Options {
	return Options{
		Workspace: d.work.ID(), BotToken: d.work.BotToken(), AppToken: d.fake.AppToken(), Secret: d.fake.SigningSecret(),
		Retry: 5 * time.Millisecond, API: d.fake.URL(), Files: d.files, Memory: d.mem,
		Clock: func() time.Time { return time.Now().UTC() }, Log: slog.New(slog.DiscardHandler),
	}
}

func (d *desk) channel(change ...func(*Options)) *Channel {
	d.t.Helper()
	o := d.options()
	for _, do := range change {
		do(&o)
	}
	c, err := New(o)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// run runs the channel until the test ends, and waits until it listens.
func (d *desk) run() (stop func()) {
	d.t.Helper()
	return d.runBeside(0)
}

// runBeside is run while others have sockets too.
func (d *desk) runBeside(others int) (stop func()) {
	d.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.c.Run(ctx, &d.heard) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			d.t.Errorf("Run: %v", err)
		}
	})
	d.t.Cleanup(stop)
	if d.c.AppToken != "" {
		d.fake.AwaitSockets(d.c.Sockets + others)
	}
	return stop
}

// heard is an inbox.
type heard struct {
	mu   sync.Mutex
	all  []message.Inbound
	news chan struct{}
	fail func() error
}

func (h *heard) Accept(_ context.Context, items ...message.Inbound) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail != nil {
		if err := h.fail(); err != nil {
			return err
		}
	}
	for _, in := range items {
		if err := in.Check(); err != nil {
			return err
		}
		known := false
		for _, other := range h.all {
			known = known || other.Key == in.Key
		}
		if !known {
			h.all = append(h.all, in)
		}
	}
	close(h.news)
	h.news = make(chan struct{})
	return nil
}

// hear waits for the n-th item, from 1.
func (d *desk) hear(n int) message.Inbound {
	d.t.Helper()
	late := time.After(20 * time.Second)
	for {
		d.heard.mu.Lock()
		if len(d.heard.all) >= n {
			defer d.heard.mu.Unlock()
			return d.heard.all[n-1]
		}
		news := d.heard.news
		d.heard.mu.Unlock()
		select {
		case <-news:
		case <-late:
			d.t.Fatalf("no %d items were heard", n)
		}
	}
}

// count is how many items were heard, once Slack has nothing more to bring.
func (d *desk) count() int {
	d.t.Helper()
	d.fake.AwaitSettled()
	d.heard.mu.Lock()
	defer d.heard.mu.Unlock()
	return len(d.heard.all)
}

// to is the room's address.
func (d *desk) to() message.Address { return address(d.work.ID(), d.room.ID()) }

func (d *desk) send(out message.Outbound) string {
	d.t.Helper()
	if out.To.IsZero() {
		out.To = d.to()
	}
	r, err := d.c.Send(d.t.Context(), out)
	if err != nil {
		d.t.Fatalf("Send: %v", err)
	}
	return r.UpstreamID
}

// newID is a message's, as the core makes them.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
