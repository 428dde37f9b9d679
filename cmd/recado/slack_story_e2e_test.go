package main_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels/slack/slackfake"
	"recado/channels/whatsapp/watest"
)

// teamStory is one ticket as its customers and the team see it: Ana on WhatsApp, Caio by
// mail, Bia in Slack.
type teamStory struct {
	*story
	team     *threads
	leads    *slackfake.Channel
	bia      *slackfake.User
	card     *slackfake.Message
	caio     *person
	photo    []byte
	answered *slackfake.Message // Bia's answer
	answer   *events.Message    // the same on Ana's phone
	number   string
}

// TestSlackStory is the story of TestWhatsAppStory with the team in Slack: a customer
// writes on WhatsApp, another by mail, and one ticket holds all that they and the team
// said. What is internal stays so.
func TestSlackStory(t *testing.T) {
	t.Parallel()
	s := newTeamStory(t)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("so far:\n%s\n%v %v", s.log.String(), s.desk.ledger.outcomes(), s.desk.ledger.words("select channel || ' ' || address || ' ' || state || ' ' || failure from outbox"))
		}
	})
	s.opens()
	s.isTaken()
	s.isAnswered()
	s.hasCompany()
	s.isCorrected()
	s.closes()
	s.rates()
	s.team.rests()
	s.counts(t)
	if path := os.Getenv("RECADO_STORY"); path != "" && !t.Failed() {
		write(t, path, strings.ReplaceAll(s.log.String(), s.desk.suffix, "1"))
	}
}

func newTeamStory(t *testing.T) *teamStory {
	team := newWorkspace(t)
	leads := team.team.PrivateChannel("gestao", team.team.Bot())
	c := newChats(t, settings{more: "    trust_senders: true\n" + team.section("undo: 2s, management: "+leads.ID())},
		person{nick: "ana", name: "Ana Lima", phone: "+" + anaNumber}, person{nick: "caio", name: "Caio Reis"},
		person{nick: "bia", name: "Bia Campos", team: "agent"})
	team.works(c.site)
	c.knows(t)
	c.pair()
	p := c.serves()
	c.reads(p, 30*time.Second)
	eventually(t, time.Minute, "it hears Slack", func() bool { return p.running() && partUp(t, c.pages, "slack "+team.team.ID()) })
	return &teamStory{
		story: &story{desk: c, phone: c.server.Phone(anaNumber, "Aninha")},
		team:  team, leads: leads, bia: team.users["bia"], caio: c.person("caio"),
		photo: append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), bytes.Repeat([]byte("tela do erro "), 4000)...),
	}
}

// tells writes down what somebody saw or did.
func (s *teamStory) tells(who, words string) {
	words = strings.ReplaceAll(strings.TrimSpace(words), "\n", "\n                     ")
	if len(who) >= 20 {
		who += ":"
	}
	s.log.WriteString(fmt.Sprintf("%-20s ", who) + words + "\n")
}

var fieldLabel = regexp.MustCompile(`(?m)^\*(.+)\*\n`)

// seen are a message's words with its fields and buttons as they stand on it.
func seen(m *slackfake.Message) string {
	words := fieldLabel.ReplaceAllString(m.Words(), "$1: ")
	for i, b := range m.Buttons() {
		before := " "
		if i == 0 {
			before = "\n"
		}
		words = strings.Replace(words, "\n"+b.Text, before+"["+b.Text+"]", 1)
	}
	return words
}

// writes is Bia in the ticket's thread.
func (s *teamStory) writes(text string) *slackfake.Message {
	s.tells("bia in the thread", text)
	return s.bia.Replies(s.card, text)
}

// shows waits until the thread shows words, under a name.
func (s *teamStory) shows(name string, words ...string) {
	s.desk.t.Helper()
	m := s.card.AwaitReply(slackfake.Saying(words...))
	if m.Username != name {
		s.desk.t.Errorf("%q stands in the thread under the name %q, want %q", m.Words(), m.Username, name)
	}
	s.tells("thread, "+cmp.Or(name, "recado"), m.Words())
}

