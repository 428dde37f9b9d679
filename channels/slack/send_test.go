package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/channels"
	"recado/channels/slack/slackfake"
	"recado/core/message"
)

// texts are the texts of the app's messages in a room or a thread.
func texts(of []*slackfake.Message) (all []string) {
	for _, m := range of {
		all = append(all, m.Text)
	}
	return all
}

func TestALongTextInParts(t *testing.T) {
	d := newDesk(t)
	root := d.send(message.Outbound{ID: newID(), Text: "chamado"})
	long := strings.TrimSpace(strings.Repeat("Uma frase <!channel> & de teste. ", 400))
	out := message.Outbound{ID: newID(), Text: long, Root: root}
	d.send(out)
	parts := d.room.Messages()[0].Replies()
	if len(parts) < 3 {
		t.Fatalf("%d parts", len(parts))
	}
	for _, p := range parts {
		if length(p.Text) > longestText {
			t.Errorf("a part of %d characters", length(p.Text))
		}
	}
	if got := strings.Join(texts(parts), " "); entities.Replace(got) != long {
		t.Error("the parts say something else")
	}
	if called := d.fake.Mentions(); len(called) > 0 {
		t.Errorf("called %v", called)
	}

	// Changed: shorter, then longer; and taken back.
	change := func(text string, want int) {
		t.Helper()
		d.send(message.Outbound{ID: newID(), Kind: message.Edit, Text: text, Root: root, SentAs: parts[0].UpstreamID(), Amends: &out})
		left := d.room.Messages()[0].Replies()
		if len(left) != want || entities.Replace(strings.Join(texts(left), " ")) != text {
			t.Errorf("after the change to %d characters it stands in %d messages", len(text), len(left))
		}
		out.Text = text // what it was edited to last is not asked for: the parts are
	}
	change("curto", 1)
	out.Text = long
	change(strings.TrimSpace(strings.Repeat("Outra frase de teste. ", 300)), 2)
	d.send(message.Outbound{ID: newID(), Kind: message.Deletion, Root: root, SentAs: parts[0].UpstreamID(), Amends: &message.Outbound{ID: out.ID, To: out.To, Text: long}})
	if left := d.room.Messages()[0].Replies(); len(left) != 0 {
		t.Errorf("left: %d", len(left))
	}
}

func TestACardIsUpdatedInPlace(t *testing.T) {
	d := newDesk(t)
	out := message.Outbound{ID: newID(), Text: "chamado", Card: someCard()}
	as := d.send(out)
	now := out
	now.ID, now.Kind, now.Amends, now.SentAs = newID(), message.Edit, &out, as
	changed := *someCard()
	changed.Title = "2026-000001 · encerrado"
	now.Card = &changed
	if got := d.send(now); got != "" {
		t.Errorf("an edit is called %q", got)
	}
	all := d.room.Messages()
	if len(all) != 1 || all[0].Edits != 1 || !strings.Contains(all[0].Words(), "encerrado") {
		t.Errorf("there are %d messages: %s", len(all), all[0].Words())
	}
	d.work.Admin("Ada", "ada@recado.example").Deletes(all[0])
	now.ID = newID()
	d.send(now) // and nothing happens: it is gone
}

func TestInWhoseName(t *testing.T) {
	d := newDesk(t)
	d.send(message.Outbound{ID: newID(), Text: "oi", As: &message.Face{Name: "Ana Lima <!channel> · " + strings.Repeat("x", 100)}})
	m := d.room.Messages()[0]
	if !strings.HasPrefix(m.Username, "Ana Lima ‹!channel› · x") || length(m.Username) > longestName || m.IconEmoji == "" {
		t.Errorf("it appears as %q, %q", m.Username, m.IconEmoji)
	}
	d.work.Withdraw("chat:write.customize")
	d.send(message.Outbound{ID: newID(), Text: "sem nome", As: &message.Face{Name: "Ana"}})
	if m := d.room.Messages()[1]; m.Text != "sem nome" || m.Username != "" {
		t.Errorf("without the scope: %q as %q", m.Text, m.Username)
	}
}

