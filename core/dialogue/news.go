package dialogue

import (
	"strconv"
	"time"

	"recado/core/directory"
	"recado/core/message"
	"recado/core/notice"
	"recado/core/report"
	"recado/core/ticket"
)

// newsFor is how far back unread news reach.
const newsFor = 30 * 24 * time.Hour

// Seen says that a person looked at a ticket.
type Seen struct {
	Person directory.PersonID
	Ticket ticket.ID
	At     time.Time
}

// news lists the tickets that changed since the person last looked at them or wrote in
// them (D2, the bell of a portal); a number opens one.
func (s *scene) news() error {
	all, err := s.r.Unseen(s.ctx, report.ScopeOf(s.who), s.now.Add(-newsFor), menuSize)
	if err != nil {
		return err
	}
	s.rest()
	if len(all) == 0 {
		s.say("news.none", notice.Data{"Name": s.who.First()})
		s.outcome(message.Talked, "no news", nil)
		return nil
	}
	var choices []message.Choice
	for _, u := range all {
		below := s.statusName(u.Status, u.WaitingOn)
		if u.Messages > 0 {
			below += " · 💬 " + strconv.Itoa(u.Messages)
		}
		choices = append(choices, message.Choice{Value: string(u.ID), Label: s.lineLabel(u.Line, below)})
	}
	s.question(topicList, "", "news.list", notice.Data{"Count": len(all)}, choices...)
	s.outcome(message.Talked, "unread news", nil)
	return nil
}
