package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"recado/channels"
	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// rig is a channel that runs, against a server of its own, and a customer's phone.
type rig struct {
	t      testing.TB
	server *watest.Server
	desk   *watest.Account
	ana    *watest.Phone
	files  *memFiles
	got    *sink
	c      *Channel
}

func newRig(t testing.TB, change ...func(*Options)) *rig {
	t.Helper()
	s := watest.New(t)
	o := linkedOptions(t, s)
	for _, f := range change {
		f(&o)
	}
	r := startRig(t, s, o)
	r.becomes("up", func(s channels.State) bool { return s.Up })
	return r
}

// startRig runs a channel, whether its number is linked or not.
func startRig(t testing.TB, s *watest.Server, o Options) *rig {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, server: s, desk: s.Account(deskNumber, ""), files: o.Files.(*memFiles), got: newSink(), c: c}
	r.run()
	r.ana = s.Phone(anaNumber, "Ana")
	return r
}

// run runs the channel until the test ends.
func (r *rig) run() {
	r.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.c.Run(ctx, r.got) }()
	r.t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			r.t.Error(err)
		}
	})
}

// tell sends a message to the desk, and returns what the channel made of it.
func (r *rig) tell(m *waE2E.Message) message.Inbound {
	r.t.Helper()
	id := r.ana.Tell(r.desk.Phone(), m)
	in := r.got.next(r.t)
	if in.Thread.ID != id {
		r.t.Fatalf("got %+v, want what was sent as %s", in, id)
	}
	return in
}

func (r *rig) content(a message.Attachment) string {
	r.t.Helper()
	r.files.mu.Lock()
	defer r.files.mu.Unlock()
	return string(r.files.kept[a.Digest])
}

// sink collects what is accepted.
type sink struct {
	mu    sync.Mutex
	fails int
	items chan message.Inbound
}

func newSink() *sink { return &sink{items: make(chan message.Inbound, 1000)} }

func (s *sink) Accept(_ context.Context, items ...message.Inbound) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errors.New("the test wants it so")
	}
	for _, in := range items {
		if err := in.Check(); err != nil {
			return err
		}
		s.items <- in
	}
	return nil
}

func (s *sink) next(t testing.TB) message.Inbound {
	t.Helper()
	select {
	case in := <-s.items:
		return in
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came in")
		return message.Inbound{}
	}
}

func text(words string) *waE2E.Message { return &waE2E.Message{Conversation: &words} }

func TestWordsComeIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	vcard := "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:José\\, o Zé\r\nitem1.TEL;waid=5511977770001:+55 11 97777-0001\r\nTEL;TYPE=WORK:+55 11\r\n  3333-0000\r\nEND:VCARD"
	quoted := partID("some message of ours", 3)
	for name, tc := range map[string]struct {
		say   *waE2E.Message
		want  string
		files []string
		check func(message.Inbound) bool
	}{
		"text":          {say: text("Bom dia"), want: "Bom dia"},
		"extended text": {say: &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: new("veja https://a.example")}}, want: "veja https://a.example"},
		"a chat whose messages vanish": {
			say:  &waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{Message: text("some logo")}},
			want: "some logo",
		},
		"forwarded": {
			say: &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
				Text: new("recebi isto"), ContextInfo: &waE2E.ContextInfo{IsForwarded: new(true)},
			}},
			want: "↪️ recebi isto",
		},
		"an answer to the third part of ours": {
			say: &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
				Text: new("sobre isto"), ContextInfo: &waE2E.ContextInfo{StanzaID: &quoted, Participant: new(deskNumber + "@s.whatsapp.net")},
			}},
			want: "sobre isto",
			check: func(in message.Inbound) bool {
				return slices.Equal(in.Thread.Refs, []string{partID("some message of ours", 0)})
			},
		},
		"a place": {
			say: &waE2E.Message{LocationMessage: &waE2E.LocationMessage{
				DegreesLatitude: new(-29.6914), DegreesLongitude: new(-53.8008), Name: new("Garagem"), Address: new("Santa Maria, RS"),
			}},
			want: "📍 Garagem\nSanta Maria, RS\nhttps://maps.google.com/?q=-29.691400,-53.800800",
		},
		"a place that moves": {
			say:  &waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{DegreesLatitude: new(1.0), DegreesLongitude: new(2.0)}},
			want: "📍 https://maps.google.com/?q=1.000000,2.000000",
		},
		"a contact": {
			say:   &waE2E.Message{ContactMessage: &waE2E.ContactMessage{Vcard: &vcard}},
			want:  "👤 José, o Zé: +55 11 97777-0001, +55 11 3333-0000",
			files: []string{"José, o Zé.vcf"},
			check: func(in message.Inbound) bool { return r.content(in.Attachments[0]) == vcard },
		},
		"several contacts": {
			say: &waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: []*waE2E.ContactMessage{
				{DisplayName: new("Um"), Vcard: new("BEGIN:VCARD\nTEL:1\nEND:VCARD")}, {DisplayName: new("Dois/2"), Vcard: new("BEGIN:VCARD\nEND:VCARD")},
			}}},
			want: "👤 Um: 1\n👤 Dois/2", files: []string{"Um.vcf", "Dois_2.vcf"},
		},
		"a reaction": {
			say: &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
				Text: new("👍"), Key: &waCommon.MessageKey{ID: &quoted, FromMe: new(false)},
			}},
			check: func(in message.Inbound) bool {
				return in.Kind == message.Reaction && in.Choice == "👍" && in.Target.ID == partID("some message of ours", 0)
			},
		},
		"a reaction taken back": {
			say:   &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Text: new(""), Key: &waCommon.MessageKey{ID: &quoted}}},
			check: func(in message.Inbound) bool { return in.Kind == message.Reaction && in.Choice == "" },
		},
		"a button": {
			say: &waE2E.Message{ButtonsResponseMessage: &waE2E.ButtonsResponseMessage{
				SelectedButtonID: new("yes"), Response: &waE2E.ButtonsResponseMessage_SelectedDisplayText{SelectedDisplayText: "Sim"},
			}},
			want:  "Sim",
			check: func(in message.Inbound) bool { return in.Kind == message.Press && in.Choice == "yes" },
		},
		"a line of a list": {
			say: &waE2E.Message{ListResponseMessage: &waE2E.ListResponseMessage{
				Title: new("Fiscal"), SingleSelectReply: &waE2E.ListResponseMessage_SingleSelectReply{SelectedRowID: new("p1")},
			}},
			want:  "Fiscal",
			check: func(in message.Inbound) bool { return in.Kind == message.Press && in.Choice == "p1" },
		},
		"a poll of theirs": {
			say:  r.ana.BuildPollCreation("Que dia?", []string{"Segunda", "Terça"}, 1),
			want: "📊 Que dia?\n• Segunda\n• Terça",
		},
		"to be seen once": {
			say: &waE2E.Message{ViewOnceMessageV2: &waE2E.FutureProofMessage{Message: &waE2E.Message{
				ImageMessage: &waE2E.ImageMessage{ViewOnce: new(true), Mimetype: new("image/jpeg")},
			}}},
			check: func(in message.Inbound) bool { return in.Defect == message.ViewOnce && len(in.Refused) == 0 },
		},
		"what only the phone shows": {
			say:   &waE2E.Message{PlaceholderMessage: &waE2E.PlaceholderMessage{Type: waE2E.PlaceholderMessage_MASK_LINKED_DEVICES.Enum()}},
			check: func(in message.Inbound) bool { return in.Defect == message.Locked },
		},
		"a kind that nobody knows": {
			say:   &waE2E.Message{ProductMessage: &waE2E.ProductMessage{}},
			check: func(in message.Inbound) bool { return in.Defect == message.Foreign },
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := r.tell(tc.say)
			if in.Text != tc.want {
				t.Errorf("got %q, want %q", in.Text, tc.want)
			}
			var files []string
			for _, a := range in.Attachments {
				files = append(files, a.Name)
			}
			if !slices.Equal(files, tc.files) {
				t.Errorf("got files %q, want %q", files, tc.files)
			}
			if tc.check == nil && (in.Kind != message.Text || in.Defect != message.Whole) || tc.check != nil && !tc.check(in) {
				t.Errorf("got %+v", in)
			}
			lid := message.Address{Channel: message.WhatsApp, ID: r.ana.Account.LID().User + "@lid"}
			if in.From.ID != anaNumber || !slices.Equal(in.Also, []message.Address{lid}) || in.FromName != "Ana" || in.Own || in.Proof != message.ByUpstream {
				t.Errorf("got sender %+v also %+v, %q", in.From, in.Also, in.FromName)
			}
		})
	}
}

func TestEditsAndDeletionsComeIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	first := r.tell(text("o erro é 593"))
	edit := r.tell(r.ana.BuildEdit(r.desk.Phone(), first.Thread.ID, text("o erro é 539")))
	if edit.Kind != message.Edit || edit.Text != "o erro é 539" || edit.Target.ID != first.Thread.ID {
		t.Errorf("got %+v", edit)
	}
	gone := r.tell(r.ana.BuildRevoke(r.desk.Phone(), types.EmptyJID, first.Thread.ID))
	if gone.Kind != message.Deletion || gone.Target.ID != first.Thread.ID {
		t.Errorf("got %+v", gone)
	}
}

// upload sends a file ahead, as a phone does.
func (r *rig) upload(content string, kind whatsmeow.MediaType) whatsmeow.UploadResponse {
	r.t.Helper()
	up, err := r.ana.Upload(context.Background(), []byte(content), kind)
	if err != nil {
		r.t.Fatal(err)
	}
	return up
}

func picture(up whatsmeow.UploadResponse, caption string) *waE2E.Message {
	return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: new("image/jpeg"), Caption: &caption,
	}}
}

func TestFilesComeIn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	sound, film, paper := r.upload("som", whatsmeow.MediaAudio), r.upload("filme", whatsmeow.MediaVideo), r.upload("papel", whatsmeow.MediaDocument)
	sticker := r.upload("figura", whatsmeow.MediaImage)
	for name, tc := range map[string]struct {
		say                *waE2E.Message
		file, media, holds string
		words              string
	}{
		"a picture": {picture(r.upload("imagem", whatsmeow.MediaImage), "segue o print"), "foto.jpg", "image/jpeg", "imagem", "segue o print"},
		"a voice note": {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: &sound.URL, DirectPath: &sound.DirectPath, MediaKey: sound.MediaKey, FileEncSHA256: sound.FileEncSHA256, FileSHA256: sound.FileSHA256,
			FileLength: &sound.FileLength, Mimetype: new("audio/ogg; codecs=opus"), PTT: new(true),
		}}, "audio.ogg", "audio/ogg; codecs=opus", "som", ""},
		"a film in a circle": {&waE2E.Message{PtvMessage: &waE2E.VideoMessage{
			URL: &film.URL, DirectPath: &film.DirectPath, MediaKey: film.MediaKey, FileEncSHA256: film.FileEncSHA256, FileSHA256: film.FileSHA256,
			FileLength: &film.FileLength, Mimetype: new("video/mp4"),
		}}, "video.mp4", "video/mp4", "filme", ""},
		"a document with words": {&waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
			URL: &paper.URL, DirectPath: &paper.DirectPath, MediaKey: paper.MediaKey, FileEncSHA256: paper.FileEncSHA256, FileSHA256: paper.FileSHA256,
			FileLength: &paper.FileLength, Mimetype: new("application/pdf"), FileName: new("nota.pdf"), Caption: new("a nota"),
		}}}}, "nota.pdf", "application/pdf", "papel", "a nota"},
		"a sticker": {&waE2E.Message{StickerMessage: &waE2E.StickerMessage{
			URL: &sticker.URL, DirectPath: &sticker.DirectPath, MediaKey: sticker.MediaKey, FileEncSHA256: sticker.FileEncSHA256, FileSHA256: sticker.FileSHA256,
			FileLength: &sticker.FileLength, Mimetype: new("image/webp"),
		}}, "figurinha.webp", "image/webp", "figura", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := r.tell(tc.say)
			if len(in.Attachments) != 1 || len(in.Refused) != 0 || in.Text != tc.words {
				t.Fatalf("got %+v", in)
			}
			if a := in.Attachments[0]; a.Name != tc.file || a.MediaType != tc.media || r.content(a) != tc.holds || a.Size != int64(len(tc.holds)) {
				t.Errorf("got %+v", a)
			}
		})
	}
}

// TestAlbum: its cover says nothing, and its pictures follow on each other's heels.
func TestAlbum(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	cover := r.ana.Tell(r.desk.Phone(), &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: proto.Uint32(2)}})
	for _, caption := range []string{"um", "dois"} {
		m := picture(r.upload(caption, whatsmeow.MediaImage), caption)
		m.MessageContextInfo = &waE2E.MessageContextInfo{MessageAssociation: &waE2E.MessageAssociation{
			AssociationType: waE2E.MessageAssociation_MEDIA_ALBUM.Enum(), ParentMessageKey: &waCommon.MessageKey{ID: &cover},
		}}
		if in := r.tell(m); in.Text != caption || len(in.Attachments) != 1 {
			t.Errorf("got %+v", in)
		}
	}
}

