package outage_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/bot/outage"
)

func TestAnOutageIsToldOnceAndWaitedFor(t *testing.T) {
	begun := time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)
	now := begun
	var log bytes.Buffer
	w := outage.Watch{Whose: "inbox", Clock: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(&log, nil))}
	gone := errors.New("connection refused")

	ended, end := context.WithCancel(t.Context())
	end()
	if wait := w.Note(ended, "claim", gone); wait != 0 || w.Err() != nil {
		t.Errorf("cut short by ourselves: %v, %v", wait, w.Err())
	}
	var waits []time.Duration
	for range 8 {
		waits = append(waits, w.Note(t.Context(), "claim", gone))
		now = now.Add(time.Second)
	}
	const ms = time.Millisecond
	if want := []time.Duration{100 * ms, 200 * ms, 400 * ms, 800 * ms, 1600 * ms, 3200 * ms, 5000 * ms, 5000 * ms}; !slices.Equal(waits, want) {
		t.Errorf("it waits %v", waits)
	}
	if !errors.Is(w.Err(), gone) || !w.Since().Equal(begun) {
		t.Errorf("%v since %v", w.Err(), w.Since())
	}
	if wait := w.Note(t.Context(), "claim", nil); wait != 0 || w.Err() != nil || !w.Since().IsZero() {
		t.Errorf("it answers: %v, %v, %v", wait, w.Err(), w.Since())
	}
	w.Note(t.Context(), "claim", nil)
	if fails, well := strings.Count(log.String(), "store fails"), strings.Count(log.String(), "answers again"); fails != 1 || well != 1 {
		t.Errorf("told %d times that it fails, %d that it answers:\n%s", fails, well, &log)
	}
	if wait := w.Note(t.Context(), "claim", gone); wait != outage.FirstWait {
		t.Errorf("the next outage begins with a wait of %v", wait)
	}
}
