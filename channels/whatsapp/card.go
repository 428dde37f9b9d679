package whatsapp

import (
	"context"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"

	"recado/channels"
	"recado/core/message"
)

// card is a contact that somebody passed on (vCard 3.0, RFC 2426).
type card struct {
	name    string
	numbers []string
	raw     string
}

// cardsIn are the contacts of a message.
func cardsIn(m *waE2E.Message) (out []card) {
	all := m.GetContactsArrayMessage().GetContacts()
	if one := m.GetContactMessage(); one != nil {
		all = append([]*waE2E.ContactMessage{one}, all...)
	}
	for _, contact := range all {
		out = append(out, readCard(contact.GetDisplayName(), contact.GetVcard()))
	}
	return out
}

// readCard takes the name and the numbers out; the card itself is kept whole.
func readCard(name, raw string) card {
	c := card{name: strings.TrimSpace(name), raw: raw}
	for line := range strings.Lines(unfold(raw)) {
		property, value, some := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if !some {
			continue
		}
		property, _, _ = strings.Cut(property, ";")
		if _, bare, grouped := strings.Cut(property, "."); grouped { // "item1.TEL"
			property = bare
		}
		value = unescape.Replace(strings.TrimSpace(value))
		switch {
		case strings.EqualFold(property, "TEL") && value != "":
			c.numbers = append(c.numbers, value)
		case strings.EqualFold(property, "FN") && c.name == "":
			c.name = value
		}
	}
	return c
}

// unfold joins lines that were broken for length (RFC 2426, 2.6).
func unfold(raw string) string {
	raw = strings.ReplaceAll(raw, "\r\n", "\n")
	return strings.NewReplacer("\n ", "", "\n\t", "").Replace(raw)
}

var unescape = strings.NewReplacer(`\,`, ",", `\;`, ";", `\n`, " ", `\\`, `\`)

// cardWords are cards as people read them, one a line.
func cardWords(cards []card) string {
	var out []string
	for _, c := range cards {
		line := cardMark + c.name
		if len(c.numbers) > 0 {
			line = strings.TrimSpace(line) + ": " + strings.Join(c.numbers, ", ")
		}
		out = append(out, strings.TrimSpace(line))
	}
	return strings.Join(out, "\n")
}

// keepCard keeps the card as a file.
func (c *Channel) keepCard(ctx context.Context, in *message.Inbound, one card) error {
	if one.raw == "" {
		return nil
	}
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, one.name)
	if name == "" {
		name = "contato"
	}
	if len(in.Attachments) >= message.MaxFiles {
		in.Refused = append(in.Refused, message.Refusal{Name: name + ".vcf", Size: int64(len(one.raw)), Why: message.TooMany})
		return nil
	}
	kept, refused, err := channels.KeepAttachment(ctx, c.Files, name+".vcf", "text/vcard", strings.NewReader(one.raw))
	switch {
	case err != nil:
		return fmt.Errorf("keeping a contact: %w", err)
	case refused.Why != "":
		in.Refused = append(in.Refused, refused)
	default:
		in.Attachments = append(in.Attachments, kept)
	}
	return nil
}
