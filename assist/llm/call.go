package llm

import (
	"context"

	"github.com/sashabaranov/go-openai"
)

// call asks the model, and gives the content of its answer. Every error is a *Failure.
func (a *Assistant) call(ctx context.Context, p payer, r request) (string, error) {
	j := job{r.purpose, p, tokensOf(len(r.system)+len(r.user)+len(r.schema)) + int64(r.maxTokens), &a.breakers.chat}
	if r.picture != "" {
		j.tokens, j.breaker = j.tokens+pictureTokens, &a.breakers.pictures
	}
	var res openai.ChatCompletionResponse
	err := a.within(ctx, j, func(ctx context.Context) (u openai.Usage, err error) {
		res, err = a.client.chat(ctx, r)
		return res.Usage, err
	})
	if err != nil {
		return "", err
	}
	return contentOf(res)
}

// job is what a call is for.
type job struct {
	purpose string // of metrics
	payer   payer
	tokens  int64 // what it takes at most, roughly
	breaker *breaker
}

// within makes a call within all limits: the breaker's, the deadline, the places, the
// budget. Every error is a *Failure.
func (a *Assistant) within(ctx context.Context, j job, do func(context.Context) (openai.Usage, error)) error {
	if !j.breaker.allows(a.o.Clock.Now()) {
		return fail(Broken, "")
	}
	ctx, cancel := context.WithTimeout(ctx, a.o.Deadline)
	defer cancel()
	select {
	case a.places <- struct{}{}:
		defer func() { <-a.places }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil { // a place at the last moment is none
		j.breaker.release()
		return fail(Busy, "no place was free in time")
	}
	w, err := a.purse(ctx, j.payer, j.tokens)
	if err != nil {
		j.breaker.release()
		return err
	}
	var t trip
	began := a.o.Clock.Now()
	used, err := do(context.WithValue(ctx, tripKey{}, &t))
	a.metrics.seconds.Observe(a.o.Clock.Now().Sub(began).Seconds())
	if err != nil {
		err = failureOf(err)
		a.judged(ctx, j.breaker, err, t)
		if why := whyOf(err); why == Down || why == Busy || why == Rejected { // nobody charges for these
			a.settle(ctx, w, 0)
		}
		return err
	}
	j.breaker.worked()
	a.count(ctx, w, j.purpose, used)
	return nil
}

// judged tells the breaker of a failure. One that says nothing of the server gives the
// try back; a turn that was given up says nothing at all.
func (a *Assistant) judged(ctx context.Context, b *breaker, err error, t trip) {
	why := whyOf(err)
	switch {
	case context.Cause(ctx) == context.Canceled, !why.ofServer(): //nolint:errorlint // the cause itself, not one that wraps it
		b.release()
	default:
		b.failed(a.o.Clock.Now(), t.asked)
	}
}

// count settles what the call took. Servers that do not tell are taken at the estimate.
func (a *Assistant) count(ctx context.Context, w *purse, purpose string, u openai.Usage) {
	in, out := u.PromptTokens, u.CompletionTokens
	if in <= 0 && out <= 0 {
		in = int(w.tokens)
	}
	a.metrics.tokens.WithLabelValues(purpose, "in").Add(float64(in))
	a.metrics.tokens.WithLabelValues(purpose, "out").Add(float64(out))
	price := a.o.Price.In
	if purpose == "embeddings" {
		price = a.o.Price.Embeddings
	}
	a.metrics.cost.WithLabelValues(purpose).Add((float64(in)*price + float64(out)*a.o.Price.Out) / 1e6)
	a.settle(ctx, w, int64(in+out))
}

func (a *Assistant) settle(ctx context.Context, w *purse, took int64) {
	if err := w.settle(context.WithoutCancel(ctx), took); err != nil {
		a.o.Log.WarnContext(ctx, "what a call of the model took was not counted", "error", err)
	}
}
