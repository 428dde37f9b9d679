package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	slackgo "github.com/slack-go/slack"

	"recado/channels/slack/slackfake"
	"recado/core/message"
)

var update = flag.Bool("update", false, "write golden files anew")

// linkTime is when a message was posted, in a link to it.
var linkTime = regexp.MustCompile(`/p[0-9]{16}`)

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got any) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(got); err != nil {
		t.Fatal(err)
	}
	raw := linkTime.ReplaceAll(b.Bytes(), []byte("/p0"))
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(raw) {
		t.Errorf("%s is not what it was; see with -update. Now:\n%s", name, raw)
	}
}

func someCard() *message.Card {
	return &message.Card{
		Title: "2026-000001 · CT-e <!channel> não autoriza", Color: "danger",
		Body:   "*Ana Lima* <!here> escreveu:\n> nada & ninguém\nveja https://a.example/x?a=1&b=2",
		Fields: []message.Field{{Label: "Status", Value: "aberto"}, {Label: "Cliente <!channel>", Value: "Viação *Aurora* <@U1>"}, {Label: "Agente"}},
		Foot:   "última palavra: _Ana_, há 5 min <!everyone>",
		Buttons: []message.Button{
			{Choice: message.Choice{Value: "take:1", Label: "Assumir"}, Style: "primary"},
			{Choice: message.Choice{Value: "close:1", Label: "Encerrar <!here>"}, Style: "danger", Confirm: "Encerrar <!here> mesmo?"},
			{Choice: message.Choice{Value: "a", Label: "A"}}, {Choice: message.Choice{Value: "b", Label: "B"}}, {Choice: message.Choice{Value: "c", Label: "C"}}, {Choice: message.Choice{Value: "d", Label: "D"}},
		},
	}
}

func TestACard(t *testing.T) {
	d := newDesk(t)
	d.run()
	card := message.Outbound{ID: newID(), Text: "Chamado 2026-000001 <!channel>", Card: someCard(), Language: "pt-BR"}
	as := d.send(card)
	shown := d.room.Messages()[0]
	golden(t, "card.json", shown.Blocks)
	if calls := d.fake.Mentions(); len(calls) > 0 {
		t.Errorf("somebody was called: %v", calls)
	}
	if failed := d.bia.Presses(shown, "Assumir").Await(); failed != "" {
		t.Fatal(failed)
	}
	in := d.hear(1)
	d.tells(in, told{kind: message.Press, choice: "take:1", text: "Assumir", target: as, room: d.to(), refs: []string{as}, conversation: "slack/" + d.work.ID() + "/" + as})
	if in.Trigger == "" {
		t.Error("no trigger")
	}

	// A form answers the press, and comes back with what it was about.
	form := message.Outbound{ID: newID(), Text: "responda em palavras", Language: "pt-BR", Root: as, Only: in.From, Form: &message.Form{
		Name: "close", Trigger: in.Trigger, Title: "Encerrar o chamado 2026-000001", Submit: "Encerrar", Target: in.Target,
		Inputs: []message.Input{
			{Name: "final", Label: "Mensagem final <!here>", Kind: message.InputLines, Value: "Resolvido & <ok>", Hint: "vai para o cliente"},
			{Name: "why", Label: "Motivo", Kind: message.InputChoice, Options: []message.Choice{{Value: "fixed", Label: "Corrigido"}, {Value: "no", Label: "Sem solução"}}, Value: "fixed"},
			{Name: "who", Label: "Quem", Kind: message.InputPerson, Value: in.From.String()},
			{Name: "copy", Label: "Cópia", Kind: message.InputPeople, Optional: true},
			{Name: "when", Label: "Até", Kind: message.InputTime, Value: "2026-11-30T12:00:00Z"},
		},
	}}
	d.send(form)
	view := d.bia.AwaitModal(slackfake.Showing("Encerrar"))
	golden(t, "form.json", view.Blocks)
	if failed := d.bia.Submits(view, slackfake.Values{"final": "Pronto."}).Await(); failed != "" {
		t.Fatal(failed)
	}
	sent := d.hear(2)
	d.tells(sent, told{kind: message.Submit, choice: "close", target: as, room: d.to(), refs: []string{as}, conversation: "slack/" + d.work.ID() + "/" + as})
	want := map[string]string{"final": "Pronto.", "why": "fixed", "who": "email:bia@recado.example", "copy": "", "when": "2026-11-30T12:00:00Z"}
	for name, value := range want {
		if sent.Form[name] != value {
			t.Errorf("%s is %q, want %q", name, sent.Form[name], value)
		}
	}
	if len(d.room.Messages()) != 1 || len(d.bia.Ephemerals()) != 0 {
		t.Error("something was said beside the form")
	}
}

