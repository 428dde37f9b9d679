package main

import (
	mathrand "math/rand/v2"
	"time"

	"recado/assist/llm"
	"recado/bot"
	"recado/config"
	"recado/core/dialogue"
)

// spare is how long before the end of the customer's patience the model is given up, so
// that the built-in assistant's answer is said in time.
const spare = 500 * time.Millisecond

// modelOptions are those of the configured language model, with the built-in assistant
// that goes before it.
func (d *desk) modelOptions(builtin dialogue.Assistant) llm.Options {
	m, o := d.cfg.Assistant.Model, modelAlone(d.cfg, builtin)
	o.Clock, o.Location, o.Log = d.clock, d.cfg.Desk.TimeZone, d.log
	o.Transcription, o.Pictures, o.Files = m.Transcription, m.Pictures, d.files.attachments
	o.Budget = llm.Budget{Day: int64(m.Budget.Day), Organisation: int64(m.Budget.Organisation), Conversation: int64(m.Budget.Conversation)}
	o.Ledger, o.Price = d.db.Spent(), llm.Price{In: m.Price.In, Out: m.Price.Out, Embeddings: m.Price.Embeddings}
	if _, isReal := d.clock.(bot.SystemClock); isReal {
		o.Jitter = mathrand.Float64
	} else {
		o.Retries = 0 // on a stage, no time passes while something is waited for
	}
	return o
}

// modelAlone are the options of a model without a desk around it: nothing is counted, and
// no file is opened.
func modelAlone(cfg config.Config, builtin dialogue.Assistant) llm.Options {
	m := cfg.Assistant.Model
	return llm.Options{
		Endpoint: endpointOf(m), BuiltIn: builtin, Desk: cfg.Desk.Name, Clock: bot.SystemClock{},
		Deadline: cfg.Assistant.Patience - spare, Concurrency: m.Concurrency, Retries: m.Retries, Embeddings: m.Embeddings,
	}
}

func endpointOf(m config.Model) llm.Endpoint {
	return llm.Endpoint{Kind: llm.Kind(m.Kind), URL: m.URL, Key: m.Key.Reveal(), Model: m.Name, APIVersion: m.APIVersion, Effort: m.Effort}
}
