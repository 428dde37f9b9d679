package slack

import (
	"reflect"
	"slices"
	"testing"

	"recado/channels/slack/slackfake"
	"recado/core/message"
)

func TestWhatIsSaidInAThread(t *testing.T) {
	d := newDesk(t)
	rui := d.work.Member("Rui Alves", "rui@recado.example")
	d.room.Invite(rui)
	d.run()
	card := d.send(message.Outbound{ID: newID(), Text: "*Chamado 2026-000001*"})
	root := d.room.Messages()[0]
	if root.UpstreamID() != card {
		t.Fatalf("the card is %s, and was said to be %s", root.UpstreamID(), card)
	}
	said := d.bia.Replies(root, "Oi "+rui.Mention()+", veja https://a.example/x?a=1&b=2 & *isto* :wave:")
	in := d.hear(1)
	want := message.Inbound{
		Key: message.Key{Channel: message.Slack, Account: d.work.ID(), ID: said.UpstreamID()}, Kind: message.Text,
		Conversation: "slack/" + d.work.ID() + "/" + card, From: address(d.work.ID(), d.bia.ID()), FromName: "Bia",
		Also: []message.Address{{Channel: message.Email, ID: "bia@recado.example"}}, Proof: message.ByUpstream, Room: d.to(),
	}
	if in.Key != want.Key || in.Kind != want.Kind || in.Conversation != want.Conversation || in.From != want.From || in.FromName != want.FromName ||
		!slices.Equal(in.Also, want.Also) || in.Proof != want.Proof || in.Room != want.Room {
		t.Errorf("\n got %+v\nwant %+v", in, want)
	}
	if want := "Oi @Rui, veja https://a.example/x?a=1&b=2 & *isto* 👋"; in.Text != want {
		t.Errorf("text %q, want %q", in.Text, want)
	}
	if want := []message.Address{address(d.work.ID(), rui.ID())}; !slices.Equal(in.Mentions, want) {
		t.Errorf("mentions %v, want %v", in.Mentions, want)
	}
	if want := []string{card}; !slices.Equal(in.Thread.Refs, want) || in.Thread.ID != said.UpstreamID() {
		t.Errorf("thread %+v, want %v", in.Thread, want)
	}
	if n := d.count(); n != 1 {
		t.Errorf("%d items", n)
	}
}

// told is what a test compares of an item.
type told struct {
	kind         message.Kind
	text, choice string
	target       string
	refs         []string
	conversation string
	room         message.Address
	broadcast    bool
	auto         message.Auto
}

func (d *desk) tells(in message.Inbound, want told) {
	d.t.Helper()
	got := told{in.Kind, in.Text, in.Choice, in.Target.ID, in.Thread.Refs, in.Conversation, in.Room, in.Broadcast, in.Auto}
	if !reflect.DeepEqual(got, want) {
		d.t.Errorf("heard\n %+v, want\n %+v", got, want)
	}
	if in.Auto == "" && (in.From != address(d.work.ID(), d.bia.ID()) || in.Proof != message.ByUpstream) {
		d.t.Errorf("%s is from %s, %s", in.Kind, in.From, in.Proof)
	}
}

// Everything that somebody does in a thread, in the order in which it is done.
func TestWhatPeopleDoInAThread(t *testing.T) {
	d := newDesk(t, func(o *Options) { o.Sockets = 1 })
	d.run()
	card := d.send(message.Outbound{ID: newID(), Text: "chamado"})
	root := d.room.Messages()[0]
	thread := "slack/" + d.work.ID() + "/" + card
	in := func(w told) told {
		w.room, w.refs = d.to(), []string{card}
		w.conversation = thread
		return w
	}

	said := d.bia.Replies(root, "oi")
	d.tells(d.hear(1), in(told{kind: message.Text, text: "oi"}))
	d.bia.Edits(said, "oi, Ana")
	d.tells(d.hear(2), in(told{kind: message.Edit, text: "oi, Ana", target: said.UpstreamID()}))
	d.bia.Reacts(said, "eyes")
	d.tells(d.hear(3), in(told{kind: message.Reaction, choice: "👀", target: said.UpstreamID()}))
	d.bia.Unreacts(said, "eyes")
	undone := d.hear(4)
	d.tells(undone, in(told{kind: message.Reaction, target: said.UpstreamID()}))
	if undone.Form["taken"] != "👀" {
		t.Errorf("taken back: %v", undone.Form)
	}
	d.bia.Deletes(said)
	d.tells(d.hear(5), in(told{kind: message.Deletion, target: said.UpstreamID()}))
	d.bia.RepliesAloud(root, "para todos verem")
	d.tells(d.hear(6), in(told{kind: message.Text, text: "para todos verem", broadcast: true}))

	mine := d.bia.Says(d.room, "outro assunto :ticket:")
	d.tells(d.hear(7), told{kind: message.Text, text: "outro assunto 🎫", room: d.to(), conversation: "slack/" + d.work.ID() + "/" + mine.UpstreamID()})
	d.bia.Reacts(mine, "ticket")
	marked := d.hear(8)
	d.tells(marked, told{kind: message.Reaction, choice: "🎫", text: "outro assunto 🎫", target: mine.UpstreamID(), room: d.to(),
		refs: []string{mine.UpstreamID()}, conversation: "slack/" + d.work.ID() + "/" + mine.UpstreamID()})
	if n := d.count(); n != 8 {
		t.Errorf("%d items; what the app itself did may be among them", n)
	}
}

