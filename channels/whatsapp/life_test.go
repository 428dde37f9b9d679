package whatsapp

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// becomes waits until the channel's state is as wanted.
func (r *rig) becomes(what string, ok func(channels.State) bool) channels.State {
	r.t.Helper()
	late := time.After(30 * time.Second)
	for {
		s := r.c.State()
		if ok(s) {
			return s
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-late:
			r.t.Fatalf("it does not become %s; it is %+v", what, s)
		}
	}
}

func (r *rig) troubled(want message.Trouble) channels.State {
	r.t.Helper()
	return r.becomes(string(want), func(s channels.State) bool { return s.Trouble == want })
}

func (r *rig) well() {
	r.t.Helper()
	r.becomes("well", func(s channels.State) bool { return s.Up && s.Trouble == message.NoTrouble })
}

// sends tries to send, and returns what the outbox would be told.
func (r *rig) sends() channels.ErrorKind {
	r.t.Helper()
	_, err := r.c.Send(r.t.Context(), message.Outbound{ID: r.t.Name(), To: message.Address{Channel: message.WhatsApp, ID: anaNumber}, Text: "Oi"})
	if err == nil {
		return ""
	}
	kind, _ := channels.KindOf(err)
	return kind
}

// hears has the customer write, and waits until it came in.
func (r *rig) hears(words string) {
	r.t.Helper()
	r.ana.Say(r.desk, words)
	for r.got.next(r.t).Text != words {
		continue
	}
}

// Each end of a connection that whatsmeow leaves as it is: what it is called, what
// sending is answered, and how it goes on.
func TestEndsOfAConnection(t *testing.T) {
	t.Run("logged out on the phone, and linked again while we run", func(t *testing.T) {
		r := newRig(t)
		r.desk.Unlink()
		r.troubled(message.LoggedOut)
		if kind := r.sends(); kind != channels.SignedOut {
			t.Errorf("sending is answered %q", kind)
		}
		for link, err := Look(t.Context(), r.c.Options); link.Linked; link, err = Look(t.Context(), r.c.Options) {
			if err != nil { // whatsmeow tells of it a moment before it forgets
				t.Fatal(err)
			}
		}
		var scanned error
		err := Pair(t.Context(), r.c.Options, "", func(qr, _ string) { scanned = r.desk.Scan(qr) })
		if err != nil || scanned != nil {
			t.Fatal(err, scanned)
		}
		r.well()
		r.hears("voltou?")
	})
	t.Run("replaced: nobody fights", func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Pauses.Replaced = time.Hour })
		r.desk.Replace()
		r.troubled(message.Replaced)
		if kind := r.sends(); kind != channels.Away {
			t.Errorf("sending is answered %q", kind)
		}
		if n := r.desk.Logins(); n != 2 { // the pairing's, and ours
			t.Errorf("logged in %d times", n)
		}
		if err := Unpair(t.Context(), r.c.Options); err != nil { // who takes it away ends the rest
			t.Fatal(err)
		}
		r.troubled(message.Unlinked)
	})
	t.Run("replaced, and taken back when the other had its time", func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Pauses.Replaced = time.Millisecond })
		r.desk.Replace()
		r.hears("e agora?")
		r.well()
	})
	t.Run("banned for a time", func(t *testing.T) {
		r := newRig(t)
		r.desk.Ban(101, time.Second)
		r.desk.Drop()
		s := r.troubled(message.Banned)
		if left := time.Until(s.Until); left > time.Second {
			t.Errorf("until %v", s.Until)
		}
		if kind := r.sends(); kind != channels.Away && kind != "" { // a busy machine may be late
			t.Errorf("sending is answered %q", kind)
		}
		r.well()
	})
	t.Run("refused for a reason that nobody knows", func(t *testing.T) {
		r := newRig(t, func(o *Options) { o.Pauses.Shut = time.Millisecond })
		r.desk.FailLogins(3, 499)
		r.desk.Drop()
		r.troubled(message.Shut)
		r.hears("e agora?")
	})
	t.Run("a stream error, and a server that does not let in", func(t *testing.T) {
		r := newRig(t)
		r.server.RefuseDials(1, 503)
		r.desk.StreamError(599)
		r.troubled(message.Down)
		r.well()
		r.hears("e agora?")
	})
}

