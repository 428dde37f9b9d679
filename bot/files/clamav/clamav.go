// Package clamav has files scanned by ClamAV's clamd before they are kept.
//
// Promises: what Keep of a Scanned store returned without an error was found clean, or
// was let through because clamd was away and the desk chose so (Pass), and is then told
// apart, logged and counted. What is infected is never kept by it. With Wait nothing is
// kept unscanned: Keep fails while clamd is away, and the mail waits where it is.
package clamav

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"recado/bot/files"
	"recado/channels"
)

// WhenAway says what becomes of files that clamd does not scan.
type WhenAway string

// Choices of WhenAway.
const (
	Wait WhenAway = "wait" // they are offered again later; nothing is kept unscanned
	Pass WhenAway = "pass" // they are kept, and marked
)

// Options of Scan.
type Options struct {
	Address  string        // host:port, or the path of a Unix socket
	Timeout  time.Duration // for one file; a minute when zero
	WhenAway WhenAway      // Wait when empty
	Aside    string        // folder for what can be read only once; the system's when empty

	// AlarmAfter is how long clamd may be away before that is an error in the log. 15
	// minutes when zero.
	AlarmAfter time.Duration

	Clock func() time.Time
	Log   *slog.Logger
}

// Scanned is a channels.Files that keeps in another one what is clean.
type Scanned struct {
	channels.Files

	opts    Options
	clamd   *Clamd
	scanned *prometheus.CounterVec

	mu      sync.Mutex
	away    time.Time // since when clamd fails; zero while it answers
	alarmed bool
	why     string
}

var _ channels.Scanning = (*Scanned)(nil)

// Scan puts clamd before a store.
func Scan(store channels.Files, o Options) *Scanned {
	o.Timeout = cmp.Or(o.Timeout, time.Minute)
	o.WhenAway = cmp.Or(o.WhenAway, Wait)
	o.AlarmAfter = cmp.Or(o.AlarmAfter, 15*time.Minute)
	return &Scanned{
		Files: store, opts: o, clamd: NewClamd(o.Address, o.Timeout),
		scanned: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "recado_files_scanned_total",
			Help: "Files by what the scanner said: clean, infected; unscanned were kept all the same, away were not.",
		}, []string{"result"}),
	}
}

// Keep implements channels.Files.
func (s *Scanned) Keep(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, err error) {
	digest, size, _, err = s.KeepScanned(ctx, r, limit)
	return digest, size, err
}

// KeepScanned implements channels.Scanning.
func (s *Scanned) KeepScanned(ctx context.Context, r io.Reader, limit int64) (digest string, size int64, scanned bool, err error) {
	spool, err := files.NewSpool(ctx, s.opts.Aside, r, limit)
	if err != nil {
		return "", 0, false, err
	}
	defer func() { err = errors.Join(err, spool.Close()) }()
	scanned, err = s.ask(ctx, spool)
	if err == nil {
		err = spool.Rewind()
	}
	if err != nil {
		return "", 0, false, err
	}
	digest, size, err = s.Files.Keep(ctx, spool.SectionReader, limit)
	return digest, size, scanned, err
}

// ask has the bytes scanned. Not scanned and no error means that they may pass.
func (s *Scanned) ask(ctx context.Context, spool *files.Spool) (scanned bool, err error) {
	virus, err := s.clamd.Scan(ctx, spool)
	switch {
	case err == nil && virus == "":
		s.note(nil)
		s.count("clean")
		return true, nil
	case err == nil:
		s.note(nil)
		s.count("infected")
		s.opts.Log.Warn("a file is infected and was not kept", "virus", virus, "digest", spool.Digest, "size", spool.Size())
		return true, &channels.InfectedError{Virus: virus}
	case ctx.Err() != nil:
		return false, ctx.Err() // our own end says nothing of clamd
	case errors.Is(err, ErrTooLarge):
		s.note(nil)
		err = fmt.Errorf("%w: %w", channels.ErrUnscanned, err)
	default:
		s.note(err)
	}
	if s.opts.WhenAway == Pass {
		s.count("unscanned")
		s.opts.Log.Warn("a file was kept unscanned", "digest", spool.Digest, "size", spool.Size(), "error", err)
		return false, nil
	}
	s.count("away")
	return false, fmt.Errorf("scanning the file: %w", err)
}

func (s *Scanned) count(result string) { s.scanned.WithLabelValues(result).Inc() }

// note keeps how clamd fares, and says so in the log when that changes.
func (s *Scanned) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opts.Clock()
	switch {
	case err == nil && !s.away.IsZero():
		s.opts.Log.Info("clamd answers again", "away", now.Sub(s.away).String())
		s.away, s.alarmed, s.why = time.Time{}, false, ""
	case err != nil && s.away.IsZero():
		s.opts.Log.Warn("clamd is away", "then", string(s.opts.WhenAway), "error", err)
		s.away, s.why = now, err.Error()
	case err != nil && !s.alarmed && now.Sub(s.away) >= s.opts.AlarmAfter:
		s.alarmed = true
		s.opts.Log.Error("clamd has been away for long", "since", s.away, "then", string(s.opts.WhenAway), "error", err)
	case err != nil:
		s.why = err.Error()
	}
}

// State tells how clamd fared last.
func (s *Scanned) State() channels.State {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away.IsZero() {
		return channels.State{Up: true}
	}
	then := "files wait"
	if s.opts.WhenAway == Pass {
		then = "files are kept unscanned"
	}
	return channels.State{Detail: fmt.Sprintf("away since %s, %s: %s", s.away.UTC().Format(time.RFC3339), then, s.why)}
}

// Describe implements prometheus.Collector.
func (s *Scanned) Describe(descs chan<- *prometheus.Desc) { s.scanned.Describe(descs) }

// Collect implements prometheus.Collector.
func (s *Scanned) Collect(out chan<- prometheus.Metric) { s.scanned.Collect(out) }
