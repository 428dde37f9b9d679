package channels_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"recado/channels"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	limited := &channels.Error{Kind: channels.RateLimited, RetryAfter: time.Minute, Err: errors.New("slow down")}
	for name, tc := range map[string]struct {
		err   error
		kind  channels.ErrorKind
		after time.Duration
	}{
		"unclassed is temporary":   {errors.New("x"), channels.Temporary, 0},
		"classed":                  {limited, channels.RateLimited, time.Minute},
		"classed, wrapped further": {fmt.Errorf("send: %w", limited), channels.RateLimited, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if kind, after := channels.KindOf(tc.err); kind != tc.kind || after != tc.after {
				t.Errorf("got %s, %s", kind, after)
			}
		})
	}
	if cause := errors.New("refused"); !errors.Is(&channels.Error{Kind: channels.Permanent, Err: cause}, cause) {
		t.Error("the cause is lost")
	}
}
