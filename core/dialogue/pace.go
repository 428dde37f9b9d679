package dialogue

import (
	"time"

	"recado/core/message"
	"recado/core/notice"
)

// Pace bounds how many turns of one conversation are answered in an hour: two machines
// that answer each other without saying what they are (RFC 3834 asks them to) turn much
// faster than people write, and so does who guesses codes. What comes beyond is worked
// on and recorded as ever, but nobody is told of it, until its sender was silent for an
// hour; the team hears of that once. Zero is no bound.
type Pace struct {
	Mail int // of customers and strangers
	Chat int
	Team int // on any channel
}

// UsualPace has reasons: nobody writes a mail every two minutes, or a line every thirty
// seconds, for a whole hour; an agent who clears a queue may answer twice a minute.
func UsualPace() Pace { return Pace{Mail: 30, Chat: 120, Team: 120} }

// Paced counts the turns of a conversation's hour, of which Since is the beginning.
type Paced struct {
	Since time.Time `json:"since"`
	Turns int       `json:"turns"`
}

const paceSpan = time.Hour

func (p Pace) of(s *scene) int {
	switch {
	case s.proved && s.who.OnTeam():
		return p.Team
	case s.chat():
		return p.Chat
	}
	return p.Mail
}

// count counts the turn. Beyond the pace the scene is hushed, and the hour begins anew.
func (s *scene) count() error {
	most := s.e.Pace.of(s)
	p := s.previous.Pace
	if s.now.Sub(p.Since) >= paceSpan {
		p = Paced{Since: s.now}
	}
	p.Turns++
	if most > 0 && p.Turns > most {
		s.hushed, p.Since = true, s.now
	}
	s.session.Pace = p
	if !s.hushed || p.Turns != most+1 {
		return nil
	}
	team, err := s.r.Team(s.ctx)
	for _, person := range supervisorsOf(team) {
		for _, to := range person.Reach() {
			if to != s.in.From {
				s.alarms = append(s.alarms, Say{To: to, Language: notice.Language(person.Language), Key: "notice.too-many", Data: notice.Data{
					"From": orElse(s.in.From.ID, "?"), "Count": most, "About": s.in.Subject, "Text": excerpt(s.in.Text, 300),
				}})
			}
		}
	}
	return err
}

// hush leaves of what the turn would say only what the team must hear.
func (s *scene) hush() {
	if !s.hushed {
		return
	}
	s.plan.Says = s.alarms
	if s.plan.Outcome.Reason != "" {
		s.plan.Outcome.Reason += "; "
	}
	s.plan.Outcome.Reason += "not answered: too many in an hour"
}

// holdHushed holds what nothing proves: no code is tried or sent beyond the pace.
func (s *scene) holdHushed() {
	s.hold()
	s.outcome(message.HeldBack, "", nil)
}