// A reaction on a message that this process never saw: its thread is asked for.
func TestAReactionOnAnOldMessage(t *testing.T) {
	d := newDesk(t)
	root := d.work.Bot().Says(d.room, "chamado")
	old := d.bia.Replies(root, "de ontem")
	d.fake.GiveUp()
	d.run()
	d.bia.Reacts(old, "white_check_mark")
	d.tells(d.hear(1), told{kind: message.Reaction, choice: "✅", target: old.UpstreamID(), room: d.to(), refs: []string{root.UpstreamID()},
		conversation: "slack/" + d.work.ID() + "/" + root.UpstreamID()})
}

// What machines say comes in as theirs, and nothing is proved of it.
func TestMachinesAreMachines(t *testing.T) {
	d := newDesk(t)
	flow, robot := d.work.Workflow("Plantão"), d.work.OtherBot("Deploy")
	d.room.Invite(flow, robot)
	d.run()
	root := d.work.Bot().Says(d.room, "chamado")
	for i, who := range []*slackfake.User{flow, robot} {
		said := who.Replies(root, "deploy feito "+d.bia.Mention())
		in := d.hear(i + 1)
		if in.Auto != message.ByApp || in.Proof != message.Unproved || len(in.Also) > 0 || in.Thread.ID != said.UpstreamID() {
			t.Errorf("%s: %+v", who.Name(), in)
		}
	}
	if n := d.count(); n != 2 {
		t.Errorf("%d items", n)
	}
}

// Guests and people of other workspaces are the account that Slack says, and nothing more:
// they have no e-mail here, and no part in the team.
func TestGuestsAndStrangersAreTheirAccountAlone(t *testing.T) {
	d := newDesk(t)
	other := d.fake.Workspace("Cliente")
	guest, stranger := d.work.Guest("Gil", "gil@recado.example"), other.Member("Sue", "sue@recado.example")
	shared := d.work.SharedChannel("com-cliente", other, d.bia, guest, stranger, d.work.Bot())
	d.run()
	for i, c := range []struct {
		who  *slackfake.User
		from message.Address
	}{{guest, address(d.work.ID(), guest.ID())}, {stranger, address(other.ID(), stranger.ID())}} {
		c.who.Says(shared, "oi")
		in := d.hear(i + 1)
		if in.From != c.from || in.Proof != message.AsGuest || in.Doubt == "" || len(in.Also) > 0 || in.Standing != "" {
			t.Errorf("%s: %+v", c.who.Name(), in)
		}
	}
	d.bia.Says(shared, "oi")
	if in := d.hear(3); in.Proof != message.ByUpstream || len(in.Also) != 1 {
		t.Errorf("a member among them: %+v", in)
	}
	guest.Deactivate()
	d.fake.AwaitSettled()
	guest.Says(shared, "oi")
	if in := d.hear(4); in.Proof != message.Unproved || in.Doubt == "" {
		t.Errorf("a guest who was put out: %+v", in)
	}
}

