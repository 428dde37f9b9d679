package whatsapp

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
	"recado/core/message"
)

// WhatsApp unlinks devices whose phone was not online for 14 days
// (https://faq.whatsapp.com/378279804439436). It is said when four are left.
const (
	phoneAway  = 10 * 24 * time.Hour
	phoneGone  = 14 * 24 * time.Hour
	notedEvery = time.Hour // the phone's last sign of life
)

// pulse is the signs of life of the server and of the number's own phone.
type pulse struct {
	clock  func() time.Time
	memory channels.Memory
	name   string // in the memory

	mu     sync.Mutex
	own    types.JID     // the linked device
	server time.Time     // when anything was heard
	phone  time.Time     // when the phone was
	noted  time.Time     // what the memory has of it
	news   chan struct{} // closed, and made anew, when anything is heard
}

// begin is called with each connection. A link that is new was just made by the phone.
func (s *pulse) begin(ctx context.Context, own types.JID) error {
	now := s.clock()
	phone := now
	if s.memory != nil {
		text, err := s.memory.Load(ctx, s.name)
		if err != nil {
			return err
		}
		if of, at, ok := strings.Cut(text, " "); ok && of == own.String() {
			if t, err := time.Parse(time.RFC3339, at); err == nil {
				phone = t
			}
		}
	}
	s.mu.Lock()
	s.own, s.server, s.phone, s.noted, s.news = own, now, phone, time.Time{}, make(chan struct{})
	s.mu.Unlock()
	return s.note(ctx)
}

// heard takes any event: each says that the server speaks to us, and some that the phone
// does, which it reports.
func (s *pulse) heard(ctx context.Context, event any) (phone bool) {
	switch e := event.(type) {
	case *events.Disconnected, *events.KeepAliveTimeout, *events.Connected:
		return false // ours
	case *events.Message:
		phone = e.Info.IsFromMe && e.Info.Sender.Device == 0
	case *events.Receipt:
		phone = e.IsFromMe && e.Sender.Device == 0
	case *events.HistorySync, *events.AppState, *events.AppStateSyncComplete:
		phone = true // only the phone makes them
	}
	now := s.clock()
	s.mu.Lock()
	s.server = now
	if phone {
		s.phone = now
	}
	if s.news != nil {
		close(s.news)
		s.news = make(chan struct{})
	}
	s.mu.Unlock()
	if phone {
		_ = s.note(ctx) // it is tried again with the next sign
	}
	return phone
}

// sign notes what any event says of the server and of the phone.
func (c *Channel) sign(ctx context.Context, event any) {
	if c.pulse.heard(ctx, event) {
		c.watchPhone(c.Clock())
	}
}

// note keeps when the phone was last heard of, once an hour.
func (s *pulse) note(ctx context.Context) error {
	s.mu.Lock()
	phone, due, own := s.phone, s.phone.Sub(s.noted) >= notedEvery, s.own
	s.mu.Unlock()
	if s.memory == nil || !due {
		return nil
	}
	if err := s.memory.Save(ctx, s.name, own.String()+" "+phone.UTC().Format(time.RFC3339)); err != nil {
		return fmt.Errorf("whatsapp: note when the phone was seen: %w", err)
	}
	s.mu.Lock()
	s.noted = phone
	s.mu.Unlock()
	return nil
}

func (s *pulse) last() (server, phone time.Time, news <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server, s.phone, s.news
}

// PhoneSeen reads when the number's phone last gave a sign of life; zero: not known.
func PhoneSeen(ctx context.Context, memory channels.Memory, account string) (time.Time, error) {
	text, err := memory.Load(ctx, phoneMemory(account))
	if err != nil {
		return time.Time{}, err
	}
	_, at, _ := strings.Cut(text, " ")
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // nothing is known yet
	}
	return t, nil
}

func phoneMemory(account string) string { return "whatsapp/" + account + "/phone" }

// watch looks at the signs while a connection lasts. When nothing at all was heard for
// Options.Silence, though connected, the connection is made anew: after a login the
// server always tells what waits, so that a quiet night is told from a deaf line.
func (c *Channel) watch(ctx context.Context, client *whatsmeow.Client) {
	const look = time.Hour
	for ctx.Err() == nil {
		server, phone, _ := c.pulse.last()
		c.watchPhone(phone)
		wait := look
		if c.Silence > 0 {
			wait = min(look, server.Add(c.Silence).Sub(c.Clock()))
		}
		if wait > 0 {
			channels.Sleep(ctx, wait)
			continue
		}
		if !client.IsConnected() {
			channels.Sleep(ctx, min(c.Silence, look)) // that is known, and mended elsewhere
			continue
		}
		c.Log.Warn("nothing was heard of WhatsApp for long; connecting anew", "since", server)
		_, _, news := c.pulse.last()
		client.ResetConnection()
		answer, cancel := context.WithTimeout(ctx, c.Timeout)
		select {
		case <-news:
			c.state.warn(message.Silent, "", time.Time{})
		case <-answer.Done():
			if ctx.Err() == nil { // and once more after the same time
				c.state.warn(message.Silent, "connected, but nothing comes in, not even after connecting anew", time.Time{})
			}
		}
		cancel()
		channels.Sleep(ctx, c.Silence)
	}
}

func (c *Channel) watchPhone(seen time.Time) {
	if c.Clock().Sub(seen) < phoneAway {
		c.state.warn(message.PhoneUnseen, "", time.Time{})
		return
	}
	c.state.warn(message.PhoneUnseen, "the number's phone was last seen on "+seen.UTC().Format(time.DateOnly)+
		"; open WhatsApp there, with the internet on, before the link ends", seen.Add(phoneGone).UTC())
}
