package assisttest

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"slices"
)

// Vector is one of an answer to POST /embeddings.
type Vector struct {
	Index   int // of the text that it is of
	Numbers []float64
}

// Bounds of POST /embeddings, by the reference.
const (
	mostTexts   = 2048
	longestText = 8192 * 4 // bytes; the reference has 8,192 tokens
)

// embeddingRequest is what the reference lists, with texts as the input.
type embeddingRequest struct {
	Model          string   `json:"model"`
	Input          []string `json:"input"`
	EncodingFormat string   `json:"encoding_format"`
	Dimensions     *int     `json:"dimensions"`
	User           *string  `json:"user"`
}

// wrong says what is wrong with a request; "" for nothing.
func (r embeddingRequest) wrong() string {
	switch {
	case r.Model == "":
		return "model is missing"
	case len(r.Input) == 0 || len(r.Input) > mostTexts:
		return "input has between 1 and 2048 texts"
	case slices.Contains(r.Input, ""):
		return "a text of input is empty"
	case slices.ContainsFunc(r.Input, func(text string) bool { return len(text) > longestText }):
		return "a text of input has more than 8192 tokens"
	case r.EncodingFormat != "" && r.EncodingFormat != "float":
		return "nobody reads " + r.EncodingFormat + " here"
	case r.Dimensions != nil && *r.Dimensions < 1:
		return "dimensions is not positive"
	case r.User != nil && *r.User != "":
		return "user tells who asks"
	}
	return ""
}

// embed answers POST /embeddings: by the script, else vectors that depend on the words alone.
func (s *Server) embed(body []byte) reply {
	var r embeddingRequest
	if err := strictly(body, &r); err != nil {
		return s.objects(http.StatusBadRequest, "the request is not as the reference has it: "+err.Error(), "")
	}
	if why := r.wrong(); why != "" {
		return s.objects(http.StatusBadRequest, why, "input")
	}
	s.embedded = append(s.embedded, r.Input)
	if m := s.next(); m != Good {
		return s.moody(m, Chat{Model: r.Model}, `{"data":[]}`)
	}
	embeds := s.embeds
	if embeds == nil {
		embeds = digestVectors
	}
	data := []any{}
	for _, v := range embeds(r.Input) {
		data = append(data, map[string]any{"object": "embedding", "index": v.Index, "embedding": v.Numbers})
	}
	tokens := len(body) / 4
	raw, err := json.Marshal(map[string]any{
		"object": "list", "data": data, "model": r.Model, "usage": map[string]any{"prompt_tokens": tokens, "total_tokens": tokens},
	})
	if err != nil {
		return reply{status: http.StatusInternalServerError, header: http.Header{}}
	}
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: raw}
}

// digestVectors mean nothing: equal texts have equal vectors.
func digestVectors(texts []string) []Vector {
	all := make([]Vector, len(texts))
	for i, text := range texts {
		sum := sha256.Sum256([]byte(text))
		all[i] = Vector{Index: i, Numbers: make([]float64, 16)}
		for k := range all[i].Numbers {
			all[i].Numbers[k] = float64(sum[k])/127.5 - 1
		}
	}
	return all
}
