package main_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types/events"

	"recado/channels/whatsapp/watest"
)

const (
	deskNumber = "5511988880000"
	anaNumber  = "5511999990001"
)

// chats is a desk with a number, and the WhatsApp that it talks through. The program is
// a process of its own, led to us by HTTPS_PROXY and SSL_CERT_FILE alone.
type chats struct {
	*site
	server  *watest.Server
	number  *watest.Account
	environ []string
}

func newChats(t testing.TB, s settings, people ...person) *chats {
	t.Helper()
	s.more += "whatsapp: [{account: principal, groups: rooms}]\nchat: {quiet: {whatsapp: " + cmp.Or(s.quiet, "0s") + "}}\n"
	c := &chats{site: newSite(t, s, people...), server: watest.New(t)}
	c.number = c.server.Account(deskNumber, "Suporte Aurora")
	c.environ = []string{"HTTPS_PROXY=" + c.server.Proxy(), "NO_PROXY=", "no_proxy=", "SSL_CERT_FILE=" + c.server.CertFile()}
	return c
}

// runs starts a command of the program that talks to our WhatsApp.
func (c *chats) runs(args ...string) *program {
	c.t.Helper()
	return startFile(c.t, forWhatsApp.path(c.t), c.environ, append(args, "-c", c.config)...)
}

var toType = regexp.MustCompile(`\b[A-Z0-9]{4}-[A-Z0-9]{4}\b`)

// pair links the number by the code that the program shows.
func (c *chats) pair() {
	c.t.Helper()
	p := c.runs("whatsapp", "pair", "--phone", "+"+deskNumber)
	var code string
	eventually(c.t, time.Minute, "a code to type in", func() bool {
		code = toType.FindString(string(p.output()))
		return code != "" && p.running()
	})
	if err := c.number.Enter(code); err != nil {
		c.t.Fatalf("the phone does not take the code %s: %v", code, err)
	}
	if status := p.ends(time.Minute); status != 0 {
		c.t.Fatalf("pairing ended with %d:\n%s", status, p.output())
	}
}

// serves starts the desk and waits until it is connected.
func (c *chats) serves() *program {
	c.t.Helper()
	p := c.runs("serve")
	eventually(c.t, time.Minute, "the number is connected", func() bool { return p.running() && partUp(c.t, c.pages, "whatsapp principal") })
	return p
}

// story is one conversation as its customer sees it, written down as it goes.
type story struct {
	desk  *chats
	phone *watest.Phone
	log   strings.Builder
}

func (s *story) says(text string) {
	s.desk.t.Helper()
	s.log.WriteString("ana on whatsapp      " + text + "\n")
	s.phone.Say(s.desk.number, text)
}

// hears waits for a message that holds some words.
func (s *story) hears(words string) *events.Message {
	s.desk.t.Helper()
	m := s.phone.Hear(func(text string) bool { return strings.Contains(text, words) })
	s.log.WriteString("recado to ana        " + strings.ReplaceAll(watest.Words(m), "\n", "\n                     ") + "\n")
	return m
}

func (s *story) notes(what string) { s.log.WriteString("# " + what + "\n") }

var sixDigits = regexp.MustCompile(`\*?\b(\d{6})\b`)

