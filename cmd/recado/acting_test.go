package main

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"recado/channels/local"
	"recado/config"
	"recado/core/dialogue"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
	"recado/play"
)

// deskOf is a stage with the usual people, and what else is given.
func deskOf(t *testing.T, more ...string) *stage {
	t.Helper()
	cfg := config.Default()
	cfg.Data = t.TempDir()
	cfg.Chat.Quiet = config.Quiet{}
	s := newStage(cfg, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	script, err := play.Load("../../bot/testdata/transcripts/world.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range script.Steps {
		if err := s.Given(t.Context(), step.Text); err != nil {
			t.Fatal(err)
		}
	}
	for _, line := range more {
		if err := s.Given(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// does lets somebody act, waits until it is over, and returns what they are told of it.
func (s *stage) does(t *testing.T, who string, line local.Line) string {
	t.Helper()
	ctx := t.Context()
	if err := s.start(ctx); err != nil {
		t.Fatal(err)
	}
	from, err := s.address(who, message.Email)
	if err != nil {
		t.Fatal(err)
	}
	if line.Kind == message.Command || s.outside(who) {
		from = s.slackAddress(who)
		s.inWorkspace(who, &line)
	}
	line.From, line.Name = from, who
	_, before := s.hub.Since(0)
	if _, err := s.hub.Say(ctx, line); err != nil {
		t.Fatal(err)
	}
	s.acted = true
	if err := s.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	var told []string
	sent, _ := s.hub.Since(before)
	for _, m := range sent {
		if m.To == from {
			told = append(told, m.Text)
		}
	}
	return strings.Join(told, "\n")
}

// opens lets somebody open a ticket by mail, and returns its number.
func (s *stage) opens(t *testing.T, who, subject string) string {
	t.Helper()
	told := s.does(t, who, local.Line{Subject: subject, Text: subject + " não autoriza"})
	number := regexp.MustCompile(`\d{4}-\d{6}`).FindString(told)
	if number == "" {
		t.Fatalf("no ticket was opened: %s", told)
	}
	return number
}

// state is everything of a ticket and how much was ever noted in it.
func (s *stage) state(t *testing.T, number string) (tk *ticket.Ticket, notes string) {
	t.Helper()
	err := s.desk.db.View(t.Context(), func(r dialogue.Reader) (err error) {
		if tk, err = r.Numbered(t.Context(), number); err != nil {
			return err
		}
		history, err := r.History(t.Context(), tk.ID, 0, 0, true)
		for _, e := range history {
			if e.Kind == ticket.Note {
				notes += e.Text + "\n"
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tk, notes
}

// operations are all that the team does to a ticket, as forms ask for it. {other} is the
// number of another ticket of the same organisation.
var operations = []struct {
	name   string
	closed bool // it is done to a closed ticket
	form   map[string]string
}{
	{"take", false, nil},
	{"assign", false, map[string]string{"value": "email:rui@team.example"}},
	{"status", false, map[string]string{"status": "waiting", "waits": "o banco, a TI", "reason": "segredo"}},
	{"priority", false, map[string]string{"value": "high", "reason": "segredo"}},
	{"severity", false, map[string]string{"value": "critical", "reason": "segredo"}},
	{"type", false, map[string]string{"value": "question", "reason": "segredo"}},
	{"due", false, map[string]string{"value": "2026-12-01T14:00:00-03:00", "reason": "segredo"}},
	{"product", false, map[string]string{"value": "NF-e", "reason": "segredo"}},
	{"category", false, map[string]string{"value": "Dúvida", "reason": "segredo"}},
	{"copy", false, map[string]string{"value": "Nina", "reason": "segredo"}},
	{"uncopy", false, map[string]string{"value": "Beto", "reason": "segredo"}},
	{"requester", false, map[string]string{"value": "Nina", "reason": "segredo"}},
	{"merge", false, map[string]string{"value": "{other}", "reason": "segredo"}},
	{"relate", false, map[string]string{"value": "{other}", "reason": "segredo"}},
	{"repeats", false, map[string]string{"value": "{other}", "reason": "segredo"}},
	{"split", false, map[string]string{"value": "2+", "subject": "Outro", "reason": "segredo"}},
	{"close", false, map[string]string{"words": "Pronto"}},
	{"reopen", true, map[string]string{"words": "Voltou"}},
	{"change", false, map[string]string{"status": "in-progress", "priority": "critical", "severity": "low", "type": "request", "reason": "segredo"}},
}

// H2, F1: every operation by every part that somebody can play. Customers change nothing
// by these roads and learn of no ticket that they may not see; the team does all, and no
// reason of theirs reaches a customer.
func TestWhoActs(t *testing.T) {
	t.Parallel()
	s := deskOf(t, "nina is a standard user of Viação Aurora, nina@aurora.example", "davi is an agent, davi@team.example",
		"gil is an agent, gil@partner.example", "gil is a guest in slack", "zeca has zeca@fora.example")
	refused := map[string]string{
		"ana": "refused.not-on-team", "beto": "refused.not-on-team", "nina": "refused.not-on-team", "marcos": "refused.not-on-team",
		"carla": "refused.not-on-team", "ines": "refused.not-on-team", "davi": "room.nobody",
		"gil": "room.nobody", "zeca": "room.nobody", // guests whom nobody added, of whom one is registered as an agent
	}
	catalogue, err := notice.Load()
	if err != nil {
		t.Fatal(err)
	}
	first := s.opens(t, "ana", "CT-e")
	if err := s.Given(t.Context(), "davi is deactivated"); err != nil {
		t.Fatal(err)
	}
	for _, op := range operations {
		for i, by := range []string{"bia", "rui"} {
			if err := s.Pass(t.Context(), time.Hour); err != nil { // nobody writes too fast
				t.Fatal(err)
			}
			number, other := s.opens(t, "ana", fmt.Sprintf("CT-e %s %d", op.name, i)), s.opens(t, "beto", "CT-e de novo")
			if told := s.does(t, "bia", submit("copy", number, map[string]string{"value": "Beto"})); !strings.Contains(told, "Beto") {
				t.Fatalf("Beto is not in copy: %s", told)
			}
			if op.closed {
				s.does(t, "bia", submit("close", number, map[string]string{"words": "Pronto"}))
			}
			form := map[string]string{}
			for k, v := range op.form {
				form[k] = strings.ReplaceAll(v, "{other}", other)
			}
			before, _ := s.state(t, number)
			for who, key := range refused {
				if i > 0 {
					break // once is enough
				}
				told := s.does(t, who, submit(op.name, number, form))
				want, err := catalogue.Text("pt-BR", key, notice.Data{"Email": "", "Desk": s.cfg.Desk.Name})
				if err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(told, firstOf(want)) {
					t.Errorf("%s by %s was answered %q, want %q", op.name, who, told, want)
				}
			}
			if after, _ := s.state(t, number); after.Version != before.Version || after.Entries != before.Entries {
				t.Errorf("%s: somebody of a customer changed it", op.name)
			}
			_, mark := s.hub.Since(0)
			told := s.does(t, by, submit(op.name, number, form))
			after, notes := s.state(t, number)
			if after.Version == before.Version {
				t.Errorf("%s by %s changed nothing: %s", op.name, by, told)
			}
			if op.form["reason"] != "" && !strings.Contains(notes, "segredo") {
				t.Errorf("%s by %s: the reason is not kept: %q", op.name, by, notes)
			}
			s.leaks(t, op.name, mark, "segredo")
		}
	}
	if tk, notes := s.state(t, first); tk.Status != ticket.Open || tk.Agent != "" || tk.Priority != ticket.Normal || notes != "" {
		t.Errorf("another ticket was changed: %+v", tk)
	}
}

// A guest acts once a supervisor said whose the account is, until it is taken back; another
// guest does not by that.
func TestAGuestActsOnceAdded(t *testing.T) {
	t.Parallel()
	s := deskOf(t, "gil is an agent, gil@partner.example", "gil is a guest in slack", "zeca has zeca@fora.example")
	number := s.opens(t, "ana", "CT-e")
	take := func(who string) (acts bool) {
		before, _ := s.state(t, number)
		s.does(t, who, submit("change", number, map[string]string{"priority": map[bool]string{true: "high", false: "low"}[before.Priority == ticket.Low], "reason": who}))
		after, _ := s.state(t, number)
		return after.Version != before.Version
	}
	grant := func(who, text string) {
		s.does(t, who, local.Line{Kind: message.Command, Text: text, Mentions: []message.Address{s.slackAddress("gil")}})
	}
	for _, step := range []struct {
		by, says string
		acts     bool
	}{
		{"bia", "acesso @gil gil@partner.example", false}, // no supervisor
		{"gil", "acesso @gil gil@partner.example", false},
		{"ana", "acesso @gil gil@partner.example", false},
		{"rui", "acesso @gil gil@partner.example", true},
		{"bia", "tirar acesso @gil", true},
		{"rui", "tirar acesso @gil", false},
	} {
		grant(step.by, step.says)
		if got := take("gil"); got != step.acts {
			t.Errorf("after %s said %q gil acts: %t", step.by, step.says, got)
		}
		if take("zeca") {
			t.Errorf("after %s said %q zeca acts", step.by, step.says)
		}
	}
}

// leaks fails for words that a customer was sent.
func (s *stage) leaks(t *testing.T, what string, since local.Mark, words string) {
	t.Helper()
	sent, _ := s.hub.Since(since)
	for _, m := range sent {
		for _, who := range []string{"ana", "beto", "nina", "marcos", "carla", "ines"} {
			if s.cast[who].has(m.To) && strings.Contains(m.Text+m.Subject+m.InChat, words) {
				t.Errorf("%s: %s was told the team's reason: %s", what, who, m.Text)
			}
		}
	}
}

// submit is a form that was sent.
func submit(op, number string, form map[string]string) local.Line {
	return local.Line{Kind: message.Submit, Choice: "act:" + op + ":" + number, Form: form}
}

// firstOf is the first sentence of a text.
func firstOf(text string) string {
	sentence, _, _ := strings.Cut(text, ".")
	return sentence
}
