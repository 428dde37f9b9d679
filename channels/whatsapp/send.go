package whatsapp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"

	"recado/channels"
	"recado/channels/piece"
	"recado/channels/whatsapp/ratchet"
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
	if !ours(id) {
		return id
	}
	return id[:idLength-len(wholeEnd)] + wholeEnd
}

// ours reports whether an id looks like one that we chose.
func ours(id string) bool { return len(id) == idLength && strings.HasPrefix(id, idPrefix) }

// Send hands out over: its text, in parts when it is long, and its files. An Edit and a
// Deletion change all parts of what they amend.
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
	parts, err := c.compose(ctx, client, to, out)
	if err != nil {
		return channels.Receipt{}, verdict(err)
	}
	for i, m := range parts {
		extra := whatsmeow.SendRequestExtra{ID: partID(out.ID, i), Timeout: c.Timeout}
		if _, err := ratchet.Deliver(ctx, client, to, m, extra); err != nil {
			if locked(err) {
				c.rest(ctx, c.Clock().Add(lockedFor))
				c.restrict(c.Clock().Add(lockedFor))
			}
			return channels.Receipt{}, verdict(fmt.Errorf("sending part %d of %d: %w", i+1, len(parts), err))
		}
	}
	return channels.Receipt{UpstreamID: c.UpstreamID(out)}, nil
}

// compose makes the messages that say out.
func (c *Channel) compose(ctx context.Context, client *whatsmeow.Client, to types.JID, out message.Outbound) ([]*waE2E.Message, error) {
	var parts []*waE2E.Message
	switch {
	case out.Kind == message.Edit && out.Amends != nil:
		parts = edits(client, c.chat(ctx, client, to), out)
	case out.Kind == message.Deletion && out.Amends != nil:
		parts = c.deletions(client, c.chat(ctx, client, to), *out.Amends)
	default:
		pieces, caption := layout(out)
		info := c.quote(ctx, client, to, out)
		for _, piece := range pieces {
			parts = append(parts, textMessage(piece, info))
			info = nil // the first part answers
		}
		for _, a := range out.Attachments {
			m, err := c.upload(ctx, client, a, caption, info)
			if err != nil {
				return nil, err
			}
			parts, caption, info = append(parts, m), "", nil
		}
		if poll := c.pollOf(out); poll != nil {
			parts = append(parts, pollMessage(client, poll, partID(out.ID, len(parts))))
		}
	}
	if len(parts) > mostParts {
		return nil, &channels.Error{Kind: channels.Permanent, Err: fmt.Errorf("%d parts are too many for one message", len(parts))}
	}
	return parts, nil
}

// longestCaption is what a picture shows beneath it without "read more", in characters.
const longestCaption = 1000

// layout is a message's text in pieces, or as the caption of its only file.
func layout(out message.Outbound) (pieces []string, caption string) {
	text := marked(out.Text, out.Verbatim)
	if out.Link != nil && out.Link.URL != "" {
		text += "\n\n" + out.Link.Label + ":\n" + out.Link.URL
	}
	text = strings.TrimSpace(text)
	if len(out.Attachments) == 1 && captioned(out.Attachments[0]) && utf8.RuneCountInString(text) <= longestCaption {
		return nil, text
	}
	return piece.Split(text, longestSay), ""
}

// textMessage is one part of a text. A plain one has no context, as phones write it.
func textMessage(text string, info *waE2E.ContextInfo) *waE2E.Message {
	if info == nil {
		return &waE2E.Message{Conversation: &text}
	}
	return &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: &text, ContextInfo: info}}
}

// quote is the context of an answer to what they, or we, wrote before. nil: it quotes
// nothing. The words are sent along, since a phone shows those and does not look them up.
func (c *Channel) quote(ctx context.Context, client *whatsmeow.Client, to types.JID, out message.Outbound) *waE2E.ContextInfo {
	if out.Quote == "" || len(out.Refs) == 0 {
		return nil
	}
	id, author := out.Refs[len(out.Refs)-1], c.chat(ctx, client, to)
	if strings.Contains(id, "@") {
		return nil // a ticket's own, or a mail's
	}
	if ours(id) {
		author = client.Store.GetLID().ToNonAD()
	}
	return &waE2E.ContextInfo{
		StanzaID: &id, Participant: new(author.String()), QuotedMessage: &waE2E.Message{Conversation: &out.Quote},
	}
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
	case locked(err):
		kind = channels.RateLimited
	}
	return &channels.Error{Kind: kind, Err: err}
}

// timelock is the server's answer to who writes first too often.
const timelock = "463"

func locked(err error) bool {
	return errors.Is(err, whatsmeow.ErrServerReturnedError) && strings.HasSuffix(err.Error(), " "+timelock)
}
