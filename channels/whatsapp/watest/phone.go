package watest

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"
	"google.golang.org/protobuf/proto"

	"recado/channels/whatsapp/ratchet"

	_ "modernc.org/sqlite" // the driver of the phones' own store
)

// patience is how long a phone waits for something: a busy machine is slow, not broken.
const patience = 30 * time.Second

// Phone is a real whatsmeow client that is somebody's phone itself: a customer, or the
// owner of the business's number.
type Phone struct {
	*whatsmeow.Client
	Account *Account
	server  *Server

	mu     sync.Mutex
	events []any
	news   chan struct{} // closed and made anew with each event
}

// Phone is the account's phone, signed in, with its own store. It hangs up when the
// test ends.
func (s *Server) Phone(number, name string) *Phone {
	s.t.Helper()
	a := s.Account(number, name)
	ctx := context.Background()
	device, err := s.phoneStore(ctx, a)
	if err != nil {
		s.t.Fatalf("watest: the phone of %s: %v", number, err)
	}
	s.mu.Lock()
	d := a.devices[0]
	d.noise = device.NoiseKey.Pub[:]
	d.bundle.signed = keyNode("skey", device.SignedPreKey)
	d.bundle.registration = binary.BigEndian.AppendUint32(nil, device.RegistrationID)
	s.mu.Unlock()

	ratchet.Guard(device) // a phone does not lose what it says while it hears
	p := &Phone{Client: whatsmeow.NewClient(device, waLog.Noop), Account: a, server: s, news: make(chan struct{})}
	p.EnableAutoReconnect, p.SynchronousAck, p.EnableDecryptedEventBuffer = true, true, true
	p.AddEventHandler(p.heard)
	s.Wire(p.Client)
	if err := p.ConnectContext(ctx); err != nil {
		s.t.Fatalf("watest: the phone of %s does not connect: %v", number, err)
	}
	s.t.Cleanup(p.Disconnect)
	Await[*events.Connected](p, nil)
	return p
}

// phoneStore is a device that is its account's phone: it signed itself.
func (s *Server) phoneStore(ctx context.Context, a *Account) (*store.Device, error) {
	path := filepath.Join(s.t.TempDir(), a.phone.User+".db")
	const pragmas = "?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=busy_timeout(10000)&_txlock=immediate"
	container, err := sqlstore.New(ctx, "sqlite", "file:"+path+pragmas, waLog.Noop)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = container.Close() }) // after the phone hung up
	device := container.NewDevice()
	jid := a.phone
	device.ID, device.LID, device.PushName, device.Platform = &jid, a.lid, a.name, "android"
	device.IdentityKey = a.identity
	device.SignedPreKey = a.identity.CreateSignedPreKey(1)
	details, err := proto.Marshal(&waAdv.ADVDeviceIdentity{RawID: proto.Uint32(1), KeyIndex: proto.Uint32(0), Timestamp: proto.Uint64(1)})
	if err != nil {
		return nil, err
	}
	own := a.identity.Pub[:]
	device.Account = &waAdv.ADVSignedDeviceIdentity{
		Details: details, AccountSignatureKey: own, AccountSignature: sign(a.identity, accountPrefix, details, own),
		DeviceSignature: sign(a.identity, devicePrefix, details, own, own),
	}
	return device, device.Save(ctx)
}

func (p *Phone) heard(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.events = append(p.events, event)
	close(p.news)
	p.news = make(chan struct{})
}

// Await takes the first event of a kind that ok accepts out of what the phone heard; a
// nil ok accepts any. The test fails when none comes.
func Await[E any](p *Phone, ok func(E) bool) E {
	p.server.t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		p.mu.Lock()
		for i, event := range p.events {
			if e, is := event.(E); is && (ok == nil || ok(e)) {
				p.events = append(p.events[:i:i], p.events[i+1:]...)
				p.mu.Unlock()
				return e
			}
		}
		news := p.news
		p.mu.Unlock()
		select {
		case <-news:
		case <-late.C:
			p.mu.Lock()
			defer p.mu.Unlock()
			var none E
			p.server.t.Fatalf("watest: %s did not get a %T within %v; there were %s", p.Account.name, none, patience, kinds(p.events))
		}
	}
}

func kinds(all []any) string {
	var out strings.Builder
	for _, e := range all {
		if m, is := e.(*events.Message); is {
			fmt.Fprintf(&out, " message(%q)", Words(m))
			continue
		}
		fmt.Fprintf(&out, " %T", e)
	}
	return "[" + out.String() + " ]"
}

// Words are a message's text, or its caption.
func Words(m *events.Message) string {
	msg := m.Message
	switch {
	case msg.GetConversation() != "":
		return msg.GetConversation()
	case msg.GetExtendedTextMessage() != nil:
		return msg.GetExtendedTextMessage().GetText()
	case msg.GetImageMessage() != nil:
		return msg.GetImageMessage().GetCaption()
	case msg.GetDocumentMessage() != nil:
		return msg.GetDocumentMessage().GetCaption()
	}
	return ""
}

// Hear waits for a message whose words ok accepts.
func (p *Phone) Hear(ok func(words string) bool) *events.Message {
	p.server.t.Helper()
	return Await(p, func(m *events.Message) bool { return ok(Words(m)) })
}

// Heard are the messages that came and were not taken yet.
func (p *Phone) Heard() (out []*events.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		if m, is := e.(*events.Message); is {
			out = append(out, m)
		}
	}
	return out
}

// Say sends a text and returns the id of its message.
func (p *Phone) Say(to *Account, text string) types.MessageID {
	p.server.t.Helper()
	return p.Tell(to.phone, &waE2E.Message{Conversation: new(text)})
}

// Tell sends any message.
func (p *Phone) Tell(to types.JID, m *waE2E.Message) types.MessageID {
	p.server.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	sent, err := ratchet.Deliver(ctx, p.Client, to, m, whatsmeow.SendRequestExtra{})
	if err != nil {
		p.server.t.Fatalf("watest: %s cannot send: %v", p.Account.name, err)
	}
	return sent.ID
}

// ChangeNumber moves the account to another number, as its owner does in WhatsApp: the
// phone, its keys and the hidden id stay.
func (p *Phone) ChangeNumber(number string) {
	p.server.t.Helper()
	p.Disconnect()
	s, a := p.server, p.Account
	jid := types.NewJID(number, types.DefaultUserServer)
	s.mu.Lock()
	delete(s.accounts, a.phone.User)
	s.accounts[number], a.phone = a, jid
	s.mu.Unlock()
	p.Store.ID = &jid
	if err := p.ConnectContext(context.Background()); err != nil {
		s.t.Fatalf("watest: the phone of %s does not connect: %v", number, err)
	}
	Await[*events.Connected](p, nil)
}
