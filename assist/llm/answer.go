package llm

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/sashabaranov/go-openai"
)

// maxAnswer is how many bytes an answer of ours may have at most: a draft has two.
const maxAnswer = 24 << 10

// thought is what models that think aloud put before their answer.
var thought = regexp.MustCompile(`(?s)^\s*<think>.*?</think>`)

// fenced is an answer in a code block: servers without a schema get these.
var fenced = regexp.MustCompile("(?s)^```(?:json|JSON)?\\s*\n(.*?)\n?\\s*```$")

// contentOf is the one answer of a completion, if it came to its end.
func contentOf(res openai.ChatCompletionResponse) (string, error) {
	if len(res.Choices) == 0 {
		return "", fail(Empty, "no choice")
	}
	c := res.Choices[0]
	content := thought.ReplaceAllString(c.Message.Content, "")
	switch {
	case c.Message.Refusal != "", c.FinishReason == openai.FinishReasonContentFilter:
		return "", fail(Refused, "")
	case c.FinishReason == openai.FinishReasonLength:
		return "", fail(Cut, "more tokens than allowed")
	case len(c.Message.ToolCalls) > 0 || c.Message.FunctionCall != nil:
		return "", fail(Garbled, "it wants to call a tool")
	case len(content) > maxAnswer:
		return "", fail(Huge, "")
	case strings.TrimSpace(content) == "":
		return "", fail(Empty, "")
	case !utf8.ValidString(content):
		return "", fail(Garbled, "no UTF-8")
	case loops(content):
		return "", fail(Looping, "")
	}
	return content, nil
}

// decode reads the one JSON object that an answer is. An object somewhere in prose does
// not count: who knows what the prose is.
func decode(content string, to any) error {
	content = strings.TrimSpace(content)
	if m := fenced.FindStringSubmatch(content); m != nil {
		content = strings.TrimSpace(m[1])
	}
	if !strings.HasPrefix(content, "{") {
		return fail(Garbled, "no JSON object")
	}
	if err := json.Unmarshal([]byte(content), to); err != nil {
		return fail(Garbled, "no JSON of the schema")
	}
	return nil
}

// loops reports a text that says the same again and again: one word eight times in a
// row, or a run of words that makes up most of it.
func loops(text string) bool {
	words := strings.Fields(strings.ToLower(text))
	const longest, least = 12, 8
	for n := 1; n <= longest; n++ {
		same := 0
		for i := n; i < len(words); i++ {
			if words[i] != words[i-n] {
				same = 0
				continue
			}
			if same++; same >= n*(least-1) {
				return true
			}
		}
	}
	return runsOn(text)
}

// runsOn reports one character forty times in a row, as in "aaaa".
func runsOn(text string) bool {
	var before rune
	same := 0
	for _, r := range text {
		if r != before || r == ' ' || r == '\n' || r == '\t' {
			before, same = r, 0
			continue
		}
		if same++; same >= 40 {
			return true
		}
	}
	return false
}

// echoed is how many words in a row of the instructions make a text one that gives them
// away.
const echoed = 6

// echoes reports a text that repeats the instructions: they are nobody's to read.
func echoes(text, system string) bool {
	words := strings.Fields(strings.ToLower(text))
	told := " " + strings.Join(strings.Fields(strings.ToLower(system)), " ") + " "
	for i := 0; i+echoed <= len(words); i++ {
		if strings.Contains(told, " "+strings.Join(words[i:i+echoed], " ")+" ") {
			return true
		}
	}
	return false
}
