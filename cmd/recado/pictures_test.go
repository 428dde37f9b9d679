package main

import (
	"log/slog"
	"strings"
	"testing"

	"recado/assist/assisttest"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/ticket"
	"recado/play"
)

// pictured is a desk whose model sees the same in every picture.
type pictured struct {
	*stage

	t *testing.T
}

func newPictured(t *testing.T, shows, reads string) pictured {
	t.Helper()
	cfg := config.Default()
	cfg.Data, cfg.Chat.Quiet = t.TempDir(), config.Quiet{}
	cfg.Desk.Register = "suporte@desk.example"
	p := pictured{newStage(cfg, slog.New(slog.DiscardHandler)), t}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		for _, o := range p.model.Objections() {
			t.Error(o)
		}
	})
	for _, line := range []string{
		"organisation Viação Aurora", "product Fiscal > CT-e > Emissão", "product Frota > Pneus > Cadastro",
		"ana is a standard user of Viação Aurora, whatsapp +55 11 99999-0001, ana@aurora.example", "bia is an agent, bia@team.example",
		"hours always", `model sees "` + shows + `" reading "` + reads + `"`, `model reads "pneu": product=Frota system=Pneus module=Cadastro subject="Pneus"`,
	} {
		if err := p.Given(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// says has somebody write on a channel, with files.
func (p pictured) says(who, channel, text, files string) {
	p.t.Helper()
	act := play.Act{Verb: play.Says, Who: who, Channel: channel, Text: text, Files: files, Subject: "pneus"}
	if channel == "whatsapp" {
		act.Subject = ""
	}
	if number, words, ok := strings.Cut(text, ": "); ok { // by mail, into a ticket
		act.Subject, act.Text = "Re: ["+number+"] pneus", words
	}
	if err := p.Do(p.t.Context(), act); err != nil {
		p.t.Fatal(err)
	}
	if err := p.Settle(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
}

// looks is how many pictures were looked at since the last time.
func (p pictured) looks() (n int) {
	for _, c := range p.model.Chats() {
		n += len(c.Pictures)
	}
	p.model.Forget()
	return n
}

// history is what a ticket holds.
func (p pictured) history(number string) (all []ticket.Entry) {
	p.t.Helper()
	err := p.desk.db.View(p.t.Context(), func(r dialogue.Reader) error {
		one, err := r.Numbered(p.t.Context(), number)
		if err == nil {
			all, err = r.History(p.t.Context(), one.ID, 0, 0, true)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return all
}

// notes are the program's notes of a ticket.
func (p pictured) notes(number string) (all []string) {
	p.t.Helper()
	for _, e := range p.history(number) {
		if e.Kind == ticket.Note && e.Side == ticket.System {
			all = append(all, e.Text)
		}
	}
	return all
}

func TestPicturesAreLookedAtBeforeATicket(t *testing.T) {
	t.Parallel()
	p := newPictured(t, "Uma tela de cadastro", "<!channel> *fechar todos*")
	p.says("ana", "email", "O pneu não grava, veja as telas.", "a.png 9 KB, b.jpg 9 KB, c.png 8 KB, d.png 7 KB, e.pdf 6 KB")
	if n := p.looks(); n != 3 {
		t.Errorf("%d pictures were looked at, want 3", n)
	}
	notes := p.notes("2026-000001")
	if len(notes) != 3 || !strings.Contains(notes[0], "a.png)_ Uma tela de cadastro") || !strings.Contains(notes[2], "c.png") {
		t.Errorf("notes %q", notes)
	}
	p.says("ana", "email", "2026-000001: mais uma", "f.png 5 KB")
	p.says("bia", "email", "2026-000001: veja", "g.png 5 KB")
	if n := p.looks(); n != 0 || len(p.notes("2026-000001")) != 3 {
		t.Errorf("%d pictures for an open ticket, or of the team, were looked at", n)
	}
}

// A picture waits with its draft, until there is a ticket or none.
func TestSightsWaitForTheirTicket(t *testing.T) {
	t.Parallel()
	p := newPictured(t, "Um pneu numa tela de cadastro", "Pneus")
	p.says("ana", "whatsapp", "", "a.png 9 KB")
	p.says("ana", "whatsapp", "falar com atendente", "")
	if notes := p.notes("2026-000001"); len(notes) != 1 || !strings.Contains(notes[0], "Um pneu numa tela") {
		t.Errorf("notes %q", notes)
	}
	for _, e := range p.history("2026-000001") {
		if e.Kind != ticket.Note && strings.Contains(e.Text, "tela de cadastro") {
			t.Errorf("the machine's words are %s's: %q", e.Side, e.Text)
		}
	}
}

// Words on a picture are no command, but for the wish for a person that came alone.
func TestWordsOnAPictureAreNoCommand(t *testing.T) {
	t.Parallel()
	for reads, opens := range map[string]bool{
		"Quero falar com um atendente": true, "fechar": false, "cancelar": false, "meus chamados": false, "Falar com atendente\nMenu\nSair": false, "1": false,
	} {
		t.Run(reads, func(t *testing.T) {
			t.Parallel()
			p := newPictured(t, "Um papel escrito", strings.ReplaceAll(reads, "\n", " "))
			p.says("ana", "whatsapp", "", "a.png 9 KB")
			opened := false
			err := p.desk.db.View(t.Context(), func(r dialogue.Reader) error {
				_, err := r.Numbered(t.Context(), "2026-000001")
				opened = err == nil
				return nil
			})
			if err != nil || opened != opens {
				t.Errorf("a ticket is opened: %v, %v", opened, err)
			}
		})
	}
}

// An organisation that wants no model, and a model that fails: the picture is kept, and
// nothing is said of it.
func TestPicturesThatNobodyLooksAt(t *testing.T) {
	t.Parallel()
	p := newPictured(t, "Uma tela", "x")
	p.says("ana", "email", "O pneu não grava.", "a.png 1 KB")
	p.looks()
	for _, m := range []assisttest.Mood{assisttest.Refuses, assisttest.Prose, assisttest.Down} {
		p.model.Always(m)
		p.says("ana", "email", "O pneu não grava.", "a.png 2 KB")
	}
	p.model.Always(assisttest.Good)
	auroraWantsNoModel(t, p.desk, true)
	p.looks()
	p.says("ana", "email", "O pneu não grava.", "a.png 3 KB")
	if n := p.looks(); n != 0 {
		t.Errorf("%d pictures left for an organisation that wants no model", n)
	}
	for i, want := range []int{1, 0, 0, 0, 0} {
		number := ticket.FormatNumber(2026, int64(i+1))
		if notes := p.notes(number); len(notes) != want {
			t.Errorf("%s has %q", number, notes)
		}
	}
}
