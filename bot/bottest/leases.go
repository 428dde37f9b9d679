package bottest

import (
	"testing"
	"time"

	"recado/bot"

	"github.com/google/uuid"
)

// TestLeases is the suite of bot.Leases.
func TestLeases(t *testing.T, open func(t *testing.T) bot.Leases) {
	leases, name := open(t), uuid.NewString()
	for _, step := range []struct {
		name  string
		owner string
		at    time.Duration
		yield string // who yields first
		want  bool
	}{
		{"free", "a", 0, "", true},
		{"held by another", "b", time.Minute - time.Microsecond, "", false},
		{"renewed by its owner", "a", 30 * time.Second, "", true},
		{"held by another still", "b", time.Minute, "", false},
		{"run out", "b", 90 * time.Second, "", true},
		{"yielded by who has it no more", "a", 91 * time.Second, "a", false},
		{"yielded", "a", 92 * time.Second, "b", true},
	} {
		t.Run(step.name, func(t *testing.T) {
			if step.yield != "" {
				if err := leases.Yield(t.Context(), name, step.yield); err != nil {
					t.Fatal(err)
				}
			}
			got, err := leases.Acquire(t.Context(), name, step.owner, noon.Add(step.at), time.Minute)
			if err != nil || got != step.want {
				t.Errorf("Acquire says %v, %v", got, err)
			}
		})
	}
}
