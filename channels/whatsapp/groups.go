package whatsapp

import (
	"context"
	"slices"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"recado/channels"
	"recado/core/message"
)

// A group is where a member may call the desk (Options.Groups). What is for the desk (it
// is mentioned, or answered) is taken as the member's own words, in the conversation with
// them alone: nothing is ever said in the group, whose members may not see each other's
// tickets. All else that people say there is not even kept.

// groupMark stands in the key of what was said in a group, before the group.
const groupMark = "#group/"

// greeting is what somebody said who called the desk and nothing else.
const greeting = "👋"

// inGroup reports whether a chat is a group of people, not a status post.
func inGroup(source types.MessageSource) bool { return source.Chat.Server == types.GroupServer }

// forDesk reports whether a message in a group is for the desk: it mentions the desk, it
// answers what was typed there on the desk's phone, or it changes words that were for the
// desk. What the desk's own phone says there is for the group.
func (c *Channel) forDesk(ctx context.Context, m *events.Message) bool {
	if !c.Groups || m.Info.IsFromMe {
		return false
	}
	for _, changed := range []string{m.Message.GetProtocolMessage().GetKey().GetID(), m.Message.GetSecretEncryptedMessage().GetTargetMessageKey().GetID()} {
		if changed != "" {
			return c.called.has(ctx, c.Memory, changed)
		}
	}
	info := contextOf(m.Message)
	for _, who := range append(slices.Clone(info.GetMentionedJID()), info.GetParticipant()) {
		if jid, err := types.ParseJID(who); err == nil && who != "" && c.isOurs(jid) {
			return c.called.add(ctx, c.Memory, m.Info.ID)
		}
	}
	return false
}

// isOurs reports whether a JID names the desk's number.
func (c *Channel) isOurs(jid types.JID) bool {
	client := c.receiver()
	if client == nil {
		return false
	}
	jid = jid.ToNonAD()
	return jid == client.Store.GetJID().ToNonAD() || jid == client.Store.GetLID().ToNonAD()
}

// withoutCall takes the desk's own mention out of what was said in a group.
func (c *Channel) withoutCall(text string) string {
	client := c.receiver()
	if client == nil {
		return text
	}
	for _, own := range []types.JID{client.Store.GetJID(), client.Store.GetLID()} {
		if own.User != "" {
			text = strings.ReplaceAll(text, "@"+own.User, "")
		}
	}
	return strings.TrimSpace(text)
}

// groupOf is the group in which an item was said. False: it was in none.
func groupOf(in message.Inbound) (types.JID, bool) {
	_, user, some := strings.Cut(in.Key.ID, groupMark)
	return types.NewJID(user, types.GroupServer), some
}

// calls remembers which messages of groups were for the desk, since an edit or a deletion
// names the message alone. WhatsApp lets people delete for two days; a desk that is called
// more often than mostCalls meanwhile misses the oldest.
type calls struct {
	mu   sync.Mutex
	name string // in the memory
	ids  []string
	read bool
}

const mostCalls = 200

// add notes a call. It is true, whether it could be noted or not: the words count.
func (c *calls) add(ctx context.Context, memory channels.Memory, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recall(ctx, memory)
	if slices.Contains(c.ids, id) {
		return true
	}
	c.ids = append(c.ids, id)
	c.ids = c.ids[max(0, len(c.ids)-mostCalls):]
	if memory != nil {
		_ = memory.Save(ctx, c.name, strings.Join(c.ids, " ")) // what is lost is that an edit is not mirrored
	}
	return true
}

func (c *calls) has(ctx context.Context, memory channels.Memory, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recall(ctx, memory)
	return id != "" && slices.Contains(c.ids, id)
}

// recall reads what an earlier process noted. The caller holds the lock.
func (c *calls) recall(ctx context.Context, memory channels.Memory) {
	if c.read || memory == nil {
		return
	}
	text, err := memory.Load(ctx, c.name)
	if err != nil {
		return // at the next call
	}
	c.ids, c.read = append(strings.Fields(text), c.ids...), true
}
