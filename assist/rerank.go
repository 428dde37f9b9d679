package assist

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"time"

	"recado/assist/redact"
	"recado/assist/search"
)

// Embedder turns texts into vectors, as many as it is given and in their order. It is
// asked in batches of at most Batch.
type Embedder interface {
	Embed(ctx context.Context, texts []string) ([][]float32, error)
	// Model names what makes the vectors: those of two are not comparable.
	Model() string
}

// Vectors keeps vectors by the digest of their text, in the form that it was given.
type Vectors interface {
	Vectors(ctx context.Context, model string, digests []string) (map[string]string, error)
	SaveVectors(ctx context.Context, model string, vectors map[string]string, now time.Time) error
}

const (
	// Batch is how many texts an Embedder is given at once.
	Batch = 64
	// embedPatience is how long better order is waited for.
	embedPatience = 1500 * time.Millisecond
	// meaningShare is how much the likeness of meaning counts beside the score, 0 to 1.
	meaningShare = .5
)

// Reranker puts articles that were found into a better order by what they mean. It
// finds none, and its order alone changes: scores stay what the threshold is for. What
// leaves the desk has lost its personal data.
type Reranker struct {
	embedder Embedder
	vectors  Vectors
	now      func() time.Time
}

// NewReranker returns a Reranker that asks e for what kept does not have.
func NewReranker(e Embedder, kept Vectors, now func() time.Time) *Reranker {
	return &Reranker{embedder: e, vectors: kept, now: now}
}

// Rank orders found by score and meaning. On an error the order is as it was.
func (r *Reranker) Rank(ctx context.Context, query string, found []search.Match) ([]search.Match, error) {
	if len(found) < 2 {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, embedPatience)
	defer cancel()
	texts := []string{redact.Blank(query)}
	for _, m := range found {
		texts = append(texts, redact.Blank(m.Article.Title+"\n"+m.Passage))
	}
	vectors, err := r.of(ctx, texts)
	if err != nil {
		return found, err
	}
	type placed struct {
		match search.Match
		place float64
	}
	all := make([]placed, len(found))
	for i, m := range found {
		all[i] = placed{m, (1-meaningShare)*m.Score + meaningShare*cosine(vectors[0], vectors[i+1])}
	}
	slices.SortStableFunc(all, func(a, b placed) int {
		switch {
		case a.place > b.place:
			return -1
		case a.place < b.place:
			return 1
		}
		return 0
	})
	out := make([]search.Match, len(all))
	for i, p := range all {
		out[i] = p.match
	}
	return out, nil
}

// of are the vectors of texts: those that are kept, and the others in batches. Only
// articles' are kept: a question is hardly asked twice in the same words.
func (r *Reranker) of(ctx context.Context, texts []string) ([][]float32, error) {
	digests := make([]string, len(texts))
	for i, text := range texts {
		sum := sha256.Sum256([]byte(text))
		digests[i] = hex.EncodeToString(sum[:])
	}
	kept, err := r.vectors.Vectors(ctx, r.embedder.Model(), digests[1:])
	if err != nil {
		return nil, err
	}
	out, fresh := make([][]float32, len(texts)), map[string]string{}
	var missing []int
	for i, d := range digests {
		if out[i] = unpackVector(kept[d]); out[i] == nil {
			missing = append(missing, i)
		}
	}
	for batch := range slices.Chunk(missing, Batch) {
		ask := make([]string, len(batch))
		for k, i := range batch {
			ask[k] = texts[i]
		}
		got, err := r.embedder.Embed(ctx, ask)
		if err == nil && len(got) != len(ask) {
			err = fmt.Errorf("%d vectors for %d texts", len(got), len(ask))
		}
		if err != nil {
			return nil, fmt.Errorf("embed: %w", err)
		}
		for k, i := range batch {
			if out[i] = got[k]; i > 0 {
				fresh[digests[i]] = packVector(got[k])
			}
		}
	}
	if len(fresh) == 0 {
		return out, nil
	}
	return out, r.vectors.SaveVectors(ctx, r.embedder.Model(), fresh, r.now())
}

// cosine is how alike two vectors are; 0 when they cannot be compared.
func cosine(a, b []float32) float64 {
	if len(a) != len(b) {
		return 0
	}
	var dot, aa, bb float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if c := dot / math.Sqrt(aa*bb); !math.IsNaN(c) && !math.IsInf(c, 0) {
		return c
	}
	return 0
}

// packVector writes a vector as base64 of little-endian float32.
func packVector(v []float32) string {
	raw := make([]byte, 0, 4*len(v))
	for _, x := range v {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// unpackVector reads one; nil when it is none.
func unpackVector(text string) []float32 {
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw) == 0 || len(raw)%4 != 0 {
		return nil
	}
	v := make([]float32, len(raw)/4)
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return v
}
