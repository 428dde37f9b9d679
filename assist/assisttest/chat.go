package assisttest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// Chat is a completion that was asked for.
type Chat struct {
	Model        string
	System, User string
	Pictures     []string        // data: addresses
	Schema       json.RawMessage // of the answer; nil: none was given as such
	Name         string          // of the schema
	MaxTokens    int
}

// chatRequest is what the reference lists for POST /chat/completions, as far as a desk
// could want it; anything else is an error.
type chatRequest struct {
	Model               string        `json:"model"`
	Messages            []chatMessage `json:"messages"`
	MaxTokens           *int          `json:"max_tokens"`
	MaxCompletionTokens *int          `json:"max_completion_tokens"`
	Temperature         *float64      `json:"temperature"`
	TopP                *float64      `json:"top_p"`
	Seed                *int          `json:"seed"`
	N                   *int          `json:"n"`
	Stream              bool          `json:"stream"`
	Store               *bool         `json:"store"`
	ReasoningEffort     *string       `json:"reasoning_effort"`
	ResponseFormat      *struct {
		Type       string `json:"type"`
		JSONSchema *struct {
			Name        string          `json:"name"`
			Description string          `json:"description"`
			Schema      json.RawMessage `json:"schema"`
			Strict      *bool           `json:"strict"`
		} `json:"json_schema"`
	} `json:"response_format"`
}

type chatMessage struct {
	Role    string          `json:"role"`
	Content json.RawMessage `json:"content"`
	Name    string          `json:"name"`
}

type chatPart struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	ImageURL *struct {
		URL    string `json:"url"`
		Detail string `json:"detail"`
	} `json:"image_url"`
}

var schemaName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

// strictly decodes without a field that is not known.
func strictly(body []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	return d.Decode(to)
}

// chat answers a completion.
func (s *Server) chat(body []byte) reply {
	var r chatRequest
	if err := strictly(body, &r); err != nil {
		return s.objects(http.StatusBadRequest, "the request is not as the reference has it: "+err.Error(), "")
	}
	c, why := r.read()
	if why != "" {
		return s.objects(http.StatusBadRequest, why, "")
	}
	s.chats = append(s.chats, c)
	if s.lacks.Pictures && len(c.Pictures) > 0 {
		return refusal(http.StatusBadRequest, "Invalid content type. image_url is only supported by certain models.", "messages.[1].content.[1].type")
	}
	if why, param := s.lacks.refuses(r); why != "" {
		return refusal(http.StatusBadRequest, why, param) // no mistake: who asks cannot know
	}
	content := "ok"
	switch {
	case s.answer != nil:
		content = s.answer(c)
	case c.Schema != nil:
		content = Fill(c.Schema)
	case strings.Contains(c.System, "JSON schema:\n"):
		_, schema, _ := strings.Cut(c.System, "JSON schema:\n")
		content = Fill(json.RawMessage(schema))
	}
	return s.moody(s.next(), c, content)
}

// refuses is what a server that lacks something says of a request.
func (l Lack) refuses(r chatRequest) (why, param string) {
	format := ""
	if r.ResponseFormat != nil {
		format = r.ResponseFormat.Type
	}
	switch {
	case l.Temperature && r.Temperature != nil:
		return "Unsupported value: 'temperature' does not support 0.01 with this model.", "temperature"
	case l.NewTokens && r.MaxCompletionTokens != nil:
		return "Unrecognized request argument supplied: max_completion_tokens", "max_completion_tokens"
	case l.OldTokens && r.MaxTokens != nil:
		return "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", "max_tokens"
	case (l.Schema || l.JSON) && format == "json_schema", l.JSON && format == "json_object":
		return "Invalid parameter: 'response_format' of type '" + format + "' is not supported with this model.", "response_format"
	}
	return "", ""
}

