package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recado/channels"
	"recado/channels/slack/slackfake"
	"recado/core/message"
)

// Each call that a message takes is cut off, before or after it took effect, and the process
// dies with it: the message is sent again by another, as the outbox does. What stands in
// the room in the end is what stands there when nothing goes wrong.
func TestDeathBetweenAnyTwoCalls(t *testing.T) {
	undisturbed := newDesk(t)
	out := undisturbed.longest()
	undisturbed.send(out)
	want := undisturbed.standing()
	calls := len(undisturbed.fake.Calls(""))
	if len(want) != 3 || calls < 5 {
		t.Fatalf("it takes %d calls, and says %q", calls, want)
	}
	for name, fault := range map[string]slackfake.Fault{
		"cut before": slackfake.CutBefore, "cut after": slackfake.CutAfter,
	} {
		for n := 1; n <= calls; n++ {
			t.Run(fmt.Sprintf("%s, call %d", name, n), func(t *testing.T) {
				d := newDesk(t)
				out := d.longest()
				d.fake.BreakCall(n, fault)
				d.sendByMany(out)
				if got := d.standing(); !slices.Equal(got, want) {
					t.Errorf("there stands %q", got)
				}
				if odd := d.fake.Disobeyed(); len(odd) > 0 {
					t.Errorf("called too early: %q", odd)
				}
			})
		}
	}
}

// longest is a message that takes two parts and has a file.
func (d *desk) longest() message.Outbound {
	d.t.Helper()
	content := []byte("nota fiscal 42")
	digest, size, err := d.files.Keep(d.t.Context(), bytes.NewReader(content), 1<<20)
	if err != nil {
		d.t.Fatal(err)
	}
	return message.Outbound{
		ID: newID(), To: d.to(), Text: strings.Repeat("O CT-e não autoriza. ", 250),
		Attachments: []message.Attachment{{Name: "nota.txt", MediaType: "text/plain", Size: size, Digest: digest}},
	}
}

// sendByMany sends a message until somebody succeeded: after each failure it is a channel
// made anew, with the same memory.
func (d *desk) sendByMany(out message.Outbound) {
	d.t.Helper()
	for range 10 {
		_, err := d.channel().Send(d.t.Context(), out)
		if err == nil {
			return
		}
		if e, ok := errors.AsType[*channels.Error](err); ok && e.RetryAfter > 0 {
			channels.Sleep(d.t.Context(), e.RetryAfter)
		}
	}
	d.t.Fatal("it was never sent")
}

// standing is what the app said in the room, sorted: texts, and names of files.
func (d *desk) standing() (all []string) {
	for _, m := range d.room.All() {
		if m.User != d.work.Bot() {
			continue
		}
		said := fmt.Sprint(len(m.Text), " characters")
		for _, f := range m.Files {
			said = "file " + f.Name
		}
		all = append(all, said)
	}
	slices.Sort(all)
	return all
}

// A file that Slack shows only after a while is not sent twice.
func TestASlowShareIsNoFailure(t *testing.T) {
	d := newDesk(t)
	out := d.longest()
	out.Text = "segue a nota"
	d.fake.SlowShares(1)
	d.fake.Break("files.completeUploadExternal", 1, slackfake.CutAfter)
	d.sendByMany(out)
	if got := d.standing(); !slices.Equal(got, []string{"12 characters", "file nota.txt"}) {
		t.Errorf("there stands %q", got)
	}
}

// A storm of 429 over many messages in several rooms: each stands once, and no call comes
// before its time.
func TestStormOfLimits(t *testing.T) {
	d := newDesk(t)
	rooms := []*slackfake.Channel{d.room, d.work.Channel("fiscal", d.bia, d.work.Bot()), d.work.Channel("frota", d.bia, d.work.Bot())}
	d.fake.Break("chat.postMessage", 9, slackfake.Limited(1))
	d.fake.Break("reactions.add", 3, slackfake.Limited(1))
	root := d.bia.Says(d.room, "oi")
	var sending sync.WaitGroup
	for n, room := range rooms {
		sending.Go(func() {
			for i := range 4 {
				d.patiently(message.Outbound{ID: newID(), To: address(d.work.ID(), room.ID()), Text: fmt.Sprint(n, ".", i)})
			}
		})
	}
	sending.Go(func() {
		about := message.Key{Channel: message.Slack, Account: d.work.ID(), ID: root.UpstreamID()}
		d.patiently(message.Outbound{ID: newID(), To: d.to(), Kind: message.Reaction, About: about, Text: "👀"})
	})
	sending.Wait()
	for n, room := range rooms {
		var said []string
		for _, m := range room.All() {
			if m.User == d.work.Bot() {
				said = append(said, m.Text)
			}
		}
		if want := []string{fmt.Sprint(n, ".0"), fmt.Sprint(n, ".1"), fmt.Sprint(n, ".2"), fmt.Sprint(n, ".3")}; !slices.Equal(said, want) {
			t.Errorf("room %d shows %q", n, said)
		}
	}
	root.AwaitReaction("👀")
	if odd := d.fake.Disobeyed(); len(odd) > 0 {
		t.Errorf("called too early: %q", odd)
	}
}

// patiently sends as the outbox does: again when it is told to wait.
func (d *desk) patiently(out message.Outbound) {
	for d.t.Context().Err() == nil {
		_, err := d.c.Send(d.t.Context(), out)
		e, limited := errors.AsType[*channels.Error](err)
		if err == nil {
			return
		}
		if !limited || e.Kind != channels.RateLimited {
			d.t.Errorf("%s: %v", out.Text, err)
			return
		}
		channels.Sleep(d.t.Context(), e.RetryAfter)
	}
}

// Sockets drop twenty times, acknowledgements get lost, commits fail, events come twice and
// out of order: everything that was said is heard once, with its thread and its author.
func TestNothingIsLostOverTwentyDrops(t *testing.T) {
	d := newDesk(t)
	random := rand.New(rand.NewPCG(20261128, 0))
	var failures sync.Mutex
	d.heard.fail = func() error {
		failures.Lock()
		defer failures.Unlock()
		if random.IntN(5) == 0 {
			return errors.New("the disk is full")
		}
		return nil
	}
	root := d.work.Bot().Says(d.room, "chamado")
	d.run()
	var want []string
	for i := range 20 {
		for j := range 3 {
			text := fmt.Sprint(i, ".", j)
			want = append(want, text)
			d.bia.Replies(root, text)
		}
		switch i % 4 {
		case 0:
			d.fake.DropSockets()
		case 1:
			d.fake.Disconnect("refresh_requested")
		case 2:
			d.fake.LoseAcknowledgements(1)
			d.fake.DropSockets()
		case 3:
			d.fake.DuplicateEvents(2)
			d.fake.ReorderEvents(2)
			d.fake.DropSockets()
		}
	}
	d.hear(len(want))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for d.fake.Waiting() > 0 && ctx.Err() == nil {
		d.fake.DropSockets() // what was lost on its way comes again at once
		channels.Sleep(ctx, 50*time.Millisecond)
	}
	var got []string
	d.heard.mu.Lock()
	defer d.heard.mu.Unlock()
	for _, in := range d.heard.all {
		if in.From != address(d.work.ID(), d.bia.ID()) || !slices.Equal(in.Thread.Refs, []string{root.UpstreamID()}) {
			t.Errorf("%q is of %v in %v", in.Text, in.From, in.Thread.Refs)
		}
		got = append(got, in.Text)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d were heard of %d: %q", len(got), len(want), got)
	}
	if lost := d.fake.Lost(); len(lost) > 0 {
		t.Errorf("Slack gave up on %q", lost)
	}
}
