package ticket

import (
	"slices"
	"strings"
	"time"

	"recado/core/directory"
)

// Split opens a ticket of what customers said in t about another matter. The words stay
// in t as well, under the number that people know; the new ticket holds them with who
// said them and when, its own number and clock, the same agent, and the same followers,
// who have read them. requester asks it: they must be of the organisation.
func (t *Ticket) Split(by, requester directory.Person, subject string, words []Entry, now time.Time) (*Ticket, error) {
	if err := t.MayHandle(by); err != nil {
		return nil, err
	}
	if err := t.mayAdd(requester); err != nil {
		return nil, err
	}
	var said []Said
	var texts []string
	for _, e := range words {
		if e.Ticket != t.ID || e.Kind != Message || e.Side != Customer || !e.DeletedAt.IsZero() {
			return nil, directory.Refuse("split-what", "Number", t.Number)
		}
		// Without the upstream id: what answers the words goes on where they were said.
		said = append(said, Said{At: e.At, Text: e.Text, FullText: e.FullText, Original: e.Original, Via: e.Via, Attachments: e.Attachments})
		texts = append(texts, e.Text)
	}
	if len(said) == 0 {
		return nil, directory.Refuse("split-what", "Number", t.Number)
	}
	followers := slices.DeleteFunc(append([]directory.PersonID{t.Requester}, t.Participants...), func(id directory.PersonID) bool { return id == requester.ID })
	n, err := New(Draft{
		Org: t.Org, Requester: requester.ID, OpenedBy: by.ID, Subject: subject, Description: strings.Join(texts, "\n"), About: t.About,
		Type: t.Type, Priority: t.Priority, Severity: t.Severity, Private: t.Private, Via: t.Via, Participants: followers, Said: said,
	}, now)
	if err != nil {
		return nil, err
	}
	spoken := 0
	for i := range n.news {
		if n.news[i].Kind == Message {
			n.news[i].Author = words[spoken].Author
			spoken++
		}
	}
	n.event(by.ID, now, "split", string(t.ID), string(n.ID), "")
	t.event(by.ID, now, "split", string(t.ID), string(n.ID), "")
	if t.Agent != "" {
		n.setAgent(by.ID, t.Agent, now)
		n.setStatus(by.ID, InProgress, "", "", now)
	}
	return n, nil
}

// Relate notes that another ticket belongs to this one, of whatever organisation: links
// are the team's, and customers see none that is not theirs.
func (t *Ticket) Relate(by directory.Person, to *Ticket, as Relation, now time.Time) error {
	if err := t.MayHandle(by); err != nil {
		return err
	}
	switch {
	case t.ID == to.ID:
		return directory.Refuse("link-self", "Number", t.Number)
	case as != Related && as != Repeats:
		return directory.Refuse("unknown-link")
	}
	t.event(by.ID, now, "link", "", string(to.ID), "")
	to.event(by.ID, now, "link", "", string(t.ID), "")
	return nil
}
