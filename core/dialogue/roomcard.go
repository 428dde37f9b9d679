package dialogue

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// CardPost is a ticket's card that a turn posts, or changes. The number is filled in when
// the ticket has one.
type CardPost struct {
	Ticket *ticket.Ticket
	Room   Room
	Fresh  bool // it is posted; else the one that stands is changed
	Card   message.Card
}

// showCard posts the card, or changes it when it shows something else than before (H1).
func (s *scene) showCard(t *ticket.Ticket, h *roomThread) error {
	card, err := s.cardOf(t, h)
	if err != nil {
		return err
	}
	packed, err := json.Marshal(card)
	if err != nil {
		return fmt.Errorf("pack the card of %s: %w", t.Number, err)
	}
	sum := sha256.Sum256(packed)
	shown := hex.EncodeToString(sum[:8])
	if shown == h.Shown && !h.fresh {
		return nil
	}
	h.Shown = shown
	s.plan.Cards = append(s.plan.Cards, CardPost{Ticket: t, Room: h.Room, Fresh: h.fresh, Card: card})
	if h.left.Card != "" {
		old := &roomThread{Room: h.left}
		s.hang(t, old, "room.moved", nil).Points = h.Card
	}
	return nil
}

// cardOf is what the card shows: everything by which somebody decides whether it is theirs.
func (s *scene) cardOf(t *ticket.Ticket, h *roomThread) (message.Card, error) {
	lang := notice.Language(s.e.Desk.Language)
	word := func(key string) string { return s.e.Catalogue.Word(lang, key) }
	requester, err := s.person(t.Requester)
	if err != nil {
		return message.Card{}, err
	}
	agent, err := s.person(t.Agent)
	if err != nil {
		return message.Card{}, err
	}
	org, _, err := known(s.r.Organisation(s.ctx, t.Org))
	if err != nil {
		return message.Card{}, err
	}
	last, err := s.lastWord(t)
	if err != nil {
		return message.Card{}, err
	}
	foot, err := s.modeText(t, h)
	if err != nil {
		return message.Card{}, err
	}
	card := message.Card{Title: t.Subject, Foot: foot, Color: colorOf(t), Buttons: s.cardButtons(t)}
	for _, f := range []struct{ key, value string }{
		{"field.requester", strings.Join(nonEmpty(requester.Name, org.Name), ", ")},
		{"field.product", orElse(s.pathIn(t.About, lang), "–")},
		{"field.priority", s.e.levelIn(lang, t.Priority)},
		{"field.severity", s.e.levelIn(lang, t.Severity)},
		{"field.status", s.e.statusIn(lang, t.Status, t.WaitingOn)},
		{"field.agent", orElse(agent.Name, "–")},
		{"field.due", s.dueText(t, lang)},
		{"field.last", last},
	} {
		card.Fields = append(card.Fields, message.Field{Label: word(f.key), Value: f.value})
	}
	return card, nil
}

func nonEmpty(all ...string) (out []string) {
	for _, one := range all {
		if one != "" {
			out = append(out, one)
		}
	}
	return out
}

// colorOf is the colour beside the card: what is over, and what cannot wait.
func colorOf(t *ticket.Ticket) string {
	switch {
	case t.Status == ticket.Closed:
		return "good"
	case t.Severity == ticket.Critical:
		return "danger"
	case t.Severity == ticket.High:
		return "warning"
	}
	return ""
}

// levelIn is a priority or a severity in a language.
func (e *Engine) levelIn(lang string, l ticket.Level) string {
	return e.Catalogue.Word(lang, "level."+string(l))
}

// statusIn is the status for the team, in a language.
func (e *Engine) statusIn(lang string, st ticket.Status, on string) string {
	switch {
	case st != ticket.Waiting:
		return e.Catalogue.Word(lang, "status."+string(st))
	case on == ticket.OnRequester:
		return e.Catalogue.Word(lang, "status.waiting-customer")
	}
	return e.Catalogue.Word(lang, "status.waiting") + ": " + on
}