func TestReactions(t *testing.T) {
	d := newDesk(t)
	said := d.bia.Says(d.room, "nota")
	on := message.Outbound{ID: newID(), To: d.to(), Kind: message.Reaction, Text: "🔒", About: d.c.key(spot{d.room.ID(), said.TS})}
	for range 2 { // a repeat is as it should be
		d.send(on)
	}
	if !said.Now().ReactedByApp("lock") {
		t.Error("no mark")
	}
	for range 2 {
		d.send(message.Outbound{ID: newID(), To: d.to(), Kind: message.Deletion, Amends: &on})
	}
	if said.Now().ReactedByApp("lock") {
		t.Error("the mark stays")
	}
	d.bia.Deletes(said)
	d.send(on)
	_, err := d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Kind: message.Reaction, Text: "não é emoji", About: on.About})
	if kind, _ := channels.KindOf(err); kind != channels.Permanent {
		t.Errorf("no emoji: %v", err)
	}
}

func TestFilesGoUpOnce(t *testing.T) {
	d := newDesk(t)
	digest, size, err := d.files.Keep(t.Context(), strings.NewReader("<nfe/>"), 100)
	if err != nil {
		t.Fatal(err)
	}
	root := d.send(message.Outbound{ID: newID(), Text: "chamado"})
	a := func(name string) message.Attachment {
		return message.Attachment{Name: name, MediaType: "text/xml", Size: size, Digest: digest}
	}
	out := message.Outbound{ID: newID(), Text: "dois", Root: root, Attachments: []message.Attachment{a("um <!here>.xml"), a("dois.xml")}}
	as := d.send(out)
	thread := func() []*slackfake.Message { return d.room.Messages()[0].Replies() }
	if got := thread(); len(got) != 3 || got[0].UpstreamID() != as || got[0].Text != "dois" || got[1].Files[0].Title != "um ‹!here›.xml" {
		t.Errorf("%d messages: %q", len(got), texts(got))
	}
	d.c = d.channel() // a process that died before it noted the first
	if again := d.send(out); again != as || len(thread()) != 3 {
		t.Errorf("again: %s, %d messages", again, len(thread()))
	}
	only := message.Outbound{ID: newID(), Root: root, Attachments: []message.Attachment{a("só.xml")}, As: &message.Face{Name: "Ana <!here>"}}
	if d.send(only); len(thread()) != 5 {
		t.Errorf("a file alone: %q", texts(thread()))
	}
	if all := thread(); all[len(all)-1].Files[0].Title != "Ana ‹!here› · só.xml" {
		t.Errorf("whose it is: %q", all[len(all)-1].Files[0].Title)
	}
	d.send(message.Outbound{ID: newID(), Kind: message.Deletion, SentAs: as, Root: root, Amends: &out})
	for _, m := range thread() {
		for _, f := range m.Files {
			if strings.Contains(f.Title, "dois") || strings.Contains(f.Title, "um") {
				t.Errorf("%s is still there", f.Title)
			}
		}
	}
}

// One connection that is cut holds nothing up, and says nothing twice; the second in a row
// is the outbox's.
func TestACutConnectionIsMadeAnewAtOnce(t *testing.T) {
	for name, tc := range map[string]struct {
		fault slackfake.Fault
		times int
		want  channels.ErrorKind
		said  int
	}{
		"before it took effect": {slackfake.CutBefore, 1, "", 1},
		"after it took effect":  {slackfake.CutAfter, 1, "", 1},
		"twice":                 {slackfake.CutBefore, 2, channels.Away, 0},
		"Slack is in trouble":   {slackfake.Status(503), 1, channels.Away, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.fake.Break("chat.postMessage", tc.times, tc.fault)
			_, err := d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "oi"})
			if kind, _ := channels.KindOf(err); err == nil != (tc.want == "") || err != nil && kind != tc.want {
				t.Errorf("%v, want %q", err, tc.want)
			}
			if got := d.room.Messages(); len(got) != tc.said {
				t.Errorf("%d messages: %q", len(got), texts(got))
			}
		})
	}
}

