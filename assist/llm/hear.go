package llm

import (
	"context"
	"io"
	"mime"
	"strings"

	"github.com/sashabaranov/go-openai"

	"recado/core/dialogue"
	"recado/core/message"
)

var _ dialogue.Listener = (*Assistant)(nil)

// Files opens what people sent.
type Files interface {
	Open(ctx context.Context, digest string) (io.ReadCloser, error)
}

// recordings are the kinds that are written down, and the endings by which servers know
// them (OpenAI's reference, audio/transcriptions).
var recordings = map[string]string{
	"audio/ogg": ".ogg", "audio/opus": ".ogg", "audio/mpeg": ".mp3", "audio/mp3": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/m4a": ".m4a",
	"audio/wav": ".wav", "audio/x-wav": ".wav", "audio/wave": ".wav", "audio/webm": ".webm", "audio/flac": ".flac",
}

// Figures of hearing.
const (
	maxHeard     = 8000 // bytes of what was said; a voice note of five minutes has half
	bytesAToken  = 64   // of a recording: what is set aside for it, since no server tells beforehand
	longestHeard = message.MaxFileSize
)

// endingOf is the ending for a media type; "" for what is no recording.
func endingOf(mediaType string) string {
	kind, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return ""
	}
	return recordings[kind]
}

// Hears implements dialogue.Listener.
func (a *Assistant) Hears(mediaType string) bool {
	return a.o.Transcription != "" && a.o.Files != nil && endingOf(mediaType) != ""
}

// Hear implements dialogue.Listener. Nobody stands in: the recording itself stays. What is
// said in it cannot be replaced before it leaves, as words can.
func (a *Assistant) Hear(ctx context.Context, f dialogue.Enclosed) (string, error) {
	text, err := a.hear(ctx, f)
	a.told(ctx, "voice", err)
	return text, err
}

func (a *Assistant) hear(ctx context.Context, f dialogue.Enclosed) (string, error) {
	switch {
	case !a.Hears(f.File.MediaType) || f.Organisation.NoAssistant:
		return "", fail(Unwanted, "")
	case f.File.Size > longestHeard:
		return "", fail(Unfit, "the recording is too large")
	}
	r, err := a.o.Files.Open(ctx, f.File.Digest)
	if err != nil {
		return "", fail(Needless, "the recording cannot be opened")
	}
	defer func() { _ = r.Close() }() // it was only read
	ask := openai.AudioRequest{
		Model: a.o.Transcription, FilePath: "voice" + endingOf(f.File.MediaType), Reader: io.LimitReader(r, longestHeard), Format: openai.AudioResponseFormatJSON,
	}
	if language, _, _ := strings.Cut(f.Language, "-"); language != "" {
		ask.Language = language
	}
	var text string
	j := job{"voice", payer{string(f.Organisation.ID), f.Conversation}, f.File.Size/bytesAToken + 1, &a.breakers.voice}
	err = a.within(ctx, j, func(ctx context.Context) (openai.Usage, error) {
		res, err := a.client.api.CreateTranscription(ctx, ask)
		text = res.Text
		return openai.Usage{}, err
	})
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(clip(text, maxHeard+1))
	switch {
	case text == "":
		return "", fail(Empty, "")
	case len(text) > maxHeard:
		return "", fail(Huge, "")
	case loops(text): // what such models hear in silence
		return "", fail(Looping, "")
	}
	return text, nil
}
