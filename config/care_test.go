package config

import (
	"testing"
	"time"
)

func TestQuietHours(t *testing.T) {
	for text, want := range map[string][2]time.Duration{
		"21:00-08:00": {21 * time.Hour, 8 * time.Hour}, "22:30 - 7:15": {22*time.Hour + 30*time.Minute, 7*time.Hour + 15*time.Minute},
		"": {}, "21-8": {}, "25:00-08:00": {},
	} {
		if from, to := (Care{Quiet: text}).QuietHours(); from != want[0] || to != want[1] {
			t.Errorf("%q: %v to %v", text, from, to)
		}
	}
}
