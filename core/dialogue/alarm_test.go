package dialogue

import (
	"strings"
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

func alarmed(t *testing.T, lang string, aliases ...directory.Alias) (*Engine, *aTx) {
	t.Helper()
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	x := &aTx{ticket: &ticket.Ticket{ID: "t", Number: "2026-000042", Requester: "ana", Agent: "bia", Subject: "CT-e"}, people: map[directory.PersonID]directory.Person{
		"ana": {ID: "ana", Name: "Ana", Active: true, Aliases: aliases},
		"bia": {ID: "bia", Name: "Bia", Active: true, Team: directory.Agent, Aliases: []directory.Alias{at(message.Email, "bia@desk.example")}},
		"davi": {ID: "davi", Name: "Davi", Active: true, Language: lang, Team: directory.Supervisor,
			Aliases: []directory.Alias{at(message.WhatsApp, "5511"), at(message.Email, "davi@desk.example")}},
	}}
	e := New(Options{Catalogue: catalogue, Desk: Desk{Name: "Suporte", Language: "pt-BR"}, Location: time.UTC, Now: func() time.Time { return time.Unix(9000, 0).UTC() },
		Account: func(message.Channel) string { return "" }})
	return e, x
}

// Supervisors read of trouble in their mail alone, in their language, with what to do.
func TestAlarm(t *testing.T) {
	t.Parallel()
	for lang, want := range map[string][3]string{
		"pt-BR": {"o número foi desconectado. Abra a página abaixo, ou rode recado whatsapp pair", "voltou ao normal", "Ligar o número por aqui"},
		"en":    {"the number was logged out. Open the page below, or run recado whatsapp pair", "back to normal", "Link the number here"},
		"es":    {"el número fue desconectado. Abre la página de abajo, o ejecuta recado whatsapp pair", "volvió a la normalidad", "Vincular el número aquí"},
	} {
		e, x := alarmed(t, lang)
		a := Alarm{Part: "whatsapp principal", Trouble: message.LoggedOut, Since: time.Unix(8000, 0).UTC(),
			Mend: message.Link{Purpose: "pair", Subject: "principal"}}
		if err := e.Alarm(t.Context(), x, a); err != nil {
			t.Fatal(err)
		}
		a.Over = true
		if err := e.Alarm(t.Context(), x, a); err != nil {
			t.Fatal(err)
		}
		if len(x.posts) != 2 {
			t.Fatalf("%s: %d messages", lang, len(x.posts))
		}
		for i, out := range x.posts {
			if out.To.ID != "davi@desk.example" || !strings.Contains(out.Text, want[i]) || !strings.Contains(out.Subject, "whatsapp principal") {
				t.Errorf("%s: to %s, %q: %s", lang, out.To, out.Subject, out.Text)
			}
		}
		if page := x.posts[0].Link; page == nil || *page != (message.Link{Purpose: "pair", Subject: "principal", Label: want[2]}) {
			t.Errorf("%s: the page is %+v", lang, page)
		}
		if x.posts[1].Link != nil {
			t.Errorf("%s: what is mended has a page to mend it", lang)
		}
	}
}

// A notice whose channel is away goes by mail and is noted; without mail it waits, and
// what was told by mail already is told.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	phone, mail := at(message.WhatsApp, "5512"), at(message.Email, "ana@aurora.example")
	for name, tc := range map[string]struct {
		aliases []directory.Alias
		beside  []message.Address
		change  func(*message.Outbound)
		gone    bool
		posts   int
	}{
		"by mail":                   {aliases: []directory.Alias{phone, mail}, gone: true, posts: 1},
		"it was told there already": {aliases: []directory.Alias{phone, mail}, beside: []message.Address{mail.Address}, gone: true},
		"no mail":                   {aliases: []directory.Alias{phone}},
		"a code proves its address": {aliases: []directory.Alias{phone, mail}, change: func(out *message.Outbound) { out.Code = true }},
		"numbers to choose from":    {aliases: []directory.Alias{phone, mail}, change: func(out *message.Outbound) { out.Choices = []message.Choice{{Value: "1"}} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, x := alarmed(t, "pt-BR", tc.aliases...)
			x.beside = tc.beside
			out := message.Outbound{ID: "1", To: phone.Address, Number: "2026-000042", Text: "Reenviamos o lote.", Proactive: true}
			if tc.change != nil {
				tc.change(&out)
			}
			gone, err := e.Elsewhere(t.Context(), x, Undelivered{Message: out, UpstreamID: "<1@desk>", Said: "logged out"})
			if err != nil || gone != tc.gone || len(x.posts) != tc.posts || len(x.notes) != tc.posts {
				t.Fatalf("gone %t, %v, %d messages, %d remarks", gone, err, len(x.posts), len(x.notes))
			}
			if tc.posts > 0 && (x.posts[0].To != mail.Address || !strings.Contains(x.notes[0].Text, "fora do ar do nosso lado")) {
				t.Errorf("to %s; noted %q", x.posts[0].To, x.notes[0].Text)
			}
		})
	}
}
