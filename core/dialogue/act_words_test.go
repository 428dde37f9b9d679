package dialogue

import (
	"strings"
	"testing"
	"unicode/utf8"

	"recado/core/notice"
)

// Orders by word, in three languages; and what only begins as one does.
func TestParseDeeds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]deed{
		"prioridade: alta":              {op: opPriority, value: "alta"},
		"*Prioridade:* alta":            {op: opPriority, value: "alta"},
		"Severity : critical":           {op: opSeverity, value: "critical"},
		"gravedad: baja":                {op: opSeverity, value: "baja"},
		"atribuir: carla":               {op: opAssign, value: "carla"},
		"PASSAR PARA： Davi":             {op: opAssign, value: "Davi"},
		"prazo: amanhã 14h a peça":      {op: opDue, value: "amanhã 14h a peça"},
		"juntar: 2026-000003":           {op: opMerge, value: "2026-000003"},
		"tirar da cópia: beto":          {op: opUncopy, value: "beto"},
		"em cópia: beto@aurora.example": {op: opCopy, value: "beto@aurora.example"},
	} {
		got, plain := parseDeeds(text)
		if !plain || len(got) != 1 || got[0] != want {
			t.Errorf("%q: %+v, %t", text, got, plain)
		}
	}
	got, plain := parseDeeds("prioridade: alta\n\nprazo: sexta\nmotivo: cliente grande")
	if !plain || len(got) != 2 || got[0].reason != "cliente grande" || got[1] != (deed{op: opDue, value: "sexta", reason: "cliente grande"}) {
		t.Errorf("several: %+v, %t", got, plain)
	}
	got, plain = parseDeeds("Ligação: ana@aurora.example CT-e\nNão autoriza\nprazo: nenhum")
	if !plain || len(got) != 1 || got[0].value != "ana@aurora.example CT-e\nNão autoriza\nprazo: nenhum" {
		t.Errorf("a call: %+v", got)
	}
	for _, text := range []string{ // perhaps for the customer
		"Prazo: sexta\nAna, conseguimos antecipar.", "prioridade: alta\nligação: x", "Status: em andamento\nQualquer coisa, avise.",
	} {
		if got, plain := parseDeeds(text); got == nil || plain {
			t.Errorf("%q: %+v, %t", text, got, plain)
		}
	}
	for _, text := range []string{ // surely for the customer
		"Oi Ana", "Link: https://a.example", "A prioridade: alta", "Veja o link: https://a.example", "Nossa prioridade é alta", "motivo: x", "https://a.example", "Segue o passo a passo: 1) abra",
		"prioridade alta", "12:30 eu ligo",
	} {
		if got, _ := parseDeeds(text); got != nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestNearDeed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"prioridade alta": true, "Prioridade": true, "juntar": true, "juntar 2026-000003": true, "tipo problema": true, "status aberto": true, "merge 2026-000003": true,
		"prioridade total": false, "status": false, "prazo de entrega é sexta": false, "O tipo problema": false, "prioridade alta?": false, "oi": false, "": false,
		"link enviado": false,
	} {
		if got := nearDeed(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
}

// Whatever is written: what is plain can be carried out, and what is no order is none.
func FuzzParseDeeds(f *testing.F) {
	for _, seed := range []string{"prioridade: alta", "a: b", "juntar：2026-000003\nmotivo: x", "Ligação:\n", ":", "*prazo*:\n\n", "motivo: x\ntipo: y"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		deeds, plain := parseDeeds(text)
		if plain && len(deeds) == 0 {
			t.Errorf("%q: an order to do nothing", text)
		}
		for _, d := range deeds {
			if performers[d.op] == nil && d.op != opCall {
				t.Errorf("%q: nobody can do %q", text, d.op)
			}
		}
		_ = nearDeed(text)
	})
}

// Slack shows 24 characters of a form's title (docs.slack.dev, "Views").
func TestFormTitlesFit(t *testing.T) {
	t.Parallel()
	c, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	for o := range forms {
		for _, lang := range notice.Languages() {
			if title := c.Word(lang, "form."+string(o)); utf8.RuneCountInString(title) > 24 || strings.HasPrefix(title, "form.") {
				t.Errorf("%s, %s: %q", o, lang, title)
			}
		}
	}
}
