package dialogue

import (
	"slices"
	"strings"

	"recado/core/directory"
	"recado/core/notice"
	"recado/core/report"
	"recado/core/ticket"
)

// Figures of a case.
const (
	caseLines  = 40 // the newest of a ticket's history: what a prompt holds
	caseSolved = 60 // closed tickets that are looked through for similar ones
)

// gather makes the case that a turn wants something about. False: there is none.
func (s *scene) gather(w wish) (bool, error) {
	t, err := s.adviseAbout(w.number)
	if t == nil || err != nil {
		return false, err
	}
	c := &Case{
		Wish: w.want, Number: t.Number, Subject: t.Subject, Place: s.pathName(t.About), Status: s.statusName(t.Status, t.WaitingOn),
		Reader: s.lang(), Agent: s.who.First(), Conversation: s.in.Conversation,
	}
	requester, err := s.person(t.Requester)
	if err != nil {
		return false, err
	}
	c.Customer, c.Language = requester.First(), notice.Language(orElse(requester.Language, s.e.Desk.Language))
	if c.Organisation, _, err = known(s.r.Organisation(s.ctx, t.Org)); err != nil {
		return false, err
	}
	var authors []directory.PersonID
	if c.Said, authors, err = s.linesOf(t, c.Wish == WantSummary); err != nil {
		return false, err
	}
	if w.unasked && len(c.Said) < handedOver {
		return false, nil
	}
	if c.NoModel, err = s.wantsNoModel(t, requester, c.Organisation, authors...); err != nil {
		return false, err
	}
	if c.Wish != WantSummary {
		c.Solved, err = s.solvedLike(t)
	}
	s.caseOf = c
	return err == nil, err
}

// wantsNoModel reports whether one of those who follow a ticket, or whose words are in it,
// wants no model.
func (s *scene) wantsNoModel(t *ticket.Ticket, requester directory.Person, org directory.Organisation, authors ...directory.PersonID) (bool, error) {
	if org.NoAssistant {
		return true, nil
	}
	for _, id := range slices.Concat([]directory.PersonID{requester.ID}, t.Participants, authors) {
		p, err := s.person(id)
		if err != nil {
			return false, err
		}
		for _, m := range p.Members {
			of, _, err := known(s.r.Organisation(s.ctx, m.Org))
			if err != nil || of.NoAssistant {
				return of.NoAssistant, err
			}
		}
	}
	return false, nil
}

// adviseAbout is the ticket that an agent means: by number, by thread, or in focus.
func (s *scene) adviseAbout(number string) (*ticket.Ticket, error) {
	if number != "" {
		t, found, err := known(s.r.Numbered(s.ctx, number))
		if err != nil || !found {
			return nil, err
		}
		return t, nil
	}
	return s.focused()
}

// linesOf is what was said in a ticket, and the customers who said it. The team's notes are for the team alone: a draft
// is made without them, so that none can get into it (rule 8).
func (s *scene) linesOf(t *ticket.Ticket, notes bool) (out []Line, authors []directory.PersonID, err error) {
	entries, err := s.r.History(s.ctx, t.ID, 0, 0, notes)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if e.Kind == ticket.Event || !e.DeletedAt.IsZero() || strings.TrimSpace(e.Text) == "" {
			continue
		}
		out = append(out, Line{Side: e.Side, Note: e.Kind == ticket.Note, At: e.At, Text: e.Text})
		if e.Side == ticket.Customer && e.Author != "" && !slices.Contains(authors, e.Author) {
			authors = append(authors, e.Author)
		}
	}
	return out[max(0, len(out)-caseLines):], authors, nil
}

// solvedLike lists closed tickets about the same product, latest first, with the team's
// last word in each.
func (s *scene) solvedLike(t *ticket.Ticket) ([]Solved, error) {
	page, err := s.r.List(s.ctx, report.Query{
		Scope: report.ScopeOf(s.who), Size: caseSolved,
		Filter: report.Filter{Whose: report.Organisation, Statuses: []ticket.Status{ticket.Closed}, Product: t.About.Product},
	})
	if err != nil {
		return nil, err
	}
	var out []Solved
	for _, line := range page.Lines {
		if line.ID == t.ID {
			continue
		}
		one, err := s.solved(t, line)
		if err != nil {
			return nil, err
		}
		if one.Answer != "" { // nobody answered: nothing was learned
			out = append(out, one)
		}
	}
	return out, nil
}

// solved reads one of them. Its words may go to t's customer when it was their own, or
// when its organisation shares (C8) and nobody made it private.
func (s *scene) solved(t *ticket.Ticket, line report.Line) (Solved, error) {
	old, err := s.r.Ticket(s.ctx, line.ID)
	if err != nil {
		return Solved{}, err
	}
	org, _, err := known(s.r.Organisation(s.ctx, line.Org))
	if err != nil {
		return Solved{}, err
	}
	entries, err := s.r.Latest(s.ctx, line.ID, latestWords)
	if err != nil {
		return Solved{}, err
	}
	out := Solved{
		Number: line.Number, Subject: line.Subject, Description: old.Description,
		Shared: old.Requester == t.Requester || org.Shares && !old.Private,
	}
	if out.Shared { // the others never reach one
		requester, err := s.person(old.Requester)
		if err != nil {
			return out, err
		}
		if out.NoModel, err = s.wantsNoModel(old, requester, org); err != nil {
			return out, err
		}
	}
	for _, e := range slices.Backward(entries) {
		if e.Side == ticket.Team && e.DeletedAt.IsZero() && strings.TrimSpace(e.Text) != "" {
			out.Answer = e.Text
			break
		}
	}
	return out, nil
}
