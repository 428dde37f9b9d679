package main_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestRealMail is the main job on real input: a mail becomes a ticket, is answered
// from a mailbox of the team, closed and rated. Every message goes through Postfix
// and is read back out of Dovecot.
func TestRealMail(t *testing.T) {
	t.Parallel()
	d := newSite(t, settings{},
		person{nick: "ana", name: "Ana Lima"},
		person{nick: "bia", name: "Bia Campos", team: "agent"},
		person{nick: "rui", name: "Rui Prado", team: "supervisor"},
	)
	ana, bia, rui := d.person("ana"), d.person("bia"), d.person("rui")
	d.serveReading()

	ana.writes(draft{subject: "Resposta automática: férias", text: "Volto no dia 5.", header: []string{ana.vouched(), "Auto-Submitted: auto-replied"}})
	d.ledger.endsWith(deliveryTime, map[string]int{"filed": 1})

	begun := time.Now()
	first := ana.writes(draft{subject: "CT-e não autoriza", text: "Bom dia! O CT-e 4471 não autoriza desde ontem.", header: []string{ana.vouched()}})
	confirmation := ana.receives("abrimos o chamado")
	t.Logf("mail to confirmation in %v, with the next look at the mailbox an hour away: IDLE told of it", time.Since(begun).Round(time.Millisecond))
	number := numberIn(t, confirmation)
	if got := confirmation.header.Get("In-Reply-To"); got != first {
		t.Errorf("the confirmation answers %s, not %s", got, first)
	}

	news := bia.receives("O CT-e 4471 não autoriza desde ontem.")
	mustHold(t, news.text, number, "Ana Lima", "A sua resposta a esta mensagem vai para: Ana Lima (email)")
	rui.receives("O CT-e 4471 não autoriza desde ontem.")

	bia.replies(news, "// cuidado: a fatura da Aurora está em atraso")
	d.ledger.endsWith(deliveryTime, map[string]int{"filed": 1, "opened": 1, "added": 1})
	bia.replies(news, "Oi, Ana! Reenviamos o lote, pode conferir?")
	answer := ana.receives("Reenviamos o lote, pode conferir?")
	mustHold(t, answer.text, "Bia", number)
	mustLack(t, answer.text, "escreveu:", "vai para:") // what Bia's mail program quoted

	ana.replies(answer, "Conferi: agora autorizou!")
	added := bia.receives("Conferi: agora autorizou!")
	mustLack(t, added.text, "pode conferir?")

	bia.replies(added, "fechar: Era o certificado vencido. Qualquer coisa, é só chamar!")
	closing := ana.receives("Era o certificado vencido.")
	link := linkIn(t, closing)
	ana.replies(closing, "Estou de férias até o dia 5.", "Auto-Submitted: auto-replied")
	d.ledger.endsWith(deliveryTime, map[string]int{"filed": 2, "opened": 1, "added": 3, "closed": 1})

	for range 3 { // mail programs look at links before people do
		if status := get(t, link); status != http.StatusOK {
			t.Errorf("the rating page answers with %d", status)
		}
	}
	if n := d.ledger.number("select count(*) from survey where service > 0 or solution > 0 or answered_at > 0"); n != 0 {
		t.Error("looking at the page recorded a rating")
	}
	if heading := rate(t, link, 5, 2, "A Bia foi ótima, mas demorou."); heading != "Obrigado!" {
		t.Errorf("the page says %q", heading)
	}
	alert := rui.receives("A Bia foi ótima, mas demorou.")
	mustHold(t, alert.text, number, "Ana Lima", "Atendimento: ★★★★★", "Solução: ★★☆☆☆")
	d.ledger.endsWith(deliveryTime, map[string]int{"filed": 2, "opened": 1, "added": 3, "closed": 1, "rated": 1})

	root := confirmation.references()[0]
	for who, subjects := range map[*person]int{ana: 3, bia: 2, rui: 2} {
		d.checkLetters(who, subjects, number, root)
	}
	want := []string{
		"Bom dia! O CT-e 4471 não autoriza desde ontem.", "cuidado: a fatura da Aurora está em atraso",
		"Oi, Ana! Reenviamos o lote, pode conferir?", "Conferi: agora autorizou!",
		"Era o certificado vencido. Qualquer coisa, é só chamar!", "Estou de férias até o dia 5.",
	}
	if got := d.ledger.entries(number); !slices.Equal(got, want) {
		t.Errorf("the ticket holds %q, want %q", got, want)
	}
	if status := d.ledger.words("select status from ticket"); !slices.Equal(status, []string{"closed"}) {
		t.Errorf("the tickets are %v, want one closed", status)
	}
	if failures := d.ledger.failures(); len(failures) > 0 {
		t.Errorf("in passing: %q", failures)
	}
}

