package main

import (
	"log/slog"
	"strings"
	"testing"

	"recado/assist/search"
	"recado/config"
	"recado/core/dialogue"
	"recado/play"
)

// An organisation may share how its tickets were solved and want no model: others are shown
// the solution, and no model is, neither for an order of articles nor for a draft.
func TestWordsOfWhoWantsNoModelStayWithin(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.Data, cfg.Chat.Quiet = t.TempDir(), config.Quiet{}
	cfg.Desk.Register = "suporte@desk.example"
	s := newStage(cfg, slog.New(slog.DiscardHandler))
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	given := func(lines ...string) {
		for _, line := range lines {
			if err := s.Given(t.Context(), line); err != nil {
				t.Fatal(err)
			}
		}
	}
	does := func(acts ...play.Act) {
		for _, act := range acts {
			act.Verb = play.Says
			if err := s.Do(t.Context(), act); err != nil {
				t.Fatal(err)
			}
			if err := s.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	given("organisation Viação Aurora", "organisation Transportes Ipê", "product Fiscal > CT-e > Emissão",
		"ana is a standard user of Viação Aurora, whatsapp +55 11 99999-0001, ana@aurora.example",
		"ines is a standard user of Transportes Ipê, whatsapp +55 11 99999-0003, ines@ipe.example", "bia is an agent, bia@team.example", "hours always",
		`article um: CT-e rejeitado com código de duplicidade`+"\nConfira a série.", `article dois: CT-e rejeitado, código 539`+"\nConfira o número.",
		`model means the same by "duplicidade" and "repetido"`)
	does(play.Act{Who: "ana", Channel: "email", Subject: "CT-e rejeitado com o código 539", Text: "O CT-e volta rejeitado com o código 539, duplicidade."},
		play.Act{Who: "bia", Channel: "email", Subject: "Re", Text: "2026-000001 Abra o CT-e rejeitado e use consultar antes de transmitir de novo, que a duplicidade some."},
		play.Act{Who: "ana", Channel: "whatsapp", Text: "fechar 2026-000001"}, play.Act{Who: "ana", Channel: "whatsapp", Text: "sim"},
		play.Act{Who: "ana", Channel: "whatsapp", Text: "resolvido"})
	left := func() string { // what a model was told since the last time
		var all []string
		for _, texts := range s.model.Embedded() {
			all = append(all, texts...)
		}
		for _, c := range s.model.Chats() {
			all = append(all, c.User)
		}
		s.model.Forget()
		return strings.Join(all, "\n")
	}
	ask := func() string {
		left()
		does(play.Act{Who: "ines", Channel: "whatsapp", Text: "CT-e rejeitado com código 539 duplicidade"},
			play.Act{Who: "ines", Channel: "whatsapp", Text: "falar com atendente"},
			play.Act{Who: "bia", Channel: "email", Subject: "ajuda", Text: "rascunho 2026-000002"})
		return left()
	}
	wantNoModel := func(no bool) {
		auroraWantsNoModel(t, s.desk, no)
		if err := s.desk.library.refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	given("Viação Aurora shares its solved tickets")
	wantNoModel(true)
	if said := ask(); strings.Contains(said, "use consultar") || !strings.Contains(said, "duplicidade") {
		t.Errorf("with nothing of Aurora's, the model should have been told:\n%s", said)
	}
	if !indexed(s.desk.library.index, "use consultar") {
		t.Error("others do not find the solution any more")
	}
	wantNoModel(false)
	if said := ask(); !strings.Contains(said, "use consultar") {
		t.Errorf("Aurora wants models again, and nothing is told them:\n%s", said)
	}
}

func indexed(ix *search.Index, words string) bool {
	for _, m := range ix.Search("CT-e rejeitado com código 539 duplicidade", nil, 10) {
		if strings.Contains(m.Article.Body, words) {
			return true
		}
	}
	return false
}

// auroraWantsNoModel has an organisation keep its words from models, or not any more.
func auroraWantsNoModel(t *testing.T, d *desk, no bool) {
	t.Helper()
	err := d.db.Update(t.Context(), func(tx dialogue.Tx) error {
		o, err := tx.OrganisationNamed(t.Context(), "Viação Aurora")
		if err == nil {
			o.NoAssistant = no
			err = tx.SaveOrganisation(t.Context(), &o)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
