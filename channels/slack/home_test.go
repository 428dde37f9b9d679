package slack

import (
	"strings"
	"testing"

	"recado/channels/slack/slackfake"
	"recado/core/message"
)

// The page is shown when it is opened, and its buttons come back as what they stand for.
func TestHome(t *testing.T) {
	d := newDesk(t)
	d.run()
	card := d.send(message.Outbound{ID: newID(), Text: "cartão", Card: someCard()})
	d.bia.OpensHome()
	in := d.hear(1)
	if in.Kind != message.Arrived || !in.Room.IsZero() || in.Trigger != "" {
		t.Fatalf("%+v", in)
	}
	take := message.Button{Choice: message.Choice{Value: "act:take:2026-000001", Label: "Assumir"}}
	d.send(message.Outbound{ID: newID(), To: in.From, Text: "Seus chamados", Language: "pt-BR", Home: &message.Home{
		Title: "Seu atendimento <!here>", Figures: []message.Field{{Label: "Em aberto", Value: "12"}, {Label: "Vencidos", Value: "1"}},
		Views: []message.Button{{Choice: message.Choice{Value: "home:mine", Label: "Minha fila (1)"}, Style: "primary"}, {Choice: message.Choice{Value: "home:free", Label: "Sem responsável (1)"}}},
		Rows:  []message.Row{{Text: "*2026-000001* CT-e <!channel> parado\nAna · Aberto", Button: &take, Leads: card}, {Text: "*2026-000002* Frota"}},
		Foot:  "Números da _semana_",
	}})
	page := d.bia.AwaitHome(slackfake.Showing("2026-000002"))
	golden(t, "home.json", page.Blocks)
	if calls := d.fake.Mentions(); len(calls) > 0 {
		t.Errorf("somebody was called: %v", calls)
	}
	for i, label := range []string{"Sem responsável (1)", "Assumir"} {
		if failed := d.bia.PressesIn(page, label).Await(); failed != "" {
			t.Fatal(failed)
		}
		want := []string{"home:free", "act:take:2026-000001"}[i]
		if pressed := d.hear(2 + i); pressed.Choice != want || !pressed.Room.IsZero() || pressed.From != in.From || pressed.Trigger == "" {
			t.Errorf("%s came as %+v", label, pressed)
		}
	}
}

// A page holds a hundred blocks, however much there is to show.
func TestHomeKeepsTheLimits(t *testing.T) {
	d := newDesk(t)
	d.run()
	h := message.Home{Title: strings.Repeat("título ", 40), Foot: strings.Repeat("fim ", 2000)}
	for range 150 {
		h.Rows = append(h.Rows, message.Row{Text: strings.Repeat("linha & ", 800)})
		h.Views = append(h.Views, message.Button{Choice: message.Choice{Value: newID(), Label: "V"}})
		h.Figures = append(h.Figures, message.Field{Label: "N", Value: "1"})
	}
	d.send(message.Outbound{ID: newID(), To: address(d.work.ID(), d.bia.ID()), Text: "x", Home: &h})
	if page := d.bia.AwaitHome(slackfake.Showing("título")); len(page.Blocks) != mostHomeBlocks {
		t.Errorf("%d blocks", len(page.Blocks))
	}
}
