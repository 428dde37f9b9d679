package dialogue

import (
	"strconv"
	"strings"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/report"
	"recado/core/ticket"
)

// list shows tickets (C1): one's own that are not closed, closed ones, all, those
// in copy, or the whole organisation's for who may.
func (s *scene) list(cmd command) error {
	q := &Listing{Whose: string(report.Mine), State: "open"}
	switch cmd {
	case cmdClosed:
		q.State = "closed"
	case cmdAll:
		q.State = "all"
	case cmdCopy:
		q.Whose = string(report.InCopy)
	case cmdOrg:
		if !s.seesOrganisation() {
			return s.refused(directory.Refuse("not-a-manager"))
		}
		q.Whose = string(report.Organisation)
	}
	if s.session.Query != nil && (cmd == cmdClosed || cmd == cmdAll) {
		q.Whose = s.session.Query.Whose
	}
	return s.showList(q)
}

func (s *scene) seesOrganisation() bool {
	scope := report.ScopeOf(s.who)
	return scope.Team || len(scope.Administered)+len(scope.Managed) > 0
}

// showList shows one page; a number picks a ticket.
func (s *scene) showList(q *Listing) error {
	size := report.PageSize
	if s.chat() {
		size = menuSize - 1 // and "more"
	}
	query := report.Query{Scope: report.ScopeOf(s.who), Page: q.Page, Size: size,
		Filter: s.filter(q)}
	page, err := s.r.List(s.ctx, query)
	if err != nil {
		return err
	}
	s.rest()
	if len(page.Lines) == 0 {
		s.session.Query = q // "fechados" asks for those of the same list
		if narrowed := s.narrowed(q); narrowed != "" {
			s.say("list.none", notice.Data{"About": narrowed})
		} else {
			s.say("list.empty."+q.State, notice.Data{"Name": s.who.First()})
		}
		s.outcome(message.Talked, "an empty list", nil)
		return nil
	}
	choices, err := s.lines(q, page)
	if err != nil {
		return err
	}
	if (q.Page+1)*size < page.Total {
		choices = append(choices, s.choice(valMore, "choice.more"))
	}
	total := strconv.Itoa(page.Total)
	if page.More {
		total += "+"
	}
	title := s.e.Catalogue.Word(s.lang(), "list.title."+q.Whose)
	state := s.e.Catalogue.Word(s.lang(), "list.state."+q.State)
	if narrowed := s.narrowed(q); narrowed != "" {
		state += " · " + narrowed
	}
	s.question(topicList, "", "list.page", notice.Data{
		"Title": title, "State": state, "Total": total,
		"From": q.Page*size + 1, "To": q.Page*size + len(page.Lines),
	}, choices...)
	s.session.Query = q
	s.outcome(message.Talked, "a list", nil)
	return nil
}

// lines are a page's tickets as choices.
func (s *scene) lines(q *Listing, page report.Page) ([]message.Choice, error) {
	var out []message.Choice
	for _, l := range page.Lines {
		below := s.statusName(l.Status, l.WaitingOn)
		if q.Whose != string(report.Mine) {
			p, err := s.person(l.Requester)
			if err != nil {
				return nil, err
			}
			below += " · " + p.Name
		}
		out = append(out, message.Choice{Value: string(l.ID), Label: s.lineLabel(l, below)})
	}
	return out, nil
}

// lineLabel is a ticket in a list, in two lines that fit the screen where it is read.
func (s *scene) lineLabel(l report.Line, below string) string {
	const indent = "    "
	below += " · " + s.when(l.UpdatedAt)
	subject := ticket.Shorten(l.Subject, s.room(len(l.Number)+1))
	s.retold = append(s.retold, subject)
	return "*" + l.Number + "* " + subject + "\n" + indent + ticket.Shorten(below, s.room(len(indent)))
}

// room is how many characters are left in a line of choices, after some: a phone's
// line holds phoneLine, and a mail's is as long as one likes.
func (s *scene) room(taken int) int {
	if !s.chat() {
		return mailLine - taken
	}
	return phoneLine - taken
}

// statuses of a list's state.
func statuses(state string) []ticket.Status {
	switch state {
	case "closed":
		return []ticket.Status{ticket.Closed}
	case "all":
		return nil
	}
	return []ticket.Status{ticket.Open, ticket.InProgress, ticket.Waiting}
}

