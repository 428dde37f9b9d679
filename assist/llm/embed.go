package llm

import (
	"context"

	"github.com/sashabaranov/go-openai"

	"recado/core/directory"
)

// longestVector is how many numbers a vector has at most; the largest models have 4,096.
const longestVector = 8192

// Embedder turns texts into vectors by a model at the same address. What is asked of it
// counts against the same budgets; it rests by itself when it fails.
type Embedder struct{ a *Assistant }

// Embedder is nil when no model is configured for it.
func (a *Assistant) Embedder() *Embedder {
	if a.o.Embeddings == "" {
		return nil
	}
	return &Embedder{a}
}

// Model names what makes the vectors, and where: servers call different models the same.
func (e *Embedder) Model() string { return e.a.o.Embeddings + " at " + e.a.client.at.URL }

// Embed gives one vector for each text, in their order, all of one length. Personal data
// is to be taken out before. Errors are *Failure.
func (e *Embedder) Embed(ctx context.Context, org directory.OrgID, conversation string, texts []string) ([][]float32, error) {
	vectors, err := e.embed(ctx, payer{string(org), conversation}, texts)
	e.a.told(ctx, "embeddings", err)
	return vectors, err
}

func (e *Embedder) embed(ctx context.Context, p payer, texts []string) ([][]float32, error) {
	bytes := 0
	for _, text := range texts {
		bytes += len(text)
	}
	var vectors [][]float32
	j := job{purpose: "embeddings", payer: p, tokens: tokensOf(bytes) + int64(len(texts)), breaker: &e.a.breakers.embeddings}
	err := e.a.within(ctx, j, func(ctx context.Context) (openai.Usage, error) {
		res, err := e.a.client.api.CreateEmbeddings(ctx, openai.EmbeddingRequestStrings{Input: texts, Model: openai.EmbeddingModel(e.a.o.Embeddings)})
		if err != nil {
			return res.Usage, err
		}
		vectors, err = vectorsOf(res.Data, len(texts))
		return res.Usage, err
	})
	return vectors, err
}

// vectorsOf are the vectors of an answer in the order of the texts: each once, of one
// length, and each pointing somewhere.
func vectorsOf(data []openai.Embedding, texts int) ([][]float32, error) {
	switch {
	case len(data) == 0:
		return nil, fail(Empty, "no vector")
	case len(data) != texts:
		return nil, fail(Garbled, "not as many vectors as texts")
	}
	vectors := make([][]float32, texts)
	for _, d := range data {
		switch {
		case d.Index < 0 || d.Index >= texts || vectors[d.Index] != nil:
			return nil, fail(Garbled, "a vector of no text, or a second one")
		case len(d.Embedding) > longestVector:
			return nil, fail(Huge, "a vector of too many numbers")
		case len(d.Embedding) == 0 || len(d.Embedding) != len(data[0].Embedding) || isZero(d.Embedding):
			return nil, fail(Garbled, "a vector that cannot be compared")
		}
		vectors[d.Index] = d.Embedding
	}
	return vectors, nil
}

func isZero(v []float32) bool {
	for _, x := range v {
		if x != 0 {
			return false
		}
	}
	return true
}