// isMarked waits for the desk's reaction on words of Bia's.
func (s *teamStory) isMarked(m *slackfake.Message, emoji string) {
	s.desk.t.Helper()
	m.AwaitReaction(emoji)
	s.tells("recado marks it", emoji)
}

// sees waits for what the desk tells Bia alone.
func (s *teamStory) sees(words string) {
	s.desk.t.Helper()
	s.tells("recado to bia alone", seen(s.bia.AwaitEphemeral(slackfake.Saying(words))))
}

// stands waits until the card shows all of this.
func (s *teamStory) stands(words ...string) {
	s.desk.t.Helper()
	s.card = s.card.AwaitChange(slackfake.Saying(words...))
	s.tells("the card", strings.Join(words, " · "))
}

// opens is Ana, who shows her trouble and has no use for the article.
func (s *teamStory) opens() {
	s.tells("ana on whatsapp, with foto.jpg", "O CT-e não autoriza desde ontem")
	s.phone.Show(s.desk.number, s.photo, "O CT-e não autoriza desde ontem")
	s.hears("Separei um artigo que pode ajudar")
	s.says("não resolveu")
	s.number = protocolNumber.FindString(watest.Words(s.hears("Chamado *")))
	s.card = s.team.card(s.number)
	s.tells("the card", seen(s.card.AwaitChange(slackfake.Saying("O CT-e não autoriza desde ontem", "Ana Lima, Viação Aurora", "Aberto"))))
	s.shows("Ana Lima", "O CT-e não autoriza desde ontem")
	m := s.card.AwaitReply(func(m *slackfake.Message) bool { return len(m.Files) == 1 })
	sum := sha256.Sum256(s.photo)
	if m.Files[0].Digest() != hex.EncodeToString(sum[:]) {
		s.desk.t.Errorf("the file in the thread is %q with %d bytes, not the photo", m.Files[0].Name, len(m.Files[0].Content))
	}
	s.tells("thread, recado", m.Files[0].Name)
}

// isTaken is Bia, who takes it with a reaction and writes a note.
func (s *teamStory) isTaken() {
	s.tells("bia on the card", "👀")
	s.bia.Reacts(s.card, "👀")
	s.shows("", "Bia Campos assumiu")
	s.stands("Bia Campos", "Em andamento")
	s.isMarked(s.writes("// o certificado deles vence toda hora, cuidado"), "🔒")
}

// isAnswered is Bia, and Ana, who reads it and answers.
func (s *teamStory) isAnswered() {
	s.answered = s.writes(">> Oi, Ana! Reenviamos o lote 593, pode conferir?")
	s.sees("Vai para *Ana Lima")
	s.answer = s.hears("Reenviamos o lote 593, pode conferir?")
	mustHold(s.desk.t, watest.Words(s.answer), "*Bia*", s.number)
	s.isMarked(s.answered, "✅")
	s.stands("Aguardando o cliente")
	s.notes("ana reads it")
	if err := s.phone.MarkRead(s.desk.t.Context(), []types.MessageID{s.answer.Info.ID}, time.Now(), s.answer.Info.Chat, s.answer.Info.Sender); err != nil {
		s.desk.t.Fatal(err)
	}
	s.isMarked(s.answered, "👀")
	s.says("O 593 não é nosso <!channel>, é o 539")
	s.hears("Anotei no chamado")
	s.shows("Ana Lima", "O 593 não é nosso <!channel>, é o 539")
}

// hasCompany is Caio, whom Bia puts in copy and who answers by mail.
func (s *teamStory) hasCompany() {
	s.writes("em cópia: Caio Reis")
	s.sees("*Em cópia:* Caio Reis")
	l := s.caio.receives("em cópia no chamado")
	s.tells("recado to caio by mail", l.text)
	s.tells("caio by mail", "Aqui em Santos também parou.")
	s.caio.replies(l, "Aqui em Santos também parou.")
	s.shows("Caio Reis", "Aqui em Santos também parou.")
}

