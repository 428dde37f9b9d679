package llm

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"

	"github.com/sashabaranov/go-openai"
)

// Kind is whose server it is, as far as they differ.
type Kind string

// Kinds of server. Other is any that speaks chat completions.
const (
	OpenAI   Kind = "openai"
	Azure    Kind = "azure"
	Ollama   Kind = "ollama"
	VLLM     Kind = "vllm"
	LlamaCPP Kind = "llama.cpp"
	Other    Kind = "other"
)

// Kinds lists them.
var Kinds = []Kind{OpenAI, Azure, Ollama, VLLM, LlamaCPP, Other}

// Address is where a kind listens when nothing else is said; "" when that is nowhere.
func (k Kind) Address() string {
	return map[Kind]string{
		OpenAI: "https://api.openai.com/v1", Ollama: "http://127.0.0.1:11434/v1",
		VLLM: "http://127.0.0.1:8000/v1", LlamaCPP: "http://127.0.0.1:8080/v1",
	}[k]
}

// azureVersion is the first stable version of Azure's interface with structured outputs.
const azureVersion = "2024-10-21"

// Endpoint is a model at an address.
type Endpoint struct {
	Kind       Kind
	URL        string // empty: the kind's
	Key        string // empty: none is sent
	Model      string // of Azure: the deployment
	APIVersion string // of Azure; empty: azureVersion
	Effort     string // of models that reason: none, low, medium, high; empty: theirs
}

// manners are how a server wants to be asked. They are learned from its refusals.
type manners struct {
	format      openai.ChatCompletionResponseFormatType // the strictest that it takes
	oldTokens   bool                                    // max_tokens, as before max_completion_tokens
	temperature bool                                    // it may be set
}

// client speaks to one endpoint.
type client struct {
	api    *openai.Client
	at     Endpoint
	mu     sync.Mutex
	manner manners
}

func newClient(at Endpoint, w *wire) *client {
	if at.URL == "" {
		at.URL = at.Kind.Address()
	}
	at.URL = strings.TrimRight(at.URL, "/")
	cfg := openai.DefaultConfig(at.Key)
	if at.Kind == Azure {
		cfg = openai.DefaultAzureConfig(at.Key, at.URL)
		cfg.APIVersion = azureVersion
		if at.APIVersion != "" {
			cfg.APIVersion = at.APIVersion
		}
		cfg.AzureModelMapperFunc = func(deployment string) string { return deployment } // the library's takes signs out
	}
	cfg.BaseURL, cfg.HTTPClient = at.URL, w
	return &client{api: openai.NewClientWithConfig(cfg), at: at, manner: manners{
		format: openai.ChatCompletionResponseFormatTypeJSONSchema, temperature: true,
		oldTokens: at.Kind != OpenAI && at.Kind != Azure,
	}}
}

// request is one question.
type request struct {
	purpose   string // triage, advice, picture: of metrics, and the name of the schema
	system    string
	user      string
	picture   string // a data: address, shown after the user's text; empty: none
	schema    json.RawMessage
	maxTokens int
}

// cold is a temperature near zero: zero itself is left out by the library, and is then one.
const cold = 0.01

// chat asks once, and again when the server refuses the manner of asking.
func (c *client) chat(ctx context.Context, r request) (openai.ChatCompletionResponse, error) {
	const mostManners = 4 // one of each kind may be wrong
	for try := 1; ; try++ {
		c.mu.Lock()
		as := c.manner
		c.mu.Unlock()
		res, err := c.api.CreateChatCompletion(ctx, c.form(r, as))
		if err == nil || try == mostManners || !c.learns(as, err) {
			return res, err
		}
	}
}

