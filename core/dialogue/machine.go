package dialogue

import (
	"cmp"
	"slices"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// machine files machine mail (rule 9): kept under its ticket, answered by nobody,
// and nothing is opened, reopened or moved by it.
func (s *scene) machine() error {
	if s.in.Auto == message.OwnEcho {
		s.outcome(message.Filed, string(s.in.Auto), nil)
		return nil
	}
	said := s.saidAs(orElse(s.in.Text, s.in.Subject))
	var err error
	switch s.in.Auto {
	case message.BounceDSN:
		said, err = s.bounced(said)
	case message.Complaint:
		said, err = s.complained(said)
	}
	if err != nil {
		return err
	}
	reason := string(s.in.Auto)
	if s.thread == nil {
		s.outcome(message.Filed, reason, nil)
		return nil
	}
	author := directory.PersonID("")
	if s.known && s.proved {
		author = s.who.ID
	}
	s.thread.RemarkMachine(author, said, s.now)
	s.change(s.thread)
	s.session.Ticket = s.previous.Ticket
	s.outcome(message.Filed, reason, s.thread)
	return nil
}

// bounced takes a report that a mail of ours did not arrive. A report proves nothing of
// itself, since anybody can write one: it counts only when it bears what only the mail
// to that very address bore, its Message-ID or its token, and when nothing came from
// there since. It returns what the ticket keeps of it.
func (s *scene) bounced(said ticket.Said) (ticket.Said, error) {
	if action := s.in.Form["action"]; action != "" && action != "failed" {
		return said, nil // under way, or arrived
	}
	sent, ours, err := s.sentThem()
	if err != nil || !ours {
		return said, err
	}
	l := loss{sent: sent, who: s.who, ticket: s.thread, why: cmp.Or(s.in.Failure, message.Refused), gone: s.in.Failure.Gone()}
	if l.gone {
		s.mark(func(al *directory.Alias) { al.DeadAt = earlier(al.DeadAt, s.now) })
	}
	if s.thread == nil || sent.Out.ID == "" {
		return said, nil
	}
	if _, before, err := known(s.r.EntryByUpstream(s.ctx, l.mark())); before || err != nil {
		return said, err // told, and sent another way, when it came back or was refused first
	}
	if l.via, l.again = l.otherWay(); l.again {
		s.plan.Repeats = append(s.plan.Repeats, s.e.elsewhere(sent.Out, l.via))
	}
	note, err := s.e.noteLost(l, orElse(said.FullText, said.Text))
	if err != nil {
		return said, err
	}
	said.Text, said.FullText, said.Upstream = note.Text, note.FullText, note.Upstream
	if l.why.Passing() && !l.via.IsZero() {
		return said, nil // nothing to worry about
	}
	says, err := s.e.tellLost(s.ctx, s.r, l)
	s.plan.Says = append(s.plan.Says, says...)
	return said, err
}

// complained takes the word of a provider that somebody called our mail junk: nothing
// that nobody waits for goes to that address any more. It is believed as a bounce is.
func (s *scene) complained(said ticket.Said) (ticket.Said, error) {
	switch s.in.Form["feedback"] {
	case "auth-failure", "not-spam", "dmarc":
		return said, nil // of our DNS, not of what we wrote
	}
	_, ours, err := s.sentThem()
	if err != nil || !ours {
		return said, err
	}
	if al, ok := s.who.Alias(s.in.From); !ok || !al.ComplainedAt.IsZero() {
		return said, nil
	}
	s.mark(func(al *directory.Alias) { al.ComplainedAt = s.now })
	if s.thread == nil {
		return said, nil
	}
	data := notice.Data{"Who": orElse(s.who.Name, s.in.From.ID), "Address": s.in.From.ID}
	said.FullText = orElse(said.FullText, said.Text)
	if said.Text, err = s.e.Catalogue.Text(s.e.Desk.Language, "undelivered.complaint", data); err != nil {
		return said, err
	}
	told, err := s.e.whoMinds(s.ctx, s.r, s.thread, s.who.ID)
	for _, p := range told {
		reach, err := s.e.besideRoom(s.ctx, s.r, s.thread, p, s.in.Key.Channel)
		if err != nil {
			return said, err
		}
		for _, to := range reach {
			s.plan.Says = append(s.plan.Says, Say{
				To: to, Language: notice.Language(orElse(p.Language, s.e.Desk.Language)), Key: "notice.complained", Ticket: s.thread, Data: data,
			})
		}
	}
	return said, err
}

// sentThem finds the mail of ours that a report is about, if it went to the address that
// the report names, and that person did not answer it. With a token alone the message is
// not known, only that the address had it. Its ticket is where the report is kept.
func (s *scene) sentThem() (sent Sent, ours bool, err error) {
	if !s.known || len(s.in.Thread.Refs) == 0 && s.in.Thread.Number == "" {
		return sent, false, nil
	}
	sent, found, err := s.r.SentAs(s.ctx, s.in.Thread.Refs)
	if err != nil {
		return sent, false, err
	}
	if !found || sent.Out.To != s.in.From {
		sent = Sent{At: s.now.Add(-heardLately)}
		if s.in.Thread.Number == "" || s.thread == nil || s.thread.Number != s.in.Thread.Number {
			return sent, false, nil
		}
	}
	heard, err := s.heardSince(sent.At)
	return sent, err == nil && !heard, err
}

// heardLately is how fresh a word has to be to speak against a bounce that does not say
// which mail it is about.
const heardLately = 24 * time.Hour

// heardSince reports whether the person wrote by mail about this ticket since: who
// answered a mail got it, and showed its id to those who read the answer.
func (s *scene) heardSince(at time.Time) (bool, error) {
	if s.thread == nil {
		return false, nil
	}
	entries, err := s.r.Latest(s.ctx, s.thread.ID, latestWords)
	return err == nil && slices.ContainsFunc(entries, func(e ticket.Entry) bool {
		return e.Author == s.who.ID && e.Via == s.in.From.Channel && e.At.After(at)
	}), err
}

// latestWords is how many messages are looked through for an answer.
const latestWords = 20

// mark changes the person's entry for the address that the report is about.
func (s *scene) mark(change func(*directory.Alias)) {
	s.who.Aliases = slices.Clone(s.who.Aliases)
	for i := range s.who.Aliases {
		if slices.Contains(s.names(), s.who.Aliases[i].Address) {
			change(&s.who.Aliases[i])
		}
	}
	s.savePerson(s.who)
	s.people[s.who.ID] = s.who
}

// earlier is the first of two times; zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
