package dialogue

import (
	"slices"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/ticket"
)

// lastMails is how far back the last mail of a ticket is looked for.
const lastMails = 50

// whole sends the last mail of a ticket with all that was folded away: nothing that
// anybody sent is lost to those who may see the ticket.
func (s *scene) whole() error {
	t, err := s.pick(cmdWhole, func() ([]*ticket.Ticket, error) { return s.r.OpenOf(s.ctx, s.who.ID, menuSize) })
	if err != nil || t == nil {
		return err
	}
	return s.showWhole(t)
}

// showWhole shows the last mail that a customer sent about t. An agent's is not shown:
// it may quote our notice to the team, and the notes in it. The team gets it as it came, too.
func (s *scene) showWhole(t *ticket.Ticket) error {
	if see, err := s.maySee(t); err != nil || !see {
		if err != nil {
			return err
		}
		return s.refused(directory.Refuse("no-such-ticket", "Number", t.Number))
	}
	entries, err := s.r.Latest(s.ctx, t.ID, lastMails)
	if err != nil {
		return err
	}
	s.rest()
	s.focus(t)
	at := -1
	for i, e := range slices.Backward(entries) {
		if e.Via == message.Email && e.Side == ticket.Customer && e.DeletedAt.IsZero() {
			at = i
			break
		}
	}
	if at < 0 {
		s.sayOf(t, "whole.none", nil)
		s.outcome(message.Talked, "no mail to show", t)
		return nil
	}
	e := entries[at]
	author, err := s.person(e.Author)
	if err != nil {
		return err
	}
	asItCame := s.who.OnTeam() && e.Original != ""
	s.sayOf(t, "whole.mail", notice.Data{
		"By": author.Name, "At": s.e.Catalogue.When(s.lang(), e.At, s.now, s.e.Location), "Text": orElse(e.FullText, e.Text), "Attached": asItCame,
	})
	if asItCame {
		s.plan.Says[len(s.plan.Says)-1].Attachments = []message.Attachment{{Name: t.Number + ".eml", MediaType: "message/rfc822", Digest: e.Original}}
	}
	s.outcome(message.Talked, "the whole mail", t)
	return nil
}

// folded reports whether something was said of which not all is shown, and that is worth telling.
func folded(said []ticket.Said) bool {
	return slices.ContainsFunc(said, func(one ticket.Said) bool { return one.Folded })
}
