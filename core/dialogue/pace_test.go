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

// heldAt is a Reader that knows when items were held, newest first, and the team.
type heldAt struct {
	theTeam
	at []time.Time
}

func (r heldAt) HeldNth(_ context.Context, n int) (time.Time, error) {
	if n > len(r.at) {
		return time.Time{}, nil
	}
	return r.at[n-1], nil
}

// Machines that answer us are hushed long before the pace is reached; people who write
// several mails are not.
func TestLoops(t *testing.T) {
	t.Parallel()
	rui := directory.Person{ID: "rui", Active: true, Team: directory.Supervisor, Aliases: []directory.Alias{
		{Address: message.Address{Channel: message.Email, ID: "rui@team.example"}, VerifiedAt: time.Unix(1, 0)},
	}}
	words := func(n int) string { return []string{"oi", "segue o print", "mais um", "e outro"}[n%4] }
	for name, tc := range map[string]struct {
		channel message.Channel
		words   func(n int) string
		every   time.Duration
		turns   int
		hushed  int // from which turn on; 0: never
	}{
		"the same words again":         {message.Email, func(int) string { return "Recebemos sua mensagem." }, 20 * time.Minute, 6, mostSame},
		"one mail right after another": {message.Email, words, time.Minute, 12, mostQuick},
		"a person with much to say":    {message.Email, words, 3 * time.Minute, 12, 0},
		"files without words":          {message.Email, func(int) string { return "" }, 3 * time.Minute, 8, 0},
		"a chat":                       {message.WhatsApp, func(int) string { return "sim" }, time.Minute, 12, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := New(Options{Pace: UsualPace()})
			var session Session
			alarms := 0
			for n := 1; n <= tc.turns; n++ {
				s := &scene{ctx: t.Context(), e: e, now: time.Unix(1e9, 0).Add(time.Duration(n) * tc.every), previous: session, session: session, r: theTeam{people: []directory.Person{rui}}, plan: &Plan{}}
				s.in.Key.Channel, s.in.Text = tc.channel, tc.words(n)
				if err := s.count(); err != nil {
					t.Fatal(err)
				}
				session = s.session
				session.At = s.now
				alarms += len(s.alarms)
				if want := tc.hushed > 0 && n >= tc.hushed; s.hushed != want {
					t.Errorf("turn %d: hushed %t", n, s.hushed)
				}
			}
			if told := alarms == 1; told != (tc.hushed > 0) {
				t.Errorf("%d alarms", alarms)
			}
		})
	}
}

// Beyond the ceiling of the desk strangers are held and not answered; the supervisors
// hear of it when it begins, and it ends by itself.
func TestFlooded(t *testing.T) {
	t.Parallel()
	now := time.Unix(1e9, 0)
	rui := directory.Person{ID: "rui", Active: true, Team: directory.Supervisor, Aliases: []directory.Alias{
		{Address: message.Address{Channel: message.Email, ID: "rui@team.example"}, VerifiedAt: time.Unix(1, 0)},
	}}
	ago := func(minutes ...int) (all []time.Time) {
		for _, m := range minutes {
			all = append(all, now.Add(-time.Duration(m)*time.Minute))
		}
		return all
	}
	for name, tc := range map[string]struct {
		held   []time.Time
		change func(*scene)
		hushed bool
		alarms int
	}{
		"quiet":                    {ago(1), nil, false, 0},
		"the ceiling is reached":   {ago(1, 30, 90), nil, true, 1},
		"for the first time ever":  {ago(1, 30), nil, true, 1},
		"it goes on":               {ago(1, 2, 3), nil, true, 0},
		"it was an hour ago":       {ago(1, 61, 62), nil, false, 0},
		"somebody proved":          {ago(1, 2, 3), func(s *scene) { s.proved = true }, false, 0},
		"somebody gives a code":    {ago(1, 2, 3), func(s *scene) { s.session.Topic = topicCode }, false, 0},
		"a desk without a ceiling": {ago(1, 2, 3), func(s *scene) { s.e.Pace.Strangers = 0 }, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &scene{ctx: t.Context(), e: New(Options{Pace: Pace{Strangers: 2}}), now: now, r: heldAt{theTeam{people: []directory.Person{rui}}, tc.held}, plan: &Plan{}}
			if tc.change != nil {
				tc.change(s)
			}
			if err := s.flooded(); err != nil {
				t.Fatal(err)
			}
			if s.hushed != tc.hushed || len(s.alarms) != tc.alarms {
				t.Errorf("hushed %t, %d alarms", s.hushed, len(s.alarms))
			}
		})
	}
}
