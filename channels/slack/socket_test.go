package slack

import (
	"fmt"
	"testing"
	"time"

	"recado/channels/slack/slackfake"
	"recado/core/message"
)

// Lines that break off twenty times, and lines that Slack renews: everything that was
// said comes in, once.
func TestSocketsComeAndGo(t *testing.T) {
	d := newDesk(t)
	d.run()
	root := d.work.Bot().Says(d.room, "chamado")
	n := 0
	say := func(times int) {
		for range times {
			n++
			d.bia.Replies(root, fmt.Sprint("linha ", n))
		}
	}
	for range 20 {
		say(2)
		d.fake.DropSockets()
		say(1)
		d.fake.AwaitSockets(2) // Slack itself gives up on what is dropped four times
	}
	for _, reason := range []string{"warning", "refresh_requested"} {
		say(2)
		d.fake.Disconnect(reason)
		say(2)
		d.fake.AwaitSockets(2)
		say(1)
	}
	d.hear(n)
	if got := d.count(); got != n {
		t.Errorf("%d items of %d", got, n)
	}
	said := map[string]bool{}
	for _, in := range d.heard.all {
		said[in.Text] = true
	}
	if len(said) != n {
		t.Errorf("%d different ones of %d", len(said), n)
	}
}

// While one socket is renewed another listens: a button is answered at any time, for
// Slack brings it once.
func TestAButtonWhileSocketsAreRenewed(t *testing.T) {
	d := newDesk(t)
	d.run()
	d.send(message.Outbound{ID: newID(), Text: "cartão", Card: someCard()})
	card := d.room.Messages()[0]
	for range 3 {
		d.fake.Disconnect("warning")
		d.fake.AwaitSockets(2) // the new ones are there before the old ones go, which count no more
		if failed := d.bia.Presses(card, "Assumir").Await(); failed != "" {
			t.Fatal(failed)
		}
	}
	if n := d.count(); n != 3 {
		t.Errorf("%d presses", n)
	}
}

// A line that is dead though nobody hung up is found out, and made anew.
func TestADeafSocket(t *testing.T) {
	d := newDesk(t, func(o *Options) { o.Sockets, o.Ping = 1, 50*time.Millisecond })
	d.run()
	d.bia.Says(d.room, "um")
	d.hear(1)
	d.fake.AwaitSettled()
	d.fake.SetPatience(300 * time.Millisecond)
	d.fake.Freeze()
	d.bia.Says(d.room, "dois")
	if in := d.hear(2); in.Text != "dois" {
		t.Errorf("heard %+v", in)
	}
}

// What only a person can mend becomes a state in words, and ends when it is mended.
func TestStates(t *testing.T) {
	d := newDesk(t)
	if s := d.c.State(); s.Up {
		t.Errorf("before it runs: %+v", s)
	}
	d.run()
	d.bia.Says(d.room, "oi")
	d.hear(1)
	if s := d.c.State(); !s.Up || s.Detail != connected {
		t.Errorf("while all is well: %+v", s)
	}
	d.fake.Break("chat.postMessage", 1, slackfake.Error("token_revoked"))
	_, _ = d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "x"}) // it fails
	if s := d.c.State(); s.Up || s.Trouble != message.Uninstalled {
		t.Errorf("when the token was taken back: %+v", s)
	}
	d.send(message.Outbound{ID: newID(), Text: "x"})
	if s := d.c.State(); !s.Up {
		t.Errorf("when it is taken again: %+v", s)
	}
	d.work.Uninstall()
	d.fake.AwaitSettled()
	if s := d.c.State(); s.Detail == connected {
		t.Errorf("when the app was taken out: %+v", s)
	}
}

// An acknowledgement that is lost on its way brings the event again, and it is known.
func TestLostAcknowledgements(t *testing.T) {
	d := newDesk(t)
	d.fake.SetPatience(200 * time.Millisecond)
	d.fake.LoseAcknowledgements(2)
	d.run()
	d.bia.Says(d.room, "um")
	d.bia.Says(d.room, "dois")
	d.hear(2)
	if n := d.count(); n != 2 || d.fake.Late() < 2 {
		t.Errorf("%d items; %d were late", n, d.fake.Late())
	}
}
