package watest_test

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	waLog "go.mau.fi/whatsmeow/util/log"

	"recado/channels/whatsapp/watest"
)

const (
	deskNumber = "5511988880000"
	anaNumber  = "5511999990001"
)

// desk is a linked device as a program runs it: it notes events, and says of messages
// whether they were taken.
type desk struct {
	*whatsmeow.Client
	events chan any
	take   func(*events.Message) bool
}

// linked makes a client with a store in path and connects it; it is not paired yet when
// the store is empty.
func linked(t *testing.T, s *watest.Server, path string, take func(*events.Message) bool) *desk {
	t.Helper()
	dsn := "file:" + path + "?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=busy_timeout(10000)&_txlock=immediate"
	container, err := sqlstore.New(t.Context(), "sqlite", dsn, waLog.Noop)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { container.Close() })
	device, err := container.GetFirstDevice(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{Client: whatsmeow.NewClient(device, waLog.Noop), events: make(chan any, 1000), take: take}
	d.EnableDecryptedEventBuffer, d.SynchronousAck = true, true
	d.AddEventHandlerWithSuccessStatus(func(e any) bool {
		d.events <- e
		if m, ok := e.(*events.Message); ok && d.take != nil {
			return d.take(m)
		}
		return true
	})
	s.Wire(d.Client)
	t.Cleanup(d.Disconnect)
	return d
}

func await[E any](t *testing.T, d *desk, ok func(E) bool) E {
	t.Helper()
	late := time.After(30 * time.Second)
	for {
		select {
		case e := <-d.events:
			if want, is := e.(E); is && (ok == nil || ok(want)) {
				return want
			}
		case <-late:
			var none E
			t.Fatalf("no %T came", none)
		}
	}
}

// pairedDesk is a desk that scanned its way in.
func pairedDesk(t *testing.T, s *watest.Server) (*desk, *watest.Account) {
	t.Helper()
	d := linked(t, s, filepath.Join(t.TempDir(), "desk.db"), nil)
	account := s.Account(deskNumber, "Suporte Aurora")
	if err := d.Connect(); err != nil {
		t.Fatal(err)
	}
	qr := await[*events.QR](t, d, nil)
	if err := account.Scan(qr.Codes[0]); err != nil {
		t.Fatal(err)
	}
	await[*events.Connected](t, d, nil)
	return d, account
}

func TestPairByQR(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	if d.Store.ID.User != deskNumber || d.Store.ID.Device != 1 || d.Store.LID.User != account.LID().User {
		t.Errorf("paired as %v and %v", d.Store.ID, d.Store.LID)
	}
}

func TestScanOfAnOldCode(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	if err := s.Account(deskNumber, "x").Scan("https://wa.me/settings/linked_devices#a,YQ==,YQ==,YQ==,1"); err == nil {
		t.Error("a code that nobody shows was taken")
	}
}

func TestPairByCode(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	account := s.Account(deskNumber, "Suporte Aurora")
	d := linked(t, s, filepath.Join(t.TempDir(), "desk.db"), nil)
	if err := d.Connect(); err != nil {
		t.Fatal(err)
	}
	await[*events.QR](t, d, nil)
	if _, err := d.PairPhone(t.Context(), deskNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)"); err != nil {
		t.Fatal(err)
	}
	if err := account.Enter("WRNG-CD99"); err == nil {
		t.Error("a wrong code was taken")
	}
	code, err := d.PairPhone(t.Context(), deskNumber, true, whatsmeow.PairClientChrome, "Chrome (Linux)")
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Enter(code); err != nil {
		t.Fatal(err)
	}
	await[*events.Connected](t, d, nil)
}