// listAnswered shows the ticket that was picked, or the next page.
func (s *scene) listAnswered() (bool, error) {
	c, ok := choose(s.in.Text, s.session.Choices)
	if !ok {
		return false, nil
	}
	if c.Value == valMore && s.session.Query != nil {
		q := *s.session.Query
		q.Page++
		return true, s.showList(&q)
	}
	t, found, err := known(s.r.Ticket(s.ctx, ticket.ID(c.Value)))
	if err != nil || !found {
		return true, err
	}
	return true, s.show(t, false)
}

// details shows a ticket (B6).
func (s *scene) details() error {
	t, err := s.pick(cmdDetails, func() ([]*ticket.Ticket, error) { return s.r.OpenOf(s.ctx, s.who.ID, menuSize) })
	if err != nil || t == nil {
		return err
	}
	return s.show(t, false)
}

// show tells all fields and the latest messages, or the whole history.
func (s *scene) show(t *ticket.Ticket, whole bool) error {
	if see, err := s.maySee(t); err != nil || !see {
		if err != nil {
			return err
		}
		return s.refused(directory.Refuse("no-such-ticket", "Number", ""))
	}
	data, err := s.ticketData(t)
	if err != nil {
		return err
	}
	whole = whole || t.MergedInto != ""
	if data["History"], err = s.history(t, whole); err != nil {
		return err
	}
	s.rest()
	s.focus(t)
	s.plan.Seen = append(s.plan.Seen, Seen{Person: s.who.ID, Ticket: t.ID, At: s.now})
	s.question(topicDetails, "", "details", data, s.detailChoices(t, whole)...).Ticket = t
	s.outcome(message.Talked, "details", t)
	return nil
}

func (s *scene) detailChoices(t *ticket.Ticket, whole bool) []message.Choice {
	var out []message.Choice
	if t.MergedInto != "" {
		return nil // what is done is done to the one that goes on
	}
	if t.Status == ticket.Closed {
		out = append(out, s.choice(string(cmdReopen), "choice.reopen-ticket"))
	} else {
		out = append(out, s.choice(valAdd, "choice.add"), s.choice(valClose, "choice.close-ticket"))
	}
	if !whole && t.Entries > historyLen {
		out = append(out, s.choice(valAll, "choice.history"))
	}
	if t.Status != ticket.Closed && !s.who.OnTeam() && t.MayPrioritise(s.who) == nil {
		out = append(out, s.choice(valChange, "choice.change"))
	}
	return out
}

// detailsAnswered goes on from the details. Other words are added to the ticket shown.
func (s *scene) detailsAnswered() (bool, error) {
	t, err := s.focused()
	if err != nil || t == nil {
		return false, err
	}
	c, ok := choose(s.in.Text, s.session.Choices)
	if !ok {
		return false, nil
	}
	switch c.Value {
	case valAdd:
		s.question(topicAdding, "", "add.words", nil).Ticket = t
		s.outcome(message.Talked, "asked: what to add", t)
		return true, nil
	case valClose:
		return true, s.askClose(t)
	case valChange:
		return true, s.askChange(t)
	case string(cmdReopen):
		s.command.number = t.Number
		return true, s.reopen()
	}
	return true, s.show(t, true)
}

// addingAnswered adds what was asked for.
func (s *scene) addingAnswered() (bool, error) {
	t, err := s.focused()
	if err != nil || t == nil {
		return false, err
	}
	return true, s.inThread(t)
}

// ticketData names every field of B6 for people.
func (s *scene) ticketData(t *ticket.Ticket) (notice.Data, error) {
	lang := s.lang()
	requester, err := s.person(t.Requester)
	if err != nil {
		return nil, err
	}
	agent, err := s.person(t.Agent)
	if err != nil {
		return nil, err
	}
	org, _, err := known(s.r.Organisation(s.ctx, t.Org))
	if err != nil {
		return nil, err
	}
	var copies []string
	for _, id := range t.Participants {
		p, err := s.person(id)
		if err != nil {
			return nil, err
		}
		copies = append(copies, p.Name)
	}
	due := ""
	if !t.SolveDue.IsZero() && t.Status != ticket.Closed {
		due = s.when(t.SolveDue)
	}
	arrived, read, err := s.arrival(t, requester)
	if err != nil {
		return nil, err
	}
	status, links, err := s.belongs(t)
	if err != nil {
		return nil, err
	}
	return notice.Data{
		"Arrived": arrived, "Read": read, "Links": links,
		"Status": orElse(status, s.statusName(t.Status, t.WaitingOn)), "Opened": s.when(t.OpenedAt), "Updated": s.when(t.UpdatedAt),
		"Closed": s.closedAt(t), "Requester": requester.Name, "Contact": t.Contact, "Agent": orElse(agent.Name, "–"),
		"Organisation": org.Name, "About": orElse(s.pathShown(t.About), "–"), "Participants": strings.Join(copies, ", "), "Due": due,
		"Priority": s.e.levelIn(lang, t.Priority), "Severity": s.e.levelIn(lang, t.Severity),
		"Type": s.e.Catalogue.Word(lang, "type."+string(t.Type)), "Private": t.Private, "Description": excerpt(t.Description, 500),
	}, nil
}

