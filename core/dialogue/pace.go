package dialogue

import (
	"hash/fnv"
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

	Strangers int // items of the whole desk that are held in an hour before nobody unproved is answered
}

// UsualPace has reasons: nobody writes a mail every two minutes, or a line every thirty
// seconds, for a whole hour; an agent who clears a queue may answer twice a minute.
func UsualPace() Pace { return Pace{Mail: 30, Chat: 120, Team: 120, Strangers: 200} }

// Paced counts the turns of a conversation's hour, of which Since is the beginning.
type Paced struct {
	Since time.Time `json:"since"`
	Turns int       `json:"turns"`

	Words uint64 `json:"words,omitempty"` // of the last turn, as a hash
	Same  int    `json:"same,omitempty"`  // turns in a row with the same words
	Quick int    `json:"quick,omitempty"` // turns in a row, each right after the one before
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
		p.Since, p.Turns = s.now, 0
	}
	p.Turns++
	looped := s.loops(&p) && p.Turns <= most
	if looped { // as if it had gone on for an hour
		p.Turns = most + 1
	}
	if most > 0 && p.Turns > most {
		s.hushed, p.Since = true, s.now
	}
	s.session.Pace = p
	if !s.hushed || p.Turns != most+1 {
		return nil
	}
	data := notice.Data{"From": orElse(s.in.From.ID, "?"), "About": s.in.Subject, "Text": excerpt(s.in.Text, 300)}
	if looped {
		return s.alarm("notice.loop", data)
	}
	data["Count"] = most
	return s.alarm("notice.too-many", data)
}

// alarm tells the supervisors, whatever is hushed.
func (s *scene) alarm(key string, data notice.Data) error {
	says, err := s.toSupervisors(key, data)
	s.alarms = append(s.alarms, says...)
	return err
}

// toSupervisors says something to the supervisors, unless they said it themselves.
func (s *scene) toSupervisors(key string, data notice.Data) (says []Say, err error) {
	team, err := s.r.Team(s.ctx)
	for _, person := range supervisorsOf(team) {
		for _, to := range person.Reach() {
			if to != s.in.From {
				says = append(says, Say{To: to, Language: notice.Language(person.Language), Key: key, Data: data})
			}
		}
	}
	return says, err
}

// Two desks that acknowledge each other's mails without saying what they are: the same
// words again, or one mail after another, each within minutes of our answer.
const (
	mostSame  = 4
	mostQuick = 10
	quickSpan = 2 * time.Minute
)

// loops counts what looks like a machine that answers us, in mail of customers and
// strangers, and reports whether it is one by now.
func (s *scene) loops(p *Paced) bool {
	if s.e.Pace.Mail == 0 || s.chat() || s.proved && s.who.OnTeam() {
		return false
	}
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(fold(s.in.Text))) // never fails
	words := hash.Sum64()
	switch {
	case fold(s.in.Text) == "", words != p.Words, s.now.Sub(s.previous.At) >= paceSpan:
		p.Same = 1
	default:
		p.Same++
	}
	p.Words = words
	if p.Quick++; s.now.Sub(s.previous.At) > quickSpan {
		p.Quick = 1
	}
	return p.Same >= mostSame || p.Quick >= mostQuick
}

// flooded hushes the turn of somebody unproved when more was held within the hour than
// the ceiling of the whole desk: it is held with the rest, no code is sent, and the
// supervisors hear of it when it begins. Who is proved, or answers a code, is served as
// ever. It is worked out from what is held, so that processes share it and it ends by
// itself.
func (s *scene) flooded() error {
	most := s.e.Pace.Strangers
	if most == 0 || s.proved || s.hushed || s.session.Topic == topicCode {
		return nil
	}
	at, err := s.r.HeldNth(s.ctx, most)
	if err != nil || at.IsZero() || s.now.Sub(at) >= paceSpan {
		return err
	}
	s.hushed = true
	before, err := s.r.HeldNth(s.ctx, most+1)
	if err != nil || !before.IsZero() && s.now.Sub(before) < paceSpan {
		return err
	}
	return s.alarm("notice.flood", notice.Data{"Count": most})
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
	s.plan.Outcome.Unread = true
	s.plan.Outcome.Reason += "not answered: too many in an hour"
}

// holdHushed holds what nothing proves: no code is tried or sent beyond the pace.
func (s *scene) holdHushed() {
	s.hold()
	s.outcome(message.HeldBack, "", nil)
}