// TestWhatsAppStory is the whole story on the wire: the number is linked, a customer
// whom it does not know writes, proves who she is by a mail through Postfix and Dovecot,
// shows a photo, refuses the article, opens the ticket, gets the agent's answer, closes
// and gives stars.
func TestWhatsAppStory(t *testing.T) {
	t.Parallel()
	c := newChats(t, settings{},
		person{nick: "ana", name: "Ana Lima"}, person{nick: "bia", name: "Bia Campos", team: "agent"},
		person{nick: "rui", name: "Rui Prado", team: "supervisor"})
	ana, bia, rui := c.person("ana"), c.person("bia"), c.person("rui")
	c.knows(t)
	c.pair()
	p := c.serves()
	c.reads(p, 30*time.Second)
	s := &story{desk: c, phone: c.server.Phone(anaNumber, "Aninha")}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("so far:\n%s\n%v %v", s.log.String(), c.ledger.outcomes(), c.ledger.words("select channel || ' ' || address || ' ' || state || ' ' || failure from outbox"))
		}
	})

	photo := append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), bytes.Repeat([]byte("tela do erro "), 4000)...)
	s.notes("a photo of the error, with words below")
	s.log.WriteString("ana on whatsapp, with foto.jpg      O CT-e não autoriza desde ontem\n")
	s.phone.Show(c.number, photo, "O CT-e não autoriza desde ontem")
	s.hears("Ainda não conheço este número")
	s.says(ana.address)
	s.hears("Enviei um código de 6 números")
	mailed := ana.receives("O seu código para falar com Suporte Aurora")
	s.notes("the code is in her mailbox, " + "through Postfix and Dovecot")
	s.says("000000")
	s.hears("Esse código não confere")
	s.says(sixDigits.FindStringSubmatch(mailed.text)[1])
	s.hears("Tudo certo, Ana, prazer!")
	s.hears("Separei um artigo que pode ajudar")
	s.says("não resolveu")
	opened := watest.Words(s.hears("Chamado *"))
	number := protocolNumber.FindString(opened)
	mustHold(t, opened, number, "aberto")

	news := bia.receivesRaw("[" + number + "]")
	s.notes("the agent answers by mail")
	bia.replies(news, "Oi, Ana! Reenviamos o lote, pode conferir?")
	answer := watest.Words(s.hears("Reenviamos o lote, pode conferir?"))
	mustHold(t, answer, "*Bia*", number)
	mustLack(t, answer, "escreveu:", "vai para:")
	s.says("Conferi: agora autorizou!")
	s.hears("Anotei no chamado")
	bia.receivesRaw("Conferi: agora autorizou!")
	s.says("fechar")
	s.hears("Quer mesmo encerrar o *" + number)
	s.says("2")
	s.hears("Escreva uma mensagem final")
	s.says("Era o certificado, obrigada")
	s.hears("encerrado")
	s.hears("De 1 a 5, quantas estrelas para o *atendimento*?")
	s.says("⭐⭐⭐⭐⭐")
	s.hears("E de 1 a 5, para a *solução*")
	s.says("4")
	s.hears("Quer deixar um comentário?")
	s.says("2")
	s.hears("Muito obrigado pela avaliação")
	s.hears("de 0 a 10")
	rui.receivesRaw("Atendimento: ")

	c.number.AwaitSettled()
	eventually(t, deliveryTime, "everything has an outcome and nothing is unsent", func() bool {
		return c.ledger.outcomes()[""] == 0 && c.ledger.unsent() == 0
	})
	if got := c.ledger.words("select status from ticket"); !slices.Equal(got, []string{"closed"}) {
		t.Errorf("the tickets are %v, want one closed", got)
	}
	want := []string{"O CT-e não autoriza desde ontem", "Oi, Ana! Reenviamos o lote, pode conferir?", "Conferi: agora autorizou!", "Era o certificado, obrigada"}
	if got := c.ledger.entries(number); !slices.Equal(got, want) {
		t.Errorf("the ticket holds %q, want %q", got, want)
	}
	if got := c.ledger.words("select service || ' ' || solution from survey where kind = 'csat'"); !slices.Equal(got, []string{"5 4"}) {
		t.Errorf("the stars are %v", got)
	}
	sum := sha256.Sum256(photo)
	if got := c.ledger.words("select attachments from entry where attachments <> ''"); len(got) != 1 || !strings.Contains(got[0], hex.EncodeToString(sum[:])) {
		t.Errorf("the photo is not the ticket's: %v", got)
	}
	if failures := c.ledger.failures(); len(failures) > 0 {
		t.Errorf("in passing: %q", failures)
	}
	if path := os.Getenv("RECADO_STORY"); path != "" && !t.Failed() {
		write(t, path, strings.ReplaceAll(s.log.String(), c.suffix, "1"))
	}
}

// receivesRaw waits for a letter by what stands in it as it travels: one with files is
// no pair of text and HTML.
func (p *person) receivesRaw(words string) letter {
	p.site.t.Helper()
	raw := p.mailbox().Wait(deliveryTime, func(raw []byte) bool { return bytes.Contains(raw, []byte(words)) })
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		p.site.t.Fatal(err)
	}
	return letter{raw: raw, header: m.Header}
}

// knows gives the desk the article that the stories speak of.
func (c *chats) knows(t *testing.T) {
	t.Helper()
	knowledge := filepath.Join(t.TempDir(), "knowledge.yaml")
	write(t, knowledge, `articles:
  - id: cte
    title: CT-e não autoriza na SEFAZ
    body: Confira a validade do certificado digital e o horário do servidor. Depois, reenvie o lote.
    phrasings: [o CT-e não autoriza, o CT-e não sai]
`)
	run(t, "import", "-c", c.config, knowledge)
}
