package dialogue

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Undelivered is a message that will never be sent.
type Undelivered struct {
	Message message.Outbound
	Why     message.Failure // empty: not known
	Said    string          // by the upstream, for whoever mends it
	Dead    bool            // its address is no more
}

// Undelivered tells the team, in the ticket and by a notice to its agent. A dead address
// is marked, so that notices go another way (peers.md 31), this one first of all.
func (e *Engine) Undelivered(ctx context.Context, tx Tx, u Undelivered) error {
	out := u.Message
	who, found, err := known(tx.PersonAt(ctx, out.To))
	if err != nil {
		return err
	}
	var others []message.Address
	if found && u.Dead {
		before := who.Reach()
		if err := e.markDead(ctx, tx, out.To); err != nil {
			return err
		}
		if who, err = tx.Person(ctx, who.ID); err != nil {
			return err
		}
		others = otherWays(who, before)
	}
	t, err := e.ticketOf(ctx, tx, out)
	if err != nil {
		return err
	}
	if out.Code || t == nil {
		others = nil // what proves an address goes to no other; what has no ticket is not worth a second way
	}
	for _, to := range others {
		if err := tx.Post(ctx, e.again(out, to)); err != nil {
			return err
		}
	}
	if err := e.noteUndelivered(ctx, tx, t, u, others); err != nil {
		return err
	}
	return e.tellUndelivered(ctx, tx, t, u, others)
}

// otherWays are the addresses by which a person is reached now that one is dead, and was
// not before. Who chose only channels that are dead by now is reached by what is left.
func otherWays(p directory.Person, before []message.Address) []message.Address {
	if len(p.Reach()) == 0 {
		p.NoticeBy = nil
	}
	return slices.DeleteFunc(p.Reach(), func(a message.Address) bool { return slices.Contains(before, a) })
}

// again is the same message to another address. The others in copy stay unnamed: some
// channels cannot show them.
func (e *Engine) again(out message.Outbound, to message.Address) message.Outbound {
	out.ID, out.To, out.InCopy = uuid.Must(uuid.NewV7()).String(), to, nil
	out.Account, out.Conversation = e.Account(to.Channel), ""
	return out
}

func (e *Engine) ticketOf(ctx context.Context, tx Tx, out message.Outbound) (*ticket.Ticket, error) {
	if out.Number == "" {
		return nil, nil
	}
	t, _, err := known(tx.Numbered(ctx, out.Number))
	return t, err
}

// noteUndelivered writes it into the ticket, for the team alone: to whom, what, and why.
func (e *Engine) noteUndelivered(ctx context.Context, tx Tx, t *ticket.Ticket, u Undelivered, others []message.Address) error {
	if t == nil {
		return nil
	}
	now := e.Now()
	text, err := e.Catalogue.Text(e.Desk.Language, "undelivered.note", e.undelivered(e.Desk.Language, u, others))
	if err != nil {
		return err
	}
	t.RemarkMachine("", ticket.Said{At: now, Text: text, FullText: text + "\n\n" + u.Said, Via: u.Message.To.Channel}, now)
	return tx.Update(ctx, t)
}

// tellUndelivered tells the ticket's agent; the supervisors, where nobody has it or it
// is the agent who cannot be reached.
func (e *Engine) tellUndelivered(ctx context.Context, tx Tx, t *ticket.Ticket, u Undelivered, others []message.Address) error {
	var told []directory.Person
	if t != nil && t.Agent != "" {
		agent, _, err := known(tx.Person(ctx, t.Agent))
		if err != nil {
			return err
		}
		if _, theirs := agent.Alias(u.Message.To); agent.OnTeam() && !theirs {
			told = append(told, agent)
		}
	}
	if len(told) == 0 {
		team, err := tx.Team(ctx)
		if err != nil {
			return err
		}
		told = supervisorsOf(team)
	}
	for _, p := range told {
		lang := notice.Language(orElse(p.Language, e.Desk.Language))
		if err := e.tell(ctx, tx, p, Say{Language: lang, Key: "notice.undelivered", Ticket: t, Data: e.undelivered(lang, u, others)}); err != nil {
			return err
		}
	}
	return nil
}

// tell posts a text to all addresses of a person.
func (e *Engine) tell(ctx context.Context, tx Tx, p directory.Person, say Say) error {
	for _, say.To = range p.Reach() {
		out, err := e.render(say, say.Ticket)
		if err != nil {
			return err
		}
		if err := tx.Post(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

// undelivered is what the texts about it say, in a language.
func (e *Engine) undelivered(lang string, u Undelivered, others []message.Address) notice.Data {
	out := u.Message
	text := excerpt(out.Text, 300)
	if out.Code {
		text = "–" // a code is nobody else's business
	}
	var ways []string
	for _, a := range others {
		ways = append(ways, a.ID+" ("+string(a.Channel)+")")
	}
	return notice.Data{
		"To": out.To.ID, "About": out.Subject, "Text": text, "Protocol": orElse(out.Number, "–"),
		"Why": e.Catalogue.Word(lang, "failure."+string(cmp.Or(u.Why, message.Refused))), "Other": strings.Join(ways, ", "),
	}
}
