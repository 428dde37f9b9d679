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
	m := d.cfg.Assistant.Model
	o := llm.Options{
		Endpoint: endpointOf(m), BuiltIn: builtin, Desk: d.cfg.Desk.Name, Clock: d.clock, Location: d.cfg.Desk.TimeZone,
		Deadline: d.cfg.Assistant.Patience - spare, Concurrency: m.Concurrency, Retries: m.Retries,
		Budget:        llm.Budget{Day: int64(m.Budget.Day), Organisation: int64(m.Budget.Organisation), Conversation: int64(m.Budget.Conversation)},
		Transcription: m.Transcription, Embeddings: m.Embeddings, Pictures: m.Pictures, Files: d.files.attachments,
		Ledger: d.db.Spent(), Price: llm.Price{In: m.Price.In, Out: m.Price.Out, Embeddings: m.Price.Embeddings}, Log: d.log,
	}
	if _, isReal := d.clock.(bot.SystemClock); isReal {
		o.Jitter = mathrand.Float64
	} else {
		o.Retries = 0 // on a stage, no time passes while something is waited for
	}
	return o
}

func endpointOf(m config.Model) llm.Endpoint {
	return llm.Endpoint{Kind: llm.Kind(m.Kind), URL: m.URL, Key: m.Key.Reveal(), Model: m.Name, APIVersion: m.APIVersion, Effort: m.Effort}
}
