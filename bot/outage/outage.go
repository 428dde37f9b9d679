// Package outage follows a store that does not answer, for who goes on meanwhile.
package outage

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// The waits between two tries while the store is away: the first, which doubles, and the
// longest.
const (
	FirstWait   = 100 * time.Millisecond
	longestWait = 5 * time.Second
)

// Watch keeps count of one store's failures. Set its exported fields before it is used; its
// methods are safe for concurrent use.
type Watch struct {
	Whose string // the "inbox"
	Clock func() time.Time
	Log   *slog.Logger

	mu    sync.Mutex
	since time.Time // zero: it answers
	times int       // it failed, in a row
	err   error
}

// Note takes the outcome of one call. It returns how long to leave the store alone after
// this one; zero when err is nil, or when ctx is over, which says nothing of the store. An
// outage is logged when it begins and when it is over, not at every try.
func (w *Watch) Note(ctx context.Context, doing string, err error) time.Duration {
	if err != nil && ctx.Err() != nil {
		return 0 // cut short by ourselves
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		if w.times > 0 {
			w.Log.Info("the "+w.Whose+"'s store answers again", "failures", w.times)
		}
		w.since, w.times, w.err = time.Time{}, 0, nil
		return 0
	}
	if w.times == 0 {
		w.since = w.Clock()
		w.Log.Error("the "+w.Whose+"'s store fails; what waits is kept and tried again", "doing", doing, "error", err)
	}
	w.times++
	w.err = err
	wait := FirstWait
	for range w.times - 1 {
		if wait >= longestWait {
			break
		}
		wait *= 2
	}
	return min(wait, longestWait)
}

// Err is the store's last error; nil while it answers.
func (w *Watch) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Since is since when it does not answer; zero while it does.
func (w *Watch) Since() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.since
}
