package whatsapp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/channels"
	"recado/core/message"
)

const maxFile = message.MaxFileSize

// file is one that came with a message.
type file struct {
	source    whatsmeow.DownloadableMessage
	name      string
	mediaType string
	size      int64
}

// fileIn finds the file of a message.
func fileIn(m *waE2E.Message) (file, bool) {
	switch {
	case m.GetImageMessage() != nil:
		i := m.GetImageMessage()
		return file{i, named("foto", i.GetMimetype()), i.GetMimetype(), int64(i.GetFileLength())}, true
	case m.GetVideoMessage() != nil:
		v := m.GetVideoMessage()
		return file{v, named("video", v.GetMimetype()), v.GetMimetype(), int64(v.GetFileLength())}, true
	case m.GetAudioMessage() != nil:
		a := m.GetAudioMessage()
		return file{a, named("audio", a.GetMimetype()), a.GetMimetype(), int64(a.GetFileLength())}, true
	case m.GetStickerMessage() != nil:
		s := m.GetStickerMessage()
		return file{s, named("figurinha", s.GetMimetype()), s.GetMimetype(), int64(s.GetFileLength())}, true
	case m.GetDocumentMessage() != nil:
		d := m.GetDocumentMessage()
		name := d.GetFileName()
		if name == "" {
			name = named("documento", d.GetMimetype())
		}
		return file{d, name, d.GetMimetype(), int64(d.GetFileLength())}, true
	}
	return file{}, false
}

// endings of what comes without a name; the system's table differs between machines.
var endings = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "video/mp4": ".mp4", "audio/ogg": ".ogg", "audio/mp4": ".m4a",
	"audio/mpeg": ".mp3", "application/pdf": ".pdf",
}

func named(what, mediaType string) string {
	bare, _, err := mime.ParseMediaType(mediaType)
	if err != nil {
		return what
	}
	return what + endings[bare]
}

// keep downloads a file at once: after some days the servers have it no more. It fails
// only when the file store does; what cannot be had is a Refusal.
func (c *Channel) keep(ctx context.Context, in *message.Inbound, f file) error {
	refuse := func(why message.Reason) {
		in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: f.size, Why: why})
	}
	if f.size > c.MaxFile {
		refuse(message.TooLarge)
		return nil
	}
	c.mu.Lock()
	client := c.client
	c.mu.Unlock()
	if client == nil {
		return errors.New("the connection is gone")
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	content, err := client.Download(ctx, f.source)
	if err != nil {
		c.Log.Warn("a file of a WhatsApp message could not be had", "key", in.Key.String(), "error", err)
		refuse(message.Unreadable)
		return nil
	}
	digest, size, err := c.Files.Keep(ctx, bytes.NewReader(content), c.MaxFile)
	switch {
	case errors.Is(err, channels.ErrFileTooLarge):
		refuse(message.TooLarge)
	case err != nil:
		return fmt.Errorf("keeping the file %q: %w", f.name, err)
	default:
		in.Attachments = append(in.Attachments, message.Attachment{Name: f.name, MediaType: f.mediaType, Size: size, Digest: digest})
	}
	return nil
}
