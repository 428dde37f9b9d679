package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/channels"
	"recado/core/message"
)

// Our message ids look like whatsmeow's own, and end with the part's number, so that
// an answer to any part of a long message leads to the whole.
const (
	idPrefix   = "3EB0"
	idDigits   = 18 // hex digits of the hash
	mostParts  = 255
	idLength   = len(idPrefix) + idDigits + 2
	wholeEnd   = "00"
	longestSay = 4000 // characters in one message; longer ones are hidden behind "read more" or refused
)

// UpstreamID is the id that the first part of out bears each time it is sent.
func (c *Channel) UpstreamID(out message.Outbound) string { return partID(out.ID, 0) }

func partID(id string, part int) string {
	sum := sha256.Sum256([]byte(id))
	return idPrefix + strings.ToUpper(hex.EncodeToString(sum[:idDigits/2])) + fmt.Sprintf("%02X", part)
}

// whole is the id of the message that a part belongs to, if it is one of ours.
func whole(id string) string {
	if len(id) != idLength || !strings.HasPrefix(id, idPrefix) {
		return id
	}
	return id[:idLength-len(wholeEnd)] + wholeEnd
}

// Send hands out over: its text, in parts when it is long, and then its files.
func (c *Channel) Send(ctx context.Context, out message.Outbound) (channels.Receipt, error) {
	to, ok := jidOf(out.To)
	if out.To.Channel != message.WhatsApp || !ok {
		return channels.Receipt{}, &channels.Error{Kind: channels.Permanent, Err: fmt.Errorf("%s is not a WhatsApp address", out.To)}
	}
	client, free, err := c.connection(ctx)
	if err != nil {
		return channels.Receipt{}, verdict(err)
	}
	defer free()
	parts, err := c.compose(ctx, client, out)
	if err != nil {
		return channels.Receipt{}, verdict(err)
	}
	for i, m := range parts {
		extra := whatsmeow.SendRequestExtra{ID: partID(out.ID, i), Timeout: c.Timeout}
		if _, err := client.SendMessage(ctx, to, m, extra); err != nil {
			return channels.Receipt{}, verdict(fmt.Errorf("sending part %d of %d: %w", i+1, len(parts), err))
		}
	}
	return channels.Receipt{UpstreamID: c.UpstreamID(out)}, nil
}

// compose makes the messages that say out.
func (c *Channel) compose(ctx context.Context, client *whatsmeow.Client, out message.Outbound) ([]*waE2E.Message, error) {
	text := out.Text
	if out.Link != nil && out.Link.URL != "" {
		text += "\n\n" + out.Link.Label + ":\n" + out.Link.URL
	}
	var parts []*waE2E.Message
	for _, piece := range split(text, longestSay) {
		parts = append(parts, &waE2E.Message{Conversation: &piece})
	}
	for _, a := range out.Attachments {
		m, err := c.upload(ctx, client, a)
		if err != nil {
			return nil, err
		}
		parts = append(parts, m)
	}
	if len(parts) > mostParts {
		return nil, &channels.Error{Kind: channels.Permanent, Err: fmt.Errorf("%d parts are too many for one message", len(parts))}
	}
	return parts, nil
}

// upload sends a file ahead.
func (c *Channel) upload(ctx context.Context, client *whatsmeow.Client, a message.Attachment) (*waE2E.Message, error) {
	content, err := c.Files.Open(ctx, a.Digest)
	if err != nil {
		return nil, fmt.Errorf("opening the attachment %q: %w", a.Name, err)
	}
	defer content.Close()
	raw, err := io.ReadAll(io.LimitReader(content, c.MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading the attachment %q: %w", a.Name, err)
	}
	kind := whatsmeow.MediaDocument
	if strings.HasPrefix(a.MediaType, "image/") {
		kind = whatsmeow.MediaImage
	}
	up, err := client.Upload(ctx, raw, kind)
	if err != nil {
		return nil, fmt.Errorf("uploading the attachment %q: %w", a.Name, err)
	}
	if kind == whatsmeow.MediaImage {
		return &waE2E.Message{ImageMessage: &waE2E.ImageMessage{
			URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
			FileLength: &up.FileLength, Mimetype: &a.MediaType,
		}}, nil
	}
	return &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{
		URL: &up.URL, DirectPath: &up.DirectPath, MediaKey: up.MediaKey, FileEncSHA256: up.FileEncSHA256, FileSHA256: up.FileSHA256,
		FileLength: &up.FileLength, Mimetype: &a.MediaType, FileName: &a.Name,
	}}, nil
}

// verdict turns a failure into what the outbox does next.
func verdict(err error) error {
	if _, known := errors.AsType[*channels.Error](err); known {
		return err
	}
	kind := channels.Temporary
	switch {
	case errors.Is(err, whatsmeow.ErrNotLoggedIn), errors.Is(err, whatsmeow.ErrNotConnected):
		kind = channels.SignedOut
	case strings.Contains(err.Error(), "no LID found"): // whatsmeow has no error of its own for it
		kind = channels.Unreachable
	case errors.Is(err, whatsmeow.ErrServerReturnedError) && strings.HasSuffix(err.Error(), " "+timelock):
		kind = channels.RateLimited
	}
	return &channels.Error{Kind: kind, Err: err}
}

// timelock is the server's answer to who writes first too often.
const timelock = "463"
