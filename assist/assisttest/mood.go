package assisttest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Mood is how the server answers.
type Mood string

// Moods. The zero Mood is a good answer.
const (
	Good     Mood = ""
	Busy     Mood = "429"         // too many requests
	NoQuota  Mood = "429 quota"   // the account is empty
	Down     Mood = "500"         //
	Away     Mood = "503"         //
	NoKey    Mood = "401"         //
	Moved    Mood = "redirection" // to somewhere else
	Slow     Mood = "slow"        // no answer ever
	Cut      Mood = "cut"         // the connection ends within the answer
	CutJSON  Mood = "cut json"    // the answer ends with its last bracket missing
	TooLong  Mood = "length"      // finish_reason length
	Nothing  Mood = "empty"       // no content
	NoChoice Mood = "no choice"   //
	Page     Mood = "page"        // an HTML page with status 200
	Garbage  Mood = "garbage"     // bytes
	Prose    Mood = "prose"       // words instead of JSON
	Wrong    Mood = "wrong"       // JSON of another form
	Refuses  Mood = "refusal"     //
	Filtered Mood = "filter"      // finish_reason content_filter
	Blocked  Mood = "blocked"     // Azure's 400 for a prompt
	Huge     Mood = "huge"        // an answer of megabytes
	LongText Mood = "long"        // an answer of 100 kB, well formed
	Loops    Mood = "loop"        // the same words again and again
	Invents  Mood = "invents"     // it names what the schema does not list
	Boasts   Mood = "boasts"      // it is more than certain
	Acts     Mood = "acts"        // it wants to call a tool
	Thinks   Mood = "thinks"      // a thought before a good answer
	Fences   Mood = "fences"      // a good answer in a code block
)

// Faults are the moods of which no answer can be used.
var Faults = []Mood{
	Busy, NoQuota, Down, Away, NoKey, Moved, Slow, Cut, CutJSON, TooLong, Nothing, NoChoice, Page, Garbage, Prose, Wrong, Refuses, Filtered, Blocked,
	Huge, LongText, Loops, Invents, Boasts, Acts,
}

// Lack is something that a server does not know, and refuses.
type Lack struct {
	Schema      bool // response_format json_schema
	JSON        bool // response_format at all
	NewTokens   bool // max_completion_tokens
	OldTokens   bool // max_tokens
	Temperature bool
	Pictures    bool // image_url
}

// moody is the answer to a completion whose good answer has a content.
func (s *Server) moody(m Mood, c Chat, content string) reply {
	switch m {
	case Busy:
		return s.refuses(http.StatusTooManyRequests, "Rate limit reached", "rate_limit_exceeded")
	case NoQuota:
		return s.refuses(http.StatusTooManyRequests, "You exceeded your current quota", "insufficient_quota")
	case Down:
		return s.refuses(http.StatusInternalServerError, "The server had an error", "server_error")
	case Away:
		return s.refuses(http.StatusServiceUnavailable, "overloaded", "overloaded")
	case NoKey:
		return s.refuses(http.StatusUnauthorized, "Incorrect API key provided: sk-abc***", "invalid_api_key")
	case Blocked:
		return s.refuses(http.StatusBadRequest, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy", "content_filter")
	case Moved:
		return reply{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {"http://127.0.0.1:1/elsewhere"}}}
	case Slow:
		return reply{never: true}
	case Page:
		return reply{status: http.StatusOK, header: http.Header{"Content-Type": {"text/html"}}, body: []byte("<!doctype html><title>Login</title>")}
	case Garbage:
		return reply{status: http.StatusOK, header: http.Header{}, body: []byte{0x1f, 0x8b, 0, 0xff, 0xfe}}
	case Cut:
		r := completion(c, content, "stop", nil)
		r.body, r.breaks = r.body[:len(r.body)/2], true
		return r
	}
	return worded(m, c, content)
}

