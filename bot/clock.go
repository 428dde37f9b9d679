package bot

import "time"

// Clock tells the time and when some has passed (rule 11).
type Clock interface {
	Now() time.Time
	After(d time.Duration) <-chan time.Time
}

// SystemClock is the real one, in UTC.
type SystemClock struct{}

// Now is the time.
func (SystemClock) Now() time.Time { return time.Now().UTC() } //nolint:forbidigo // the one that is passed in

// After is time.After.
func (SystemClock) After(d time.Duration) <-chan time.Time { return time.After(d) }
