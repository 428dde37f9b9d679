package assisttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
)

// Audio is a recording that was to be written down.
type Audio struct {
	Model, Name, Language, Prompt string
	Content                       []byte
}

// audioTypes are the files that POST /audio/transcriptions takes, by the reference.
var audioTypes = []string{".flac", ".m4a", ".mp3", ".mp4", ".mpeg", ".mpga", ".oga", ".ogg", ".wav", ".webm"}

// transcribe answers POST /audio/transcriptions.
func (s *Server) transcribe(req *http.Request, body []byte) reply {
	_, params, err := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return s.objects(http.StatusBadRequest, "a recording comes as multipart/form-data", "file")
	}
	var a Audio
	parts := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for {
		p, err := parts.NextPart()
		if err == io.EOF { //nolint:errorlint // NextPart gives it bare
			break
		}
		if err != nil {
			return s.objects(http.StatusBadRequest, "the form is broken", "file")
		}
		value, err := io.ReadAll(p)
		if err != nil {
			return s.objects(http.StatusBadRequest, "the form is cut", "file")
		}
		switch name := p.FormName(); name {
		case "file":
			a.Name, a.Content = p.FileName(), value
		case "model":
			a.Model = string(value)
		case "language":
			a.Language = string(value)
		case "prompt":
			a.Prompt = string(value)
		case "response_format", "temperature":
		default:
			return s.objects(http.StatusBadRequest, "unknown field "+name, name)
		}
	}
	switch {
	case a.Model == "":
		return s.objects(http.StatusBadRequest, "model is missing", "model")
	case len(a.Content) == 0 || !slices.Contains(audioTypes, path.Ext(a.Name)):
		return s.objects(http.StatusBadRequest, "no recording of a known kind: "+a.Name, "file")
	}
	s.audios = append(s.audios, a)
	text := "a nota não sai desde ontem"
	if s.hears != nil {
		text = s.hears(a)
	}
	switch m := s.next(); m {
	case Good:
		return answered(http.StatusOK, map[string]any{"text": text})
	case Nothing:
		return answered(http.StatusOK, map[string]any{"text": ""})
	default:
		return s.moody(m, Chat{Model: a.Model}, `{"text":"x"}`)
	}
}

// embed answers POST /embeddings: vectors that depend on the words alone.
func (s *Server) embed(body []byte) reply {
	var r struct {
		Model          string   `json:"model"`
		Input          []string `json:"input"`
		EncodingFormat string   `json:"encoding_format"`
		Dimensions     int      `json:"dimensions"`
	}
	if err := strictly(body, &r); err != nil {
		return s.objects(http.StatusBadRequest, "the request is not as the reference has it: "+err.Error(), "")
	}
	if r.Model == "" || len(r.Input) == 0 || len(r.Input) > 2048 || slices.Contains(r.Input, "") {
		return s.objects(http.StatusBadRequest, "model, and between 1 and 2048 texts with words, are needed", "input")
	}
	m := s.next()
	if m != Good {
		return s.moody(m, Chat{Model: r.Model}, `{"data":[]}`)
	}
	var data []any
	for i, text := range r.Input {
		sum := sha256.Sum256([]byte(text))
		vector := make([]float64, 16)
		for k := range vector {
			vector[k] = float64(sum[k])/127.5 - 1
		}
		data = append(data, map[string]any{"object": "embedding", "index": i, "embedding": vector})
	}
	raw, err := json.Marshal(map[string]any{
		"object": "list", "data": data, "model": r.Model, "usage": map[string]any{"prompt_tokens": len(body) / 4, "total_tokens": len(body) / 4},
	})
	if err != nil {
		return reply{status: http.StatusInternalServerError, header: http.Header{}}
	}
	return reply{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}}, body: raw}
}