// TestLargeFiles are refused by what they say of themselves, and by what they are.
func TestLargeFiles(t *testing.T) {
	t.Parallel()
	r := newRig(t, func(o *Options) { o.MaxFile = 1000 })
	up := r.upload(strings.Repeat("x", 5000), whatsmeow.MediaImage)
	honest := r.tell(picture(up, "grande"))
	up.FileLength = 10
	lying := r.tell(picture(up, "pequena, diz ela"))
	for _, in := range []message.Inbound{honest, lying} {
		if len(in.Refused) != 1 || in.Refused[0].Why != message.TooLarge || len(in.Attachments) != 0 || in.Text == "" {
			t.Errorf("got %+v", in)
		}
	}
	edge := r.tell(picture(r.upload(strings.Repeat("y", 1000), whatsmeow.MediaImage), ""))
	if len(edge.Attachments) != 1 || edge.Attachments[0].Size != 1000 {
		t.Errorf("got %+v", edge)
	}
}

// TestFileAskedForAgain: the servers have it no more, and the phone sends it again.
func TestFileAskedForAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	up := r.upload("imagem", whatsmeow.MediaImage)
	r.server.FailDownloads(1, 404)
	first := r.tell(picture(up, "veja"))
	if len(first.Refused) != 1 || first.Refused[0].Why != message.Awaited || first.Text != "veja" {
		t.Fatalf("got %+v", first)
	}
	r.server.AnswerMediaRetry(r.ana, first.Thread.ID, up.MediaKey, up.DirectPath)
	then := r.got.next(t)
	if len(then.Attachments) != 1 || r.content(then.Attachments[0]) != "imagem" || then.Thread.Refs[0] != first.Thread.ID || then.Key == first.Key {
		t.Errorf("got %+v", then)
	}
}

// TestFileNeverComes: the phone has it no more either, or does not say.
func TestFileNeverComes(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*rig, types.MessageID, []byte){
		"it says so":      func(r *rig, id types.MessageID, key []byte) { r.server.AnswerMediaRetry(r.ana, id, key, "") },
		"it says nothing": func(*rig, types.MessageID, []byte) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(o *Options) { o.Timeout = 3 * time.Second })
			up := r.upload("imagem", whatsmeow.MediaImage)
			r.server.FailDownloads(1, 410)
			first := r.tell(picture(up, ""))
			answer(r, first.Thread.ID, up.MediaKey)
			if then := r.got.next(t); len(then.Refused) != 1 || then.Refused[0].Why != message.Unreadable || then.Refused[0].Name != "foto.jpg" {
				t.Errorf("got %+v", then)
			}
		})
	}
}

