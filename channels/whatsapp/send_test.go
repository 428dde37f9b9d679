package whatsapp

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
	"recado/channels/literal"
	"recado/channels/piece"
	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// desk is one that runs, and Ana's phone.
type desk struct {
	t       *testing.T
	server  *watest.Server
	account *watest.Account
	ana     *watest.Phone
	channel *Channel
	files   *memFiles
	sink    *notes
	next    int
}

var anaAddress = message.Address{Channel: message.WhatsApp, ID: anaNumber}

func newDesk(t *testing.T) *desk {
	t.Helper()
	s := watest.New(t)
	o := linkedOptions(t, s)
	l := &desk{t: t, server: s, account: s.Account(deskNumber, ""), ana: s.Phone(anaNumber, "Ana"), sink: newNotes()}
	l.files = o.Files.(*memFiles)
	var err error
	if l.channel, err = New(o); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := l.channel.Run(ctx, l.sink); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { stop(); running.Wait() })
	return l
}

// send sends to Ana, and returns what was sent.
func (l *desk) send(out message.Outbound) message.Outbound {
	l.t.Helper()
	l.next++
	out.ID, out.To = fmt.Sprintf("out-%d", l.next), anaAddress
	if _, err := l.channel.Send(l.t.Context(), out); err != nil {
		l.t.Fatal(err)
	}
	return out
}

// hears waits for part i of a message on Ana's phone.
func (l *desk) hears(out message.Outbound, i int) *waE2E.Message {
	l.t.Helper()
	return l.event(partID(out.ID, i)).Message
}

// event waits for a message on Ana's phone.
func (l *desk) event(id types.MessageID) *events.Message {
	l.t.Helper()
	return watest.Await(l.ana, func(m *events.Message) bool { return m.Info.ID == id })
}

// keep puts a file where the channel finds it.
func (l *desk) keep(name, mediaType string, content []byte) message.Attachment {
	l.t.Helper()
	digest, size, err := l.files.Keep(l.t.Context(), bytes.NewReader(content), 1<<30)
	if err != nil {
		l.t.Fatal(err)
	}
	return message.Attachment{Name: name, MediaType: mediaType, Size: size, Digest: digest}
}

// notes is a sink that remembers.
type notes struct {
	mu         sync.Mutex
	items      []message.Inbound
	deliveries []channels.Delivery
	news       chan struct{}
}

func newNotes() *notes { return &notes{news: make(chan struct{})} }

func (n *notes) Accept(_ context.Context, items ...message.Inbound) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.items = append(n.items, items...)
	n.tell()
	return nil
}

func (n *notes) Witness(_ context.Context, deliveries ...channels.Delivery) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deliveries = append(n.deliveries, deliveries...)
	n.tell()
	return nil
}

func (n *notes) tell() {
	close(n.news)
	n.news = make(chan struct{})
}

// await waits until ok, which is called with the lock held, is true.
func (n *notes) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	for {
		n.mu.Lock()
		done, news := ok(), n.news
		n.mu.Unlock()
		if done {
			return
		}
		select {
		case <-news:
		case <-late.C:
			n.mu.Lock()
			defer n.mu.Unlock()
			t.Fatalf("no %s; there were %+v and %+v", what, n.items, n.deliveries)
		}
	}
}

func TestTextArrivesAsMeant(t *testing.T) {
	l := newDesk(t)
	out := l.send(message.Outbound{Text: "*Bia* respondeu:\n\nuse o __init__.py", Verbatim: []string{"use o __init__.py"}})
	got := l.hears(out, 0).GetConversation()
	if want := marked(out.Text, out.Verbatim); got != want || strings.ReplaceAll(got, literal.Joiner, "") != out.Text {
		t.Errorf("got %q", got)
	}
}

func TestLongTextInParts(t *testing.T) {
	l := newDesk(t)
	text := strings.TrimSpace(strings.Repeat("Uma frase de teste, que se repete. ", 300))
	out := l.send(message.Outbound{Text: text})
	parts := piece.Split(text, longestSay)
	if len(parts) < 3 {
		t.Fatalf("%d parts", len(parts))
	}
	for i, want := range parts {
		if got := l.hears(out, i).GetConversation(); got != want {
			t.Errorf("part %d is %q", i, got)
		}
	}
}

func TestQuote(t *testing.T) {
	l := newDesk(t)
	id := l.ana.Say(l.account, "O CT-e não autoriza")
	l.sink.await(t, "message of Ana", func() bool { return len(l.sink.items) == 1 })
	out := l.send(message.Outbound{Text: "Reenviamos o lote.", Quote: "O CT-e não autoriza", Refs: []string{"x@ticket.recado", id}})
	m := l.hears(out, 0).GetExtendedTextMessage()
	info := m.GetContextInfo()
	if m.GetText() != out.Text || info.GetStanzaID() != id || info.GetQuotedMessage().GetConversation() != out.Quote {
		t.Errorf("got %v", m)
	}
	if author, err := types.ParseJID(info.GetParticipant()); err != nil || author != l.ana.Store.GetLID().ToNonAD() && author != l.ana.Store.GetJID().ToNonAD() {
		t.Errorf("quotes %q, not Ana", info.GetParticipant())
	}
}

