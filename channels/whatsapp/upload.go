package whatsapp

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif"  // the kinds that phones show
	_ "image/jpeg" // in place
	_ "image/png"
	"io"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/core/message"
)

// captioned reports whether words can stand beneath a file. A voice has none.
func captioned(a message.Attachment) bool { return kindOf(a.MediaType) != whatsmeow.MediaAudio }

// kindOf is how a file is shown: in place where phones can, else as a document, under its
// name. SVG and TIFF are pictures that WhatsApp does not draw.
func kindOf(mediaType string) whatsmeow.MediaType {
	bare, _, _ := strings.Cut(strings.ToLower(mediaType), ";")
	switch strings.TrimSpace(bare) {
	case "image/jpeg", "image/png", "image/webp":
		return whatsmeow.MediaImage
	case "video/mp4", "video/3gpp":
		return whatsmeow.MediaVideo
	case "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/amr":
		return whatsmeow.MediaAudio
	}
	return whatsmeow.MediaDocument
}

// upload sends a file ahead, and returns the message that shows it.
func (c *Channel) upload(
	ctx context.Context, client *whatsmeow.Client, a message.Attachment, caption string, info *waE2E.ContextInfo,
) (*waE2E.Message, error) {
	content, err := c.Files.Open(ctx, a.Digest)
	if err != nil {
		return nil, fmt.Errorf("opening the attachment %q: %w", a.Name, err)
	}
	defer content.Close()
	raw, err := io.ReadAll(io.LimitReader(content, c.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the attachment %q: %w", a.Name, err)
	}
	kind := kindOf(a.MediaType)
	up, err := client.Upload(ctx, raw, kind)
	if err != nil {
		return nil, fmt.Errorf("uploading the attachment %q: %w", a.Name, err)
	}
	return fileMessage(kind, up, raw, a, caption, info), nil
}

// fileMessage is what shows an uploaded file.
func fileMessage(
	kind whatsmeow.MediaType, up whatsmeow.UploadResponse, raw []byte, a message.Attachment, caption string, info *waE2E.ContextInfo,
) *waE2E.Message {
	var beneath *string
	if caption != "" {
		beneath = &caption
	}
	switch kind {
	case whatsmeow.MediaImage:
		m := &waE2E.ImageMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
			FileLength: &up.FileLength, Mimetype: &a.MediaType, Caption: beneath, ContextInfo: info,
		}
		if size, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil { // a phone then leaves room for it
			m.Width, m.Height = new(uint32(size.Width)), new(uint32(size.Height))
		}
		return &waE2E.Message{ImageMessage: m}
	case whatsmeow.MediaVideo:
		return &waE2E.Message{VideoMessage: &waE2E.VideoMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
			FileLength: &up.FileLength, Mimetype: &a.MediaType, Caption: beneath, ContextInfo: info,
		}}
	case whatsmeow.MediaAudio:
		return &waE2E.Message{AudioMessage: &waE2E.AudioMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
			FileLength: &up.FileLength, Mimetype: &a.MediaType, ContextInfo: info,
		}}
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: &a.MediaType, FileName: &a.Name, Title: &a.Name, Caption: beneath, ContextInfo: info,
	}}
}