// checkLetters looks at everything that somebody got: how many, and what all mail of
// a ticket has in common.
func (d *site) checkLetters(who *person, count int, number, root string) {
	d.t.Helper()
	letters := who.letters()
	if len(letters) != count {
		d.t.Errorf("%s got %d letters, want %d", who.nick, len(letters), count)
	}
	var ids []string
	for _, l := range letters {
		d.checkLetter(who, l, number, root)
		ids = append(ids, strings.Trim(l.id(), "<>"))
	}
	if want := d.ledger.upstreamIDs(who.address); !sameSet(ids, want) {
		d.t.Errorf("%s got letters called %v, the outbox calls them %v", who.nick, ids, want)
	}
}

func (d *site) checkLetter(who *person, l letter, number, root string) {
	d.t.Helper()
	local, _, _ := strings.Cut(d.address, "@")
	for name, want := range map[string]string{
		"From":             `^"Suporte Aurora" <` + regexp.QuoteMeta(d.address) + `>$`,
		"To":               `^<` + regexp.QuoteMeta(who.address) + `>$`,
		"Reply-To":         `^"Suporte Aurora" <` + local + `\+` + number + `\.[a-z0-9]{10,}@desk\.example>$`,
		"Subject":          `\[` + number + `\]`,
		"Message-Id":       `^<[0-9a-f-]{36}@desk\.example>$`,
		"References":       `^` + regexp.QuoteMeta(root) + `( |$)`,
		"In-Reply-To":      `^<[^<> ]+>$`,
		"Auto-Submitted":   `^auto-replied$`,
		"Content-Language": `^pt-BR$`,
		"Return-Path":      `^<` + regexp.QuoteMeta(d.address) + `>$`,
	} {
		if got := l.header.Get(name); !regexp.MustCompile(want).MatchString(got) {
			d.t.Errorf("%s got a letter with %s: %s, want %s", who.nick, name, got, want)
		}
	}
	if refs := l.references(); l.header.Get("In-Reply-To") != refs[len(refs)-1] {
		d.t.Errorf("%s got an answer to %s with the references %v", who.nick, l.header.Get("In-Reply-To"), refs)
	}
	if id, err := uuid.Parse(strings.TrimPrefix(l.id(), "<")[:36]); err != nil || id.Version() != 7 {
		d.t.Errorf("the Message-ID %s does not begin with a UUIDv7: %v", l.id(), err)
	}
	if l.text == "" || !strings.Contains(l.html, `<html lang="pt-BR"`) {
		d.t.Errorf("%s got a letter whose text or HTML is missing:\n%s", who.nick, l.raw)
	}
	for _, form := range []string{l.text, l.html, string(l.raw)} {
		mustLack(d.t, form, "fatura", "atraso") // Bia's note
	}
}

func mustHold(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("lacks %q:\n%s", part, text)
		}
	}
}

func mustLack(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if strings.Contains(text, part) {
			t.Errorf("holds %q:\n%s", part, text)
		}
	}
}

var protocolNumber = regexp.MustCompile(`20\d\d-\d{6}`)

func numberIn(t testing.TB, l letter) string {
	t.Helper()
	number := protocolNumber.FindString(l.text)
	if number == "" {
		t.Fatalf("no protocol number:\n%s", l.text)
	}
	return number
}

var ratingLink = regexp.MustCompile(`http://127\.0\.0\.1:\d+/rate/\S+`)

// linkIn is the rating link of a closing, the same in text and HTML.
func linkIn(t testing.TB, l letter) string {
	t.Helper()
	link := ratingLink.FindString(l.text)
	if link == "" || !strings.Contains(l.html, `href="`+link+`"`) {
		t.Fatalf("no rating link in both forms:\n%s\n%s", l.text, l.html)
	}
	return link
}

func get(t testing.TB, url string) (status int) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