func TestTextsAndReceipts(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	id := ana.Say(account, "O CT-e não autoriza")
	m := await(t, d, func(m *events.Message) bool { return watest.Words(m) != "" })
	if m.Info.ID != id || m.Info.PushName != "Ana" || watest.Words(m) != "O CT-e não autoriza" {
		t.Errorf("got %+v", m.Info)
	}
	if one, other := m.Info.Sender.User, m.Info.SenderAlt.User; !slices.Contains([]string{one, other}, anaNumber) || one == other {
		t.Errorf("sent by %v, also called %v", m.Info.Sender, m.Info.SenderAlt)
	}
	watest.Await(ana, func(r *events.Receipt) bool { return r.MessageIDs[0] == id })
	if err := d.MarkRead(t.Context(), []types.MessageID{id}, time.Now(), m.Info.Chat, m.Info.Sender); err != nil {
		t.Fatal(err)
	}
	watest.Await(ana, func(r *events.Receipt) bool { return r.Type == types.ReceiptTypeRead })
	if err := d.SendChatPresence(t.Context(), m.Info.Chat, types.ChatPresenceComposing, ""); err != nil {
		t.Fatal(err)
	}
	watest.Await[*events.ChatPresence](ana, nil)

	if _, err := d.SendMessage(t.Context(), m.Info.Chat, &waE2E.Message{Conversation: new("Reenviamos o lote")}); err != nil {
		t.Fatal(err)
	}
	answer := ana.Hear(func(words string) bool { return words == "Reenviamos o lote" })
	if answer.Info.IsFromMe || answer.Info.Sender.Device != 1 {
		t.Errorf("got %+v", answer.Info)
	}
	await(t, d, func(r *events.Receipt) bool {
		return r.Type == types.ReceiptTypeDelivered || r.Type == types.ReceiptTypeInactive
	})
}

func TestMedia(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	picture := bytes.Repeat([]byte("foto da tela "), 10_000)
	up, err := ana.Upload(t.Context(), picture, whatsmeow.MediaImage)
	if err != nil {
		t.Fatal(err)
	}
	image := &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: new("image/png"), Caption: new("veja"),
	}
	ana.Tell(account.Phone(), &waE2E.Message{ImageMessage: image})
	m := await(t, d, func(m *events.Message) bool { return m.Message.GetImageMessage() != nil })
	got, err := d.Download(t.Context(), m.Message.GetImageMessage())
	if err != nil || !bytes.Equal(got, picture) {
		t.Errorf("%d bytes came of %d, error %v", len(got), len(picture), err)
	}
	s.ForgetMedia()
	if _, err := d.Download(t.Context(), m.Message.GetImageMessage()); err == nil {
		t.Error("a file that is gone was fetched")
	}
	s.FailUploads(5, 500)
	if _, err := ana.Upload(t.Context(), picture, whatsmeow.MediaImage); err == nil {
		t.Error("a refused upload went well")
	}
}

// What a handler does not take is not settled, and comes again with the next login.
func TestNotTakenComesAgain(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	refused := make(chan struct{}, 10)
	first := true
	d.take = func(*events.Message) bool {
		if first {
			first = false
			refused <- struct{}{}
			return false
		}
		return true
	}
	ana.Say(account, "preciosa")
	<-refused
	account.Drop()
	again := await(t, d, func(m *events.Message) bool { return !first && watest.Words(m) == "preciosa" })
	if again == nil {
		t.Error("it did not come again")
	}
	watest.Await[*events.Receipt](ana, nil)
	account.AwaitSettled()
}

// A receipt that is lost on its way: the message comes again, and is shown once.
func TestLostReceipt(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	account.AwaitSettled()
	lost := s.LoseReceipts(1)
	ana.Say(account, "uma vez")
	await(t, d, func(m *events.Message) bool { return watest.Words(m) == "uma vez" })
	<-lost
	account.Drop()
	account.AwaitSettled()
	ana.Say(account, "depois")
	next := await(t, d, func(m *events.Message) bool { return watest.Words(m) != "" })
	if watest.Words(next) != "depois" {
		t.Errorf("then came %q", watest.Words(next))
	}
}

