package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"recado/assist"
	"recado/assist/assisttest"
	"recado/core/dialogue"
)

// developmentSet is a file that lies beside the repository and is not shipped.
func developmentSet[T any](t *testing.T, name string) []T {
	t.Helper()
	all, err := examples[T](filepath.Join("..", "..", "..", "shared", "data", name))
	if err != nil {
		t.Skipf("without the development set: %v", err)
	}
	return all
}

// Each floor is what the issue asks for, or two points below what was measured when
// the rules last changed.
func TestScoreReplies(t *testing.T) {
	s := scoreReplies(developmentSet[replyExample](t, "replies.jsonl"))
	all := scoreGroup{}
	for _, m := range s.misses {
		t.Logf("%s: %s", m.Row, m.Why)
	}
	floor(t, s, all, replyExact, 97)
	for _, lang := range []string{"pt", "es"} {
		floor(t, s, scoreGroup{"language", lang}, replyExact, 97)
	}
	if lost, leaked := s.share(all, replyLost), s.share(all, replyLeaked); lost > 1 || leaked > 5 {
		t.Errorf("lost in %.1f %%, leaked in %.1f %%", lost, leaked)
	}
}

func TestScoreForwards(t *testing.T) {
	s := scoreForwards(developmentSet[forwardExample](t, "forwards.jsonl"))
	for _, m := range s.misses {
		t.Logf("%s: %s", m.Row, m.Why)
	}
	floor(t, s, scoreGroup{}, forwardExact, 100)
}

func floor(t *testing.T, s *scores, g scoreGroup, what string, least float64) {
	t.Helper()
	if got := s.share(g, what); got < least {
		t.Errorf("%s %s: %s in %.1f %%, the floor is %.0f", g.By, g.Name, what, got, least)
	}
}

// The marks of issue 3, over the rows that are here; no person among the machines.
func TestScoreMachineMail(t *testing.T) {
	rows := developmentSet[machineExample](t, filepath.Join("machine-mail", "labels.jsonl"))
	s, err := scoreMachineMail(filepath.Join("..", "..", "..", "shared", "data", "machine-mail"), rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range s.misses {
		t.Logf("%s: %s", m.Row, m.Why)
	}
	for label, floor := range map[string]float64{"bounce": 98.5, "auto_reply": 100, "feedback_report": 100, "human": 100} {
		if got := s.share(scoreGroup{"label", label}, machineRight); got < floor {
			t.Errorf("%s: right in %.1f %%, the floor is %.1f %%", label, got, floor)
		}
	}
	bounces := scoreGroup{"label", "bounce"}
	for what, floor := range map[string]float64{machineRecipient: 94, machineStatus: 90, machineID: 83} {
		if got := s.share(bounces, what); got < floor {
			t.Errorf("bounces: %s in %.1f %%, the floor is %.1f %%", what, got, floor)
		}
	}
}

func TestScoresArePrinted(t *testing.T) {
	s := scoreReplies([]replyExample{
		{ID: "a", Lang: "pt", Policy: "strip quote + signature", Text: "Oi\n\nEm 1/2/2026 10:00, Bia <b@x.example> escreveu:\n> velho", Want: "Oi"},
		{ID: "b", Lang: "pt", Policy: "strip quote", Text: "Oi\n-- \nAna", Want: "Olá\n-- \nAna"},
	})
	var table, object strings.Builder
	if err := s.print(&object, evalInput{JSON: true, Verbose: true}); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Lines []struct {
			Rows   int
			Counts map[string]int
		}
		Misses []miss
	}
	if err := json.Unmarshal([]byte(object.String()), &got); err != nil {
		t.Fatal(err)
	}
	if l := got.Lines[0]; l.Rows != 2 || l.Counts[replyExact] != 1 || l.Counts[replyLost] != 1 || l.Counts[replyLeaked] != 1 || len(got.Misses) != 1 {
		t.Errorf("%+v", got)
	}
	if err := s.print(&table, evalInput{}); err != nil {
		t.Fatal(err)
	}
	if want := "by language\n  pt"; !strings.Contains(table.String(), want) {
		t.Errorf("no %q in\n%s", want, &table)
	}
}

// The marks of issue 6, or two points below what was measured, in five folds.
func TestScoreTriage(t *testing.T) {
	t.Parallel()
	if underRace {
		t.Skip("run without the detector: see the Makefile")
	}
	for name, want := range map[string]struct{ accuracy, auroc, believed float64 }{
		"triage_tais_ptbr.jsonl": {.80, 0, .92},
		"triage_clinc150.jsonl":  {.91, .95, .97},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rows := developmentSet[triageExample](t, name)
			s, err := scoreTriage(t.Context(), partsOf(rows), learnBuiltin)
			if err != nil {
				t.Fatal(err)
			}
			if s.Accuracy < want.accuracy || s.AUROC < want.auroc || s.Believed < want.believed || s.Mistaken > .10 {
				t.Errorf("worse than %+v: %+v", want, s)
			}
		})
	}
}

