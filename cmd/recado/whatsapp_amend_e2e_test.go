package main_test

import (
	"slices"
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels/whatsapp/watest"
)

const biaNumber = "5511999990009"

// changes waits for an edit or a deletion on a phone, and says of which message and to what.
func changes(p *watest.Phone, kind waE2E.ProtocolMessage_Type, of types.MessageID) string {
	protocol := func(m *events.Message) *waE2E.ProtocolMessage {
		if e := m.RawMessage.GetEditedMessage(); e != nil {
			return e.GetMessage().GetProtocolMessage()
		}
		return m.RawMessage.GetProtocolMessage()
	}
	m := watest.Await(p, func(m *events.Message) bool {
		return protocol(m).GetKey().GetID() == of && protocol(m).GetType() == kind
	})
	return protocol(m).GetEditedMessage().GetConversation()
}

// asked waits for a poll whose question holds some words.
func asked(p *watest.Phone, words string) *events.Message {
	return watest.Await(p, func(m *events.Message) bool {
		return strings.Contains(m.Message.GetPollCreationMessage().GetName(), words)
	})
}

// TestWhatsAppAlbumCorrectionsAndPolls is what two real clients see of the desk: several
// pictures sent at once are one request; what the agent corrects and deletes on WhatsApp
// changes on the customer's phone; stars are given in polls, and a changed vote counts
// instead of the first.
func TestWhatsAppAlbumCorrectionsAndPolls(t *testing.T) {
	t.Parallel()
	c := newChats(t, settings{quiet: "3s"},
		person{nick: "ana", name: "Ana Lima", phone: "+" + anaNumber}, person{nick: "bia", name: "Bia Campos", team: "agent", phone: "+" + biaNumber})
	c.pair()
	c.serves()
	s := &story{desk: c, phone: c.server.Phone(anaNumber, "Aninha")}
	bia := c.server.Phone(biaNumber, "Bia")
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("so far:\n%s\n%v %v", s.log.String(), c.ledger.outcomes(), c.ledger.words("select channel || ' ' || address || ' ' || state || ' ' || failure from outbox"))
		}
	})

	s.phone.Tell(c.number.Phone(), &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: new(uint32(3))}})
	for i, caption := range []string{"O CT-e não autoriza, seguem as telas", "", ""} {
		s.phone.Show(c.number, []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00 tela "+string(rune('1'+i))), caption)
	}
	s.hears("Confere para mim")
	s.says("1")
	number := protocolNumber.FindString(watest.Words(s.hears("Chamado *")))
	if got := c.ledger.words("select attachments from entry where attachments <> ''"); len(got) != 3 || c.ledger.number("select count(*) from ticket") != 1 {
		t.Errorf("the album is %d entries with files in %d tickets: %v", len(got), c.ledger.number("select count(*) from ticket"), got)
	}

	said := bia.Say(c.number, number+" Reenviei o lote 593, pode conferir?")
	answer := s.hears("Reenviei o lote 593")
	bia.Tell(c.number.Phone(), bia.BuildEdit(c.number.Phone(), said, &waE2E.Message{Conversation: new(number + " Reenviei o lote 539, pode conferir?")}))
	if now := changes(s.phone, waE2E.ProtocolMessage_MESSAGE_EDIT, answer.Info.ID); !strings.Contains(now, "*Bia* respondeu") || !strings.Contains(now, "lote 539") {
		t.Errorf("the answer became %q", now)
	}
	note := bia.Say(c.number, number+" // cliente antigo")
	bia.Hear(func(words string) bool { return strings.Contains(words, "Nota interna") })
	bia.Tell(c.number.Phone(), bia.BuildEdit(c.number.Phone(), note, &waE2E.Message{Conversation: new(number + " cliente antigo mesmo")}))
	bia.Tell(c.number.Phone(), bia.BuildRevoke(c.number.Phone(), types.EmptyJID, said))
	changes(s.phone, waE2E.ProtocolMessage_REVOKE, answer.Info.ID)

	bia.Say(c.number, number+" fechar: Era o certificado")
	s.hears("De 1 a 5, quantas estrelas")
	service := asked(s.phone, "atendimento")
	s.votes(service, 4)
	solution := asked(s.phone, "solução")
	s.votes(service, 5)
	s.hears("atendimento: ★★★★★")
	s.votes(solution, 3)
	s.hears("Quer deixar um comentário?")
	if got := c.ledger.words("select service || ' ' || solution from survey where kind = 'csat'"); !slices.Equal(got, []string{"5 3"}) {
		t.Errorf("the stars are %v", got)
	}
	for _, m := range s.phone.Heard() {
		if strings.Contains(watest.Words(m), "cliente antigo") {
			t.Errorf("a note reached the customer: %q", watest.Words(m))
		}
	}
	eventually(t, deliveryTime, "everything has an outcome and nothing is unsent", func() bool {
		return c.ledger.outcomes()[""] == 0 && c.ledger.unsent() == 0
	})
	if got := c.ledger.words("select text from entry where kind = 'note'"); !slices.Equal(got, []string{"cliente antigo mesmo"}) {
		t.Errorf("the notes are %q", got)
	}
	if failures := c.ledger.failures(); len(failures) > 0 {
		t.Errorf("in passing: %q", failures)
	}
}

// votes chooses so many stars in a poll.
func (s *story) votes(poll *events.Message, stars int) {
	s.desk.t.Helper()
	vote, err := s.phone.BuildPollVote(s.desk.t.Context(), &poll.Info, []string{strings.Repeat("⭐", stars)})
	if err != nil {
		s.desk.t.Fatal(err)
	}
	s.phone.Tell(s.desk.number.Phone(), vote)
}