// Between every two calls of the Web API the process dies, or an answer is lost: nothing
// is said twice.
func TestWhatIsUncertainIsLookedFor(t *testing.T) {
	for _, method := range []string{"chat.postMessage", "files.getUploadURLExternal", "files.completeUploadExternal"} {
		t.Run(method, func(t *testing.T) {
			d := newDesk(t, func(o *Options) { o.Timeout = 5 * time.Second })
			digest, size, err := d.files.Keep(t.Context(), strings.NewReader("bytes"), 100)
			if err != nil {
				t.Fatal(err)
			}
			out := message.Outbound{
				ID: newID(), To: d.to(), Text: strings.Repeat("Uma frase de teste. ", 300),
				Attachments: []message.Attachment{{Name: "a.txt", MediaType: "text/plain", Size: size, Digest: digest}},
			}
			gate := d.fake.HoldAnswer(method) // it is done, and the answer never comes
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { _, err := d.c.Send(ctx, out); done <- err }()
			gate.Await()
			cancel()
			if err := <-done; err == nil {
				t.Error("it was sent all the same")
			}
			gate.Release()
			if _, err := d.c.Send(t.Context(), out); err != nil {
				t.Fatal(err)
			}
			d.c = d.channel()
			d.send(out)
			said, shared := 0, 0
			for _, m := range d.room.Messages() {
				for _, all := range append([]*slackfake.Message{m}, m.Replies()...) {
					if len(all.Files) > 0 {
						shared++
					} else {
						said++
					}
				}
			}
			if want := len(layout(out)); said != want || shared != 1 {
				t.Errorf("%d texts, want %d; %d files", said, want, shared)
			}
		})
	}
}

func TestRatesAreObeyed(t *testing.T) {
	d := newDesk(t)
	d.fake.LimitRates()
	other := d.work.Channel("outra", d.work.Bot())
	for i := range 3 {
		d.send(message.Outbound{ID: newID(), Text: fmt.Sprint("a", i)})
		d.send(message.Outbound{ID: newID(), To: address(d.work.ID(), other.ID()), Text: fmt.Sprint("b", i)})
	}
	if rude := d.fake.Disobeyed(); len(rude) > 0 {
		t.Errorf("too fast: %v", rude)
	}
	d.fake.Break("chat.postMessage", 1, slackfake.Limited(30))
	_, err := d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "x"})
	if kind, after := channels.KindOf(err); kind != channels.RateLimited || after != 30*time.Second {
		t.Errorf("limited: %v, %v", err, after)
	}
	_, err = d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "y"})
	if kind, after := channels.KindOf(err); kind != channels.RateLimited || after < 20*time.Second {
		t.Errorf("before the time was over it was tried again: %v", err)
	}
	d.send(message.Outbound{ID: newID(), To: address(d.work.ID(), other.ID()), Text: "b3"}) // the other room goes on
}

func TestRefusalsInWords(t *testing.T) {
	d := newDesk(t)
	for code, want := range map[string]string{
		"token_revoked": "install the app again", "missing_scope": "lacks a permission", "channel_not_found": "invite the app",
	} {
		d.fake.Break("chat.postMessage", 1, slackfake.Error(code))
		_, err := d.c.Send(t.Context(), message.Outbound{ID: newID(), To: d.to(), Text: "x"})
		var e *channels.Error
		if !errors.As(err, &e) || !strings.Contains(e.Err.Error(), want) {
			t.Errorf("%s: %v", code, err)
		}
	}
	if blocks := d.room.Messages(); len(blocks) != 0 {
		t.Error("something was said")
	}
	d.fake.Break("chat.postMessage", 1, slackfake.Error("invalid_blocks"))
	d.send(message.Outbound{ID: newID(), Text: "as palavras ficam", Card: someCard()})
	if all := texts(d.room.Messages()); !slices.Equal(all, []string{"as palavras ficam"}) {
		t.Errorf("said %q", all)
	}
}

// What one person is told has no title; a message that leads to another links to it.
func TestACardWithoutTitle(t *testing.T) {
	d := newDesk(t)
	d.run()
	root := d.send(message.Outbound{ID: newID(), Text: "chamado"})
	body := layout(message.Outbound{Text: "Vai em 10 segundos", Language: "pt-BR", Card: &message.Card{
		Body: "Vai em 10 segundos", Buttons: []message.Button{{Choice: message.Choice{Value: "words:undo:1", Label: "Desfazer"}}},
	}})
	if len(body) != 1 || len(body[0].blocks) != 2 {
		t.Errorf("want its words and a button, got %+v", body)
	}
	d.send(message.Outbound{ID: newID(), Text: "mudou de canal", Leads: root})
	moved := d.room.Messages()[1].Text
	if link := d.c.permalink(root); link == "" || !strings.Contains(moved, link) {
		t.Errorf("%q does not lead to %q", moved, link)
	}
}
