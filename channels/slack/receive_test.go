package slack

import (
	"slices"
	"testing"

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
