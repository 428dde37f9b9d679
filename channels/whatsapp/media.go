package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"os"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"recado/channels"
	"recado/core/message"
)

const maxFile = message.MaxFileSize

// file is one that came with a message.
type file struct {
	source    whatsmeow.DownloadableMessage
	path      string // on the servers
	name      string
	mediaType string
	size      int64 // bytes, as its sender says
}

// fileIn finds the file of a message.
func fileIn(m *waE2E.Message) (file, bool) {
	switch {
	case m.GetImageMessage() != nil:
		i := m.GetImageMessage()
		return fileOf(i, "foto", i.GetMimetype(), i.GetFileLength()), true
	case video(m) != nil:
		v := video(m)
		return fileOf(v, "video", v.GetMimetype(), v.GetFileLength()), true
	case m.GetAudioMessage() != nil:
		a := m.GetAudioMessage()
		return fileOf(a, "audio", a.GetMimetype(), a.GetFileLength()), true
	case m.GetStickerMessage() != nil:
		s := m.GetStickerMessage()
		return fileOf(s, "figurinha", s.GetMimetype(), s.GetFileLength()), true
	case m.GetDocumentMessage() != nil:
		d := m.GetDocumentMessage()
		f := fileOf(d, "documento", d.GetMimetype(), d.GetFileLength())
		if name := d.GetFileName(); name != "" {
			f.name = name
		}
		return f, true
	}
	return file{}, false
}

func fileOf(source whatsmeow.DownloadableMessage, name, mediaType string, size uint64) file {
	return file{source: source, path: source.GetDirectPath(), name: named(name, mediaType), mediaType: mediaType, size: int64(min(size, 1<<62))}
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
// only when the file store does; what cannot be had is a Refusal. What the servers have
// lost is asked for again of the phone that sent it, and comes as an item of its own.
func (c *Channel) keep(ctx context.Context, in *message.Inbound, info *types.MessageInfo, f file) error {
	refuse := func(why message.Reason) {
		in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: f.size, Why: why})
	}
	if f.size > c.MaxFile {
		refuse(message.TooLarge)
		return nil
	}
	client := c.receiver()
	if client == nil {
		return errors.New("the connection is gone")
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	spool, err := os.CreateTemp("", "recado-whatsapp-*")
	if err != nil {
		return fmt.Errorf("a place for the file %q: %w", f.name, err)
	}
	defer func() { _ = errors.Join(spool.Close(), os.Remove(spool.Name())) }()
	switch err := fetch(ctx, client, f, &bounded{File: spool, most: c.MaxFile + overhead}); {
	case errors.Is(err, channels.ErrFileTooLarge):
		refuse(message.TooLarge)
		return nil
	case isGone(err) && c.askAgain(ctx, client, in, info, f):
		refuse(message.Awaited)
		return nil
	case err != nil:
		c.Log.Warn("a file of a WhatsApp message could not be had", "key", in.Key.String(), "error", err)
		refuse(message.Unreadable)
		return nil
	}
	return c.store(ctx, in, f, spool)
}

// store keeps a file that was downloaded.
func (c *Channel) store(ctx context.Context, in *message.Inbound, f file, spool *os.File) error {
	about, err := spool.Stat()
	if err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("reading the file %q back: %w", f.name, err)
	}
	if about.Size() > c.MaxFile {
		in.Refused = append(in.Refused, message.Refusal{Name: f.name, Size: about.Size(), Why: message.TooLarge})
		return nil
	}
	return channels.Attach(ctx, c.Files, in, f.name, f.mediaType, spool)
}

// fetch downloads and decrypts in place.
func fetch(ctx context.Context, client *whatsmeow.Client, f file, to whatsmeow.File) error {
	s := f.source
	if f.path == "" {
		return whatsmeow.ErrNoURLPresent
	}
	return client.DownloadMediaWithPathToFile(ctx, f.path, s.GetFileEncSHA256(), s.GetFileSHA256(), s.GetMediaKey(),
		whatsmeow.GetMediaType(s), "", false, to)
}

// isGone reports that the servers have a file no more.
func isGone(err error) bool {
	return errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith403) || errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith404) ||
		errors.Is(err, whatsmeow.ErrMediaDownloadFailedWith410)
}

// overhead is how much larger a file is on the servers: padding, and a MAC of ten bytes.
const overhead = 16 + 10

// bounded is a file that takes no more than most bytes in one go, whatever its sender
// said of its size.
type bounded struct {
	whatsmeow.File
	most, written int64
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.written += int64(len(p)); b.written > b.most {
		return 0, channels.ErrFileTooLarge
	}
	return b.File.Write(p)
}

func (b *bounded) Seek(offset int64, whence int) (int64, error) {
	b.written = 0
	return b.File.Seek(offset, whence)
}