func TestTriageSplitsAsTheRowsSay(t *testing.T) {
	t.Parallel()
	given := partsOf([]triageExample{{ID: "a", Label: "x", Split: "train"}, {ID: "b", Label: "x", Split: "test"}, {ID: "c", Label: "oos", Split: "oos_test"}, {ID: "d", Label: "oos", Split: "train"}})
	if len(given) != 1 || len(given[0].train) != 1 || len(given[0].test) != 2 {
		t.Errorf("%+v", given)
	}
	var rows []triageExample
	for i := range 50 {
		rows = append(rows, triageExample{ID: fmt.Sprint(i), Label: "x"})
	}
	rows = append(rows, triageExample{ID: "o", Label: "oos"})
	asked := map[string]int{}
	for _, p := range partsOf(rows) {
		learned := map[string]bool{}
		for _, r := range p.train {
			learned[r.ID] = true
		}
		for _, r := range p.test {
			asked[r.ID]++
			if learned[r.ID] || learned["o"] {
				t.Errorf("%s is learned from and asked", r.ID)
			}
		}
	}
	if len(asked) != len(rows) {
		t.Errorf("%d of %d rows are asked", len(asked), len(rows))
	}
}

func TestTriageScores(t *testing.T) {
	t.Parallel()
	answer := func(label, taken string, sure float64) triageAnswer {
		return triageAnswer{triageExample{ID: label, Label: label}, triageReading{taken, sure, sure}}
	}
	s := newTriageScores([]triageAnswer{answer("a", "a", .9), answer("a", "b", .8), answer("b", "b", .3), answer("oos", "b", .7), answer("oos", "", 0)})
	if s.Rows != 3 || s.Outside != 2 || s.Accuracy != 2.0/3 || s.Coverage != 2.0/3 || s.Believed != .5 || s.Mistaken != .5 || s.AUROC != 5.0/6 {
		t.Errorf("%+v", s)
	}
	if len(s.Pairs) != 1 || s.Pairs[0] != (confusion{"a", "b", 1}) {
		t.Errorf("pairs %+v", s.Pairs)
	}
	var table strings.Builder
	if err := s.print(&table, evalInput{Verbose: true}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AUROC", "from 0.9", "taken for b (0.80)"} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, &table)
		}
	}
}

// The marks of issue 6.
func TestScoreArticles(t *testing.T) {
	t.Parallel()
	rows := developmentSet[articleExample](t, "faq_tais_ptbr.jsonl")
	s, err := scoreArticles(rows, true, byWords)
	if err != nil || s.First < .78 || s.Right < .755 || s.False > .10 {
		t.Errorf("worse than it was: %+v", s)
	}
}

// With a model of embeddings, what it takes for closer comes first, and no more is shown
// than without.
func TestScoreArticlesByMeaning(t *testing.T) {
	server, err := assisttest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close() }()
	server.Embeds(func(texts []string) (all []assisttest.Vector) {
		for i, text := range texts {
			v := assisttest.Vector{Index: i, Numbers: []float64{1, 0}}
			if strings.Contains(text, "acesso") || strings.Contains(text, "celular") {
				v.Numbers = []float64{0, 1}
			}
			all = append(all, v)
		}
		return all
	})
	path := written(t, "articles.jsonl", `{"type":"doc","id":"portao","title":"Perdi a chave do portão","body":"Peça outra na portaria."}
{"type":"doc","id":"acesso","title":"Perdi a chave de acesso","body":"Peça outra no portal."}
{"type":"query","id":"q","text":"perdi a chave do celular","relevant":["acesso"],"split":"test"}
`)
	cfg := written(t, "recado.yaml", fmt.Sprintf("desk: {register: s@desk.example}\nassistant: {model: {name: m, url: %q, key: k, embeddings: e}}\n", server.URL))
	for args, want := range map[string]string{"--assistant=built-in": `"first":0,`, "--assistant=model": `"first":1,`} {
		out, _, err := told(t, "eval", "articles", path, "--json", "--bare", "-c", cfg, args)
		if err != nil || !strings.Contains(out, want) || !strings.Contains(out, `"rows":1`) {
			t.Errorf("%s: want %s, got %v\n%s", args, want, err, out)
		}
	}
	none := written(t, "bare.yaml", "desk: {register: s@desk.example}\n")
	if _, _, err := told(t, "eval", "articles", path, "-c", none, "--assistant=model"); err == nil || !strings.Contains(err.Error(), "assistant.model.embeddings") {
		t.Errorf("without a model: %v", err)
	}
	server.Always(assisttest.Down)
	if _, _, err := told(t, "eval", "articles", path, "-c", cfg, "--assistant=model", "--bare"); err == nil {
		t.Error("without answers the words' own score is printed as the model's")
	}
}

// A whole assistant is offered the labels, and what it names is the answer.
func TestScoreTriageOfAWholeAssistant(t *testing.T) {
	t.Parallel()
	train := []triageExample{{ID: "1", Text: "a folha não fecha", Label: "folha"}, {ID: "2", Text: "o CT-e não autoriza", Label: "cte"}}
	learn := learnFor(func(b *assist.Builtin) (dialogue.Assistant, error) { return b, nil })
	s, err := scoreTriage(t.Context(), []triagePart{{train, []triageExample{{ID: "3", Text: "minha folha não fecha hoje", Label: "folha"}}}}, learn)
	if err != nil || s.Rows != 1 || s.Accuracy != 1 {
		t.Errorf("%v %+v", err, s)
	}
	refused := learnFor(func(*assist.Builtin) (dialogue.Assistant, error) { return nil, errors.New("no") })
	if _, err := scoreTriage(t.Context(), []triagePart{{train, train}}, refused); err == nil {
		t.Error("an assistant that could not be made is scored")
	}
}
