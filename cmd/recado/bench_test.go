package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"recado/testenv"
)

// quietly is where a command writes when nobody looks.
func quietly() Streams { return Streams{Out: io.Discard, Err: io.Discard} }

// The load is too short to measure anything: that the desk does what the bench
// counts is checked, as after every run. How many turns there are is the machine's
// business.
func TestBenchTurnsDoesWhatItCounts(t *testing.T) {
	bases := benchBases{Only: "sqlite", Folder: t.TempDir()}
	base, err := bases.sqlite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := &turnsBench{base: base, load: 50 * time.Millisecond, warm: 50 * time.Millisecond, raw: 20 * time.Millisecond, std: quietly()}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Turns < 1 || r.Messages < 2*r.Turns || r.Raw.One <= 0 {
		t.Errorf("%d turns with %d messages beside %.0f raw commits a second, by %d customers", r.Turns, r.Messages, r.Raw.One, benchCustomers)
	}
	b.asked.Add(1)
	if err := b.checkLedgerAgain(t); err == nil {
		t.Error("a message that was lost was not missed")
	}
	if err := base.drop(); err != nil {
		t.Error(err)
	}
}

// checkLedgerAgain opens the desk of a run that has ended.
func (b *turnsBench) checkLedgerAgain(t *testing.T) error {
	d, err := assemble(t.Context(), b.base.cfg, benchLog(b.std), variant{unpaced: true, channels: noChannels})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}()
	b.desk = d
	return b.checkLedger(t.Context())
}

func TestBenchListsFindWhatTheyAsk(t *testing.T) {
	c := benchListsCmd{benchBases: benchBases{Only: "sqlite", Folder: t.TempDir()}, Messages: 3000, Times: 30}
	base, err := c.sqlite(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.measure(t.Context(), quietly(), base)
	if err != nil {
		t.Fatal(err)
	}
	if r.Messages != 3000 || r.Tickets != 300 {
		t.Errorf("%d messages in %d tickets", r.Messages, r.Tickets)
	}
	rows := map[string]float64{}
	for _, a := range r.Asked {
		rows[a.Question] = a.Rows
	}
	for _, q := range []string{"agent: mine, open", "agent: nobody's, open", "agent: two words that are common", "details: ticket, requester, last messages"} {
		if rows[q] == 0 {
			t.Errorf("%q found nothing: it measures nothing", q)
		}
	}
	if err := base.drop(); err != nil {
		t.Error(err)
	}
}

// Both ways are run on real protocols with a few mails; the checks after each run are
// what the figures rest on.
func TestBenchMailDoesWhatItCounts(t *testing.T) {
	c := benchMailCmd{benchBases: benchBases{Only: "sqlite", Folder: t.TempDir()}, IMAP: testenv.IMAP(t), Password: testenv.Password, Mails: 48}
	for _, way := range []func(context.Context, *benchBase, Streams, int) (benchMailResult, error){c.in, c.out} {
		base, err := c.sqlite(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r, err := way(t.Context(), base, quietly(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if r.Mails != c.Mails || r.PerSecond <= 0 || r.Raw <= 0 || r.Commits.One <= 0 {
			t.Errorf("%+v", r)
		}
		// The run ends with the last answer. How many notices to the team were sent by then is
		// the machine's affair: three people get theirs one after another.
		if r.Way == "in" && r.Notices < c.Mails {
			t.Errorf("%d mails were answered %d times: too few", r.Mails, r.Notices)
		}
		if err := base.drop(); err != nil {
			t.Error(err)
		}
	}
}

func TestLatencies(t *testing.T) {
	var all []time.Duration
	for ms := range 1000 {
		all = append(all, time.Duration(ms+1)*time.Millisecond)
	}
	slices.Reverse(all)
	if got, want := latenciesOf(all), (latencies{P50: 501, P95: 951, P99: 991, Max: 1000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := latenciesOf(nil); got != (latencies{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

func TestSpread(t *testing.T) {
	if got, want := spreadOf([]float64{5, 1, 3}), (spread{Min: 1, Median: 3, Max: 5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestResident(t *testing.T) {
	if got := resident("self", "VmRSS"); got < 1 || got > 10_000 {
		t.Errorf("this process takes %.1f MB", got)
	}
	if got := resident("self", "NoSuchField"); got != 0 {
		t.Errorf("an unknown field is %.1f", got)
	}
}

func TestBenchSkipsPostgresAloud(t *testing.T) {
	var told strings.Builder
	bases := benchBases{Only: "postgres"}
	if err := bases.each(t.Context(), Streams{Out: io.Discard, Err: &told}, nil); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(told.String(), "PostgreSQL is skipped") {
		t.Errorf("told %q", told.String())
	}
}
