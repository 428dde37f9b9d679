package dialogue

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// reworded are the words of an edit, without the number and the order before them. False:
// they do not fit the entry. An edit changes words alone: it makes no note of an answer
// and no answer of a note, and carries no order out.
func (s *scene) reworded(entry ticket.Entry, t *ticket.Ticket) (words string, fits bool, err error) {
	text := strings.TrimSpace(s.in.Text)
	if entry.Side != ticket.Team || s.in.Own {
		return text, true, nil
	}
	if num, rest := s.numberFirst(text); num != "" {
		if num != t.Number && entry.Kind == ticket.Message {
			return "", false, nil // meant for another ticket
		}
		text = rest
	}
	what, words := parseOrder(text)
	switch {
	case entry.Kind == ticket.Note && what == orderNote:
		return words, true, nil
	case entry.Kind == ticket.Note:
		return text, true, nil
	case what == orderNote, what == orderWait, s.doubtful(text), words == "":
		return "", false, nil
	case what == orderAnswer:
		return words, true, nil
	}
	turns, err := s.turns(entry)
	return words, turns, err
}

// turns reports whether an entry closed its ticket or reopened it: its message tells more
// than its words.
func (s *scene) turns(entry ticket.Entry) (bool, error) {
	const beside = 4 // entries that one transition makes
	around, err := s.r.History(s.ctx, entry.Ticket, max(0, entry.Seq-beside), 2*beside, false)
	return slices.ContainsFunc(around, func(e ticket.Entry) bool {
		return e.Kind == ticket.Event && e.Field == "status" && e.At.Equal(entry.At) &&
			(e.To == string(ticket.Closed) || e.From == string(ticket.Closed))
	}), err
}

// editKept keeps an edit that does not fit as a note, and says so: the customer goes on
// seeing what they were told.
func (s *scene) editKept(t *ticket.Ticket) error {
	focus := s.session.Ticket
	if err := t.Note(s.who, ticket.Said{At: s.now, Text: s.in.Text, Via: s.in.Key.Channel}, s.now); err != nil {
		return s.refused(err)
	}
	s.change(t)
	s.session.Ticket = focus
	s.sayOf(t, "team.edit-kept", nil)
	s.outcome(message.Added, "an edit kept as a note: perhaps not for the customer", t)
	return nil
}

// correct has the readers of an entry's words see what became of them (H5): each message
// that passed them on is changed or taken back, and where that cannot be done a
// correction is said anew (see outbox). A mail that was read is not called back.
func (s *scene) correct(t *ticket.Ticket, entry ticket.Entry) error {
	posted, err := s.r.Passed(s.ctx, entry.Upstream)
	if err != nil {
		return err
	}
	var seen []reader
	for _, out := range posted {
		if out.Amends != nil {
			continue
		}
		who, err := s.readerOf(out, t)
		if err != nil {
			return err
		}
		words, left, err := s.wordsNow(out, entry)
		if err != nil {
			return err
		}
		switch {
		case !left:
			s.takeBack(out, posted)
		case who.may:
			if err := s.putRight(t, out, who, words); err != nil {
				return err
			}
		}
		seen = append(seen, who)
	}
	if s.who.OnTeam() && !s.in.Own {
		s.tellCorrected(t, entry, seen)
	}
	return nil
}

// reader is whom a message was for.
type reader struct {
	to  message.Address
	who directory.Person // zero: a room
	may bool             // they still see the ticket
}

func (s *scene) readerOf(out message.Outbound, t *ticket.Ticket) (reader, error) {
	r := reader{to: out.To}
	var found bool
	var err error
	if r.who, found, err = known(s.r.PersonAt(s.ctx, out.To)); err != nil {
		return r, err
	}
	if found {
		r.may, err = s.sees(r.who, t)
		return r, err
	}
	r.may = out.To.Channel == message.Slack // a room of the team's
	return r, nil
}

