package assisttest

import (
	"bytes"
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
