package dialogue

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Place is a room in which the team keeps a thread for each of its tickets.
type Place struct {
	At      message.Address
	Account string // our end there; empty: the channel's first
	Public  bool   // plain words in a thread go to the customer; else they are notes
}

// roomThread is the thread of a ticket, as a turn leaves it.
type roomThread struct {
	Room
	public bool
	fresh  bool // its card is posted by this turn
	left   Room // where it was before this turn moved it; zero: nowhere
}

// inRoom reports whether the turn was said or done in a room, where others read it.
func (s *scene) inRoom() bool { return !s.in.Room.IsZero() }

// roomOf is the thread of a ticket; nil when the team has no room for it, and hears by
// notices. A ticket older than the rooms gets its thread when something happens to it.
func (s *scene) roomOf(t *ticket.Ticket) (*roomThread, error) {
	if s.e.Rooms == nil {
		return nil, nil
	}
	if h, ok := s.rooms[t.ID]; ok {
		return h, nil
	}
	if s.rooms == nil {
		s.rooms = map[ticket.ID]*roomThread{}
	}
	if err := s.loadCatalog(); err != nil {
		return nil, err
	}
	place, ok := s.e.Rooms(t.About, s.catalog)
	if !ok {
		s.rooms[t.ID] = nil
		return nil, nil
	}
	h := &roomThread{public: place.Public}
	if t.Version != 0 {
		var err error
		if h.Room, _, err = s.r.Room(s.ctx, t.ID); err != nil {
			return nil, err
		}
	}
	if h.At != place.At {
		h.left, h.fresh = h.Room, true
		h.Room = Room{
			Ticket: t.ID, At: place.At, Account: orElse(place.Account, s.e.Account(place.At.Channel)),
			Card: uuid.Must(uuid.NewV7()).String(), Since: s.now,
		}
	}
	s.rooms[t.ID] = h
	return h, nil
}

func (s *scene) loadCatalog() (err error) {
	if s.catalog == nil {
		s.catalog, err = s.r.Catalog(s.ctx)
	}
	return err
}

// showRooms lets the team's rooms see what the turn did: the words that were said
// elsewhere, what happened, and the card, if it shows something else now. It is the last
// that a turn decides.
func (s *scene) showRooms() error {
	if s.e.Rooms == nil {
		return nil
	}
	for _, t := range s.plan.Tickets {
		delete(s.rooms, t.ID) // it may have moved since it was asked for
		h, err := s.roomOf(t)
		if err != nil {
			return err
		}
		if h == nil {
			continue
		}
		if err := s.mirror(t, h); err != nil {
			return err
		}
		if err := s.showCard(t, h); err != nil {
			return err
		}
	}
	return nil
}

// hang says something in a ticket's thread, to all who read it, in the desk's language.
func (s *scene) hang(t *ticket.Ticket, h *roomThread, key string, data notice.Data) *Say {
	s.plan.Says = append(s.plan.Says, Say{
		To: h.At, Account: h.Account, Language: notice.Language(s.e.Desk.Language), Key: key, Data: data, Ticket: t, Under: h.Card,
	})
	return &s.plan.Says[len(s.plan.Says)-1]
}

// mirror passes on into the thread what was added to the ticket and was not said there:
// the customer's words under the customer's name, the team's that came by another
// channel, and what happened.
func (s *scene) mirror(t *ticket.Ticket, h *roomThread) error {
	news := t.News()
	for _, e := range news {
		if s.saidHere(e, h) {
			continue
		}
		if e.Kind == ticket.Event {
			if err := s.mirrorEvent(t, h, e, news); err != nil {
				return err
			}
			continue
		}
		if err := s.mirrorWords(t, h, e); err != nil {
			return err
		}
	}
	return nil
}

// saidHere reports whether words were said in this very thread. In the thread that a
// ticket left they were not, nor in a form.
func (s *scene) saidHere(e ticket.Entry, h *roomThread) bool {
	if !s.inRoom() || s.root != h.Card {
		return false
	}
	if s.in.Kind == message.Edit {
		return e.Kind == ticket.Note && e.Author == s.who.ID // the edit itself, which was kept
	}
	return s.in.Kind == message.Text && e.Upstream != "" && slices.ContainsFunc(s.plan.Turn.Items, func(in message.Inbound) bool {
		return upstreamOf(in) == e.Upstream
	})
}