// wordsNow are the words that a message passes on, as they are now: those of all items of
// its turn. False: nothing of them is left, and the message tells nothing else.
func (s *scene) wordsNow(out message.Outbound, amended ticket.Entry) (words string, left bool, err error) {
	var texts []string
	for _, id := range out.Passage.Of {
		e := amended
		if id != amended.Upstream {
			if e, _, err = known(s.r.EntryByUpstream(s.ctx, id)); err != nil {
				return "", false, err
			}
		}
		if !e.DeletedAt.IsZero() {
			continue
		}
		left = left || e.ID != ""
		if e.Text != "" {
			texts = append(texts, e.Text)
		}
	}
	if !left {
		left, err = s.turns(amended)
	}
	if words = strings.Join(texts, "\n"); words == "" {
		words = s.e.Catalogue.Word(out.Language, "history.deleted")
	}
	return words, left, err
}

// takeBack posts the Deletion of a message, and of each that was said in its place.
func (s *scene) takeBack(out message.Outbound, posted []message.Outbound) {
	for _, said := range posted {
		if said.Kind == message.Deletion || said.Family() != out.Family() {
			continue
		}
		gone := s.amending(said)
		gone.Kind = message.Deletion
		gone.Text, gone.InChat, gone.Passage, gone.Attachments, gone.Choices, gone.Link = "", "", nil, nil, nil, nil
		s.plan.Repeats = append(s.plan.Repeats, gone)
	}
}

// putRight posts the Edit of a message, with what to say where it cannot be edited.
func (s *scene) putRight(t *ticket.Ticket, out message.Outbound, who reader, words string) error {
	edit := s.amending(out)
	edit.Kind = message.Edit
	before, _ := out.Words()
	edit, ok := edit.Reworded(words)
	if !ok {
		return nil // it was posted by a version that did not note where its words stand
	}
	edit.Verbatim = slices.DeleteFunc(slices.Clone(out.Verbatim), func(v string) bool { return v == before })
	if out.To.Channel == message.WhatsApp && !s.who.OnTeam() && formatted.MatchString(words) {
		edit.Verbatim = append(edit.Verbatim, words)
	}
	f, err := s.facts(t)
	if err != nil {
		return err
	}
	late, err := s.e.render(Say{To: out.To, Language: out.Language, Key: correctedKey(t, who), Data: s.correctedData(f, who, words)}, t)
	if err != nil {
		return err
	}
	edit.Late = late.Text
	s.plan.Repeats = append(s.plan.Repeats, edit)
	return nil
}

// amending is a copy of what was said, to be made an Edit or a Deletion of it.
func (s *scene) amending(said message.Outbound) message.Outbound {
	out := said
	out.ID, out.Amends, out.NotBefore = uuid.Must(uuid.NewV7()).String(), &said, time.Time{}
	return out
}

func correctedKey(t *ticket.Ticket, r reader) string {
	switch {
	case r.who.ID == "", r.who.OnTeam():
		return "notice.corrected.team"
	case r.who.ID == t.Requester:
		return "notice.corrected.requester"
	}
	return "notice.corrected.participant"
}

func (s *scene) correctedData(f notice.Facts, r reader, words string) notice.Data {
	by := s.byName(notice.Requester)
	if s.in.Own {
		by = s.e.Desk.Name
	}
	return notice.Data{
		"By": by, "Text": words, "Chat": r.to.Channel != message.Email, "Requester": f.Requester.Name, "Audience": reachText(f),
	}
}

// tellCorrected says in a chat what an edit or a deletion of the team's words changed for
// others, and what it could not change.
func (s *scene) tellCorrected(t *ticket.Ticket, entry ticket.Entry, seen []reader) {
	var whom []string
	mail := false
	for _, r := range seen {
		mailed := r.to.Channel == message.Email
		mail = mail || mailed
		if r.who.ID != "" && !r.who.OnTeam() && (!mailed || entry.DeletedAt.IsZero()) {
			whom = append(whom, r.who.Name+" ("+string(r.to.Channel)+")")
		}
	}
	key := "team.corrected"
	if !entry.DeletedAt.IsZero() {
		key = "team.withdrawn"
	}
	s.teamSays(t, key, notice.Data{"Audience": strings.Join(whom, ", "), "Mail": mail})
}
