package whatsapp

import (
	"context"
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Marks before what is no plain text. They are the same in every language.
const (
	placeMark  = "📍 "
	cardMark   = "👤 "
	pollMark   = "📊 "
	inviteMark = "👥 "
	eventMark  = "📅 "
	forwarded  = "↪️ " // of words that somebody else wrote
)

// words are what a message says in text. False: it has none.
func words(m *waE2E.Message) (string, bool) {
	switch {
	case m.GetConversation() != "":
		return m.GetConversation(), true
	case m.GetExtendedTextMessage() != nil:
		return m.GetExtendedTextMessage().GetText(), true
	case m.GetLocationMessage() != nil:
		l := m.GetLocationMessage()
		return place(l.GetDegreesLatitude(), l.GetDegreesLongitude(), l.GetName(), l.GetAddress(), l.GetComment(), l.GetURL()), true
	case m.GetLiveLocationMessage() != nil:
		l := m.GetLiveLocationMessage()
		return place(l.GetDegreesLatitude(), l.GetDegreesLongitude(), l.GetCaption()), true
	case m.GetContactMessage() != nil, m.GetContactsArrayMessage() != nil:
		return cardWords(cardsIn(m)), true
	case m.GetImageMessage() != nil:
		return m.GetImageMessage().GetCaption(), true
	case video(m) != nil:
		return video(m).GetCaption(), true
	case m.GetDocumentMessage() != nil:
		return m.GetDocumentMessage().GetCaption(), true
	}
	return offered(m)
}

// offered are the words of what asks for something: a poll, an invitation, an event.
func offered(m *waE2E.Message) (string, bool) {
	switch {
	case poll(m) != nil:
		lines := []string{pollMark + poll(m).GetName()}
		for _, option := range poll(m).GetOptions() {
			lines = append(lines, "• "+option.GetOptionName())
		}
		return strings.Join(lines, "\n"), true
	case m.GetGroupInviteMessage() != nil:
		g := m.GetGroupInviteMessage()
		return lines(inviteMark+g.GetGroupName(), g.GetCaption(), "https://chat.whatsapp.com/"+g.GetInviteCode()), true
	case m.GetEventMessage() != nil:
		e := m.GetEventMessage()
		return lines(eventMark+e.GetName(), e.GetDescription(), e.GetJoinLink()), true
	}
	return "", false
}

func poll(m *waE2E.Message) *waE2E.PollCreationMessage {
	for _, p := range []*waE2E.PollCreationMessage{
		m.GetPollCreationMessage(), m.GetPollCreationMessageV2(), m.GetPollCreationMessageV3(), m.GetPollCreationMessageV5(), m.GetPollCreationMessageV6(),
	} {
		if p != nil {
			return p
		}
	}
	return nil
}

// video is a film, or a film shown in a circle.
func video(m *waE2E.Message) *waE2E.VideoMessage {
	if m.GetPtvMessage() != nil {
		return m.GetPtvMessage()
	}
	return m.GetVideoMessage()
}

// place writes a location with a link that any program opens.
func place(latitude, longitude float64, about ...string) string {
	link := fmt.Sprintf("https://maps.google.com/?q=%.6f,%.6f", latitude, longitude)
	return placeMark + lines(append(about, link)...)
}

// lines joins what is not empty.
func lines(all ...string) string {
	var out []string
	for _, line := range all {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// pressed is what was chosen of buttons or a list: its id, and the words on it.
func pressed(m *waE2E.Message) (id, label string) {
	switch {
	case m.GetButtonsResponseMessage() != nil:
		b := m.GetButtonsResponseMessage()
		return b.GetSelectedButtonID(), b.GetSelectedDisplayText()
	case m.GetListResponseMessage() != nil:
		l := m.GetListResponseMessage()
		return l.GetSingleSelectReply().GetSelectedRowID(), l.GetTitle()
	case m.GetTemplateButtonReplyMessage() != nil:
		b := m.GetTemplateButtonReplyMessage()
		return b.GetSelectedID(), b.GetSelectedDisplayText()
	case m.GetInteractiveResponseMessage() != nil:
		i := m.GetInteractiveResponseMessage()
		return "", i.GetBody().GetText()
	}
	return "", ""
}

// isSilent reports a message that says nothing to people: keys, what the phones of one
// account tell each other, and the cover of an album, whose pictures follow as messages
// of their own.
func isSilent(m *waE2E.Message) bool {
	switch {
	case m.GetAlbumMessage() != nil, m.GetKeepInChatMessage() != nil, m.GetPinInChatMessage() != nil, m.GetStickerSyncRmrMessage() != nil,
		m.GetMessageHistoryBundle() != nil, m.GetMessageHistoryNotice() != nil, m.GetEncEventResponseMessage() != nil,
		m.GetEncCommentMessage() != nil, m.GetPollResultSnapshotMessage() != nil, m.GetChat() != nil, m.GetSecretEncryptedMessage() != nil,
		m.GetGroupRootKeyShare() != nil, m.GetRootSecretDistributeMessage() != nil:
		return true
	}
	return isEmpty(m)
}

// isEmpty reports a message of nothing but keys and circumstances.
func isEmpty(m *waE2E.Message) bool {
	empty := true
	m.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		switch field.Name() {
		case "senderKeyDistributionMessage", "fastRatchetKeySenderKeyDistributionMessage", "messageContextInfo":
			return true
		}
		empty = false
		return false
	})
	return empty && len(m.ProtoReflect().GetUnknown()) == 0
}

// contextOf is what a message answers, whom it mentions, and whether it was forwarded.
func contextOf(m *waE2E.Message) *waE2E.ContextInfo {
	for _, part := range []interface{ GetContextInfo() *waE2E.ContextInfo }{
		m.GetExtendedTextMessage(), m.GetImageMessage(), video(m), m.GetAudioMessage(), m.GetDocumentMessage(), m.GetStickerMessage(),
		m.GetLocationMessage(), m.GetLiveLocationMessage(), m.GetContactMessage(), m.GetContactsArrayMessage(), m.GetButtonsResponseMessage(),
		m.GetListResponseMessage(), m.GetTemplateButtonReplyMessage(), m.GetInteractiveResponseMessage(), m.GetGroupInviteMessage(),
	} {
		if info := part.GetContextInfo(); info != nil {
			return info
		}
	}
	return nil
}

// mentions writes names in place of the numbers that stand for people in a text.
func (c *Channel) mentions(ctx context.Context, text string, info *waE2E.ContextInfo) string {
	client := c.receiver()
	if client == nil {
		return text
	}
	for _, who := range info.GetMentionedJID() {
		jid, err := types.ParseJID(who)
		if err != nil {
			continue
		}
		contact, err := client.Store.Contacts.GetContact(ctx, jid)
		if err == nil && contact.Found && contact.PushName != "" {
			text = strings.ReplaceAll(text, "@"+jid.User, "@"+contact.PushName)
		}
	}
	return text
}