// A form that comes too late is asked in words, of who wanted it alone.
func TestAFormThatIsLate(t *testing.T) {
	d := newDesk(t)
	d.run()
	as := d.send(message.Outbound{ID: newID(), Text: "cartão", Card: someCard()})
	d.fake.ExpireTriggers(1)
	d.bia.Presses(d.room.Messages()[0], "Assumir").Await()
	in := d.hear(1)
	d.send(message.Outbound{ID: newID(), Text: "Escreva: assumir", Root: as, Only: in.From, Form: &message.Form{
		Name: "x", Trigger: in.Trigger, Title: "X", Submit: "OK", Inputs: []message.Input{{Name: "a", Label: "A", Kind: message.InputText}},
	}})
	if said := d.bia.AwaitEphemeral(slackfake.Saying("Escreva: assumir")); said.ThreadTS != d.room.Messages()[0].TS {
		t.Errorf("it was whispered at %q", said.ThreadTS)
	}
}

// Every kind of input, and lists that are too long for one.
func TestFormsKeepTheLimits(t *testing.T) {
	var many []message.Choice
	for range 250 {
		many = append(many, message.Choice{Value: newID(), Label: strings.Repeat("longo ", 30)})
	}
	f := message.Form{Name: "x", Title: strings.Repeat("título ", 20), Submit: "Enviar tudo para toda a gente", Inputs: []message.Input{
		{Name: "many", Label: "M", Kind: message.InputChoice, Options: many, Value: many[120].Value}, {Name: "none", Label: "N", Kind: message.InputChoice},
		{Name: "long", Label: "L", Kind: message.InputLines, Value: strings.Repeat("ç", 5000)}, {Name: "bad", Label: "B", Kind: message.InputTime, Value: "amanhã"},
		{Name: "nobody", Label: "P", Kind: message.InputPerson, Value: "email:a@b.example"},
	}}
	v, err := formView(f, aboutForm{}, "en")
	if err != nil {
		t.Fatal(err)
	}
	if n := length(v.Title.Text); n > longestViewTitle || length(v.Submit.Text) > longestViewTitle {
		t.Errorf("title of %d characters", n)
	}
	many0, ok := v.Blocks.BlockSet[0].(*slackgo.InputBlock).Element.(*slackgo.SelectBlockElement)
	if !ok || len(many0.OptionGroups) != 3 || many0.InitialOption == nil || many0.InitialOption.Value != many[120].Value {
		t.Errorf("the long list is %+v", many0)
	}
	if v.Close.Text != "Cancel" {
		t.Errorf("close is %q", v.Close.Text)
	}
}

func TestWhatIsOfferedHasButtons(t *testing.T) {
	d := newDesk(t)
	out := message.Outbound{ID: newID(), Text: "Qual?\n1. Um\n2. Dois", Choices: []message.Choice{{Value: "1", Label: "Um"}, {Value: "2", Label: "Dois"}}}
	d.send(out)
	m := d.room.Messages()[0]
	if m.Text != out.Text || len(m.Buttons()) != 2 {
		t.Errorf("%q with %d buttons", m.Text, len(m.Buttons()))
	}
}

func TestAWhisper(t *testing.T) {
	d := newDesk(t)
	rui := d.work.Member("Rui", "rui@recado.example")
	root := d.send(message.Outbound{ID: newID(), Text: "chamado"})
	d.send(message.Outbound{ID: newID(), Text: "só você", Only: address(d.work.ID(), d.bia.ID()), Root: root})
	if all := d.bia.Ephemerals(); len(all) != 1 || all[0].Text != "só você" {
		t.Errorf("whispered %v", all)
	}
	d.send(message.Outbound{ID: newID(), Text: "fora da sala", Only: address(d.work.ID(), rui.ID())})
	rui.DM().Await(slackfake.Saying("fora da sala"))
	if len(d.room.Messages()) != 1 {
		t.Error("a whisper was said aloud")
	}
}

func TestADirectMessage(t *testing.T) {
	d := newDesk(t)
	out := message.Outbound{ID: newID(), To: address(d.work.ID(), d.bia.ID()), Text: "oi"}
	as := d.send(out)
	if m := d.bia.DM().Await(slackfake.Saying("oi")); m.UpstreamID() != as {
		t.Errorf("%s, want %s", m.UpstreamID(), as)
	}
	if again := d.send(out); again != as {
		t.Errorf("again it is %s", again)
	}
}
