package main_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var heldLink = regexp.MustCompile(`http://\S+/held/\S+`)

// newsTime is for the clock to look at what is held, and the news to be delivered.
const newsTime = 2 * time.Minute

// hearsOf waits for the news of a held mail.
func (p *person) hearsOf(subject string) letter {
	p.site.t.Helper()
	raw := p.mailbox().Wait(newsTime, func(raw []byte) bool {
		return strings.Contains(open(p.site.t, raw).subject(), "Em quarentena: "+subject)
	})
	return open(p.site.t, raw)
}

// TestQuarantine has the team decide about mail that nothing proves, through Postfix,
// Dovecot and Chromium: by the page, and by an answer whose only tie to the mail is
// the reply address of its notice.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	d := newSite(t, settings{}, person{nick: "bia", name: "Bia Campos", team: "agent"}, person{nick: "juca", name: "Juca Reis"})
	bia, juca := d.person("bia"), d.person("juca")
	juca.address = "juca2-" + d.suffix + "@aurora.example" // nobody knows that one
	d.serveReading()

	juca.writes(draft{subject: "Oferta", text: "Clique em https://golpe.example/x"})
	offer := bia.hearsOf("Oferta")
	mustHold(t, offer.text, juca.address, "nada prova que ela veio de aurora.example", "Clique em https[:]//golpe.example/x", "1. Liberar", "2. Descartar")
	mustLack(t, offer.html, `href="https://golpe`)
	link := heldLink.FindString(offer.text)
	if !strings.Contains(offer.html, `href="`+link+`"`) {
		t.Fatalf("no link in both forms:\n%s\n%s", offer.text, offer.html)
	}
	for range 3 { // mail programs look at links before people do
		if status := get(t, link); status != http.StatusOK {
			t.Errorf("the page answers with %d", status)
		}
	}
	d.ledger.endsWith(deliveryTime, map[string]int{"held": 1})
	if heading := presses(t, link, "discard"); heading != "Anotado, vai ser descartada" {
		t.Errorf("the page says %q", heading)
	}
	d.ledger.endsWith(deliveryTime, map[string]int{"discarded": 1, "judged": 1})
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(link)); err != nil {
		t.Fatal(err)
	}
	if heading, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("h1"))); err != nil || heading != "Já foi descartada" {
		t.Errorf("the second time it says %q, %v", heading, err)
	}

	d.releasedInWords(bia, juca)
	if failures := d.ledger.failures(); len(failures) > 0 {
		t.Errorf("in passing: %q", failures)
	}
}

// releasedInWords has another stranger let in by an answer, and registered later.
func (d *site) releasedInWords(bia, stranger *person) {
	t := d.t
	t.Helper()
	stranger.address = "zeca-" + d.suffix + "@aurora.example"
	stranger.box = nil
	stranger.writes(draft{subject: "Acesso", text: "Preciso de acesso ao CT-e"})
	access := bia.hearsOf("Acesso")
	bia.replies(access, "Pode liberar\n\n-- \nBia Campos")
	done := bia.receives("liberada: ")
	mustHold(t, done.text, stranger.address)
	mustHold(t, done.subject(), "Em quarentena: Acesso")
	stranger.receives("ainda não está cadastrado")
	d.ledger.endsWith(deliveryTime, map[string]int{"discarded": 1, "judged": 2, "held": 2})

	world := filepath.Join(t.TempDir(), "more.yaml")
	write(t, world, fmt.Sprintf("people:\n  - {name: Zeca Luz, email: %s, language: pt-BR, organisation: \"1001\", role: standard}\n", stranger.address))
	run(t, "import", "-c", d.config, world)
	raw := stranger.mailbox().Wait(newsTime, func(raw []byte) bool { return strings.Contains(open(t, raw).text, "abrimos o chamado") })
	mustHold(t, open(t, raw).text, "Acesso")
	d.ledger.endsWith(deliveryTime, map[string]int{"discarded": 1, "judged": 2, "held": 2, "opened": 1})
	if got := d.ledger.words("select outcome_reason from inbox where outcome = 'judged' order by seq"); len(got) != 2 ||
		!strings.HasPrefix(got[0], "discarded email/") || !strings.HasPrefix(got[1], "released email/") {
		t.Errorf("the decisions are %q", got)
	}
	if got := d.ledger.words("select outcome_reason from inbox where outcome in ('held', 'discarded') order by seq"); len(got) != 3 ||
		!strings.HasPrefix(got[0], "discarded by Bia Campos") || !strings.HasPrefix(got[1], "released by Bia Campos") ||
		got[2] != "released: its sender was registered" {
		t.Errorf("the held mails ended with %q", got)
	}
}

// presses opens a page in headless Chromium, presses a button, and returns the heading
// of the page that follows.
func presses(t *testing.T, url, button string) (heading string) {
	t.Helper()
	ctx := browser(t)
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`button[value="`+button+`"]`)))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Status != 200 {
		t.Errorf("the page answered with %d", resp.Status)
	}
	heading, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS("h1")))
	if err != nil {
		t.Fatal(err)
	}
	return heading
}
