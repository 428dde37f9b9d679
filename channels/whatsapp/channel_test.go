package whatsapp

import (
	"path/filepath"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
	"recado/channels/channeltest"
	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

const (
	deskNumber = "5511988880000"
	anaNumber  = "5511999990001"
)

// linkedOptions are of a number that was just linked on s.
func linkedOptions(t testing.TB, s *watest.Server) Options {
	t.Helper()
	o := Options{
		Account: "principal", DSN: filepath.Join(t.TempDir(), "whatsapp.db"), HTTP: s.HTTPClient(),
		Files: newMemFiles(), Clock: time.Now, Retry: 10 * time.Millisecond,
	}
	account := s.Account(deskNumber, "Suporte Aurora")
	scanned := make(chan error, 1)
	err := Pair(t.Context(), o, "", func(qr, _ string) { go func() { scanned <- account.Scan(qr) }() })
	if err != nil {
		t.Fatal(err)
	}
	if err := <-scanned; err != nil {
		t.Fatal(err)
	}
	return o
}

func TestChannel(t *testing.T) {
	channeltest.Run(t, func(t testing.TB) channeltest.Rig {
		s := watest.New(t)
		o := linkedOptions(t, s)
		desk, ana := s.Account(deskNumber, ""), s.Phone(anaNumber, "Ana")
		var sent []string
		return channeltest.Rig{
			Channel: func() channels.Channel {
				c, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				return c
			},
			Deliver: func(text string) { ana.Say(desk, text) },
			Cut:     desk.Drop,
			To:      message.Address{Channel: message.WhatsApp, ID: anaNumber},
			Sent: func() []string {
				for _, m := range ana.Heard() {
					m := watest.Await(ana, func(e *events.Message) bool { return e == m })
					sent = append(sent, m.Info.ID)
				}
				return sent
			},
			Refuse: map[channels.ErrorKind]func(){
				channels.RateLimited: func() { desk.RejectMessages(1, 463) },
				channels.Temporary:   func() { desk.RejectMessages(1, 500) },
			},
		}
	})
}