// isCorrected is Bia, who edits what Ana read.
func (s *teamStory) isCorrected() {
	s.tells("bia edits in the thread", ">> Oi, Ana! Reenviamos o lote 539, pode conferir?")
	s.bia.Edits(s.answered, ">> Oi, Ana! Reenviamos o lote 539, pode conferir?")
	now := changes(s.phone, waE2E.ProtocolMessage_MESSAGE_EDIT, s.answer.Info.ID)
	mustHold(s.desk.t, now, "*Bia*", "lote 539")
	s.tells("recado edits, to ana", now)
}

// closes is Bia, by the card's button and the form.
func (s *teamStory) closes() {
	s.tells("bia on the card", "[Encerrar]")
	s.bia.Presses(s.card, "Encerrar")
	form := s.bia.AwaitModal(slackfake.Showing("final"))
	s.tells("a form for bia", form.Words())
	s.tells("bia in the form", "Lote 539 reenviado e autorizado.")
	s.bia.Submits(form, slackfake.Values{"words": "Lote 539 reenviado e autorizado."})
	s.bia.AwaitNoModal()
	mustHold(s.desk.t, watest.Words(s.hears("Lote 539 reenviado e autorizado.")), "De 1 a 5, quantas estrelas para o *atendimento*?")
	s.caio.receives("Lote 539 reenviado e autorizado.")
	s.stands("Encerrado")
}

// rates is Ana, who was not served well.
func (s *teamStory) rates() {
	s.says("2")
	s.hears("E de 1 a 5, para a *solução*")
	s.says("1")
	s.hears("Quer deixar um comentário?")
	s.says("1")
	s.hears("Pode escrever")
	s.says("Demorou demais")
	s.hears("obrigado pela avaliação")
	low := s.leads.Await(slackfake.Saying("Avaliação baixa no *"+s.number+"*", "Demorou demais"))
	s.tells("management's channel", low.Words())
}

// counts checks what is kept, and that nobody heard what was not for them.
func (s *teamStory) counts(t *testing.T) {
	ledger := s.desk.ledger
	if got := ledger.words("select number || ' ' || status from ticket"); !slices.Equal(got, []string{s.number + " closed"}) {
		t.Errorf("the tickets are %v, want one closed", got)
	}
	want := []string{
		"O CT-e não autoriza desde ontem", "o certificado deles vence toda hora, cuidado", "Oi, Ana! Reenviamos o lote 539, pode conferir?",
		"O 593 não é nosso <!channel>, é o 539", "Aqui em Santos também parou.", "Lote 539 reenviado e autorizado.",
	}
	if got := ledger.entries(s.number); !slices.Equal(got, want) {
		t.Errorf("the ticket holds %q, want %q", got, want)
	}
	if got := ledger.words("select service || ' ' || solution || ' ' || comment from survey where kind = 'csat'"); !slices.Equal(got, []string{"2 1 Demorou demais"}) {
		t.Errorf("the stars are %q", got)
	}
	heard := ledger.words("select body from outbox where channel in ('whatsapp', 'email')")
	for _, m := range s.phone.Heard() {
		heard = append(heard, watest.Words(m))
	}
	for _, p := range []*person{s.desk.person("ana"), s.caio} {
		for _, l := range p.letters() {
			heard = append(heard, l.text, l.html)
		}
	}
	for _, words := range heard {
		mustLack(t, words, "vence toda hora", "🔒", "Vai para", "Desfazer", "só da equipe", ">> ")
	}
	if roots := s.team.room.Messages(); len(roots) != 1 {
		t.Errorf("%d messages stand in the team's channel, want the card alone", len(roots))
	}
	if called := s.team.slack.Mentions(); len(called) > 0 {
		t.Errorf("the desk called %q", called)
	}
	if lost := s.team.slack.Lost(); len(lost) > 0 {
		t.Errorf("Slack gave up on %q", lost)
	}
	for _, odd := range [][]string{s.team.slack.Oddities(), s.desk.server.Oddities(), ledger.failures()} {
		if len(odd) > 0 {
			t.Errorf("in passing: %q", odd)
		}
	}
}
