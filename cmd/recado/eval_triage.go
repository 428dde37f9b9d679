package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"sync"

	"recado/assist"
	"recado/assist/llm"
	"recado/assist/precedent"
	"recado/bot"
	"recado/core/catalog"
	"recado/core/dialogue"
)

// evalTriageCmd scores what a text is taken to be about.
type evalTriageCmd struct {
	evalInput
	evalAssistant
	Config string `short:"c" type:"path" env:"RECADO_CONFIG" help:"Configuration file, which names the model; only with --assistant model."`
	Train  string `type:"path" help:"Examples to learn from; without it those of PATH whose split is train, or else four fifths of PATH at a time."`
}

// triageExample is a text and what it is about. Out of scope is what nothing is known
// of: it is never learned from.
type triageExample struct {
	ID, Text, Label, Lang, Split string
}

func (e triageExample) outside() bool {
	return e.Label == "" || e.Label == "oos" || strings.HasPrefix(e.Split, "oos")
}

// triageReader is what is scored: it learned from some examples, and is asked others.
type triageReader interface {
	// triage says what a text is about, how sure that is (0 to 1), and how far the text
	// belongs to anything known.
	triage(ctx context.Context, text string) (triageReading, error)
}

type triageReading struct {
	label string
	sure  float64
	score float64
}

// Run prints the score.
func (c *evalTriageCmd) Run(ctx context.Context, std Streams) error {
	rows, err := examples[triageExample](c.Path)
	if err != nil {
		return err
	}
	learn, err := c.learner(ctx, std)
	if err != nil {
		return err
	}
	parts := partsOf(rows)
	if c.Train != "" {
		train, err := examples[triageExample](c.Train)
		if err != nil {
			return err
		}
		parts = []triagePart{{train, rows}}
	}
	s, err := scoreTriage(ctx, parts, learn)
	if err != nil {
		return err
	}
	return s.print(std.Out, c.evalInput)
}

// learner makes the assistant that is scored out of what it may learn from.
func (c *evalTriageCmd) learner(_ context.Context, std Streams) (func([]triageExample) (triageReader, error), error) {
	if c.Assistant != "model" {
		return learnBuiltin, nil
	}
	cfg, err := configured(c.Config, std)
	if err != nil {
		return nil, err
	}
	m := cfg.Assistant.Model
	if !m.On() {
		return nil, errors.New("no model is configured: see assistant.model in the configuration file")
	}
	return learnFor(func(builtin *assist.Builtin) (dialogue.Assistant, error) {
		return llm.New(llm.Options{
			Endpoint: endpointOf(m), BuiltIn: builtin, Desk: cfg.Desk.Name, Clock: bot.SystemClock{}, Deadline: cfg.Assistant.Patience - spare,
			Concurrency: m.Concurrency, Retries: m.Retries, Log: newLog(cfg, std.Err),
		})
	}), nil
}

// learnFor scores a whole assistant: it is offered the labels as categories, and stands
// on a built-in one that has learned.
func learnFor(over func(*assist.Builtin) (dialogue.Assistant, error)) func([]triageExample) (triageReader, error) {
	return func(train []triageExample) (triageReader, error) {
		labels := map[string]bool{}
		for _, r := range train {
			labels[r.Label] = true
		}
		w := wholeTriage{}
		for _, label := range slices.Sorted(maps.Keys(labels)) {
			w.offer.Categories = append(w.offer.Categories, catalog.Item{ID: label, Level: catalog.Category, Name: labelName(label), Active: true})
		}
		var err error
		w.assistant, err = over(assist.NewBuiltin(nil, 0).Learn(knownOf(train)))
		return w, err
	}
}

// wholeTriage is an assistant that is offered labels.
type wholeTriage struct {
	assistant dialogue.Assistant
	offer     catalog.Offer
}

func (w wholeTriage) triage(ctx context.Context, text string) (triageReading, error) {
	r, err := w.assistant.Read(ctx, dialogue.Brief{Text: text, Offer: w.offer})
	sure := r.Sure[assist.Category]
	return triageReading{r.About.Category, sure, sure}, err
}

// triagePart is what is learned from, and what is asked then.
type triagePart struct{ train, test []triageExample }

// folds is how often a file without a split is read, each time without another part.
const folds = 5

// partsOf splits examples as they say, or into five folds by their ids: the same on
// every machine.
func partsOf(rows []triageExample) []triagePart {
	given := triagePart{}
	for _, r := range rows {
		if r.Split == "train" && !r.outside() {
			given.train = append(given.train, r)
		} else if r.Split != "train" {
			given.test = append(given.test, r)
		}
	}
	if len(given.train) > 0 && len(given.test) > 0 {
		return []triagePart{given}
	}
	parts := make([]triagePart, folds)
	for i, r := range rows {
		at := foldOf(cmp.Or(r.ID, fmt.Sprint(i)))
		for f := range parts {
			switch {
			case f == at:
				parts[f].test = append(parts[f].test, r)
			case !r.outside():
				parts[f].train = append(parts[f].train, r)
			}
		}
	}
	return parts
}

func foldOf(id string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % folds)
}

// builtinTriage is the built-in assistant after it has learned.
type builtinTriage struct{ known *precedent.Index }

// learnBuiltin learns from examples, and from the names of the labels, as a desk does
// from the names of its catalogue.
func learnBuiltin(train []triageExample) (triageReader, error) {
	return builtinTriage{knownOf(train)}, nil
}

func knownOf(train []triageExample) *precedent.Index {
	ix := precedent.New()
	for _, r := range train {
		filed := map[string]string{assist.Category: r.Label}
		ix.Put(precedent.Example{ID: "name:" + r.Label, Text: labelName(r.Label), Filed: filed})
		ix.Put(precedent.Example{ID: "row:" + r.ID, Text: r.Text, Filed: filed})
	}
	return ix
}

func labelName(label string) string { return strings.ReplaceAll(label, "_", " ") }

func (b builtinTriage) triage(_ context.Context, text string) (triageReading, error) {
	f := b.known.Ask(text).Of(assist.Category, nil)
	return triageReading{f.Value, f.Sure, f.Score}, nil
}

// triageAnswer is one row after it was read.
type triageAnswer struct {
	row triageExample
	got triageReading
}

func (a triageAnswer) right() bool { return !a.row.outside() && a.got.label == a.row.Label }

// scoreTriage reads all parts, two at a time.
func scoreTriage(ctx context.Context, parts []triagePart, learn func([]triageExample) (triageReader, error)) (*triageScores, error) {
	const atOnce = 2
	answers, errs := make([][]triageAnswer, len(parts)), make([]error, len(parts))
	turns := make(chan bool, atOnce)
	var wait sync.WaitGroup
	for i, p := range parts {
		wait.Go(func() {
			turns <- true
			defer func() { <-turns }()
			reader, err := learn(p.train)
			if err != nil {
				errs[i] = err
				return
			}
			for _, r := range p.test {
				got, err := reader.triage(ctx, r.Text)
				if err != nil {
					errs[i] = fmt.Errorf("%s: %w", r.ID, err)
					return
				}
				answers[i] = append(answers[i], triageAnswer{r, got})
			}
		})
	}
	wait.Wait()
	return newTriageScores(slices.Concat(answers...)), errors.Join(errs...)
}