// TestVote: a vote in a poll of ours names the label.
func TestVote(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	poll := r.c.receiver().BuildPollCreation("Resolveu?", []string{"Sim", "Não"}, 1)
	id := partID("poll", 0)
	_, err := r.c.receiver().SendMessage(t.Context(), r.ana.Account.Phone(), poll, whatsmeow.SendRequestExtra{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	asked := r.ana.Hear(func(string) bool { return true })
	for _, label := range []string{"Não", "Sim"} { // a mind may be changed
		vote, err := r.ana.BuildPollVote(t.Context(), &asked.Info, []string{label})
		if err != nil {
			t.Fatal(err)
		}
		in := r.tell(vote)
		if in.Kind != message.Press || in.Target.ID != id || !(message.Choice{Label: label, Value: "x"}).Names(in.Choice) || (message.Choice{Label: "Talvez"}).Names(in.Choice) {
			t.Errorf("got %+v", in)
		}
	}
}

// TestOwnPhone: what is typed on the business's own phone is the team's word.
func TestOwnPhone(t *testing.T) {
	t.Parallel()
	s := watest.New(t)
	owner := s.Phone(deskNumber, "Suporte Aurora")
	o := linkedOptions(t, s)
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, server: s, desk: owner.Account, files: o.Files.(*memFiles), got: newSink(), c: c}
	r.run()
	ana := s.Phone(anaNumber, "Ana")
	ana.Say(owner.Account, "alguém aí?")
	r.got.next(t)
	id := owner.Say(ana.Account, "Oi Ana, é a Bia, já vejo")
	in := r.got.next(t)
	if !in.Own || in.From.ID != anaNumber || in.Text != "Oi Ana, é a Bia, já vejo" || in.Thread.ID != id || in.FromName != "" {
		t.Errorf("got %+v", in)
	}
	owner.Tell(ana.Account.LID(), owner.BuildEdit(ana.Account.LID(), id, text("já vejo isso")))
	if in := r.got.next(t); !in.Own || in.Kind != message.Edit || in.From.ID != anaNumber || in.Target.ID != id {
		t.Errorf("got %+v", in)
	}
}

// TestNoneOfOurs: groups, and what the phone tells of the past.
func TestNoneOfOurs(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	group := r.server.Group("Família", r.ana.Account, r.desk)
	r.ana.Tell(group.JID(), text("oi gente"))
	r.tell(text("oi desk")) // after it: the group's was passed over
	if got := r.c.Passed(); got["group"] == 0 || len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

// TestUndecryptable: what comes unreadable and is sent again is no matter; what stays so
// is told.
func TestUndecryptable(t *testing.T) {
	t.Parallel()
	t.Run("it is sent again", func(t *testing.T) {
		t.Parallel()
		r := newRig(t)
		r.tell(text("antes"))
		r.ana.Account.DamageMessages(1)
		if in := r.tell(text("de novo")); in.Text != "de novo" || in.Defect != message.Whole {
			t.Errorf("got %+v", in)
		}
	})
	t.Run("it stays so", func(t *testing.T) {
		t.Parallel()
		r := newRig(t, func(o *Options) { o.Unread = 50 * time.Millisecond })
		r.tell(text("antes"))
		r.ana.Account.DamageMessages(1)
		r.server.Mute("retry", true)
		id := r.ana.Tell(r.desk.Phone(), text("perdida"))
		if in := r.got.next(t); in.Thread.ID != id || in.Defect != message.Locked || in.Text != "" || in.From.ID != anaNumber {
			t.Errorf("got %+v", in)
		}
	})
}

// TestKeptUntilCommitted: what could not be committed is tried again, in order.
func TestKeptUntilCommitted(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.got.mu.Lock()
	r.got.fails = 3
	r.got.mu.Unlock()
	var want, got []string
	for i := range 5 {
		want = append(want, fmt.Sprint("linha ", i))
		r.ana.Say(r.desk, want[i])
	}
	for range want {
		got = append(got, r.got.next(t).Text)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	r.desk.AwaitSettled()
}

func FuzzReadCard(f *testing.F) {
	f.Add("Zé", "BEGIN:VCARD\nTEL:1\nEND:VCARD")
	f.Add("", "FN:x\n y\nitem1.TEL;a=b:+1")
	f.Fuzz(func(t *testing.T, name, raw string) {
		c := readCard(name, raw)
		if c.raw != raw {
			t.Error("the card is not kept as it came")
		}
		if slices.Contains(c.numbers, "") || strings.ContainsRune(cardWords([]card{c}), '\r') && !strings.ContainsRune(name+raw, '\r') {
			t.Errorf("got %+v", c)
		}
	})
}

// TestWhoseConversation: what is none of ours is counted and left alone, and what the
// phone tells of the past is nothing new.
func TestWhoseConversation(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Account: "principal", DSN: "none", Files: newMemFiles(), Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	ana, own := types.NewJID(anaNumber, types.DefaultUserServer), types.NewJID(deskNumber, types.DefaultUserServer)
	for name, tc := range map[string]struct {
		source types.MessageSource
		passed string // empty: it concerns us
	}{
		"a customer":                  {types.MessageSource{Chat: ana, Sender: ana}, ""},
		"our own phone to a customer": {types.MessageSource{Chat: ana, Sender: own, IsFromMe: true}, ""},
		"a note to ourselves":         {types.MessageSource{Chat: own, Sender: own, IsFromMe: true}, "self"},
		"a group":                     {types.MessageSource{Chat: types.NewJID("1", types.GroupServer), Sender: ana, IsGroup: true}, "group"},
		"a status post":               {types.MessageSource{Chat: types.StatusBroadcastJID, Sender: ana, IsGroup: true}, "status"},
		"a channel":                   {types.MessageSource{Chat: types.NewJID("1", types.NewsletterServer)}, "newsletter"},
	} {
		before := c.Passed()[tc.passed]
		if got := c.concernsUs(tc.source); got != (tc.passed == "") || !got && c.Passed()[tc.passed] != before+1 {
			t.Errorf("%s: got %t, passed %v", name, got, c.Passed())
		}
	}
	if !c.hear(t.Context(), &events.HistorySync{}) { // there is no sink: what is taken would fail
		t.Error("history is taken for messages")
	}
}