func TestOfflineMessagesWait(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	ana.Say(account, "zero")
	await(t, d, func(m *events.Message) bool { return watest.Words(m) == "zero" })
	account.AwaitSettled() // or it would come again
	d.Disconnect()
	for _, words := range []string{"um", "dois", "três"} {
		ana.Say(account, words)
	}
	if err := d.Connect(); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"um", "dois", "três"} {
		if m := await(t, d, func(m *events.Message) bool { return watest.Words(m) != "" }); watest.Words(m) != words {
			t.Errorf("got %q, want %q", watest.Words(m), words)
		}
	}
	await[*events.OfflineSyncCompleted](t, d, nil)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		order func(*watest.Server, *watest.Account)
		is    func(any) bool
	}{
		"ban":          {func(_ *watest.Server, a *watest.Account) { a.Ban(104, time.Hour); a.Drop() }, is[*events.TemporaryBan]},
		"logged out":   {func(_ *watest.Server, a *watest.Account) { a.FailLogins(1, 401); a.Drop() }, is[*events.LoggedOut]},
		"unlinked":     {func(_ *watest.Server, a *watest.Account) { a.Unlink() }, is[*events.LoggedOut]},
		"outdated":     {func(_ *watest.Server, a *watest.Account) { a.FailLogins(1, 405); a.Drop() }, is[*events.ClientOutdated]},
		"replaced":     {func(_ *watest.Server, a *watest.Account) { a.Replace() }, is[*events.StreamReplaced]},
		"stream error": {func(_ *watest.Server, a *watest.Account) { a.StreamError(500) }, is[*events.StreamError]},
		"dropped":      {func(_ *watest.Server, a *watest.Account) { a.Drop() }, is[*events.Connected]},
		"unavailable":  {func(s *watest.Server, a *watest.Account) { s.RefuseDials(1, 503); a.Drop() }, is[*events.Connected]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watest.New(t)
			d, account := pairedDesk(t, s)
			tc.order(s, account)
			await(t, d, tc.is)
		})
	}
}

func is[E any](event any) bool { _, yes := event.(E); return yes }

func TestMessageFaults(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	ana.Say(account, "oi")
	chat := await(t, d, func(m *events.Message) bool { return watest.Words(m) == "oi" }).Info.Chat
	account.RejectMessages(1, 463)
	text := func(words string) *waE2E.Message { return &waE2E.Message{Conversation: new(words)} }
	if _, err := d.SendMessage(t.Context(), chat, text("a")); err == nil {
		t.Error("a rejected message went well")
	}
	account.SwallowMessages(1)
	if _, err := d.SendMessage(t.Context(), chat, text("b"), whatsmeow.SendRequestExtra{Timeout: 100 * time.Millisecond}); err == nil {
		t.Error("a message without acknowledgement went well")
	}
	account.ForgetAcknowledgements(1)
	if _, err := d.SendMessage(t.Context(), chat, text("c"), whatsmeow.SendRequestExtra{Timeout: 100 * time.Millisecond}); err == nil {
		t.Error("a message that nobody acknowledged went well")
	}
	ana.Hear(func(words string) bool { return words == "c" })
	ana.Account.DamageMessages(1)
	ana.Say(account, "estragada")
	await[*events.UndecryptableMessage](t, d, nil)
	await(t, d, func(m *events.Message) bool { return watest.Words(m) == "estragada" }) // asked for again
}

// The owner answers from the business's own phone: the desk sees it as its own words.
func TestOwnPhone(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	owner := s.Phone(deskNumber, "Suporte Aurora")
	d, _ := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	owner.Say(ana.Account, "Já vi, um momento")
	ana.Hear(func(words string) bool { return words == "Já vi, um momento" })
	m := await(t, d, func(m *events.Message) bool { return watest.Words(m) == "Já vi, um momento" })
	if !m.Info.IsFromMe || m.Info.Chat.User != ana.Account.LID().User && m.Info.Chat.User != anaNumber {
		t.Errorf("got %+v", m.Info)
	}
}

func TestGroup(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, account := pairedDesk(t, s)
	ana := s.Phone(anaNumber, "Ana")
	g := s.Group("Aurora e suporte", ana.Account, account)
	ana.Tell(g.JID(), &waE2E.Message{Conversation: new("oi, grupo")})
	m := await(t, d, func(m *events.Message) bool { return watest.Words(m) == "oi, grupo" })
	if !m.Info.IsGroup || m.Info.Chat != g.JID() {
		t.Errorf("got %+v", m.Info)
	}
}

// What is not known fails the test that sends it.
func TestStrangeStanzasAreNoted(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	d, _ := pairedDesk(t, s)
	if _, err := d.GetBotListV2(context.Background()); err == nil {
		t.Fatal("a question that nobody knows was answered")
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if odd := s.Oddities(); len(odd) > 0 {
			return
		}
	}
	t.Error("nothing strange was noted")
}
