package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"recado/core/dialogue"
)

// Price is what a million tokens cost, in whatever currency. Those of embeddings have one
// of their own, some tenth of the others.
type Price struct{ In, Out, Embeddings float64 }

// Options configure an Assistant. BuiltIn, Endpoint.Model and Clock are required.
type Options struct {
	Endpoint Endpoint
	BuiltIn  dialogue.Assistant // reads first, and stands in
	Desk     string             // its name
	Clock    Clock
	Location *time.Location // whose day a budget is of; nil: UTC

	Deadline    time.Duration // of all tries together; 0: seven seconds
	Concurrency int           // calls at once; 0: 4
	Retries     int           // after the first try
	Jitter      func() float64

	Embeddings    string // model that turns texts into vectors; empty: none
	Transcription string // model that writes recordings down; empty: none
	Pictures      bool   // Endpoint.Model takes pictures, and describes them
	Files         Files  // where recordings and pictures are; nil: nowhere

	Budget Budget
	Ledger Ledger // nil: nothing is counted, and nothing limited
	Price  Price

	Transport http.RoundTripper // nil: the network
	Log       *slog.Logger
}

// Assistant is a dialogue.Assistant that asks a model. It is safe for concurrent use.
type Assistant struct {
	o        Options
	client   *client
	prompts  prompts
	breakers breakers
	places   chan struct{}
	metrics  *metrics
}

var _ dialogue.Assistant = (*Assistant)(nil)

// New checks the options and makes an Assistant. It asks nothing yet.
func New(o Options) (*Assistant, error) {
	if o.BuiltIn == nil || o.Clock == nil || o.Endpoint.Model == "" {
		return nil, errors.New("llm: a built-in assistant, a clock and a model are needed")
	}
	if o.Endpoint.URL == "" && o.Endpoint.Kind.Address() == "" {
		return nil, fmt.Errorf("llm: say where the server (%s) is", o.Endpoint.Kind)
	}
	if o.Deadline <= 0 {
		o.Deadline = 7 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 4
	}
	if o.Jitter == nil {
		o.Jitter = func() float64 { return 1 }
	}
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	all, err := loadPrompts()
	if err != nil {
		return nil, err
	}
	return &Assistant{
		o: o, prompts: all, client: newClient(o.Endpoint, newWire(o)), places: make(chan struct{}, o.Concurrency), metrics: newMetrics(),
	}, nil
}

// leads are what a reader could follow: addresses of pages and of people.
var leads = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+|` +
	`\b[\w\-]+(?:\.[\w\-]+)*\.(?:com|net|org|br|io|info|biz|co|app|dev|xyz|ru|cn|example)\b\S*`)

// Read implements dialogue.Assistant.
func (a *Assistant) Read(ctx context.Context, b dialogue.Brief) (dialogue.Reading, error) {
	ctx, cancel := context.WithTimeout(ctx, a.o.Deadline) // the built-in assistant's time too, when it asks for vectors
	defer cancel()
	base, err := a.o.BuiltIn.Read(ctx, b)
	if err != nil {
		return base, err
	}
	r, err := a.read(ctx, b, base)
	a.told(ctx, "triage", err)
	if err != nil {
		return base, nil // the built-in assistant's answer stands
	}
	return r, nil
}

// read asks the model, unless there is nothing for it to do.
func (a *Assistant) read(ctx context.Context, b dialogue.Brief, base dialogue.Reading) (dialogue.Reading, error) {
	switch {
	case b.NoModel:
		return base, fail(Unwanted, "")
	case b.IntentOnly || base.Intent == dialogue.Greeting || base.Intent == dialogue.Thanks:
		return base, fail(Needless, "")
	}
	t := &triage{brief: b, offered: newOffered(b.Offer, b.Language)}
	ask, err := t.request(a.prompts, a.o.Desk)
	if err != nil {
		return base, err
	}
	content, err := a.call(ctx, payer{string(b.Organisation.ID), b.Conversation}, ask)
	if err != nil {
		return base, err
	}
	r, err := t.reading(content, base)
	if err != nil {
		return base, err
	}
	r.By = a.signature(triagePrompt)
	return r, nil
}

// signature names the model and the prompt, for the record.
func (a *Assistant) signature(prompt string) string { return a.o.Endpoint.Model + "/" + prompt }

// told counts what came of a call, and says where the built-in assistant stands in,
// without a word of anybody.
func (a *Assistant) told(ctx context.Context, purpose string, err error) {
	if err == nil {
		a.metrics.calls.WithLabelValues(purpose, "used").Inc()
		return
	}
	why := whyOf(err)
	a.metrics.calls.WithLabelValues(purpose, string(why)).Inc()
	level := slog.LevelWarn
	if why == Unwanted || why == Needless {
		level = slog.LevelDebug
	}
	a.o.Log.Log(ctx, level, "the built-in assistant stands in for the model", "for", purpose, "why", err.Error())
}