// A profile that changed is read anew; while Slack does not tell, what was known holds,
// and of somebody new nothing is said before it does.
func TestProfiles(t *testing.T) {
	d := newDesk(t)
	d.run()
	d.bia.Says(d.room, "um")
	d.hear(1)
	d.bia.Rename("Beatriz Souza", "beatriz@recado.example")
	d.fake.AwaitSettled()
	d.bia.Says(d.room, "dois")
	if in := d.hear(2); in.FromName != "Beatriz" || in.Also[0].ID != "beatriz@recado.example" {
		t.Errorf("after the change: %+v", in)
	}
	rui := d.work.Member("Rui", "rui@recado.example")
	d.room.Invite(rui)
	d.fake.Break("users.info", 3, slackfake.Status(503))
	rui.Says(d.room, "três")
	if in := d.hear(3); in.FromName != "Rui" || len(in.Also) != 1 {
		t.Errorf("while Slack was away: %+v", in)
	}
	rui.Deactivate()
	d.fake.AwaitSettled()
	rui.Says(d.room, "quatro")
	if in := d.hear(4); in.Proof != message.Unproved || len(in.Also) > 0 {
		t.Errorf("of a deactivated account: %+v", in)
	}
}

func TestFilesComeIn(t *testing.T) {
	d := newDesk(t, func(o *Options) { o.MaxFile = 100 })
	d.run()
	root := d.work.Bot().Says(d.room, "chamado")
	d.bia.SharesIn(root, "veja", slackfake.Upload{Name: "nota <!here>.xml", MediaType: "text/xml", Content: []byte("<nfe/>")},
		slackfake.Upload{Name: "enorme.bin", MediaType: "application/octet-stream", Content: make([]byte, 101)})
	in := d.hear(1)
	if in.Text != "veja" || len(in.Attachments) != 1 || in.Attachments[0].Name != "nota <!here>.xml" || string(d.files.all[in.Attachments[0].Digest]) != "<nfe/>" {
		t.Errorf("heard %+v", in)
	}
	if len(in.Refused) != 1 || in.Refused[0].Why != message.TooLarge || in.Refused[0].Name != "enorme.bin" {
		t.Errorf("refused %+v", in.Refused)
	}
	d.bia.SharesIn(root, "", slackfake.Upload{Name: "só.txt", MediaType: "text/plain", Content: []byte("x")})
	if in := d.hear(2); in.Text != "" || len(in.Attachments) != 1 {
		t.Errorf("without words: %+v", in)
	}
}

func TestCommandsShortcutsAndTheDesksPage(t *testing.T) {
	d := newDesk(t)
	d.run()
	said := d.bia.Says(d.room, "o CT-e não sai <x>")
	d.hear(1)
	alone := message.ConversationWith(d.work.ID(), address(d.work.ID(), d.bia.ID()))
	d.bia.Command(d.room, "/recado", " abrir o <b> ").Await()
	d.tells(d.hear(2), told{kind: message.Command, text: "abrir o <b>", choice: "/recado", room: d.to(), conversation: alone})
	d.bia.Shortcut(said, "ticket").Await()
	d.tells(d.hear(3), told{kind: message.Shortcut, text: "o CT-e não sai <x>", choice: "ticket", target: said.UpstreamID(), room: d.to(),
		refs: []string{said.UpstreamID()}, conversation: "slack/" + d.work.ID() + "/" + said.UpstreamID()})
	d.bia.OpensHome()
	d.tells(d.hear(4), told{kind: message.Arrived, conversation: alone})
	d.bia.Says(d.bia.DM(), "oi, robô")
	d.tells(d.hear(5), told{kind: message.Text, text: "oi, robô", conversation: alone})
	if d.hear(2).Trigger == "" || d.hear(3).Trigger == "" {
		t.Error("no trigger to answer with a form")
	}
}

// What is said in rooms that are not the desk's is left alone.
func TestElsewhereIsLeftAlone(t *testing.T) {
	d := newDesk(t)
	geral := d.work.Channel("geral", d.bia, d.work.Bot())
	d.c = d.channel(func(o *Options) { o.Rooms = []string{d.room.ID()} })
	d.run()
	said := d.bia.Says(geral, "almoço?")
	d.bia.Reacts(said, "+1")
	d.bia.Edits(said, "almoço!")
	d.bia.Deletes(said)
	lunch := d.bia.Says(geral, "o sistema caiu")
	d.bia.Reacts(lunch, "ticket")
	in := d.hear(1)
	if in.Choice != "🎫" || in.Text != "o sistema caiu" {
		t.Errorf("heard %+v", in)
	}
	d.bia.Says(d.room, "oi")
	d.hear(2)
	if n, passed := d.count(), d.c.Passed(); n != 2 || passed["elsewhere"] != 5 {
		t.Errorf("%d items, passed %v", n, passed)
	}
}
