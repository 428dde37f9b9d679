package dialogue

import (
	"strings"

	"github.com/google/uuid"

	"recado/core/directory"
	"recado/core/message"
)

// stand makes somebody what they are in the team by the upstream's word: a member of the
// agents' channel, or of the supervisors' group. What it gave it takes away again, and no
// more: who was of the team before stays what they were. Only where teams are is asked,
// and nobody who was deactivated comes back this way.
func (s *scene) stand() error {
	role := map[message.Standing]directory.Role{message.AsAgent: directory.Agent, message.AsSupervisor: directory.Supervisor}[s.in.Standing]
	if s.in.Proof == message.AsGuest {
		role = "" // a guest is in no circle of ours, and has what the desk gave them
	}
	switch {
	case s.in.Key.Channel != message.Slack || s.in.Proof != message.ByUpstream && s.in.Proof != message.AsGuest:
		return nil
	case !s.known && role != "":
		id := directory.PersonID(uuid.Must(uuid.NewV7()).String())
		s.who = directory.Person{ID: id, Name: orElse(s.in.FromName, s.in.From.ID), Active: true, CreatedAt: s.now}
		s.known, s.proved = true, true
	case !s.proved:
		return nil
	}
	text, err := s.r.Noted(s.ctx, noteStanding+string(s.who.ID))
	if err != nil {
		return err
	}
	before, given := s.who.Team, text != ""
	if given {
		_, was, _ := strings.Cut(text, "/")
		before = directory.Role(was)
	}
	now, note := before, ""
	if rank(role) > rank(before) {
		now, note = role, string(role)+"/"+string(before)
	}
	if s.who.Team = now; note != text {
		s.stood = &Note{Name: noteStanding + string(s.who.ID), Text: note}
	}
	s.people[s.who.ID] = s.who
	return nil
}

// keepStanding keeps what somebody was made.
func (s *scene) keepStanding() {
	if s.stood == nil {
		return
	}
	s.savePerson(s.who)
	s.plan.Notes = append(s.plan.Notes, *s.stood)
	s.stood = nil
}

// noteStanding begins the name under which is noted what somebody was made, and what they
// were before.
const noteStanding = "standing/"

// rank orders the parts that somebody may have in the team.
func rank(r directory.Role) int {
	switch r {
	case directory.Supervisor:
		return 2
	case directory.Agent:
		return 1
	}
	return 0
}
