package assist

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"recado/assist/redact"
	"recado/assist/search"
	"recado/core/dialogue"
	"recado/core/directory"
)

// Embedder turns texts into vectors, as many as it is given and in their order, all of
// one length. It is asked in batches of at most Batch. What it takes is counted for an
// organisation and a conversation.
type Embedder interface {
	Embed(ctx context.Context, org directory.OrgID, conversation string, texts []string) ([][]float32, error)
	// Model names what makes the vectors: those of two are not comparable.
	Model() string
}

// Vectors keeps vectors by the digest of their text, in the form that it was given.
type Vectors interface {
	Vectors(ctx context.Context, model string, digests []string) (map[string]string, error)
	SaveVectors(ctx context.Context, model string, vectors map[string]string, now time.Time) error
}

const (
	// Batch is how many texts an Embedder is given at once: of models with 3,072 numbers
	// a text, an answer has some 700 kB then.
	Batch = 16
	// mostRanked is how many articles are put in order: with the question, one batch.
	mostRanked = Batch - 1
	// EmbedPatience is how long better order is waited for.
	EmbedPatience = 1500 * time.Millisecond
	// meaningShare is how much the likeness of meaning counts beside the score, 0 to 1.
	meaningShare = .5
	// meant is how many bytes of a text are compared: what it is about is said by then,
	// and small models read no more.
	meant = 1500
)

// Reranker puts articles that were found into a better order by what they mean. It
// finds none, and its order alone changes: scores stay what the threshold is for. What
// leaves the desk has lost its personal data.
type Reranker struct {
	embedder Embedder
	vectors  Vectors
	now      func() time.Time
	log      *slog.Logger
}

// NewReranker returns a Reranker that asks e for what kept does not have.
func NewReranker(e Embedder, kept Vectors, now func() time.Time, log *slog.Logger) *Reranker {
	return &Reranker{embedder: e, vectors: kept, now: now, log: log}
}

// Rank orders found by score and meaning, for who asked in a brief. On an error the order
// is as it was. Articles whose words stay within the desk are placed by their score.
func (r *Reranker) Rank(ctx context.Context, brief dialogue.Brief, found []search.Match) ([]search.Match, error) {
	ranked := found[:min(len(found), mostRanked)]
	texts := []string{meaningOf(whole(brief))}
	var of []search.Match // whose texts they are
	for _, m := range ranked {
		if text := meaningOf(m.Article.Title + "\n" + m.Passage); text != "" && !m.Article.Within {
			texts, of = append(texts, text), append(of, m)
		}
	}
	if len(of) < 2 || texts[0] == "" || brief.NoModel {
		return found, nil
	}
	ctx, cancel := context.WithTimeout(ctx, EmbedPatience)
	defer cancel()
	vectors, err := r.of(ctx, brief, texts)
	if err != nil {
		return found, err
	}
	likeness := make(map[string]float64, len(of))
	var scores, all float64
	for i, m := range of {
		c := cosine(vectors[0], vectors[i+1])
		likeness[m.Article.ID] = c
		scores, all = scores+m.Score, all+c
	}
	place := func(m search.Match) float64 {
		alike, known := likeness[m.Article.ID]
		if !known {
			alike = m.Score * all / scores // what the others' scores are worth in likeness
		}
		return (1-meaningShare)*m.Score + meaningShare*alike
	}
	out := slices.Clone(found)
	slices.SortStableFunc(out[:len(ranked)], func(a, b search.Match) int { return cmp.Compare(place(b), place(a)) })
	return out, nil
}

// meaningOf is the beginning of a text, as it may leave.
func meaningOf(text string) string {
	return strings.TrimSpace(redact.Blank(strings.ToValidUTF8(text[:min(len(text), meant)], "")))
}

// of are the vectors of texts: those that are kept, and the others in batches. Only
// articles' are kept: a question is hardly asked twice in the same words.
func (r *Reranker) of(ctx context.Context, brief dialogue.Brief, texts []string) ([][]float32, error) {
	m := meanings{r: r, brief: brief, texts: texts, digests: make([]string, len(texts)), all: make([][]float32, len(texts)), fresh: map[string]string{}}
	for i, text := range texts {
		sum := sha256.Sum256([]byte(text))
		m.digests[i] = hex.EncodeToString(sum[:])
	}
	kept, err := r.vectors.Vectors(ctx, r.embedder.Model(), m.digests[1:])
	if err != nil {
		r.log.WarnContext(ctx, "the vectors of articles could not be read", "error", err)
	}
	for i, d := range m.digests[1:] {
		m.all[i+1] = unpackVector(kept[d])
	}
	if err := m.embed(ctx, func(v []float32) bool { return v == nil }); err != nil {
		return nil, err
	}
	// What is kept and has another length was made by another model of that name.
	other := func(v []float32) bool { return len(v) != len(m.all[0]) }
	if err := m.embed(ctx, other); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(m.all, other) {
		return nil, errors.New("embed: vectors of several lengths")
	}
	if len(m.fresh) == 0 {
		return m.all, nil
	}
	if err := r.vectors.SaveVectors(ctx, r.embedder.Model(), m.fresh, r.now()); err != nil {
		r.log.WarnContext(ctx, "the vectors of articles were not kept", "error", err)
	}
	return m.all, nil
}

// meanings are texts while their vectors are gathered. The first is the question.
type meanings struct {
	r       *Reranker
	brief   dialogue.Brief
	texts   []string
	digests []string
	all     [][]float32
	fresh   map[string]string // what is to be kept, by digest
}

// embed has vectors made where they are needed.
func (m *meanings) embed(ctx context.Context, needed func(v []float32) bool) error {
	var missing []int
	for i, v := range m.all {
		if needed(v) {
			missing = append(missing, i)
		}
	}
	for batch := range slices.Chunk(missing, Batch) {
		ask := make([]string, len(batch))
		for k, i := range batch {
			ask[k] = m.texts[i]
		}
		got, err := m.r.embedder.Embed(ctx, m.brief.Organisation.ID, m.brief.Conversation, ask)
		if err == nil && len(got) != len(ask) {
			err = fmt.Errorf("%d vectors for %d texts", len(got), len(ask))
		}
		if err != nil {
			return fmt.Errorf("embed: %w", err)
		}
		for k, i := range batch {
			if m.all[i] = got[k]; i > 0 {
				m.fresh[m.digests[i]] = packVector(got[k])
			}
		}
	}
	return nil
}

// cosine is how alike two vectors of one length are.
func cosine(a, b []float32) float64 {
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
