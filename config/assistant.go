package config

import (
	"math"
	"net/url"
	"strings"
	"time"
)

// Model is a language model at an address that speaks OpenAI's chat completions. Without
// a name there is none, and the built-in assistant does it all.
type Model struct {
	Kind       ModelKind `yaml:"kind"`
	URL        string    `yaml:"url"`  // up to and with /v1; empty: the kind's usual one
	Name       string    `yaml:"name"` // of Azure, the deployment
	Key        Secret    `yaml:"key"`  // empty: none is sent
	KeyFile    string    `yaml:"key_file"`
	APIVersion string    `yaml:"api_version"` // of Azure; empty: one that is known to work
	Effort     string    `yaml:"effort"`      // of models that reason; empty: theirs

	// Transcription is the model, at the same address, that writes voice notes down; empty:
	// none. A recording leaves as it is: what is said in it cannot be replaced before.
	Transcription string `yaml:"transcription"`

	// Pictures: Name takes pictures, and says what is to be seen on those that come before a
	// ticket is opened. They leave as they are, like recordings.
	Pictures bool `yaml:"pictures"`

	// Embeddings is the model, at the same address, by whose vectors articles that were found
	// are put into a better order; empty: words alone say which comes first.
	Embeddings string `yaml:"embeddings"`

	Concurrency int `yaml:"concurrency"` // calls at once
	Retries     int `yaml:"retries"`     // after 429, 5xx and lost connections, within Patience

	Budget ModelBudget `yaml:"budget"`
	Price  ModelPrice  `yaml:"price"`
}

// ModelBudget is how many tokens a day may take; 0 is no limit.
type ModelBudget struct {
	Day          int `yaml:"day"`          // all together
	Organisation int `yaml:"organisation"` // each
	Conversation int `yaml:"conversation"` // each
}

// ModelPrice is what a million tokens cost, for the metric of cost.
type ModelPrice struct {
	In         float64 `yaml:"in"`
	Out        float64 `yaml:"out"`
	Embeddings float64 `yaml:"embeddings"` // of the model of that name
}

// ModelKind is whose server the model runs on.
type ModelKind string

// Kinds of server, as far as they differ.
const (
	ModelOpenAI   ModelKind = "openai"
	ModelAzure    ModelKind = "azure"
	ModelOllama   ModelKind = "ollama"
	ModelVLLM     ModelKind = "vllm"
	ModelLlamaCPP ModelKind = "llama.cpp"
	ModelOther    ModelKind = "other"
)

// UnmarshalText reads one of the kinds.
func (k *ModelKind) UnmarshalText(text []byte) error {
	return oneOf(k, string(text), ModelOpenAI, ModelAzure, ModelOllama, ModelVLLM, ModelLlamaCPP, ModelOther)
}

// On reports whether there is a model.
func (m Model) On() bool { return m.Name != "" }

// hosted are the kinds without a usual address: each customer has their own.
func (k ModelKind) hosted() bool { return k == ModelAzure || k == ModelOther }

// efforts are the reasoning efforts that servers know.
var efforts = []string{"none", "minimal", "low", "medium", "high"}

// Bounds of the assistant's patience: less, and no model ever answers; more, and people
// think that nobody is there.
const (
	leastPatience = 2 * time.Second
	mostPatience  = 30 * time.Second
)

func (r *reader) assistant(a Assistant) {
	if t := a.ArticleThreshold; !(t >= 0 && t <= 1) { // so that NaN is refused too
		r.fault("assistant.article_threshold", "between 0 and 1")
	}
	if n := a.Articles; n < 0 || n > 5 {
		r.fault("assistant.articles", "between 0 (none are suggested) and 5")
	}
	if a.Patience < leastPatience || a.Patience > mostPatience {
		r.fault("assistant.patience", "between 2s and 30s")
	}
	r.model(a.Model)
}

func (r *reader) model(m Model) {
	const path = "assistant.model"
	if !m.On() {
		if m.URL != "" || !m.Key.IsZero() || m.Transcription != "" || m.Embeddings != "" || m.Pictures {
			r.fault(path+".name", "name the model, such as gpt-4.1-mini; without one, the built-in assistant does it all")
		}
		return
	}
	switch u, err := url.Parse(m.URL); {
	case m.URL == "" && m.Kind.hosted():
		r.fault(path+".url", "say where the server is, such as https://aurora.openai.azure.example or http://127.0.0.1:9000/v1")
	case m.URL == "":
	case err != nil || !isWeb(m.URL) || u.User != nil:
		r.fault(path+".url", "write the whole address, such as https://api.openai.com/v1, without a key in it")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		r.fault(path+".url", "people's words would cross the network in the clear; write https:// (http:// is for 127.0.0.1 only)")
	}
	if m.Key.IsZero() && (m.Kind == ModelOpenAI || m.Kind == ModelAzure) && r.readable(path+".key_file") {
		r.fault(path+".key", "%s needs a key; give key or key_file", m.Kind)
	}
	if m.Effort != "" && !contains(efforts, m.Effort) {
		r.fault(path+".effort", "write %s, or leave it empty", orList(efforts))
	}
	if m.Concurrency < 1 || m.Concurrency > 100 {
		r.fault(path+".concurrency", "between 1 and 100")
	}
	if m.Retries < 0 || m.Retries > 10 {
		r.fault(path+".retries", "between 0 and 10")
	}
	for name, n := range map[string]int{"day": m.Budget.Day, "organisation": m.Budget.Organisation, "conversation": m.Budget.Conversation} {
		if n < 0 {
			r.fault(path+".budget."+name, "0 (no limit) or more")
		}
	}
	for name, price := range map[string]float64{"in": m.Price.In, "out": m.Price.Out, "embeddings": m.Price.Embeddings} {
		if !(price >= 0) || math.IsInf(price, 0) {
			r.fault(path+".price."+name, "0 or more")
		}
	}
}

// contains compares without case.
func contains(all []string, one string) bool {
	for _, a := range all {
		if strings.EqualFold(a, one) {
			return true
		}
	}
	return false
}
