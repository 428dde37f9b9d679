package config

import (
	"strings"
	"time"
)

// QuietHours are Care.Quiet from midnight; both 0: none. Load has checked it.
func (c Care) QuietHours() (from, to time.Duration) {
	first, last, _ := strings.Cut(c.Quiet, "-")
	a, okA := hourOf(first)
	b, okB := hourOf(last)
	if !okA || !okB {
		return 0, 0
	}
	return a, b
}

func hourOf(text string) (time.Duration, bool) {
	at, err := time.Parse("15:04", strings.TrimSpace(text))
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, err == nil
}

const (
	mostNotices = 60              // a minute: above it no person would be
	slowestChat = 5 * time.Second // people give up before
)

func (r *reader) care(c Care) {
	if from, to := c.QuietHours(); from == to && c.Quiet != "" {
		r.fault("care.quiet", "write the hours as 21:00-08:00, or \"\" for none")
	}
	if c.PerMinute < 0 || c.PerMinute > mostNotices {
		r.fault("care.per_minute", "from 1 to %d, or 0 for no limit", mostNotices)
	}
	if c.PerChat < 0 || c.PerChat > slowestChat {
		r.fault("care.per_chat", "at most %s, or 0s for no limit", slowestChat)
	}
}
