package slack

import (
	"slices"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

// What was said while no process was there, and what Slack gave up on, is found when one
// comes; and nothing that was taken before.
func TestWhatWasMissedIsFound(t *testing.T) {
	d := newDesk(t)
	inRooms := func(o *Options) { o.Rooms, o.Sockets = []string{d.room.ID()}, 1 }
	d.bia.Says(d.room, "de antes da instalação")
	d.fake.GiveUp()
	d.c = d.channel(inRooms)
	stop := d.run()
	root := d.work.Bot().Says(d.room, "chamado")
	early := d.bia.Replies(root, "um")
	d.hear(1)
	d.fake.AwaitSettled()
	stop()

	d.bia.Replies(root, "dois")
	d.bia.Edits(early, "um, corrigido")
	d.bia.Says(d.room, "três")
	d.fake.GiveUp()
	d.c = d.channel(inRooms)
	stop = d.run()
	d.hear(4)
	d.bia.Replies(root, "quatro")
	d.hear(5)
	if n := d.count(); n != 5 {
		t.Errorf("%d items", n)
	}
	var got []string
	for _, in := range d.heard.all {
		got = append(got, string(in.Kind)+" "+in.Text)
	}
	slices.Sort(got)
	if want := []string{"edit um, corrigido", "text dois", "text quatro", "text três", "text um"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	for _, in := range d.heard.all {
		if in.Text == "dois" && (in.Thread.Refs[0] != root.UpstreamID() || in.Proof != message.ByUpstream) {
			t.Errorf("%+v", in)
		}
	}
	stop()

	d.c = d.channel(inRooms)
	looked := d.fake.HoldAnswer("conversations.history")
	d.run()
	looked.Await()
	d.bia.Says(d.room, "cinco")
	d.hear(6)
	looked.Release()
	for d.looks() {
		channels.Sleep(t.Context(), time.Millisecond)
	}
	if n := d.c.Passed()["looked up"]; n != 0 {
		t.Errorf("%d messages were taken again", n)
	}
}

// looks reports whether the channel still looks for what was missed.
func (d *desk) looks() bool {
	d.c.progress.mu.Lock()
	defer d.c.progress.mu.Unlock()
	return d.c.progress.holds > 0
}

// What is in hand when the process dies is found by the next, whatever came after it.
func TestProgressStopsAtWhatIsInHand(t *testing.T) {
	d := newDesk(t)
	d.c.intake.begin()
	c := d.c
	put := func(ts string) {
		a := act{place: spot{"C1", ts}, in: message.Inbound{Key: c.key(spot{"C1", ts}), Conversation: ts, Thread: message.Thread{ID: "C1/" + ts}}}
		c.intake.put(a, func() {})
	}
	put("1795000000.000200")
	c.progress.took("1795000000.000900")
	c.noteProgress(t.Context())
	if got := d.mem.all[c.progressName()]; got != "1795000000.000199" {
		t.Errorf("noted %q", got)
	}
	c.progress.hold(1)
	c.progress.took("1795000001.000000")
	c.intake.inHand = map[message.Key]*parcel{}
	c.noteProgress(t.Context())
	if got := d.mem.all[c.progressName()]; got != "1795000000.000199" {
		t.Errorf("while it is looked what was missed: %q", got)
	}
	c.progress.hold(-1)
	if c.noteProgress(t.Context()); d.mem.all[c.progressName()] != "1795000001.000000" {
		t.Errorf("then %q", d.mem.all[c.progressName()])
	}
}

func TestHowLongThereWasNoSocket(t *testing.T) {
	var c condition
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	if away := c.connected(1, at); away != 0 {
		t.Errorf("at first: %v", away)
	}
	c.connected(1, at)
	c.connected(-1, at.Add(time.Minute))
	c.connected(-1, at.Add(2*time.Minute))
	if away := c.connected(1, at.Add(5*time.Minute)); away != 3*time.Minute {
		t.Errorf("after a gap: %v", away)
	}
	if away := c.connected(1, at.Add(6*time.Minute)); away != 0 {
		t.Errorf("beside another: %v", away)
	}
}
