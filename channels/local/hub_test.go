package local_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"recado/channels"
	"recado/channels/channeltest"
	"recado/channels/local"
	"recado/core/message"
)

var (
	ana  = message.Address{Channel: message.WhatsApp, ID: "5511999990001"}
	anaM = message.Address{Channel: message.Email, ID: "ana@aurora.example"}
	bia  = message.Address{Channel: message.Email, ID: "bia@desk.example"}
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// inbox takes everything, or fails.
type inbox struct {
	mu    sync.Mutex
	err   error
	items []message.Inbound
}

func (b *inbox) Accept(_ context.Context, items ...message.Inbound) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return b.err
	}
	b.items = append(b.items, items...)
	return nil
}

// files keeps bytes in memory.
type files struct{ kept map[string][]byte }

func (f files) Keep(_ context.Context, r io.Reader, limit int64) (string, int64, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, err
	}
	if int64(len(b)) > limit {
		return "", int64(len(b)), channels.ErrFileTooLarge
	}
	sum := sha256.Sum256(b)
	digest := hex.EncodeToString(sum[:])
	f.kept[digest] = b
	return digest, int64(len(b)), nil
}

func (f files) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	b, ok := f.kept[digest]
	if !ok {
		return nil, errors.New("no such file")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

// memory is a channels.Memory.
type memory map[string]string

func (m memory) Load(_ context.Context, name string) (string, error) { return m[name], nil }

func (m memory) Save(_ context.Context, name, value string) error {
	m[name] = value
	return nil
}

func newHub(change ...func(*local.Options)) *local.Hub {
	opts := local.Options{Clock: func() time.Time { return noon }, Files: files{map[string][]byte{}}, Pause: time.Millisecond}
	for _, f := range change {
		f(&opts)
	}
	return local.NewHub(opts)
}

// run runs the hub's channel until the test ends.
func run(t *testing.T, h *local.Hub, name message.Channel, sink channels.Sink) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	c, done := h.Channel(name), make(chan error)
	go func() { done <- c.Run(ctx, sink) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

// said is the item that line becomes.
func said(t *testing.T, h *local.Hub, line local.Line) message.Inbound {
	t.Helper()
	b := &inbox{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	if _, err := h.Leave(ctx, line); err != nil {
		t.Fatal(err)
	}
	go func() { done <- h.Channel(line.From.Channel).Run(ctx, sinkThatEnds{b, cancel}) }()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := b.items[0].Check(); err != nil {
		t.Error(err)
	}
	return b.items[0]
}

// sinkThatEnds ends the Run that gave it an item.
type sinkThatEnds struct {
	*inbox
	end context.CancelFunc
}

func (s sinkThatEnds) Accept(ctx context.Context, items ...message.Inbound) error {
	defer s.end()
	return s.inbox.Accept(ctx, items...)
}

// send sends one message and returns how it arrived.
func send(t *testing.T, h *local.Hub, out message.Outbound) local.Sent {
	t.Helper()
	receipt, err := h.Channel(out.To.Channel).Send(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := h.Find(receipt.UpstreamID)
	if !ok {
		t.Fatalf("%q did not arrive", receipt.UpstreamID)
	}
	return s
}

func TestChannelsKeepTheContract(t *testing.T) {
	for _, name := range []message.Channel{message.WhatsApp, message.Email, message.Slack} {
		t.Run(string(name), func(t *testing.T) {
			channeltest.Run(t, func(t testing.TB) channeltest.Rig {
				h, to := newHub(), message.Address{Channel: name, ID: "ana"}
				refuse := map[channels.ErrorKind]func(){}
				for _, kind := range []channels.ErrorKind{channels.Temporary, channels.RateLimited, channels.Permanent, channels.Unreachable, channels.SignedOut} {
					refuse[kind] = func() { h.Break(to, local.Fault{Kind: kind, Times: 1}) }
				}
				return channeltest.Rig{
					Channel: func() channels.Channel { return h.Channel(name) },
					Deliver: func(text string) {
						if _, err := h.Leave(context.Background(), local.Line{From: to, Text: text}); err != nil {
							t.Error(err)
						}
					},
					To:     to,
					Sent:   func() (ids []string) { return arrived(h) },
					Refuse: refuse,
				}
			})
		})
	}
}

func arrived(h *local.Hub) (ids []string) {
	all, _ := h.Since(0)
	for _, s := range all {
		ids = append(ids, s.UpstreamID)
	}
	return ids
}

func TestCountSurvivesARestart(t *testing.T) {
	m := memory{}
	for _, want := range []string{"whatsapp-1", "whatsapp-2", "whatsapp-3"} {
		h := newHub(func(o *local.Options) { o.Memory = m })
		key, err := h.Leave(t.Context(), local.Line{From: ana, Text: "oi"})
		if err != nil || key.ID != want {
			t.Errorf("key %s, %v, want %s", key, err, want)
		}
	}
	m["local/whatsapp/local"] = "many"
	h := newHub(func(o *local.Options) { o.Memory = m })
	if key, err := h.Leave(t.Context(), local.Line{From: ana, Text: "oi"}); err == nil {
		t.Errorf("counted on from nonsense: %s", key)
	}
}

func TestSayWaitsForTheSink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, b := newHub(func(o *local.Options) { o.Pause = time.Second }), &inbox{err: errors.New("away")}
		if _, err := h.Say(t.Context(), local.Line{From: ana, Text: "ninguém atende"}); err != nil {
			t.Errorf("with no process: %v", err)
		}
		run(t, h, message.WhatsApp, b)
		synctest.Wait()

		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if _, err := h.Say(ctx, local.Line{From: ana, Text: "não cabe"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a sink that fails: %v", err)
		}
		if n := h.Waiting(); n != 2 {
			t.Errorf("%d items wait, want 2", n)
		}
		b.mu.Lock()
		b.err = nil
		b.mu.Unlock()
		key, err := h.Say(t.Context(), local.Line{From: ana, Text: "agora sim"})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Repeat(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, in := range b.items {
			got = append(got, in.Text)
		}
		if want := "ninguém atende/não cabe/agora sim/agora sim"; strings.Join(got, "/") != want {
			t.Errorf("the sink took %q, want %s", got, want)
		}
		if b.items[3].Key != b.items[2].Key {
			t.Error("a repeat has another key")
		}
		if err := h.Repeat(t.Context(), message.Key{ID: "nope"}); err == nil {
			t.Error("repeated what nobody said")
		}
	})
}

func TestFaults(t *testing.T) {
	h := newHub()
	c := h.Channel(message.WhatsApp)
	bob := message.Address{Channel: message.WhatsApp, ID: "5511999990002"}
	try := func(id string, to message.Address) channels.ErrorKind {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := c.Send(ctx, message.Outbound{ID: id, To: to, Text: "oi"})
		if err == nil {
			return ""
		}
		kind, _ := channels.KindOf(err)
		return kind
	}
	away := message.Address{Channel: message.WhatsApp}
	for _, step := range []struct {
		name string
		do   func()
		id   string
		to   message.Address
		want channels.ErrorKind
	}{
		{"all is well", func() {}, "1", ana, ""},
		{"a dead address", func() { h.Break(ana, local.Fault{Kind: channels.Unreachable}) }, "2", ana, channels.Unreachable},
		{"it stays dead", func() {}, "2", ana, channels.Unreachable},
		{"others live", func() {}, "3", bob, ""},
		{"mended", func() { h.Mend(ana) }, "4", ana, ""},
		{"the channel is away", func() { h.Break(away, local.Fault{Times: 2}) }, "5", ana, channels.Temporary},
		{"for everybody", func() {}, "6", bob, channels.Temporary},
		{"but not for longer", func() {}, "6", bob, ""},
		{"no answer", func() { h.Break(ana, local.Fault{Hang: true, Times: 1}) }, "7", ana, channels.Temporary},
		{"it arrives, but the answer is lost", func() { h.Break(ana, local.Fault{Late: true, Times: 1}) }, "8", ana, channels.Temporary},
		{"so it is sent again", func() {}, "8", ana, ""},
	} {
		step.do()
		if got := try(step.id, step.to); got != step.want {
			t.Errorf("%s: %q, want %q", step.name, got, step.want)
		}
	}
	if got := strings.Join(arrived(h), " "); got != "1@local 3@local 4@local 6@local 8@local 8@local" {
		t.Errorf("arrived: %s", got)
	}
	if n := len(h.To(ana, 0)); n != 3 {
		t.Errorf("Ana sees %d messages, want 3", n)
	}
}

func TestStateAndMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub()
		state := func() channels.State { return h.Channel(message.WhatsApp).(channels.Reporter).State() }
		if state().Up {
			t.Error("up before Run")
		}
		run(t, h, message.WhatsApp, &inbox{})
		synctest.Wait()
		if !state().Up {
			t.Errorf("while it runs: %+v", state())
		}
		h.Break(message.Address{Channel: message.WhatsApp}, local.Fault{})
		if state().Up {
			t.Error("up while away")
		}
		h.Mend(message.Address{Channel: message.WhatsApp})

		mark := h.Mark()
		grown := h.After(mark)
		select {
		case <-grown:
			t.Error("something came before anything was sent")
		default:
		}
		send(t, h, message.Outbound{ID: "1", To: ana, Text: "oi"})
		<-grown
		<-h.After(mark)
		if got := h.To(ana, mark); len(got) != 1 || got[0].Text != "oi" || !got[0].At.Equal(noon) {
			t.Errorf("since the mark: %+v", got)
		}
		if got := h.To(ana, h.Mark()); len(got) != 0 {
			t.Errorf("since now: %+v", got)
		}
	})
}
