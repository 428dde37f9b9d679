package dialogue

import (
	"cmp"
	"context"
	"slices"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// Undelivered is a message that will never be sent.
type Undelivered struct {
	Message    message.Outbound
	UpstreamID string          // under which it was posted, if that was foretold
	Why        message.Failure // empty: not known
	Said       string          // by the upstream, for whoever mends it
	Dead       bool            // its address is no more
}

// Undelivered tells the team, in the ticket and by a notice to its agent. A dead address
// is marked, so that notices go another way (peers.md 31), this one first of all.
// What is refused to us and what comes back later (scene.bounced) end alike.
func (e *Engine) Undelivered(ctx context.Context, tx Tx, u Undelivered) error {
	l, err := e.refusedToUs(ctx, tx, u)
	if err != nil {
		return err
	}
	if l.gone {
		if err := e.markDead(ctx, tx, l.sent.Out.To); err != nil {
			return err
		}
	}
	if l.again {
		if err := tx.Post(ctx, e.elsewhere(l.sent.Out, l.via)); err != nil {
			return err
		}
	}
	if l.ticket != nil {
		said, err := e.noteLost(l, u.Said)
		if err != nil {
			return err
		}
		said.At, said.Via = e.Now(), l.sent.Out.To.Channel
		l.ticket.RemarkMachine("", said, said.At)
		if err := tx.Update(ctx, l.ticket); err != nil {
			return err
		}
	}
	says, err := e.tellLost(ctx, tx, l)
	for _, say := range says {
		if err := e.post(ctx, tx, say); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return e.tellLostInRoom(ctx, tx, l)
}

// refusedToUs gathers what is known of a message that an upstream did not take.
func (e *Engine) refusedToUs(ctx context.Context, tx Tx, u Undelivered) (loss, error) {
	l := loss{sent: Sent{Out: u.Message}, why: cmp.Or(u.Why, message.Refused), gone: u.Dead}
	var err error
	if l.who, _, err = known(tx.PersonAt(ctx, u.Message.To)); err != nil {
		return l, err
	}
	if u.Message.Number != "" {
		if l.ticket, _, err = known(tx.Numbered(ctx, u.Message.Number)); err != nil {
			return l, err
		}
	}
	if u.UpstreamID != "" {
		sent, found, err := tx.SentAs(ctx, []string{u.UpstreamID})
		if err != nil {
			return l, err
		}
		if found {
			l.sent.Beside = sent.Beside
		}
	}
	l.via, l.again = l.otherWay()
	return l, nil
}

// loss is a message that its reader did not get.
type loss struct {
	sent   Sent
	who    directory.Person // zero: nobody we know
	ticket *ticket.Ticket   // nil: of none
	why    message.Failure
	gone   bool            // nothing more goes to that address
	via    message.Address // where the same is read instead; zero: nowhere
	again  bool            // it is said there now, and was not before
}

// otherWay is another address by which this person is reached: where the same was told
// already, else one where the words can be said again. What proves an address goes to no
// other, numbers mean nothing in another conversation, and what has no ticket is not
// worth a second way. Nothing is said a third time: two full mailboxes would go on for ever.
func (l loss) otherWay() (via message.Address, again bool) {
	others := l.who.ReachBut(l.sent.Out.To)
	for _, to := range others {
		if slices.Contains(l.sent.Beside, to) {
			return to, false
		}
	}
	out := l.sent.Out
	if len(others) == 0 || l.ticket == nil || out.Code || out.Again || len(out.Choices) > 0 || out.Kind == message.Deletion {
		return message.Address{}, false
	}
	return others[0], true
}

// elsewhere is the same message to another address, in the words of its channel. Its id
// comes of the first one's, so that it is said once. The others in copy stay unnamed:
// some channels cannot show them.
func (e *Engine) elsewhere(out message.Outbound, to message.Address) message.Outbound {
	out.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("again:"+out.ID)).String()
	if out.Kind == message.Edit { // there, nothing is to be changed
		out.Kind, out.Amends, out.Passage, out.Text, out.InChat, out.Late = "", nil, nil, orElse(out.Late, out.Text), "", ""
	}
	if to.Channel != message.Email && out.InChat != "" {
		out.Text = out.InChat
		if p := out.Passage; p != nil {
			out.Passage = &message.Passage{Of: p.Of, Text: p.InChat}
		}
	}
	out.To, out.InChat, out.InCopy, out.Again = to, "", nil, true
	out.Account, out.Conversation = e.Account(to.Channel), ""
	return out
}

// noteLost is the remark in the ticket, for the team alone: to whom, what, and why. said
// is what the upstream wrote. Its mark keeps the same from being told twice.
func (e *Engine) noteLost(l loss, said string) (ticket.Said, error) {
	text, err := e.Catalogue.Text(e.Desk.Language, "undelivered.note", e.lossData(e.Desk.Language, l))
	return ticket.Said{Text: text, FullText: text + "\n\n" + said, Upstream: l.mark()}, err
}

func (l loss) mark() string { return "unreached:" + l.sent.Out.ID }

// tellLost tells the ticket's agent; the supervisors, where nobody has it or it is the
// agent who cannot be reached.
func (e *Engine) tellLost(ctx context.Context, r Reader, l loss) ([]Say, error) {
	told, err := e.whoMinds(ctx, r, l.ticket, l.who.ID)
	var says []Say
	for _, p := range told {
		lang := notice.Language(orElse(p.Language, e.Desk.Language))
		to, err := e.besideRoom(ctx, r, l.ticket, p, l.sent.Out.To.Channel)
		if err != nil {
			return nil, err
		}
		for _, to := range to {
			if to != l.sent.Out.To {
				says = append(says, Say{To: to, Language: lang, Key: "notice.undelivered", Ticket: l.ticket, Data: e.lossData(lang, l)})
			}
		}
	}
	return says, err
}

// whoMinds are those of the team who look after a ticket's mail: its agent, or the
// supervisors; never the one whose own address it is about.
func (e *Engine) whoMinds(ctx context.Context, r Reader, t *ticket.Ticket, but directory.PersonID) ([]directory.Person, error) {
	if t != nil && t.Agent != "" && t.Agent != but {
		agent, _, err := known(r.Person(ctx, t.Agent))
		if err != nil {
			return nil, err
		}
		if agent.OnTeam() {
			return []directory.Person{agent}, nil
		}
	}
	team, err := r.Team(ctx)
	return supervisorsOf(slices.DeleteFunc(team, func(p directory.Person) bool { return p.ID == but })), err
}

// lossData is what the texts about it say, in a language.
func (e *Engine) lossData(lang string, l loss) notice.Data {
	out := l.sent.Out
	text := excerpt(out.Text, 300)
	if out.Kind == message.Deletion && out.Amends != nil {
		text = "🗑 " + excerpt(out.Amends.Text, 300)
	}
	if out.Code {
		text = "–" // a code is nobody else's business
	}
	about := out.Subject
	if out.Number != "" {
		about = "" // the number says it
	}
	return notice.Data{
		"Who": orElse(l.who.Name, out.To.ID), "Address": out.To.ID, "Protocol": out.Number, "About": about, "Text": text,
		"Why": e.Catalogue.Word(lang, "failure."+string(l.why)), "Via": wayName(l.via), "Again": l.again, "Gone": l.gone,
	}
}

// wayName is how an address is told to the team: by its channel, and of mail which.
func wayName(a message.Address) string {
	switch a.Channel {
	case message.WhatsApp:
		return "WhatsApp"
	case message.Email:
		return a.ID
	}
	return string(a.Channel)
}

// post renders and posts what is said outside of a turn.
func (e *Engine) post(ctx context.Context, tx Tx, say Say) error {
	out, err := e.render(say, say.Ticket)
	if err != nil {
		return err
	}
	return tx.Post(ctx, out)
}