// upstreamOf is how answers and edits will name an item.
func upstreamOf(in message.Inbound) string { return cmp.Or(in.Thread.ID, in.Key.ID) }

func (s *scene) mirrorWords(t *ticket.Ticket, h *roomThread, e ticket.Entry) error {
	author, err := s.person(e.Author)
	if err != nil {
		return err
	}
	data := notice.Data{"Text": e.Text, "Folded": s.foldedIn(e), "Audience": ""}
	key := "room.words"
	switch {
	case e.Kind == ticket.Note:
		key = "room.note"
	case e.Side == ticket.Team && e.Author == "":
		key = "room.outside"
	case e.Side == ticket.Team:
		f, err := s.facts(t)
		if err != nil {
			return err
		}
		key, data["Audience"] = "room.answer", reachText(f)
	}
	say := s.hang(t, h, key, data)
	say.Attachments, say.Conveys, say.Plain = e.Attachments, e.Upstream, e.Side != ticket.Customer
	if e.Upstream != "" {
		say.Of = []string{e.Upstream}
	}
	if author.ID != "" && e.Side != ticket.System {
		say.As = &message.Face{Name: author.Name, Picture: author.Photo}
	}
	return nil
}

// foldedIn reports whether words leave something out that somebody may miss.
func (s *scene) foldedIn(e ticket.Entry) bool {
	return slices.ContainsFunc(s.plan.Turn.Items, func(in message.Inbound) bool { return in.Folded && upstreamOf(in) == e.Upstream })
}

// mirrorEvent tells of what the card shows only as it is now.
func (s *scene) mirrorEvent(t *ticket.Ticket, h *roomThread, e ticket.Entry, news []ticket.Entry) error {
	by, err := s.person(e.Author)
	if err != nil {
		return err
	}
	data := notice.Data{"By": by.Name}
	switch {
	case e.Field == "merge" && e.From == string(t.ID):
		return s.mirrorLink(t, h, t.MergedInto, "room.merged", by.Name)
	case e.Field == "split" && e.From == string(t.ID):
		return s.mirrorLink(t, h, ticket.ID(e.To), "room.split", by.Name)
	case e.Field == "status" && ticket.Status(e.To) == ticket.Closed && t.MergedInto != "":
	case e.Field == "status" && ticket.Status(e.To) == ticket.Closed && e.Author == "":
		s.hang(t, h, "room.expired", nil)
	case e.Field == "status" && ticket.Status(e.To) == ticket.Closed:
		s.hang(t, h, "room.closed", data)
	case e.Field == "status" && ticket.Status(e.From) == ticket.Closed:
		s.hang(t, h, "room.reopened", data)
	case e.Field == "agent" && e.To != "" && e.To == string(e.Author):
		speaks := func(n ticket.Entry) bool { return n.Kind == ticket.Message && n.Author == e.Author }
		if !slices.ContainsFunc(news, speaks) { // whoever answers has it: that is plain
			s.hang(t, h, "room.taken", data)
		}
	case e.Field == "agent" && e.To != "":
		agent, err := s.person(t.Agent)
		if err != nil {
			return err
		}
		s.hang(t, h, "room.assigned", notice.Data{"By": by.Name, "Agent": agent.Name})
	}
	return nil
}

// mirrorLink leads to the thread of another ticket. One that this turn opens comes before
// this one in the plan.
func (s *scene) mirrorLink(t *ticket.Ticket, h *roomThread, id ticket.ID, key, by string) error {
	other, ok := s.planned(id)
	if !ok {
		var err error
		if other, err = s.r.Ticket(s.ctx, id); err != nil {
			return err
		}
	}
	there, err := s.roomOf(other)
	if err != nil {
		return err
	}
	say := s.hang(t, h, key, notice.Data{"By": by, "Title": other.Subject})
	if there != nil {
		say.Points = there.Card
	}
	return nil
}

// planned is a ticket as the turn leaves it.
func (s *scene) planned(id ticket.ID) (*ticket.Ticket, bool) {
	i := slices.IndexFunc(s.plan.Tickets, func(t *ticket.Ticket) bool { return t.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.plan.Tickets[i], true
}
