package slack

import (
	"testing"
	"time"
)

// A call that waits for its turn learns of a limit that another call is told meanwhile.
func TestALimitReachesWhoWaitsAlready(t *testing.T) {
	now := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	p := pace{clock: func() time.Time { return now }}
	if wait := p.reserve(methodUpdate, "C1/1", perCard) + p.limit(methodUpdate, "C1/1"); wait != 0 {
		t.Errorf("the first waits %v", wait)
	}
	if wait := p.reserve(methodUpdate, "C1/1", perCard); wait != perCard {
		t.Errorf("the second waits %v", wait)
	}
	p.limited(methodUpdate, "C1/2", 3*time.Second)
	now = now.Add(perCard)
	if wait := p.limit(methodUpdate, "C1/1"); wait != 2*time.Second {
		t.Errorf("then it waits %v more", wait)
	}
	p.limited(methodPost, "C1", 3*time.Second)
	if wait := p.limit(methodPost, "C2"); wait != 0 {
		t.Errorf("another room waits %v for the limit of this one", wait)
	}
}
