package whatsapp

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

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