func TestFiles(t *testing.T) {
	l := newDesk(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	one := l.send(message.Outbound{Text: "Veja a *tela*", Attachments: []message.Attachment{l.keep("tela.png", "image/png", picture.Bytes())}})
	shown := l.hears(one, 0).GetImageMessage()
	if shown.GetCaption() != "Veja a *tela*" || shown.GetWidth() != 3 || shown.GetHeight() != 2 {
		t.Errorf("the picture is %v", shown)
	}
	l.same(shown, picture.Bytes())

	many := l.send(message.Outbound{Text: "Tudo junto", Attachments: []message.Attachment{
		l.keep("nota_fiscal_2026.pdf", "application/pdf", []byte("%PDF")),
		l.keep("passos.mp4", "video/mp4", []byte("video")),
		l.keep("recado.ogg", "audio/ogg; codecs=opus", []byte("audio")),
	}})
	if got := l.hears(many, 0).GetConversation(); got != "Tudo junto" {
		t.Errorf("the text is %q", got)
	}
	doc := l.hears(many, 1).GetDocumentMessage()
	if doc.GetFileName() != "nota_fiscal_2026.pdf" || doc.GetCaption() != "" {
		t.Errorf("the document is %v", doc)
	}
	l.same(doc, []byte("%PDF"))
	l.same(l.hears(many, 2).GetVideoMessage(), []byte("video"))
	l.same(l.hears(many, 3).GetAudioMessage(), []byte("audio"))

	voice := l.send(message.Outbound{Text: "Ouça", Attachments: []message.Attachment{l.keep("a.ogg", "audio/ogg", []byte("voz"))}})
	if l.hears(voice, 0).GetConversation() != "Ouça" || l.hears(voice, 1).GetAudioMessage() == nil {
		t.Error("a voice has no caption")
	}
}

// same downloads a file on Ana's phone.
func (l *desk) same(m whatsmeow.DownloadableMessage, want []byte) {
	l.t.Helper()
	got, err := l.ana.Download(l.t.Context(), m)
	if err != nil || !bytes.Equal(got, want) {
		l.t.Errorf("got %d bytes of %d, %v", len(got), len(want), err)
	}
}

// changed waits for an edit or a deletion, and says of which message and to what.
func (l *desk) changed(out message.Outbound, i int) (target, text string, kind waE2E.ProtocolMessage_Type) {
	l.t.Helper()
	m := l.hears(out, i)
	p := m.GetProtocolMessage()
	if p == nil {
		p = m.GetEditedMessage().GetMessage().GetProtocolMessage()
	}
	text, _ = words(p.GetEditedMessage())
	return p.GetKey().GetID(), text, p.GetType()
}

func TestEdit(t *testing.T) {
	l := newDesk(t)
	sentence := strings.Repeat("Uma frase de teste. ", 190)
	first := l.send(message.Outbound{Text: "Olá, tudo bem?"})
	l.hears(first, 0)

	edit := l.send(message.Outbound{Kind: message.Edit, Amends: &first, Text: "Olá! Tudo bem?"})
	if target, text, _ := l.changed(edit, 0); target != partID(first.ID, 0) || text != "Olá! Tudo bem?" {
		t.Errorf("edited %s to %q", target, text)
	}

	long := strings.TrimSpace(sentence + sentence)
	grown := l.send(message.Outbound{Kind: message.Edit, Amends: &first, Text: long})
	pieces := piece.Split(long, longestSay)
	if target, text, _ := l.changed(grown, 0); target != partID(first.ID, 0) || text != pieces[0] {
		t.Errorf("edited %s to %.40q", target, text)
	}
	if got := l.hears(grown, 1).GetConversation(); got != pieces[1] {
		t.Errorf("the rest is %.40q", got)
	}

	two := l.send(message.Outbound{Text: long})
	shrunk := l.send(message.Outbound{Kind: message.Edit, Amends: &two, Text: "Curto"})
	if target, text, _ := l.changed(shrunk, 0); target != partID(two.ID, 0) || text != "Curto" {
		t.Errorf("edited %s to %q", target, text)
	}
	if target, _, kind := l.changed(shrunk, 1); target != partID(two.ID, 1) || kind != waE2E.ProtocolMessage_REVOKE {
		t.Errorf("the second part %s: %v", target, kind)
	}
}

func TestDeletion(t *testing.T) {
	l := newDesk(t)
	out := l.send(message.Outbound{Text: "Dois arquivos", Attachments: []message.Attachment{
		l.keep("a.txt", "text/plain", []byte("a")), l.keep("b.txt", "text/plain", []byte("b")),
	}})
	gone := l.send(message.Outbound{Kind: message.Deletion, Amends: &out})
	for i := range 3 {
		if target, _, kind := l.changed(gone, i); target != partID(out.ID, i) || kind != waE2E.ProtocolMessage_REVOKE {
			t.Errorf("part %d: %v of %s", i, kind, target)
		}
	}
}

func TestTypingAndRead(t *testing.T) {
	l := newDesk(t)
	if err := l.ana.SendPresence(t.Context(), types.PresenceAvailable); err != nil {
		t.Fatal(err)
	}
	ids := []string{l.ana.Say(l.account, "um"), l.ana.Say(l.account, "dois")}
	l.sink.await(t, "two messages", func() bool { return len(l.sink.items) == 2 })
	if err := l.channel.Typing(t.Context(), anaAddress, true); err != nil {
		t.Fatal(err)
	}
	watest.Await(l.ana, func(e *events.ChatPresence) bool { return e.State == types.ChatPresenceComposing })
	if err := l.channel.Typing(t.Context(), anaAddress, false); err != nil {
		t.Fatal(err)
	}
	watest.Await(l.ana, func(e *events.ChatPresence) bool { return e.State == types.ChatPresencePaused })
	if err := l.channel.MarkRead(t.Context(), l.sink.items); err != nil {
		t.Fatal(err)
	}
	read := watest.Await(l.ana, func(e *events.Receipt) bool { return e.Type == types.ReceiptTypeRead })
	if slices.Sort(read.MessageIDs); !slices.Equal(read.MessageIDs, slices.Sorted(slices.Values(ids))) {
		t.Errorf("read %v of %v", read.MessageIDs, ids)
	}
}

func TestReceipts(t *testing.T) {
	l := newDesk(t)
	out := l.send(message.Outbound{Text: "Olá"})
	m := watest.Await(l.ana, func(m *events.Message) bool { return m.Info.ID == partID(out.ID, 0) })
	noted := func(read bool) func() bool {
		return func() bool {
			return slices.ContainsFunc(l.sink.deliveries, func(d channels.Delivery) bool {
				return d.UpstreamID == l.channel.UpstreamID(out) && d.Read == read && d.To == anaAddress && !d.At.IsZero()
			})
		}
	}
	l.sink.await(t, "delivery", noted(false))
	if err := l.ana.MarkRead(t.Context(), []string{m.Info.ID}, time.Now(), m.Info.Chat, m.Info.Sender); err != nil {
		t.Fatal(err)
	}
	l.sink.await(t, "reading", noted(true))
}

// What an owner reads on the number's own phone is nobody's receipt.
func TestOwnReceiptsAreIgnored(t *testing.T) {
	c := &Channel{}
	r := &events.Receipt{MessageIDs: []string{partID("x", 0)}, Type: types.ReceiptTypeRead}
	r.Sender = types.NewJID(anaNumber, types.DefaultUserServer)
	if len(c.deliveries(t.Context(), r)) != 1 {
		t.Fatal("Ana's receipt is lost")
	}
	r.IsFromMe = true
	if got := c.deliveries(t.Context(), r); len(got) != 0 {
		t.Errorf("got %v", got)
	}
}

// What WhatsApp forbade is forbidden still when the program begins anew.
func TestRestOutlastsTheProcess(t *testing.T) {
	m, now := &memory{}, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	begin := func(account string) *Channel {
		c, err := New(Options{Account: account, DSN: filepath.Join(t.TempDir(), "w.db"), Files: newMemFiles(), Memory: m, Clock: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := begin("principal")
	first.careEvent(t.Context(), &events.TemporaryBan{Code: 104, Expire: time.Hour})
	first.rest(t.Context(), now.Add(time.Minute)) // a shorter one changes nothing
	want := now.Add(25 * time.Hour)
	if again := begin("principal").RestingUntil(); !again.Equal(want) {
		t.Errorf("rests until %v, want %v", again, want)
	}
	if other := begin("outro").RestingUntil(); !other.IsZero() {
		t.Errorf("another number rests until %v", other)
	}
	first.careEvent(t.Context(), &events.NotifyAccountReachoutTimelock{})
	if again := begin("principal").RestingUntil(); !again.IsZero() {
		t.Errorf("it was lifted, and the next process rests until %v", again)
	}
}

func TestTimelockRests(t *testing.T) {
	l := newDesk(t)
	if until := l.channel.RestingUntil(); !until.IsZero() {
		t.Fatalf("rests until %v", until)
	}
	l.account.RejectMessages(1, 463)
	_, err := l.channel.Send(t.Context(), message.Outbound{ID: "locked", To: anaAddress, Text: "Lembrete"})
	if kind, _ := channels.KindOf(err); kind != channels.RateLimited {
		t.Fatalf("got %v", err)
	}
	if !l.channel.RestingUntil().After(time.Now()) {
		t.Error("it does not rest")
	}
	l.channel.careEvent(t.Context(), &events.NotifyAccountReachoutTimelock{})
	if until := l.channel.RestingUntil(); !until.IsZero() {
		t.Errorf("the lock was lifted, and it rests until %v", until)
	}
	l.channel.careEvent(t.Context(), &events.TemporaryBan{Code: 104, Expire: time.Hour})
	if !l.channel.RestingUntil().After(time.Now().Add(time.Hour)) {
		t.Error("it does not rest after a ban")
	}
}