// worded are the moods in which a completion comes, with something wrong in it.
func worded(m Mood, c Chat, content string) reply {
	switch m {
	case CutJSON:
		return completion(c, content[:len(content)-1], "stop", nil)
	case TooLong:
		return completion(c, content[:len(content)/2], "length", nil)
	case Nothing:
		return completion(c, "", "stop", nil)
	case NoChoice:
		return answered(http.StatusOK, map[string]any{"id": "x", "object": "chat.completion", "choices": []any{}})
	case Prose:
		return completion(c, "Sure! The customer has a problem with the module. Here you go: "+content, "stop", nil)
	case Wrong:
		return completion(c, `{"answer": 42, "actions": ["close_all"]}`, "stop", nil)
	case Refuses:
		return completion(c, "", "stop", map[string]any{"refusal": "I can't help with that."})
	case Filtered:
		return completion(c, "", "content_filter", nil)
	case Huge:
		return completion(c, strings.Repeat("ab cd ", 1<<19), "stop", nil)
	case LongText:
		return completion(c, longJSON(content), "stop", nil)
	case Loops:
		return completion(c, strings.Repeat("a nota não sai e ", 200), "stop", nil)
	case Invents:
		return completion(c, inventing(content), "stop", nil)
	case Boasts:
		return completion(c, strings.ReplaceAll(content, `"sure":0.9`, `"sure":9.9`), "stop", nil)
	case Acts:
		return completion(c, "", "tool_calls", map[string]any{"tool_calls": []any{map[string]any{
			"id": "call_1", "type": "function", "function": map[string]any{"name": "close_all_tickets", "arguments": "{}"},
		}}})
	case Thinks:
		return completion(c, "<think>The customer says that {it} fails.</think>\n"+content, "stop", nil)
	case Fences:
		return completion(c, "```json\n"+content+"\n```", "stop", nil)
	}
	return completion(c, content, "stop", nil)
}

// longJSON is the content with a value of 100 kB more.
func longJSON(content string) string {
	var words strings.Builder
	for i := 0; words.Len() < 100_000; i++ {
		words.WriteString("word" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + " ")
	}
	return strings.TrimSuffix(content, "}") + `,"more":"` + words.String() + `"}`
}

// inventing is the content with every key of the catalogue, and every source, replaced by
// one that nobody offered.
func inventing(content string) string {
	var form map[string]any
	if json.Unmarshal([]byte(content), &form) != nil {
		return content
	}
	for name, value := range form {
		form[name] = invented(value)
	}
	text, err := json.Marshal(form)
	if err != nil {
		return content
	}
	return string(text)
}

func invented(value any) any {
	switch v := value.(type) {
	case map[string]any:
		if _, ok := v["choice"]; ok {
			v["choice"] = "m999"
		}
		return v
	case []any:
		for _, one := range v {
			if claim, ok := one.(map[string]any); ok {
				claim["sources"] = []string{"k999"}
			}
		}
	}
	return value
}

// refuses is an error as OpenAI words them.
func (s *Server) refuses(status int, text, code string) reply {
	r := answered(status, map[string]any{"error": map[string]any{"message": text, "type": code, "param": nil, "code": code}})
	if s.retryAfter != "" {
		r.header.Set("Retry-After", s.retryAfter)
	}
	return r
}

func refusal(status int, why, param string) reply {
	return answered(status, map[string]any{"error": map[string]any{"message": why, "type": "invalid_request_error", "param": param, "code": nil}})
}

// completion is an answer with one choice.
func completion(c Chat, content, finish string, more map[string]any) reply {
	msg := map[string]any{"role": "assistant", "content": content}
	maps.Copy(msg, more)
	in, out := utf8.RuneCountInString(c.System+c.User)/4, utf8.RuneCountInString(content)/4
	return answered(http.StatusOK, map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": c.Model,
		"choices": []any{map[string]any{"index": 0, "message": msg, "finish_reason": finish}},
		"usage":   map[string]any{"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out},
	})
}

func answered(status int, body any) reply {
	text, err := json.Marshal(body)
	if err != nil {
		return reply{status: http.StatusInternalServerError, header: http.Header{}}
	}
	return reply{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: text}
}