// dueText is the next time that was promised. While its clock stands there is none.
func (s *scene) dueText(t *ticket.Ticket, lang string) string {
	at := func(key, stamp string) string { return s.e.Catalogue.Word(lang, key) + " " + stamp }
	switch {
	case t.Status == ticket.Closed || !t.PausedAt.IsZero():
	case t.AnsweredAt.IsZero() && !t.AnswerDue.IsZero():
		return at("field.due-answer", s.e.Catalogue.Stamp(lang, t.AnswerDue, s.e.Location))
	case !t.SolveDue.IsZero():
		return at("field.due-solve", s.e.Catalogue.Stamp(lang, t.SolveDue, s.e.Location))
	}
	return "–"
}

// lastWord says who spoke last, and when.
func (s *scene) lastWord(t *ticket.Ticket) (string, error) {
	var last ticket.Entry
	if t.Version != 0 {
		before, err := s.r.Latest(s.ctx, t.ID, 1)
		if err != nil {
			return "", err
		}
		if len(before) > 0 {
			last = before[0]
		}
	}
	for _, e := range t.News() {
		if e.Kind == ticket.Message {
			last = e
		}
	}
	author, err := s.person(last.Author)
	return orElse(author.Name, s.e.Desk.Name) + ", " + s.e.Catalogue.Stamp(s.e.Desk.Language, t.LastAt, s.e.Location), err
}

// modeText says where words in the thread go (rule 8).
func (s *scene) modeText(t *ticket.Ticket, h *roomThread) (string, error) {
	if t.Status == ticket.Closed {
		return s.e.Catalogue.Text(s.e.Desk.Language, "room.mode-closed", nil)
	}
	if !h.public {
		return s.e.Catalogue.Text(s.e.Desk.Language, "room.mode-internal", nil)
	}
	f, err := s.facts(t)
	if err != nil {
		return "", err
	}
	return s.e.Catalogue.Text(s.e.Desk.Language, "room.mode-public", notice.Data{"Audience": reachText(f)})
}

func (s *scene) cardButtons(t *ticket.Ticket) []message.Button {
	button := func(o op, key, style string) message.Button {
		return message.Button{Choice: message.Choice{Value: actValue(o, ""), Label: s.e.Catalogue.Word(s.e.Desk.Language, key)}, Style: style}
	}
	if t.Status == ticket.Closed {
		return []message.Button{button(opReopen, "button.reopen", ""), button(opMore, "button.more", "")}
	}
	var out []message.Button
	if t.Agent == "" {
		out = append(out, button(opTake, "button.take", "primary"))
	}
	return append(out, button(opReply, "button.reply", ""), button(opClose, "button.close", ""), button(opMore, "button.more", ""))
}

// applyCards posts the cards, before anything that hangs from them.
func (p *Plan) applyCards(ctx context.Context, tx Tx, stored map[*ticket.Ticket]*ticket.Ticket) error {
	for _, c := range p.Cards {
		if err := tx.Post(ctx, c.message(p.engine.Desk.Language, stored[c.Ticket])); err != nil {
			return fmt.Errorf("post a card: %w", err)
		}
		if err := tx.SaveRoom(ctx, c.Room); err != nil {
			return err
		}
	}
	return nil
}

// message is the card with its number, and the same in words.
func (c CardPost) message(lang string, t *ticket.Ticket) message.Outbound {
	card := c.Card
	card.Title = t.Number + " · " + card.Title
	card.Buttons = nil
	for _, b := range c.Card.Buttons {
		b.Value += t.Number
		card.Buttons = append(card.Buttons, b)
	}
	lines := []string{"*" + card.Title + "*"}
	for _, f := range card.Fields {
		lines = append(lines, f.Label+": "+f.Value)
	}
	out := message.Outbound{
		ID: c.Room.Card, To: c.Room.At, Account: c.Room.Account, Language: notice.Language(lang), Number: t.Number,
		Text: strings.Join(append(lines, card.Foot), "\n"), Card: &card,
	}
	if !c.Fresh {
		stands := message.Outbound{ID: out.ID, To: out.To, Account: out.Account, Language: out.Language, Number: out.Number, Text: out.Text}
		out.ID, out.Kind, out.Amends = uuid.Must(uuid.NewV7()).String(), message.Edit, &stands
	}
	return out
}
