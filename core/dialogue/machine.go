package dialogue

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

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

// goneForGood are the status codes that speak of the address itself (RFC 3463): a full
// mailbox or a refusal by policy is 5.x.x too, but passes.
var goneForGood = regexp.MustCompile(`^5\.(1\.[0-6]|1\.9|1\.10|2\.1)$`)

// passing are failures that may be none another day.
var passing = regexp.MustCompile(`^(4\.|5\.2\.2)`)

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
	gone := goneForGood.MatchString(s.in.Form["status"])
	if gone {
		s.mark(func(al *directory.Alias) { al.DeadAt = earlier(al.DeadAt, s.now) })
	}
	if s.thread == nil || sent.Out.ID == "" {
		return said, nil
	}
	mark := "unreached:" + sent.Out.ID
	if _, before, err := known(s.r.EntryByUpstream(s.ctx, mark)); before || err != nil {
		return said, err // told, and sent another way, when it bounced first
	}
	via, again := s.otherWay(sent)
	if again {
		s.repeat(sent.Out, via)
	}
	why := bounceWhy(s.in.Form["status"])
	data := notice.Data{
		"Who": orElse(s.who.Name, s.in.From.ID), "Address": s.in.From.ID, "Why": s.e.Catalogue.Word(s.e.Desk.Language, why),
		"Via": wayName(via), "Again": again, "Gone": gone, "Text": excerpt(sent.Out.Text, 300),
	}
	said.FullText = orElse(said.FullText, said.Text)
	said.Upstream = mark
	if said.Text, err = s.e.Catalogue.Text(s.e.Desk.Language, "bounce.note", data); err != nil {
		return said, err
	}
	if passing.MatchString(s.in.Form["status"]) && !via.IsZero() {
		return said, nil // nothing to worry about
	}
	return said, s.tellTeam(notice.Unreached, data, why)
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
	if said.Text, err = s.e.Catalogue.Text(s.e.Desk.Language, "bounce.complaint", data); err != nil {
		return said, err
	}
	return said, s.tellTeam(notice.Complained, data, "")
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
		if s.who.Aliases[i].Address == s.in.From {
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

// otherWay is another address by which this person is reached: where the same was told
// already, else one where the words can be said again.
func (s *scene) otherWay(sent Sent) (via message.Address, again bool) {
	others := s.who.ReachBut(s.in.From)
	for _, to := range others {
		if slices.Contains(sent.Beside, to) {
			return to, false
		}
	}
	if len(others) == 0 || sent.Out.Code || len(sent.Out.Choices) > 0 { // numbers mean nothing in another conversation
		return message.Address{}, false
	}
	return others[0], true
}

// repeat says the same words at another address, once: its id comes of the first one's.
func (s *scene) repeat(out message.Outbound, to message.Address) {
	out.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("again:"+out.ID)).String()
	out.To, out.Account, out.Conversation = to, s.e.Account(to.Channel), ""
	s.plan.Repeats = append(s.plan.Repeats, out)
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

// tellTeam tells who has the ticket; of a colleague's own address, the supervisors. why
// is the key of a cause, which each hears in their language.
func (s *scene) tellTeam(event notice.Event, data notice.Data, why string) error {
	first := len(s.plan.Says)
	if err := s.sayToTeam(event, data); err != nil || why == "" {
		return err
	}
	for i := range s.plan.Says[first:] {
		say := &s.plan.Says[first+i]
		say.Data["Why"] = s.e.Catalogue.Word(say.Language, why)
	}
	return nil
}

func (s *scene) sayToTeam(event notice.Event, data notice.Data) error {
	if !s.who.OnTeam() {
		return s.notify(event, s.thread, data)
	}
	team, err := s.r.Team(s.ctx)
	for _, p := range supervisorsOf(team) {
		for _, to := range p.Reach() {
			if p.ID != s.who.ID {
				s.plan.Says = append(s.plan.Says, Say{
					To: to, Language: notice.Language(p.Language), Key: noticeKey(event, notice.Agent), Ticket: s.thread, Data: maps.Clone(data),
				})
			}
		}
	}
	return err
}

// bounceWhy is the key of why a mail did not arrive, by its status code (RFC 3463).
func bounceWhy(status string) string {
	class, detail, _ := strings.Cut(status, ".")
	switch {
	case detail == "2.2":
		return "bounce.full"
	case detail == "2.1":
		return "bounce.closed"
	case detail == "1.2", detail == "4.4":
		return "bounce.no-host"
	case detail == "1.8", detail == "1.7":
		return "bounce.sender"
	case strings.HasPrefix(detail, "1."):
		return "bounce.unknown"
	case detail == "3.4", detail == "2.3":
		return "bounce.large"
	case strings.HasPrefix(detail, "7."):
		return "bounce.policy"
	case strings.HasPrefix(detail, "4."), class == "4":
		return "bounce.no-answer"
	}
	return "bounce.refused"
}
