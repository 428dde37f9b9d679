package dialogue

import (
	"strconv"
	"time"

	"recado/core/notice"
	"recado/core/ticket"
)

// nudge tells the team, and who leads it, that a customer waits for an answer: once of each
// wait, and not in hours in which nobody is to be roused. An answer takes it away before.
func (s *scene) nudge(t *ticket.Ticket) error {
	if s.e.Quiet != nil {
		if wait := s.e.Quiet(s.now); wait > 0 {
			t.NudgeAt = s.now.Add(wait)
			s.change(t)
			return nil
		}
	}
	t.Nudged(s.now)
	s.change(t)
	agent, err := s.person(t.Agent)
	if err != nil {
		return err
	}
	data := notice.Data{
		"For": span(s.e.Calendar.Between(t.WaitsSince, s.now)), "Agent": agent.Name,
		"Since": s.e.Catalogue.When(s.e.Desk.Language, t.WaitsSince, s.now, s.e.Location),
	}
	h, err := s.roomOf(t)
	if err != nil {
		return err
	}
	if h != nil {
		s.hang(t, h, "room.waits", data)
	}
	if say := s.toManagement("management.waits", data); say != nil {
		say.Ticket = t
		if h != nil {
			say.Points = h.Card
		}
	}
	return s.notify(notice.Waits, t, data)
}

// span is a time of hours and minutes, "1 h 30 min", which is written alike everywhere.
func span(d time.Duration) string {
	hours, minutes := int(d.Hours()), int(d.Minutes())%60
	switch {
	case hours == 0:
		return strconv.Itoa(minutes) + " min"
	case minutes == 0:
		return strconv.Itoa(hours) + " h"
	}
	return strconv.Itoa(hours) + " h " + strconv.Itoa(minutes) + " min"
}
