package survey_test

import (
	"errors"
	"testing"
	"time"

	"recado/core/survey"
)

var expires = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

func TestRate(t *testing.T) {
	t.Parallel()
	before := survey.Survey{Service: 4, Solution: 2, Comment: "demorou", Via: "email", Expires: expires}
	for name, tc := range map[string]struct {
		given survey.Stars
		at    time.Time
		want  survey.Stars // as the survey stands then
		err   error
	}{
		"both stars":                {survey.Stars{Service: 5, Solution: 3}, expires.Add(-time.Hour), survey.Stars{Service: 5, Solution: 3, Comment: "demorou"}, nil},
		"one leaves the other":      {survey.Stars{Solution: 5}, expires.Add(-time.Hour), survey.Stars{Service: 4, Solution: 5, Comment: "demorou"}, nil},
		"a comment leaves stars":    {survey.Stars{Comment: "resolveu"}, expires.Add(-time.Hour), survey.Stars{Service: 4, Solution: 2, Comment: "resolveu"}, nil},
		"at the very end":           {survey.Stars{Service: 1}, expires, survey.Stars{Service: 1, Solution: 2, Comment: "demorou"}, nil},
		"too late":                  {survey.Stars{Service: 1}, expires.Add(1), survey.Stars{Service: 4, Solution: 2, Comment: "demorou"}, survey.ErrExpired},
		"six stars":                 {survey.Stars{Service: 6}, expires, survey.Stars{Service: 4, Solution: 2, Comment: "demorou"}, survey.ErrRange},
		"fewer than none":           {survey.Stars{Solution: -1}, expires, survey.Stars{Service: 4, Solution: 2, Comment: "demorou"}, survey.ErrRange},
		"one right and one wrong":   {survey.Stars{Service: 5, Solution: 9}, expires, survey.Stars{Service: 4, Solution: 2, Comment: "demorou"}, survey.ErrRange},
		"late is told before range": {survey.Stars{Service: 9}, expires.Add(1), survey.Stars{Service: 4, Solution: 2, Comment: "demorou"}, survey.ErrExpired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := before
			if err := s.Rate(tc.given, "whatsapp", tc.at); !errors.Is(err, tc.err) {
				t.Fatalf("got error %v, want %v", err, tc.err)
			}
			if got := (survey.Stars{Service: s.Service, Solution: s.Solution, Comment: s.Comment}); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
			if tc.err != nil {
				if s != before {
					t.Errorf("refused, and yet changed: %+v", s)
				}
				return
			}
			if s.Via != "whatsapp" || !s.Answered.Equal(tc.at) {
				t.Errorf("answered %s by %q", s.Answered, s.Via)
			}
		})
	}
}

func TestOpenUntilItExpires(t *testing.T) {
	t.Parallel()
	s := survey.Survey{Expires: expires}
	for name, tc := range map[string]struct {
		at   time.Time
		want bool
	}{
		"before":        {expires.Add(-time.Second), true},
		"at the end":    {expires, true},
		"a moment past": {expires.Add(1), false},
	} {
		if got := s.Open(tc.at); got != tc.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestLow(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		service, solution int
		want              bool
	}{
		"no answer":         {0, 0, false},
		"both good":         {5, 4, false},
		"three is not low":  {3, 3, false},
		"a low service":     {2, 5, true},
		"a low solution":    {5, 1, true},
		"low, half given":   {1, 0, true},
		"good, half given":  {4, 0, false},
		"solution only low": {0, 2, true},
	} {
		s := survey.Survey{Service: tc.service, Solution: tc.solution}
		if got := s.Low(); got != tc.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}