// read takes a request apart, and says what is wrong with it.
func (r chatRequest) read() (Chat, string) {
	c := Chat{Model: r.Model}
	switch {
	case r.Model == "":
		return c, "model is missing"
	case len(r.Messages) == 0:
		return c, "messages is empty"
	case r.Stream:
		return c, "nobody reads streams here"
	case r.Temperature != nil && (*r.Temperature < 0 || *r.Temperature > 2):
		return c, "temperature is not between 0 and 2"
	case r.MaxTokens != nil && r.MaxCompletionTokens != nil:
		return c, "max_tokens and max_completion_tokens are both given"
	case r.ReasoningEffort != nil && !slices.Contains([]string{"none", "minimal", "low", "medium", "high", "xhigh"}, *r.ReasoningEffort):
		return c, "reasoning_effort is none of the known ones"
	}
	for _, most := range []*int{r.MaxTokens, r.MaxCompletionTokens} {
		if most != nil {
			if *most < 1 {
				return c, "a maximum of tokens is not positive"
			}
			c.MaxTokens = *most
		}
	}
	for i, m := range r.Messages {
		if why := c.take(m); why != "" {
			return c, fmt.Sprintf("message %d: %s", i+1, why)
		}
	}
	return c, c.format(r)
}

// take reads one message.
func (c *Chat) take(m chatMessage) string {
	var text string
	if json.Unmarshal(m.Content, &text) != nil {
		var parts []chatPart
		if err := strictly(m.Content, &parts); err != nil || m.Role != "user" {
			return "content is neither text nor the parts of a user's message"
		}
		for _, p := range parts {
			switch {
			case p.Type == "text" && p.Text != "" && p.ImageURL == nil:
				text += p.Text
			case p.Type == "image_url" && p.ImageURL != nil && p.Text == "":
				if why := notPicture(p.ImageURL.URL, p.ImageURL.Detail); why != "" {
					return why
				}
				c.Pictures = append(c.Pictures, p.ImageURL.URL)
			default:
				return "a part is neither text nor a picture"
			}
		}
	}
	if text == "" {
		return "content is empty"
	}
	switch m.Role {
	case "system", "developer":
		c.System += text
	case "user":
		c.User += text
	default:
		return "the role is " + m.Role
	}
	return ""
}

// pictureTypes are the pictures that may be shown ("Image input requirements" of the
// guide to images and vision).
var pictureTypes = []string{"image/png", "image/jpeg", "image/webp", "image/gif"}

// mostPicture is how many bytes a request may hold of them.
const mostPicture = 50 << 20

// notPicture says what is wrong with a picture; "" for nothing. Addresses of pictures
// elsewhere are allowed by the reference, and never what a desk means.
func notPicture(address, detail string) string {
	if !slices.Contains([]string{"", "auto", "low", "high"}, detail) {
		return "detail is " + detail
	}
	kind, coded, ok := strings.Cut(strings.TrimPrefix(address, "data:"), ";base64,")
	if !ok || !strings.HasPrefix(address, "data:") || !slices.Contains(pictureTypes, kind) {
		return "a picture is no data: address of a known kind"
	}
	data, err := base64.StdEncoding.DecodeString(coded)
	switch {
	case err != nil || len(data) > mostPicture:
		return "a picture is no base64, or too large"
	case http.DetectContentType(data) != kind:
		return "a picture is not what its address says"
	}
	return ""
}

// format reads what the answer must look like.
func (c *Chat) format(r chatRequest) string {
	if r.ResponseFormat == nil {
		return ""
	}
	f := r.ResponseFormat
	switch f.Type {
	case "json_object":
		if !strings.Contains(c.System+c.User, "JSON") {
			return "json_object needs the word JSON in a message"
		}
		return ""
	case "text":
		return ""
	case "json_schema":
	default:
		return "response_format has the type " + f.Type
	}
	if f.JSONSchema == nil || !schemaName.MatchString(f.JSONSchema.Name) {
		return "json_schema needs a name of letters, digits, _ and -"
	}
	if f.JSONSchema.Strict != nil && *f.JSONSchema.Strict {
		if why := notStrict(f.JSONSchema.Schema); why != "" {
			return "the schema is not strict: " + why
		}
	}
	c.Schema, c.Name = f.JSONSchema.Schema, f.JSONSchema.Name
	return ""
}