// form writes a request in a manner.
func (c *client) form(r request, as manners) openai.ChatCompletionRequest {
	system := r.system
	out := openai.ChatCompletionRequest{Model: c.at.Model, ReasoningEffort: c.at.Effort}
	switch as.format {
	case openai.ChatCompletionResponseFormatTypeJSONSchema:
		out.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: as.format, JSONSchema: &openai.ChatCompletionResponseFormatJSONSchema{
			Name: r.purpose, Schema: r.schema, Strict: true,
		}}
	case openai.ChatCompletionResponseFormatTypeJSONObject:
		out.ResponseFormat = &openai.ChatCompletionResponseFormat{Type: as.format}
		system += schemaInWords + string(r.schema)
	default:
		system += schemaInWords + string(r.schema)
	}
	user := openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: r.user}
	if r.picture != "" {
		user.Content, user.MultiContent = "", []openai.ChatMessagePart{
			{Type: openai.ChatMessagePartTypeText, Text: r.user},
			{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: r.picture, Detail: openai.ImageURLDetailHigh}},
		}
	}
	out.Messages = []openai.ChatCompletionMessage{{Role: openai.ChatMessageRoleSystem, Content: system}, user}
	if as.oldTokens {
		out.MaxTokens = r.maxTokens //nolint:staticcheck // deprecated by OpenAI, and all that others know
	} else {
		out.MaxCompletionTokens = r.maxTokens
	}
	if as.temperature {
		out.Temperature = cold
	}
	return out
}

// schemaInWords goes before the schema where the server cannot be given one.
const schemaInWords = "\n\nAnswer with one JSON object and nothing else. It must match this JSON schema:\n"

// learns changes the manner after a refusal. False: the refusal is about something else.
func (c *client) learns(as manners, err error) bool {
	said, status := refusalOf(err)
	clientSide := errors.Is(err, openai.ErrReasoningModelLimitationsOther) || errors.Is(err, openai.ErrReasoningSamplingUnsupported)
	tokensSide := errors.Is(err, openai.ErrReasoningModelMaxTokensDeprecated)
	if status != http.StatusBadRequest && status != http.StatusUnprocessableEntity && !clientSide && !tokensSide {
		return false
	}
	next := as
	switch {
	case as.temperature && (clientSide || strings.Contains(said, "temperature")):
		next.temperature = false
	case tokensSide || strings.Contains(said, "max_tokens") || strings.Contains(said, "max_completion_tokens"):
		next.oldTokens = !as.oldTokens
	case as.format == openai.ChatCompletionResponseFormatTypeJSONSchema && speaksOfFormat(said):
		next.format = openai.ChatCompletionResponseFormatTypeJSONObject
	case as.format == openai.ChatCompletionResponseFormatTypeJSONObject && speaksOfFormat(said):
		next.format = openai.ChatCompletionResponseFormatTypeText
	default:
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.manner == as { // else another call learned something meanwhile
		c.manner = next
	}
	return true
}

func speaksOfFormat(said string) bool {
	for _, word := range []string{"response_format", "json_schema", "json_object", "schema", "grammar"} {
		if strings.Contains(said, word) {
			return true
		}
	}
	return false
}

// refusalOf is what a server said of a request, in small letters, and the status.
func refusalOf(err error) (string, int) {
	if api, ok := errors.AsType[*openai.APIError](err); ok {
		said := api.Message
		if api.Param != nil {
			said += " " + *api.Param
		}
		return strings.ToLower(said), api.HTTPStatusCode
	}
	if bare, ok := errors.AsType[*openai.RequestError](err); ok {
		return strings.ToLower(string(bare.Body)), bare.HTTPStatusCode
	}
	return "", 0
}

// failureOf takes the words of others out of an error.
func failureOf(err error) error {
	var ours *Failure
	_, status := refusalOf(err)
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case errors.As(err, &ours):
		return ours
	case errors.Is(err, context.DeadlineExceeded):
		return &Failure{Why: Slow, cause: context.DeadlineExceeded}
	case errors.Is(err, context.Canceled):
		return fail(Slow, "given up")
	case status == http.StatusTooManyRequests:
		return &Failure{Why: Busy, Status: status}
	case status >= 500, status == http.StatusRequestTimeout:
		return &Failure{Why: Down, Status: status}
	case status >= 400 && isFiltered(err):
		return &Failure{Why: Refused, Status: status}
	case status >= 400:
		return &Failure{Why: Rejected, Status: status}
	case errors.As(err, &syntax), errors.As(err, &shape):
		return fail(Garbled, "the server's answer is no completion")
	case strings.Contains(err.Error(), "EOF"): // json's own is not exported
		return fail(Cut, "the server's answer ends before its end")
	}
	return &Failure{Why: Down, cause: err}
}

// isFiltered reports Azure's refusal of a prompt, which has status 400.
func isFiltered(err error) bool {
	var api *openai.APIError
	if !errors.As(err, &api) {
		return false
	}
	code, _ := api.Code.(string)
	return code == "content_filter" || strings.Contains(strings.ToLower(api.Message), "content management policy")
}
