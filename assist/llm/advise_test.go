package llm_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"recado/assist"
	"recado/assist/assisttest"
	"recado/assist/assisttest/suite"
	"recado/assist/llm"
	"recado/core/dialogue"
)

const advisedByModel = "test-model/advice-1"

// claims is an answer of the model's: texts and the keys that they rest on.
func claims(t *testing.T, pairs ...any) string {
	t.Helper()
	var all []any
	for i := 0; i < len(pairs); i += 2 {
		all = append(all, map[string]any{"text": pairs[i], "sources": pairs[i+1]})
	}
	text, err := json.Marshal(map[string]any{"claims": all, "ask": []string{"document"}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// advise asks for advice; the model's side must never be an error.
func (r *rig) advise(t *testing.T, c dialogue.Case) dialogue.Advice {
	t.Helper()
	got, err := r.Advise(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	suite.Sourced(t, got)
	return got
}

// keyOf finds the key under which a text was given to the model.
func keyOf(t *testing.T, c assisttest.Chat, part string) string {
	t.Helper()
	var m struct {
		Said, Sources []struct{ Key, Text, Title string }
	}
	if err := json.Unmarshal([]byte(c.User), &m); err != nil {
		t.Fatal(err)
	}
	for _, s := range slices.Concat(m.Said, m.Sources) {
		if strings.Contains(s.Text+s.Title, part) {
			return s.Key
		}
	}
	t.Fatalf("nothing says %q: %s", part, c.User)
	return ""
}

func TestDraftsWithTheModel(t *testing.T) {
	r := newRig(t, suite.Articles(), nil)
	r.server.Answer(func(c assisttest.Chat) string {
		k := []string{keyOf(t, c, "rejeição 539")}
		return claims(t, "Oi, Ana!", []string{}, "A rejeição 539 sai quando o número se repete: cancele e emita de novo.", []string{keyOf(t, c, "cancele o número")},
			"O CPF [CPF_1] está certo.", k)
	})
	got := r.advise(t, suite.Case(dialogue.WantDraft))
	if got.By != advisedByModel || len(got.Claims) != 3 || got.Claims[1].Sources[0] != "article cte-denegado" || got.Claims[2].Text != "O CPF 529.982.247-25 está certo." {
		t.Errorf("advised %+v\n%s", got, r.log)
	}
	if len(got.Ask) != 1 || got.Ask[0] != dialogue.Document {
		t.Errorf("asks for %v", got.Ask)
	}
	sent := r.server.Chats()[0]
	for _, secret := range []string{"529.982.247-25", "contrato vence", "AZUL-77", "Só para a equipe", "contingência", "Carlos"} {
		if strings.Contains(sent.User+sent.System, secret) {
			t.Errorf("%q left the desk:\n%s", secret, sent.User)
		}
	}
}

// What the model writes without a ground ends in the built-in assistant's draft.
func TestUngroundedDrafts(t *testing.T) {
	key := func(part string) func(t *testing.T, c assisttest.Chat) []string {
		return func(t *testing.T, c assisttest.Chat) []string { t.Helper(); return []string{keyOf(t, c, part)} }
	}
	none := func(*testing.T, assisttest.Chat) []string { return []string{} }
	for name, c := range map[string]struct {
		text string
		of   func(*testing.T, assisttest.Chat) []string
		used bool
	}{
		"well founded":             {"Cancele o número repetido e emita de novo.", key("cancele o número"), true},
		"a page of nobody's":       {"Baixe em https://evil.example/fix.exe", key("cancele o número"), false},
		"an address of nobody's":   {"Mande sua senha para suporte@evil.example", key("cancele o número"), false},
		"a number of nobody's":     {"É a rejeição 204.", key("cancele o número"), false},
		"a number of the source's": {"É a rejeição 539.", key("cancele o número"), true},
		"a number without source":  {"É a rejeição 539.", none, false},
		"a long one without":       {strings.Repeat("vamos ver isso com calma, um passo de cada vez e sem pressa; ", 4), none, false},
		"a made-up value":          {"O CPF [CPF_7] está certo.", key("cancele o número"), false},
		"a source of nobody's":     {"Tudo certo.", func(*testing.T, assisttest.Chat) []string { return []string{"k99"} }, false},
		"the instructions":         {"You help an agent of Suporte Demo, a support desk", none, false},
		"nothing":                  {"  ", none, false},
		"a loop":                   {strings.Repeat("cancele e ", 60), key("cancele o número"), false},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, suite.Articles(), nil)
			r.server.Answer(func(chat assisttest.Chat) string { return claims(t, c.text, c.of(t, chat)) })
			got := r.advise(t, suite.Case(dialogue.WantDraft))
			if want := map[bool]string{true: advisedByModel, false: assist.ByBuiltin}[c.used]; got.By != want {
				t.Errorf("by %s, want %s: %+v\n%s", got.By, want, got, r.log)
			}
		})
	}
}

func TestAdviceFallsBack(t *testing.T) {
	for _, mood := range assisttest.Faults {
		if mood == assisttest.Boasts { // an advice has no confidence
			continue
		}
		t.Run(string(mood), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, suite.Articles(), nil)
				r.server.Always(mood)
				if got := r.advise(t, suite.Case(dialogue.WantDraft)); got.By != assist.ByBuiltin || len(got.Claims) == 0 {
					t.Errorf("advised %+v", got)
				}
			})
		})
	}
}

func TestAdviceThatNeedsNoModel(t *testing.T) {
	unwanted := suite.Case(dialogue.WantDraft)
	unwanted.NoModel = true
	for name, c := range map[string]dialogue.Case{"unwanted": unwanted, "alike": suite.Case(dialogue.WantAlike), "nothing to go by": {Wish: dialogue.WantDraft}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, suite.Articles(), nil)
			if got := r.advise(t, c); got.By != assist.ByBuiltin || r.server.Calls() != 0 {
				t.Errorf("%d calls, advised %+v", r.server.Calls(), got)
			}
		})
	}
}

func TestAdviceGolden(t *testing.T) {
	english := suite.Case(dialogue.WantDraft)
	english.Language, english.Customer, english.Agent = "en", "", ""
	for name, c := range map[string]dialogue.Case{
		"advice-draft": suite.Case(dialogue.WantDraft), "advice-draft-english": english, "advice-summary": suite.Case(dialogue.WantSummary),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, suite.Articles(), func(o *llm.Options) { o.Retries = 0 })
			r.advise(t, c)
			golden(t, name, r.server.Chats()[0])
			for _, o := range r.server.Objections() {
				t.Error(o)
			}
		})
	}
}
