package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"recado/assist"
	"recado/assist/llm"
	"recado/assist/search"
	"recado/bot"
	"recado/config"
	"recado/core/dialogue"
)

// ranking puts what was found for a question into another order.
type ranking func(question string, found []search.Match) ([]search.Match, error)

// byWords leaves the order as it is.
func byWords(_ string, found []search.Match) ([]search.Match, error) { return found, nil }

// byMeaning asks the configured model of embeddings, as the desk does: what is not sure
// enough to be shown keeps its place. A question without an answer of the model ends the
// score: it would be the words' own.
func byMeaning(ctx context.Context, cfg config.Config, log *slog.Logger) (ranking, error) {
	if cfg.Assistant.Model.Embeddings == "" {
		return nil, errors.New("no model puts articles in order: see assistant.model.embeddings in the configuration file")
	}
	o := modelAlone(cfg, assist.NewBuiltin(nil, 0))
	o.Log = log
	a, err := llm.New(o)
	if err != nil {
		return nil, err
	}
	r := assist.NewReranker(a.Embedder(), shelf{}, bot.SystemClock{}.Now, log)
	return func(question string, found []search.Match) ([]search.Match, error) {
		shown := search.Above(found, search.DefaultThreshold)
		better, err := r.Rank(ctx, dialogue.Brief{Text: question}, shown)
		return slices.Concat(better, found[len(shown):]), err
	}, nil
}

// shelf keeps vectors for as long as the program runs.
type shelf map[string]string

// Vectors implements assist.Vectors.
func (s shelf) Vectors(_ context.Context, model string, digests []string) (map[string]string, error) {
	found := map[string]string{}
	for _, d := range digests {
		if v, ok := s[model+"\n"+d]; ok {
			found[d] = v
		}
	}
	return found, nil
}

// SaveVectors implements assist.Vectors.
func (s shelf) SaveVectors(_ context.Context, model string, vectors map[string]string, _ time.Time) error {
	for d, v := range vectors {
		s[model+"\n"+d] = v
	}
	return nil
}
