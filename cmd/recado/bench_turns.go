package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"recado/channels"
	"recado/core/message"
)

// benchTurnsCmd measures whole turns: a message comes in, is committed, changes its
// ticket, and the answer to the customer and the notices to the team are sent.
type benchTurnsCmd struct {
	benchBases
	Seconds float64 `default:"10" help:"How long each load lasts."`
	Runs    int     `default:"3" help:"How often all of it is repeated, each time on an empty database."`
	Profile string  `type:"path" help:"Write CPU profiles of the full load to this file, with the database and the run at its end."`
}

// benchTurnsResult is one run.
type benchTurnsResult struct {
	Database  string
	Run       int
	Turns     int // of the full load
	Seconds   float64
	PerSecond float64
	Messages  int // sent meanwhile, to customers and to the team
	Raw       rawResult
	Before    rawResult // before the turns; Raw is the faster of before and after
	After     rawResult
	Ratio     float64   // PerSecond over Raw.One
	Full      latencies // from handing in to the answer's arrival, 200 waiting at any time
	HalfRate  float64   // messages handed in a second at half load
	Half      latencies
	CPU       float64 // processor time of a turn at full load, in ms: desk and bench together, without a database server
	PeakMB    float64 // resident, of this process: desk and bench together
	Busy      float64 // the machine's load average of a minute, before: what else was running
}

// Run measures each database, and says how the figures vary.
func (c *benchTurnsCmd) Run(ctx context.Context, std Streams) error {
	return c.times(ctx, std, map[string][]benchTurnsResult{})
}

func (c *benchTurnsCmd) times(ctx context.Context, std Streams, all map[string][]benchTurnsResult) error {
	for run := range c.Runs {
		err := c.each(ctx, std, func(ctx context.Context, base *benchBase) error {
			b := &turnsBench{base: base, load: time.Duration(c.Seconds * float64(time.Second)), warm: warmTime, raw: rawTime, std: std}
			if c.Profile != "" {
				b.profile = fmt.Sprintf("%s.%s.%d", c.Profile, strings.ToLower(strings.Fields(base.name)[0]), run+1)
			}
			r, err := b.run(ctx)
			if err != nil {
				return err
			}
			r.Run = run + 1
			all[r.Database] = append(all[r.Database], r)
			return c.show(std.Out, r)
		})
		if err != nil {
			return err
		}
	}
	for _, runs := range all {
		if err := c.show(std.Out, summaryOf(runs)); err != nil {
			return err
		}
	}
	return nil
}

// String is one run for people.
func (r benchTurnsResult) String() string {
	return fmt.Sprintf(`%s, run %d (load average %.1f before)
  whole turns         %8.0f a second (%d turns, %d messages sent, %.1f s)
  raw commits         %8.0f a second by one client (%.0f before, %.0f after), %.0f by %d clients
  ratio               %8.2f
  latency, full load  %s
  latency, half load  %s, at %.0f messages a second
  processor time      %8.2f ms a turn, bench included
  peak memory         %8.0f MB, bench included
`, r.Database, r.Run, r.Busy, r.PerSecond, r.Turns, r.Messages, r.Seconds,
		r.Raw.One, r.Before.One, r.After.One, r.Raw.Many, rawClients, r.Ratio, r.Full, r.Half, r.HalfRate, r.CPU, r.PeakMB)
}

// benchTurnsSummary is how all runs on one database vary.
type benchTurnsSummary struct {
	Database                                                               string
	Runs                                                                   int
	PerSecond, RawOne, RawMany, Ratio, HalfP50, HalfP99, CPU, PeakMB, Busy spread
}

func summaryOf(runs []benchTurnsResult) benchTurnsSummary {
	of := func(pick func(benchTurnsResult) float64) spread { return spreadBy(runs, pick) }
	return benchTurnsSummary{
		Database: runs[0].Database, Runs: len(runs),
		PerSecond: of(func(r benchTurnsResult) float64 { return r.PerSecond }),
		RawOne:    of(func(r benchTurnsResult) float64 { return r.Raw.One }),
		RawMany:   of(func(r benchTurnsResult) float64 { return r.Raw.Many }),
		Ratio:     of(func(r benchTurnsResult) float64 { return r.Ratio }),
		HalfP50:   of(func(r benchTurnsResult) float64 { return r.Half.P50 }),
		HalfP99:   of(func(r benchTurnsResult) float64 { return r.Half.P99 }),
		CPU:       of(func(r benchTurnsResult) float64 { return r.CPU }),
		PeakMB:    of(func(r benchTurnsResult) float64 { return r.PeakMB }),
		Busy:      of(func(r benchTurnsResult) float64 { return r.Busy }),
	}
}

