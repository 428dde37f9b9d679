package slack

import (
	"context"
	"sync"
	"testing"

	"recado/core/message"
)

// One app in two workspaces: Slack brings the events of both by any of its sockets, and
// each reaches its own.
func TestTwoWorkspacesOfOneApp(t *testing.T) {
	d := newDesk(t)
	other := d.fake.Workspace("Filial")
	eva := other.Member("Eva", "eva@recado.example")
	room := other.Channel("chamados", eva, other.Bot())
	o := d.options()
	o.Workspace, o.BotToken = other.ID(), other.BotToken()
	second, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	Join(d.c, second)
	theirs := heard{news: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := second.Run(ctx, &theirs); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); ended.Wait() })
	stop := d.runBeside(2)
	for range 10 {
		d.bia.Says(d.room, "nosso")
		eva.Says(room, "deles")
	}
	d.fake.AwaitSettled()
	check := func(h *heard, workspace, text string) {
		t.Helper()
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.all) != 10 {
			t.Errorf("%s heard %d items", workspace, len(h.all))
		}
		for _, in := range h.all {
			if in.Key.Account != workspace || in.Text != text || in.Proof != message.ByUpstream || in.Room.ID[:len(workspace)] != workspace {
				t.Errorf("%s heard %+v", workspace, in)
			}
		}
	}
	check(&d.heard, d.work.ID(), "nosso")
	check(&theirs, other.ID(), "deles")
	stop()
}
