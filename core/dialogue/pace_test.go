package dialogue

import (
	"context"
	"testing"
	"time"

	"recado/core/directory"
	"recado/core/message"
)

// theTeam is a Reader that knows nothing but the team.
type theTeam struct {
	Reader
	people []directory.Person
}

func (r theTeam) Team(context.Context) ([]directory.Person, error) { return r.people, nil }

// Who writes beyond the pace is hushed until they were silent for an hour; the team
// hears of it once.
func TestCount(t *testing.T) {
	t.Parallel()
	at := message.Address{Channel: message.Email, ID: "rui@team.example"}
	rui := directory.Person{ID: "rui", Active: true, Team: directory.Supervisor, Aliases: []directory.Alias{{Address: at, VerifiedAt: time.Unix(1, 0)}}}
	begun := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		channel message.Channel
		from    directory.Person
		most    int
	}{
		"mail of a customer": {message.Email, directory.Person{ID: "ana", Active: true}, 2},
		"a chat":             {message.WhatsApp, directory.Person{ID: "ana", Active: true}, 4},
		"the team's mail":    {message.Email, directory.Person{ID: "bia", Active: true, Team: directory.Agent}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := New(Options{Pace: Pace{Mail: 2, Chat: 4, Team: 3}})
			var session Session
			turn := func(at time.Time) *scene {
				s := &scene{ctx: t.Context(), e: e, now: at, previous: session, session: session, who: tc.from, proved: true, r: theTeam{people: []directory.Person{rui}}, plan: &Plan{}}
				s.in.Key.Channel = tc.channel
				if err := s.count(); err != nil {
					t.Fatal(err)
				}
				session = s.session
				return s
			}
			for n := 1; n <= tc.most+2; n++ {
				s := turn(begun.Add(time.Duration(n) * time.Minute))
				if hushed := n > tc.most; s.hushed != hushed {
					t.Errorf("turn %d: hushed %t", n, s.hushed)
				}
				if told := n == tc.most+1; (len(s.alarms) == 1) != told {
					t.Errorf("turn %d: %d alarms", n, len(s.alarms))
				}
			}
			last := begun.Add(time.Duration(tc.most+2) * time.Minute)
			if s := turn(last.Add(paceSpan - time.Second)); !s.hushed || len(s.alarms) > 0 {
				t.Error("answered before an hour of silence, or told again")
			}
			if s := turn(last.Add(2 * paceSpan)); s.hushed {
				t.Error("still hushed after an hour of silence")
			}
		})
	}
}