// A version that is too old is renewed once; then it is the program that is.
func TestOutdated(t *testing.T) {
	before := store.GetWAVersion()
	t.Cleanup(func() { store.SetWAVersion(before) })
	t.Run("the version of the day helps", func(t *testing.T) {
		r := newRig(t)
		r.ana.Disconnect() // the version is one for the process
		r.server.SetRevision(int(before[2]) + 7)
		r.desk.FailLogins(1, 405)
		r.desk.Drop()
		r.becomes("let in again", func(s channels.State) bool { return s.Up && r.desk.Logins() == 3 })
		if got := store.GetWAVersion(); got[2] != before[2]+7 {
			t.Errorf("the version is %v", got)
		}
	})
	t.Run("it does not", func(t *testing.T) {
		r := newRig(t)
		r.ana.Disconnect()
		r.server.SetRevision(-1)
		r.desk.FailLogins(1, 405)
		r.desk.Drop()
		r.troubled(message.Outdated)
		if kind := r.sends(); kind != channels.Away {
			t.Errorf("sending is answered %q", kind)
		}
	})
	t.Run("it never goes back", func(t *testing.T) {
		s := watest.New(t)
		s.SetRevision(int(before[2]) - 1)
		o := Options{HTTP: s.HTTPClient()}.withDefaults()
		now := store.GetWAVersion()
		if o.refreshVersion(t.Context()) || store.GetWAVersion() != now {
			t.Errorf("it is %v, and was %v", store.GetWAVersion(), now)
		}
	})
}

func TestRestrictedNumbersMayStillAnswer(t *testing.T) {
	r := newRig(t)
	until := time.Now().Add(3 * time.Hour).UTC().Truncate(time.Second)
	r.desk.Restrict(until)
	if s := r.troubled(message.Restricted); !s.Up || !s.Until.Equal(until) {
		t.Errorf("%+v", s)
	}
	r.desk.Restrict(time.Time{})
	r.well()
	r.desk.RejectMessages(1, 463)
	if kind := r.sends(); kind != channels.RateLimited {
		t.Errorf("sending is answered %q", kind)
	}
	r.troubled(message.Restricted)
}

// A quiet night is told from a deaf line by connecting anew.
func TestSilence(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Silence, o.Timeout = 20*time.Millisecond, 2*time.Second })
	r.becomes("connected anew", func(s channels.State) bool { return r.desk.Logins() > 3 && s.Trouble == message.NoTrouble })
	r.desk.Deafen(true)
	if s := r.troubled(message.Silent); s.Up {
		t.Errorf("%+v", s)
	}
	r.desk.Deafen(false)
	r.hears("alguém aí?")
	r.well()
}

// memory is a channels.Memory.
type memory struct {
	mu   sync.Mutex
	text map[string]string
}

func (m *memory) Load(_ context.Context, name string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text[name], nil
}

func (m *memory) Save(_ context.Context, name, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.text == nil {
		m.text = map[string]string{}
	}
	m.text[name] = text
	return nil
}

func TestAPhoneThatIsNotSeenIsWarnedAbout(t *testing.T) {
	seen := time.Now().Add(-11 * 24 * time.Hour).UTC().Truncate(time.Second)
	m := &memory{}
	r := newRig(t, func(o *Options) {
		o.Memory = m
		_ = m.Save(t.Context(), phoneMemory(o.Account), fmt.Sprintf("%s:1@s.whatsapp.net %s", deskNumber, seen.Format(time.RFC3339)))
	})
	if s := r.troubled(message.PhoneUnseen); !s.Up || !s.Until.Equal(seen.Add(phoneGone)) {
		t.Errorf("%+v", s)
	}
	owner := r.server.Phone(deskNumber, "Suporte")
	owner.Say(r.ana.Account, "escrito no próprio celular")
	r.well()
	at, err := PhoneSeen(t.Context(), m, r.c.Account())
	if err != nil || time.Since(at) > time.Hour {
		t.Errorf("seen %v, %v", at, err)
	}
}

// Keep-alives that are not answered are told as trouble, and forgotten when they are.
func TestKeepAlives(t *testing.T) {
	r := newRig(t)
	r.c.hear(t.Context(), &events.KeepAliveTimeout{ErrorCount: 1})
	if s := r.c.State(); s.Up || s.Trouble != message.Down {
		t.Errorf("not answered: %+v", s)
	}
	r.c.hear(t.Context(), &events.KeepAliveRestored{})
	r.well()
}

// The version of WhatsApp Web is one for the process: a number takes a newer one while
// others log in. It shows with the race detector.
func TestSeveralNumbersShareOneVersion(t *testing.T) {
	before := store.GetWAVersion()
	t.Cleanup(func() { store.SetWAVersion(before) })
	s := watest.New(t)
	o := linkedOptions(t, s)
	o = o.withDefaults()
	d := &store.Device{ID: &types.JID{User: deskNumber, Device: 1, Server: types.DefaultUserServer}}
	var work sync.WaitGroup
	for i := range 8 {
		s.SetRevision(int(before[2]) + i + 1)
		work.Go(func() { o.refreshVersion(t.Context()) })
		work.Go(func() {
			if v := payload(d).GetUserAgent().GetAppVersion().GetTertiary(); v < before[2] {
				t.Errorf("logged in as %d", v)
			}
		})
	}
	work.Wait()
	if got := store.GetWAVersion(); got[2] != before[2]+8 {
		t.Errorf("the version is %v", got)
	}
}