// String is the summary for people.
func (s benchTurnsSummary) String() string {
	return spreadTable(fmt.Sprintf("%s, %d runs", s.Database, s.Runs), []spreadRow{
		{"whole turns a second", s.PerSecond, 0},
		{"raw commits a second, 1 client", s.RawOne, 0},
		{fmt.Sprintf("raw commits a second, %d clients", rawClients), s.RawMany, 0},
		{"ratio to 1 client", s.Ratio, 2},
		{"half load, p50 ms", s.HalfP50, 1},
		{"half load, p99 ms", s.HalfP99, 1},
		{"processor time of a turn, ms", s.CPU, 2},
		{"peak memory MB", s.PeakMB, 0},
		{"load average before", s.Busy, 1},
	})
}

// turnsBench is one run on one database.
type turnsBench struct {
	base            *benchBase
	load, warm, raw time.Duration // how long each part lasts
	std             Streams
	profile         string

	desk      *desk
	ears      *benchEars
	customers []*benchCustomer
	sink      channels.Sink
	rows      atomic.Int64 // raw rows so far
	asked     atomic.Int64 // messages handed in
}

const (
	rawTime  = 4 * time.Second  // of each of the two raw measurements
	warmTime = 2 * time.Second  // at full load, before anything is counted
	lateTime = 30 * time.Second // the longest that the last messages are waited for
)

// run takes the whole measurement, in the order in which it is described.
func (b *turnsBench) run(ctx context.Context) (r benchTurnsResult, err error) {
	r.Database, r.Busy = b.base.name, loadAverage()
	if err := b.setUp(ctx); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, b.desk.Close()) }()
	if r.Before, err = rawCommits(ctx, b.base, &b.rows, b.raw); err != nil {
		return r, err
	}
	if err := b.loads(ctx, &r); err != nil {
		return r, err
	}
	if err := b.checkLedger(ctx); err != nil {
		return r, err
	}
	if r.After, err = rawCommits(ctx, b.base, &b.rows, b.raw); err != nil {
		return r, err
	}
	r.Raw = rawResult{One: max(r.Before.One, r.After.One), Many: max(r.Before.Many, r.After.Many)}
	r.Ratio = r.PerSecond / r.Raw.One
	return r, nil
}

// setUp assembles the desk, as serve does, with the bench's channels.
func (b *turnsBench) setUp(ctx context.Context) (err error) {
	b.ears = newBenchEars()
	sinks := make(chan channels.Sink, 2)
	b.desk, err = assemble(ctx, b.base.cfg, benchLog(b.std), variant{unpaced: true, channels: func(*desk) ([]channels.Channel, error) {
		return []channels.Channel{
			&benchChannel{name: message.WhatsApp, hear: b.ears, sinks: sinks},
			&benchChannel{name: message.Email, hear: b.ears, sinks: sinks},
		}, nil
	}})
	if err != nil {
		return err
	}
	if b.customers, err = fillBench(ctx, b.desk); err != nil {
		return errors.Join(err, b.desk.Close())
	}
	for _, c := range b.customers {
		b.ears.mouths[c.chat.address], b.ears.mouths[c.mail.address] = c.chat, c.mail
	}
	b.sink = b.desk.bot // the sink that each channel's Run is given
	return nil
}

// loads runs the program under full load and under half of it.
func (b *turnsBench) loads(ctx context.Context, r *benchTurnsResult) error {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- b.desk.bot.Run(running) }()
	err := b.measure(ctx, r)
	stop()
	return errors.Join(err, <-ended)
}

func (b *turnsBench) measure(ctx context.Context, r *benchTurnsResult) error {
	if _, err := b.full(ctx, b.warm); err != nil {
		return err
	}
	if err := b.settle(ctx); err != nil {
		return err
	}
	forgetPeak()
	endProfile, err := profile(b.profile)
	if err != nil {
		return err
	}
	asked, sent, worked, begun := b.asked.Load(), b.ears.all.Load(), processorTime(), time.Now()
	took, err := b.full(ctx, b.load)
	if err = errors.Join(err, b.settle(ctx)); err != nil {
		return err
	}
	r.Seconds = time.Since(begun).Seconds()
	r.PeakMB = resident("self", "VmHWM")
	if err := endProfile(); err != nil {
		return err
	}
	r.Turns, r.Messages = int(b.asked.Load()-asked), int(b.ears.all.Load()-sent)
	r.PerSecond, r.Full = float64(r.Turns)/r.Seconds, latenciesOf(took)
	r.CPU = (processorTime() - worked).Seconds() * 1000 / float64(r.Turns)

	r.HalfRate = r.PerSecond / 2
	if took, err = b.paced(ctx, r.HalfRate, b.load); err != nil {
		return err
	}
	r.Half = latenciesOf(took)
	return b.settle(ctx)
}
