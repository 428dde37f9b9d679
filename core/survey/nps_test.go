package survey

import (
	"errors"
	"testing"
	"time"
)

func TestNPSDue(t *testing.T) {
	t.Parallel()
	asked := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for now, want := range map[time.Time]bool{
		asked:                                    false,
		asked.AddDate(0, 3, 0).Add(-time.Second): false,
		asked.AddDate(0, 3, 0):                   true,
		asked.AddDate(1, 0, 0):                   true,
	} {
		if got := NPSDue(Survey{AskedAt: asked}, now); got != want {
			t.Errorf("asked %v, due at %v: %v", asked, now, got)
		}
	}
}

func TestRecommend(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	s := Survey{Expires: now.Add(time.Hour)}
	for score, want := range map[int]error{-1: ErrRange, 11: ErrRange, 0: nil, 10: nil} {
		if err := s.Recommend(score, "", "whatsapp", now); !errors.Is(err, want) {
			t.Errorf("%d: %v, want %v", score, err, want)
		}
	}
	if err := s.Recommend(7, "bom", "whatsapp", now); err != nil {
		t.Fatal(err)
	}
	if err := s.Recommend(8, "", "email", now); err != nil || *s.Score != 8 || s.Comment != "bom" || s.Via != "email" {
		t.Errorf("the last word wins, the comment stays: %v, %+v", err, s)
	}
	if err := s.Recommend(9, "", "email", now.Add(2*time.Hour)); !errors.Is(err, ErrExpired) {
		t.Errorf("too late: %v", err)
	}
}
