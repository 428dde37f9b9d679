package lane_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"recado/bot/lane"
)

func TestGrace(t *testing.T) {
	tests := []struct {
		name  string
		cause error
		want  time.Duration
	}{
		{"an end leaves time for work under way", nil, 5 * time.Second},
		{"a lost right leaves none", lane.ErrAtOnce, 0},
		{"any other cause leaves time", errors.New("SIGTERM"), 5 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancelCause(t.Context())
				work, cancel := lane.Grace(ctx, 5*time.Second)
				defer cancel()
				time.Sleep(time.Hour)
				if work.Err() != nil {
					t.Fatal("it ended before its parent")
				}
				start := time.Now()
				end(test.cause)
				<-work.Done()
				if got := time.Since(start); got != test.want {
					t.Errorf("work had %v left, want %v", got, test.want)
				}
			})
		})
	}
	t.Run("cancel leaves nothing behind", func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		work, cancel := lane.Grace(ctx, time.Hour)
		end()
		cancel()
		if work.Err() == nil {
			t.Error("cancel did not end the work")
		}
	}) // goleak in TestMain sees the goroutine, were there one
}