// arrival is when our last message reached the requester on WhatsApp, and was read there.
// That is for the team alone.
func (s *scene) arrival(t *ticket.Ticket, requester directory.Person) (arrived, read string, err error) {
	if !s.who.OnTeam() {
		return "", "", nil
	}
	for _, to := range requester.Reach() {
		if to.Channel != message.WhatsApp {
			continue
		}
		a, err := s.r.Arrival(s.ctx, t.Number, to)
		if err != nil || a.Delivered.IsZero() {
			return "", "", err
		}
		if !a.Read.IsZero() {
			read = s.when(a.Read)
		}
		return s.when(a.Delivered), read, nil
	}
	return "", "", nil
}

func (s *scene) closedAt(t *ticket.Ticket) string {
	if t.ClosedAt.IsZero() {
		return ""
	}
	return s.when(t.ClosedAt)
}

// history writes messages for people. Notes are the team's own (H3).
func (s *scene) history(t *ticket.Ticket, whole bool) (string, error) {
	read := func() ([]ticket.Entry, error) { return s.r.Latest(s.ctx, t.ID, historyLen) }
	if whole || s.who.OnTeam() {
		read = func() ([]ticket.Entry, error) { return s.r.History(s.ctx, t.ID, 0, 0, s.who.OnTeam()) }
	}
	entries, err := read()
	if err != nil {
		return "", err
	}
	if len(entries) == 1 && !s.who.OnTeam() {
		return "", nil // the description says it already
	}
	var lines []string
	for _, e := range entries {
		line, err := s.entryLine(e)
		if err != nil {
			return "", err
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n"), nil
}

func (s *scene) entryLine(e ticket.Entry) (string, error) {
	if e.Kind == ticket.Event {
		return "", nil
	}
	author, err := s.person(e.Author)
	if err != nil {
		return "", err
	}
	text := excerpt(e.Text, 300)
	if !e.DeletedAt.IsZero() {
		text = s.e.Catalogue.Word(s.lang(), "history.deleted")
	}
	s.retold = append(s.retold, text)
	name := author.First()
	if e.Kind == ticket.Note {
		name += " 🔒"
	}
	for _, a := range e.Attachments {
		text += "\n📎 " + a.Name
	}
	return "*" + orElse(name, s.e.Desk.Name) + "* (" + s.when(e.At) + "): " + strings.TrimSpace(text), nil
}

// statusName is a status as people say it (B5).
func (s *scene) statusName(st ticket.Status, waitingOn string) string {
	if st == ticket.Waiting && waitingOn == ticket.OnRequester && !s.who.OnTeam() {
		return s.e.Catalogue.Word(s.lang(), "status.waiting-you")
	}
	return s.e.statusIn(s.lang(), st, waitingOn)
}

// when writes a time in the person's place.
func (s *scene) when(at time.Time) string {
	return s.e.Catalogue.When(s.lang(), at, s.now, s.e.placeOf(s.who))
}

// placeOf is the person's time zone, or the desk's.
func (e *Engine) placeOf(p directory.Person) *time.Location {
	if p.TimeZone == "" {
		return e.Location
	}
	place, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return e.Location
	}
	return place
}

// excerpt cuts a long text, keeping its lines.
func excerpt(text string, limit int) string {
	r := []rune(strings.TrimSpace(text))
	if len(r) <= limit {
		return string(r)
	}
	return strings.TrimSpace(string(r[:limit-1])) + "…"
}

func days(d time.Duration) int { return int(d.Hours() / 24) }
