package llm_test

import (
	"bytes"
	"context"
	"errors"
	"io"

	"recado/core/dialogue"
	"recado/core/directory"
	"recado/core/message"
)

// files has what was sent, by digest.
type files map[string][]byte

func (f files) Open(_ context.Context, digest string) (io.ReadCloser, error) {
	data, ok := f[digest]
	if !ok {
		return nil, errors.New("no such file")
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// enclosed is a file that somebody of Aurora sent.
func enclosed(a message.Attachment) dialogue.Enclosed {
	return dialogue.Enclosed{File: a, Language: "pt-BR", Organisation: directory.Organisation{ID: "aurora"}, Conversation: "whatsapp/desk/1"}
}
