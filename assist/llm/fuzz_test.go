package llm_test

import (
	"strings"
	"testing"

	"recado/assist/assisttest"
	"recado/assist/assisttest/suite"
	"recado/core/dialogue"
)

// Whatever the model answers, the reading is sound, and never an error.
func FuzzTriageAnswer(f *testing.F) {
	for _, seed := range []string{
		form(nil), form(map[string]any{"subject": "x\n" + strings.Repeat("é", 300)}), form(map[string]any{"missing": []string{"since", "since", "steps"}}),
		"", "{}", "null", "[]", "{", "```json\n" + form(nil) + "\n```", "<think>{}</think>" + form(nil), form(nil) + form(nil), "\xff", `{"intent":"matter"}`,
		`{"intent":"human","language":"es","product":{"choice":"none","sure":1e308},"sure":null}`, strings.Repeat("{\"a\":", 5000),
	} {
		f.Add(seed)
	}
	r := newRig(f, suite.Articles(), nil)
	f.Fuzz(func(t *testing.T, answer string) {
		r.server.Answer(answers(answer))
		b := suite.Brief(problem)
		suite.Sound(t, b, r.read(t, b))
	})
}

// Whatever the model answers, a draft names only sources that it has.
func FuzzAdviceAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"claims":[{"text":"Oi","sources":[]}],"ask":[]}`, `{"claims":[{"text":"539","sources":["d1","d1"]}],"ask":["since"]}`, `{"claims":[]}`, `{"claims":null}`,
		`{"claims":[{"text":"[CPF_1] \u0000","sources":["d2"]}]}`, `{"claims":[{"text":"https://a.example","sources":["k3"]}]}`, "{", "",
	} {
		f.Add(seed)
	}
	r := newRig(f, suite.Articles(), nil)
	f.Fuzz(func(t *testing.T, answer string) {
		r.server.Answer(func(assisttest.Chat) string { return answer })
		r.advise(t, suite.Case(dialogue.WantDraft))
	})
}
