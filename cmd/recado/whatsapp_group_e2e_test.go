package main_test

import (
	"strings"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/channels/whatsapp/watest"
)

// In a company's group a member who calls the desk is answered alone, and so is somebody
// whom the desk does not know; the group, and who did not call, hear nothing of it.
func TestWhatsAppGroup(t *testing.T) {
	t.Parallel()
	c := newChats(t, settings{},
		person{nick: "ana", name: "Ana Lima", phone: "+" + anaNumber}, person{nick: "caio", name: "Caio Reis", phone: "+5511999990003"},
		person{nick: "bia", name: "Bia Campos", team: "agent"})
	c.pair()
	c.serves()
	ana, caio, zeca := c.server.Phone(anaNumber, "Ana"), c.server.Phone("5511999990003", "Caio"), c.server.Phone("5511999990004", "Zeca")
	group := c.server.Group("Aurora e suporte", ana.Account, caio.Account, zeca.Account, c.number).JID()
	calls := func(who *watest.Phone, words string) {
		words = "@" + c.number.LID().User + " " + words
		who.Tell(group, &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
			Text: &words, ContextInfo: &waE2E.ContextInfo{MentionedJID: []string{c.number.LID().String()}},
		}})
	}
	caio.Tell(group, &waE2E.Message{Conversation: new("bom dia, o café está pronto")})
	calls(ana, "O CT-e não autoriza desde ontem")
	ana.Hear(func(words string) bool {
		return strings.Contains(words, "Abrir chamado") && !strings.Contains(words, "@")
	})
	ana.Say(c.number, "1")
	ana.Hear(func(words string) bool { return strings.Contains(words, "aberto") })
	calls(zeca, "meus chamados")
	zeca.Hear(func(words string) bool { return strings.Contains(words, "e-mail de trabalho") })
	calls(caio, "2026-000001")
	caio.Hear(func(words string) bool { return strings.Contains(words, "Não encontrei") })

	c.ledger.settled(4) // the coffee is not among them
	for _, who := range []*watest.Phone{ana, caio, zeca} {
		for _, m := range who.Heard() {
			if from := m.Info.Sender.User; from == c.number.LID().User || from == deskNumber {
				if m.Info.IsGroup || who == caio && strings.Contains(watest.Words(m), "CT-e") {
					t.Errorf("%s heard %q in %s", who.Account.Phone().User, watest.Words(m), m.Info.Chat)
				}
			}
		}
	}
}
