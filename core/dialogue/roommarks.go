package dialogue

import (
	"github.com/google/uuid"

	"recado/core/message"
	"recado/core/ticket"
)

// The desk's reactions to an agent's words in a thread: where they went (rule 8).
const (
	markNote  = "🔒"
	markGoing = "📤"
	markSent  = "✅"
	markRead  = "👀"
	markLost  = "⚠️"
)

// react puts a reaction of the desk on words in the room.
func (s *scene) react(t *ticket.Ticket, upstream, emoji string) {
	if !s.hushed {
		s.plan.Posts = append(s.plan.Posts, reaction(s.in.Room, s.roomAccount(), t.Number, upstream, emoji))
	}
}

// unreact takes one back.
func (s *scene) unreact(t *ticket.Ticket, upstream, emoji string) {
	s.plan.Posts = append(s.plan.Posts, withdrawn(reaction(s.in.Room, s.roomAccount(), t.Number, upstream, emoji)))
}

func (s *scene) roomAccount() string { return orElse(s.in.Account, s.in.Key.Account) }

func reaction(room message.Address, account, number, upstream, emoji string) message.Outbound {
	return message.Outbound{
		ID: uuid.Must(uuid.NewV7()).String(), To: room, Account: account, Number: number, Kind: message.Reaction, Text: emoji,
		About: message.Key{Channel: room.Channel, Account: account, ID: upstream},
	}
}

// withdrawn takes a reaction back.
func withdrawn(mark message.Outbound) message.Outbound {
	out := mark
	out.ID, out.Kind, out.Text, out.Amends = uuid.Must(uuid.NewV7()).String(), message.Deletion, "", &mark
	return out
}
