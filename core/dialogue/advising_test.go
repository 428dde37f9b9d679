package dialogue

import "testing"

func TestTheTeamsCommandsOfHelp(t *testing.T) {
	for text, want := range map[string]understood{
		"rascunho": {command: cmdDraft}, "Rascunho 2026-000007": {cmdDraft, "2026-000007", ""}, "draft, please": {command: cmdDraft}, "borrador 000007": {cmdDraft, "2026-000007", ""},
		"resumo 2026-000007": {cmdSummary, "2026-000007", ""}, "summary": {command: cmdSummary}, "resumen": {command: cmdSummary},
		"parecidos 2026-000007": {cmdAlike, "2026-000007", ""}, "similar": {command: cmdAlike}, "similares": {command: cmdAlike},
		"o rascunho ficou bom": {}, "resumo do mês em anexo": {},
	} {
		if got := parseCommand(text, 2026); got != want {
			t.Errorf("%q is %+v, want %+v", text, got, want)
		}
	}
	for c, teams := range map[command]bool{cmdDraft: true, cmdSummary: true, cmdAlike: true, cmdHeld: true, cmdDetails: false, cmdNone: false} {
		if c.teams() != teams {
			t.Errorf("%s is the team's alone: %v", c, !teams)
		}
	}
}

func TestAdviceText(t *testing.T) {
	a := Advice{Claims: []Claim{{Text: "Oi, Ana! "}, {Text: "Reenvie o lote.", Sources: []string{"x"}}}}
	if got, want := a.Text(), "Oi, Ana!\nReenvie o lote."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
