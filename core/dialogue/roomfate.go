package dialogue

import (
	"context"
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Sent is told of each message that an upstream took, before that is noted; again, after a
// crash between the two. When it was the last that passes on words of a thread, their
// author sees it by a reaction (rule 8). False: others that pass them on are not noted as
// sent; it is to be told again once this one is.
func (e *Engine) Sent(ctx context.Context, tx Tx, out message.Outbound) (settled bool, err error) {
	if e.Rooms == nil || out.Kind != "" || out.Under != "" {
		return true, nil
	}
	words, found, err := e.wordsInRoom(ctx, tx, out)
	if err != nil || !found {
		return err == nil, err
	}
	for _, c := range words.passed {
		if c.Out.ID != out.ID && (c.Fate == Awaiting || c.Fate == Going) {
			return false, nil
		}
	}
	return true, words.remark(ctx, tx, markGoing, markSent)
}

// Read is told that somebody read a message of ours, before that is noted. The first time
// the author of the words sees it by a reaction.
func (e *Engine) Read(ctx context.Context, tx Tx, upstream string) error {
	if e.Rooms == nil {
		return nil
	}
	sent, found, err := tx.SentAs(ctx, []string{upstream})
	if err != nil || !found {
		return err
	}
	words, found, err := e.wordsInRoom(ctx, tx, sent.Out)
	if err != nil || !found {
		return err
	}
	if slices.ContainsFunc(words.passed, func(c Conveyed) bool { return !c.Read.IsZero() }) {
		return nil
	}
	return words.remark(ctx, tx, "", markRead)
}

// besideRoom are the addresses at which one of the team hears of a ticket: where it has a
// thread, only those that they asked for, unless it is the rooms' channel that is in trouble.
func (e *Engine) besideRoom(ctx context.Context, r Reader, t *ticket.Ticket, p directory.Person, trouble message.Channel) ([]message.Address, error) {
	all := p.Reach()
	if e.Rooms == nil || t == nil {
		return all, nil
	}
	room, found, err := r.Room(ctx, t.ID)
	if err != nil || !found || room.At.Channel == trouble {
		return all, err
	}
	return slices.DeleteFunc(all, func(a message.Address) bool {
		return a.Channel == room.At.Channel || !slices.Contains(p.NoticeBy, a.Channel)
	}), nil
}

// tellLostInRoom tells a ticket's thread of what did not arrive, and marks the words, if
// they stand there.
func (e *Engine) tellLostInRoom(ctx context.Context, tx Tx, l loss) error {
	if e.Rooms == nil || l.ticket == nil {
		return nil
	}
	room, found, err := tx.Room(ctx, l.ticket.ID)
	if err != nil || !found || room.At.Channel == l.sent.Out.To.Channel {
		return err
	}
	lang := notice.Language(e.Desk.Language)
	err = e.post(ctx, tx, Say{
		To: room.At, Account: room.Account, Language: lang, Key: "notice.undelivered", Data: e.lossData(lang, l), Ticket: l.ticket, Under: room.Card,
	})
	if err != nil {
		return err
	}
	words, found, err := e.wordsInRoom(ctx, tx, l.sent.Out)
	if err != nil || !found {
		return err
	}
	return words.remark(ctx, tx, markGoing, markLost)
}

// roomWords are words for a customer that stand in a thread, and what passes them on.
type roomWords struct {
	at     string // the upstream id under which they stand there
	number string
	room   Room
	passed []Conveyed
}

// wordsInRoom finds the words that a message to a customer passes on, where they stand in
// a thread of the team's: said there, or shown there.
func (e *Engine) wordsInRoom(ctx context.Context, r Reader, out message.Outbound) (w roomWords, found bool, err error) {
	if out.Conveys == "" || out.Number == "" {
		return w, false, nil
	}
	entry, found, err := known(r.EntryByUpstream(ctx, out.Conveys))
	if err != nil || !found || entry.Side != ticket.Team || entry.Kind != ticket.Message {
		return w, false, err
	}
	if w.room, found, err = r.Room(ctx, entry.Ticket); err != nil || !found || out.To.Channel == w.room.At.Channel {
		return w, false, err
	}
	if entry.Via == w.room.At.Channel {
		w.at = entry.Upstream
	}
	w.number = out.Number
	all, err := r.Conveyed(ctx, out.Conveys)
	for _, c := range all {
		if c.Out.Under == "" {
			w.passed = append(w.passed, c)
		} else {
			w.at = c.Upstream
		}
	}
	return w, w.at != "", err
}

// remark puts one reaction of the desk in the place of another.
func (w roomWords) remark(ctx context.Context, tx Tx, off, on string) error {
	of := func(emoji string) message.Outbound {
		return reaction(w.room.At, w.room.Account, w.number, w.at, emoji)
	}
	if off != "" {
		if err := tx.Post(ctx, withdrawn(of(off))); err != nil {
			return err
		}
	}
	return tx.Post(ctx, of(on))
}

// tellWhere tells one of the team whom words reached, and how far (rule 8).
func (s *scene) tellWhere(t *ticket.Ticket, said ticket.Entry) error {
	all, err := s.r.Conveyed(s.ctx, said.Upstream)
	if err != nil {
		return err
	}
	word := func(fate string) string { return s.e.Catalogue.Word(s.lang(), "fate."+fate) }
	var lines []string
	for _, c := range all {
		if c.Out.Under != "" {
			continue // in the thread itself
		}
		p, _, err := known(s.r.PersonAt(s.ctx, c.Out.To))
		if err != nil {
			return err
		}
		line := "• " + orElse(p.Name, c.Out.To.ID) + " (" + wayName(c.Out.To) + "): "
		switch {
		case !c.Read.IsZero():
			line += word("read") + " " + s.when(c.Read)
		case !c.Delivered.IsZero():
			line += word("delivered") + " " + s.when(c.Delivered)
		case c.At.IsZero():
			line += word(string(c.Fate))
		default:
			line += word(string(c.Fate)) + " " + s.when(c.At)
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		s.tell(t, "room.where-nobody", nil)
	} else {
		s.tell(t, "room.where", notice.Data{"List": strings.Join(lines, "\n")})
	}
	s.outcome(message.Talked, "where words went", t)
	return nil
}
