package dialogue

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"recado/core/directory"
	"recado/core/notice"
	"recado/core/ticket"
)

// merges takes another ticket into this one. What was said there is told to the team in a
// note; its people hear where it goes on.
func (s *scene) merges(t *ticket.Ticket, d deed) (string, error) {
	from, err := s.ticketSaid(d.value)
	if err != nil {
		return "", err
	}
	var followers []directory.Person
	for _, id := range append([]directory.PersonID{from.Requester}, from.Participants...) {
		p, err := s.person(id)
		if err != nil {
			return "", err
		}
		followers = append(followers, p)
	}
	if err := ticket.Merge(s.who, from, t, followers, s.now); err != nil {
		return "", err
	}
	words, err := s.r.Latest(s.ctx, from.ID, historyLen)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, e := range words {
		line, err := s.entryLine(e)
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
	}
	note, err := s.e.Catalogue.Text(s.lang(), "act.merged-note", notice.Data{"Other": from.Number, "Title": from.Subject, "Text": strings.Join(lines, "\n")})
	if err != nil {
		return "", err
	}
	if err := t.Because(s.who, "merge", note+"\n"+d.reason, s.now); err != nil {
		return "", err
	}
	s.change(from)
	s.plan.Links = append(s.plan.Links, Pair{From: from, To: t, Relation: ticket.MergedTo, By: s.who.ID})
	err = s.notify(notice.Merged, from, notice.Data{"Into": t.Number, "IntoSubject": t.Subject})
	return s.line("field.merged", from.Number+" · "+from.Subject), err
}

// unmerges takes a merge back.
func (s *scene) unmerges(t *ticket.Ticket, d deed) (string, error) {
	from, err := s.mergedHere(t, d.value)
	if err != nil {
		return "", err
	}
	history, err := s.r.History(s.ctx, t.ID, 0, 0, false)
	if err != nil {
		return "", err
	}
	if err := ticket.Unmerge(s.who, from, t, ticket.Brought(history, from.ID), s.now); err != nil {
		return "", err
	}
	if err := s.why(t, "merge", d, ""); err != nil {
		return "", err
	}
	s.change(from)
	s.plan.Unlinks = append(s.plan.Unlinks, Pair{From: from, To: t, Relation: ticket.MergedTo})
	err = s.notify(notice.Parted, from, notice.Data{"Into": t.Number, "IntoSubject": t.Subject})
	return s.line("field.parted", from.Number+" · "+from.Subject), err
}

// mergedHere is the ticket that was merged into t: the one named, or the only one.
func (s *scene) mergedHere(t *ticket.Ticket, said string) (*ticket.Ticket, error) {
	if strings.TrimSpace(said) != "" {
		return s.ticketSaid(said)
	}
	links, err := s.r.Links(s.ctx, t.ID)
	if err != nil {
		return nil, err
	}
	links = slices.DeleteFunc(links, func(l ticket.Link) bool { return l.Relation != ticket.MergedTo || l.To != t.ID })
	if len(links) != 1 {
		return nil, &unclear{directory.Refuse("which-number", "Number", "")}
	}
	return s.r.Ticket(s.ctx, links[0].From)
}

// relates notes that another ticket belongs to this one, or is the same again.
func (s *scene) relates(t *ticket.Ticket, d deed) (string, error) {
	other, err := s.ticketSaid(d.value)
	if err != nil {
		return "", err
	}
	relation, label := ticket.Related, "field.related"
	if d.op == opRepeats {
		relation, label = ticket.Repeats, "field.repeats"
	}
	if err := t.Relate(s.who, other, relation, s.now); err != nil {
		return "", err
	}
	if err := s.why(t, "link", d, ""); err != nil {
		return "", err
	}
	s.change(other)
	s.plan.Links = append(s.plan.Links, Pair{From: t, To: other, Relation: relation, By: s.who.ID})
	return s.line(label, other.Number+" · "+other.Subject), nil
}

// splitForm is what becomes a ticket of its own: the messages by their numbers, with a plus for
// all that follow, and a subject.
var splitForm = regexp.MustCompile(`^((?:\d{1,4}\+?(?:\s*(?:,|\be\b|\by\b|\band\b)\s*|\s+|$))+)(.*)$`)

var splitNumber = regexp.MustCompile(`(\d{1,4})(\+?)`)

// splits opens a ticket of some of a customer's messages. Without numbers it lists them.
func (s *scene) splits(t *ticket.Ticket, d deed) (string, error) {
	said, err := s.splittable(t)
	if err != nil {
		return "", err
	}
	m := splitForm.FindStringSubmatch(strings.TrimSpace(d.value))
	if m == nil {
		return "", &unclear{directory.Refuse("which-messages", "List", s.numberedWords(said))}
	}
	var words []ticket.Entry
	for _, n := range splitNumber.FindAllStringSubmatch(m[1], -1) {
		seq := number0(n[1])
		found := false
		for _, e := range said {
			if e.Seq == seq || n[2] == "+" && e.Seq > seq {
				found = true
				if !slices.ContainsFunc(words, func(w ticket.Entry) bool { return w.Seq == e.Seq }) {
					words = append(words, e)
				}
			}
		}
		if !found {
			return "", &unclear{directory.Refuse("which-messages", "List", s.numberedWords(said))}
		}
	}
	slices.SortFunc(words, func(a, b ticket.Entry) int { return a.Seq - b.Seq })
	requester, err := s.asker(t, words)
	if err != nil {
		return "", err
	}
	subject := orElse(strings.Trim(m[2], " :-–—|"), orElse(firstLine(words[0].Text), s.e.Catalogue.Word(s.lang(), "open.no-subject")))
	n, err := t.Split(s.who, requester, subject, words, s.now)
	if err != nil {
		return "", err
	}
	if err := s.why(t, "split", d, ""); err != nil {
		return "", err
	}
	n.SetPromise(s.e.Promises[n.Severity], s.e.Calendar)
	s.change(n)
	s.plan.Links = append(s.plan.Links, Pair{From: n, To: t, Relation: ticket.SplitFrom, By: s.who.ID})
	s.sayOf(n, "act.split", notice.Data{"Other": t.Number})
	return "", s.notify(notice.Opened, n, notice.Data{"Text": n.Description, "About": s.pathName(n.About)})
}

// splittable are the customer's messages that can become a ticket of their own.
func (s *scene) splittable(t *ticket.Ticket) ([]ticket.Entry, error) {
	all, err := s.r.History(s.ctx, t.ID, 0, 0, false)
	return slices.DeleteFunc(all, func(e ticket.Entry) bool {
		return e.Kind != ticket.Message || e.Side != ticket.Customer || !e.DeletedAt.IsZero()
	}), err
}

// numberedWords lists the last of them, each with its number in the ticket.
func (s *scene) numberedWords(said []ticket.Entry) string {
	var lines []string
	for _, e := range said[max(0, len(said)-menuSize):] {
		lines = append(lines, "*"+strconv.Itoa(e.Seq)+"* "+s.when(e.At)+": "+ticket.Shorten(e.Text, mailLine))
	}
	return strings.Join(lines, "\n")
}

// asker is who the new ticket is by: who said the first of the words, if they are still of
// the organisation, else the requester.
func (s *scene) asker(t *ticket.Ticket, words []ticket.Entry) (directory.Person, error) {
	p, err := s.person(words[0].Author)
	if err != nil {
		return p, err
	}
	if _, member := p.In(t.Org); member && p.Active {
		return p, nil
	}
	return s.person(t.Requester)
}
