package slack

import (
	"strings"
	"testing"
	"time"

	"recado/channels"
	"recado/core/message"
)

// rotatingDesk is one whose app has tokens that end.
func rotatingDesk(t *testing.T, now *time.Time) (d *desk, process func() *Channel) {
	t.Helper()
	d = newDesk(t)
	refresh := d.work.Rotate()
	process = func() *Channel {
		return d.channel(func(o *Options) {
			o.BotToken = ""
			o.Rotation = Rotation{ClientID: d.fake.ClientID(), ClientSecret: d.fake.ClientSecret(), RefreshToken: refresh}
			o.Clock = func() time.Time { return now.UTC() }
		})
	}
	d.c = process()
	return d, process
}

func TestTokensRotate(t *testing.T) {
	now := time.Now()
	d, process := rotatingDesk(t, &now)
	d.send(message.Outbound{ID: newID(), Text: "um"})
	other := process() // shares what was renewed, and does not renew it again
	if _, err := other.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "dois"}); err != nil {
		t.Fatal(err)
	}
	if n := len(d.fake.Calls("oauth.v2.access")); n != 1 {
		t.Errorf("renewed %d times", n)
	}
	now = now.Add(11*time.Hour + time.Minute)
	d.send(message.Outbound{ID: newID(), Text: "três"})
	if n := len(d.fake.Calls("oauth.v2.access")); n != 2 {
		t.Errorf("before its end it was renewed %d times", n)
	}
	if _, err := other.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "quatro"}); err != nil {
		t.Fatal(err)
	}
	d.work.ExpireToken() // earlier than it said
	d.send(message.Outbound{ID: newID(), Text: "cinco"})
	if n := len(d.room.Messages()); n != 5 {
		t.Errorf("%d messages", n)
	}
	for name, kept := range d.mem.all {
		if strings.Contains(kept, "xoxe") || strings.Contains(kept, "xoxb") {
			t.Errorf("%s shows a token", name)
		}
	}
}

func TestARefreshTokenThatIsRefused(t *testing.T) {
	now := time.Now()
	d, _ := rotatingDesk(t, &now)
	d.c = d.channel(func(o *Options) {
		o.BotToken, o.Rotation = "", Rotation{ClientID: d.fake.ClientID(), ClientSecret: d.fake.ClientSecret(), RefreshToken: "xoxe-1-old"}
	})
	_, err := d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "x"})
	if kind, _ := channels.KindOf(err); kind != channels.SignedOut || strings.Contains(err.Error(), "xoxe-1-old") {
		t.Errorf("%v", err)
	}
	if s := d.c.State(); s.Up || s.Trouble != message.Uninstalled {
		t.Errorf("state %+v", s)
	}
}
