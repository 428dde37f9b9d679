package whatsapp

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels/whatsapp/watest"
	"recado/core/message"
)

// calling is a text in a group that mentions somebody.
func calling(words string, who ...types.JID) *waE2E.Message {
	info := &waE2E.ContextInfo{}
	for _, jid := range who {
		info.MentionedJID = append(info.MentionedJID, jid.String())
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &words, ContextInfo: info}}
}

// groupRig is a group of two customers and the desk.
func groupRig(t *testing.T, groups bool) (r *rig, beto *watest.Phone, group types.JID) {
	t.Helper()
	r = newRig(t, func(o *Options) { o.Groups, o.Memory = groups, &memory{} })
	beto = r.server.Phone("5511999990002", "Beto")
	return r, beto, r.server.Group("Aurora e suporte", r.ana.Account, beto.Account, r.desk).JID()
}

// What is for the desk in a group is its member's own words, in the conversation with
// them alone, by whichever name the desk is called; the rest is passed over.
func TestGroupsAreRooms(t *testing.T) {
	r, beto, group := groupRig(t, true)
	r.ana.Tell(group, text("alguém almoça às 12?"))
	r.ana.Tell(group, calling("@"+beto.Account.Phone().User+" você vem?", beto.Account.Phone()))
	id := r.ana.Tell(group, calling("@"+r.desk.LID().User+" o CT-e não autoriza", r.desk.LID()))
	in := r.got.next(t)
	ana := message.Address{Channel: message.WhatsApp, ID: anaNumber}
	if in.Text != "o CT-e não autoriza" || in.From != ana || in.Conversation != message.ConversationWith("principal", ana) || in.Proof != message.ByUpstream ||
		!in.Room.IsZero() || in.Thread.ID != id || in.FromName != "Ana" {
		t.Errorf("ana's call became %+v", in)
	}
	beto.Tell(group, calling("comigo também, @"+deskNumber+"!", r.desk.Phone()))
	if in := r.got.next(t); in.Text != "comigo também, !" || in.From.ID != "5511999990002" {
		t.Errorf("beto's call became %+v", in)
	}
	beto.Tell(group, calling("@"+deskNumber, r.desk.Phone()))
	if in := r.got.next(t); in.Text != greeting {
		t.Errorf("a call without words became %+v", in)
	}
	beto.Tell(group, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: new("é isso"), ContextInfo: &waE2E.ContextInfo{StanzaID: new("3EB0"), Participant: new(r.desk.LID().String())},
	}})
	if in := r.got.next(t); in.Text != "é isso" {
		t.Errorf("an answer to the desk's phone became %+v", in)
	}

	if err := r.c.MarkRead(t.Context(), []message.Inbound{in}); err != nil {
		t.Fatal(err)
	}
	read := watest.Await(r.ana, func(e *events.Receipt) bool { return e.Type == types.ReceiptTypeRead && e.MessageIDs[0] == id })
	if read.Chat != group {
		t.Errorf("read in %s", read.Chat)
	}
	r.ana.Tell(group, &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: &id, FromMe: new(true)},
		EditedMessage: calling("@"+r.desk.LID().User+" o MDF-e não autoriza", r.desk.LID()),
	}})
	if in := r.got.next(t); in.Kind != message.Edit || in.Target.ID != id || in.Text != "o MDF-e não autoriza" {
		t.Errorf("the edit became %+v", in)
	}

	// Answers go to the member; the group hears nothing.
	_, err := r.c.Send(t.Context(), message.Outbound{ID: "1", To: ana, Text: "Chamado 2026-000001 aberto."})
	if err != nil {
		t.Fatal(err)
	}
	if m := r.ana.Hear(func(words string) bool { return words == "Chamado 2026-000001 aberto." }); m.Info.IsGroup {
		t.Error("the answer is in the group")
	}
	for _, m := range append(beto.Heard(), r.ana.Heard()...) {
		if m.Info.Sender.User == r.desk.LID().User || m.Info.Sender.User == deskNumber {
			t.Errorf("the desk said %q to %s", watest.Words(m), m.Info.Chat)
		}
	}
	if passed := r.c.Passed()["group"]; passed < 2 {
		t.Errorf("%d messages were passed over", passed)
	}
}

// Words that were not for the desk are not taken when they are changed; a number that
// passes groups over takes no call either, nor what its own phone says there.
func TestGroupsThatAreNotForTheDesk(t *testing.T) {
	r, _, group := groupRig(t, true)
	id := r.ana.Tell(group, text("alguém almoça às 12?"))
	r.ana.Tell(group, &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: &id}, EditedMessage: text("alguém almoça às 13?"),
	}})
	r.server.Phone(deskNumber, "Suporte").Tell(group, calling("@"+deskNumber+" eu mesmo", r.desk.Phone()))
	r.hears("só isto chega")

	r, _, group = groupRig(t, false)
	r.ana.Tell(group, calling("@"+deskNumber+" o CT-e não autoriza", r.desk.Phone()))
	r.hears("só isto chega")
}

// A later process still knows which words were for the desk.
func TestCallsAreRemembered(t *testing.T) {
	m := &memory{}
	first, later := calls{name: "x"}, calls{name: "x"}
	for i := range mostCalls + 1 {
		first.add(t.Context(), m, string(rune('a'+i)))
	}
	if later.has(t.Context(), m, "a") || !later.has(t.Context(), m, "b") || later.has(t.Context(), m, "") {
		t.Errorf("remembered: %q", m.text["x"])
	}
}
