package main

import (
	"context"
	"fmt"
	"strings"

	"recado/channels/email"
	"recado/core/message"
)

// benchMailCmd measures mail both ways on real protocols: a full mailbox on an IMAP
// server until the last ticket is committed and its notices are noted as sent, and
// notices from the outbox to an SMTP server.
type benchMailCmd struct {
	benchBases
	IMAP     string `name:"imap" env:"RECADO_TEST_IMAP" help:"HOST:PORT of an IMAP server here whose mailboxes all open with --password; none: only the way out."`
	Password string `default:"secret" help:"Of the mailbox that is filled."`
	Mails    int    `default:"10000" help:"How many are read, and how many are sent."`
	Runs     int    `default:"3" help:"How often all of it is repeated, each time on an empty database."`
	Way      string `enum:"in,out,both" default:"both" help:"Which way: ${enum}."`
	Profile  string `type:"path" help:"Write a CPU profile of each run to this file, with the database, the way and the run at its end."`
}

// What the mails are: most are small, some have a file.
const (
	benchMailDesk  = "suporte@desk.example"
	benchMailMX    = "mx.desk.example" // whose Authentication-Results the desk believes
	benchMailSize  = 2 << 10           // bytes of a mail, about
	benchFileSize  = 100 << 10         // bytes of an attachment
	benchFileOneIn = 20                // so many mails have one
	benchSMTPConns = 8
)

// Run measures each database, and says how the figures vary.
func (c *benchMailCmd) Run(ctx context.Context, std Streams) error {
	ways := []func(context.Context, *benchBase, Streams, int) (benchMailResult, error){}
	if c.Way != "out" && c.IMAP != "" {
		ways = append(ways, c.in)
	}
	if c.Way != "in" {
		ways = append(ways, c.out)
	}
	if c.Way != "out" && c.IMAP == "" {
		_, _ = fmt.Fprintln(std.Err, "The way in is skipped: give --imap or RECADO_TEST_IMAP.")
	}
	all := map[string][]benchMailResult{}
	var order []string
	for run := range c.Runs {
		for _, way := range ways {
			err := c.each(ctx, std, func(ctx context.Context, base *benchBase) error {
				r, err := way(ctx, base, std, run+1)
				if err != nil {
					return err
				}
				of := r.Way + ", " + r.Database
				if all[of] == nil {
					order = append(order, of)
				}
				all[of] = append(all[of], r)
				return c.show(std.Out, r)
			})
			if err != nil {
				return err
			}
		}
	}
	for _, of := range order {
		if err := c.show(std.Out, mailSummaryOf(of, all[of])); err != nil {
			return err
		}
	}
	return nil
}

// profileFor names the profile of one run; empty when none is wanted.
func (c *benchMailCmd) profileFor(r benchMailResult) string {
	if c.Profile == "" {
		return ""
	}
	return fmt.Sprintf("%s.%s.%s.%d", c.Profile, r.Way, strings.ToLower(strings.Fields(r.Database)[0]), r.Run)
}

// benchMailResult is one run of one way.
type benchMailResult struct {
	Way, Database string
	Run           int
	Mails         int     // read, or sent
	Notices       int     // noted as sent meanwhile, on the way in
	Seconds       float64 // until the last one was committed, or taken by the server
	PerSecond     float64
	Raw           float64   // mails a second without us: fetched from the IMAP server, or sent by bare go-smtp
	Ratio         float64   // PerSecond over Raw
	Commits       rawResult // raw commits of the same run, before
	CPU           float64   // processor time of a mail, in ms: this process alone, with the servers that it plays
	SteadyMB      float64   // resident, median of what was seen while it ran
	PeakMB        float64   // resident, the most that it ever was meanwhile
	Busy          float64   // the machine's load average of a minute, before
}

// String is one run for people.
func (r benchMailResult) String() string {
	raw, notices := "fetched by bare go-imap", fmt.Sprintf(", %d notices sent", r.Notices)
	if r.Way == "out" {
		raw, notices = "sent by bare go-smtp", ""
	}
	return fmt.Sprintf(`mail %s, %s, run %d (load average %.1f before)
  mails               %8.0f a second (%d in %.1f s%s)
  raw                 %8.0f a second %s
  ratio               %8.2f
  raw commits         %8.0f a second by one client, %.0f by %d clients
  processor time      %8.2f ms a mail, of this process
  memory              %8.0f MB steady, %.0f MB at most
`, r.Way, r.Database, r.Run, r.Busy, r.PerSecond, r.Mails, r.Seconds, notices, r.Raw, raw, r.Ratio,
		r.Commits.One, r.Commits.Many, rawClients, r.CPU, r.SteadyMB, r.PeakMB)
}

// benchMailSummary is how all runs of one way on one database vary.
type benchMailSummary struct {
	Of                                                    string
	Runs                                                  int
	PerSecond, Raw, Ratio, Commits, CPU, SteadyMB, PeakMB spread
}

func mailSummaryOf(of string, runs []benchMailResult) benchMailSummary {
	figure := func(pick func(benchMailResult) float64) spread { return spreadBy(runs, pick) }
	return benchMailSummary{
		Of: of, Runs: len(runs),
		PerSecond: figure(func(r benchMailResult) float64 { return r.PerSecond }),
		Raw:       figure(func(r benchMailResult) float64 { return r.Raw }),
		Ratio:     figure(func(r benchMailResult) float64 { return r.Ratio }),
		Commits:   figure(func(r benchMailResult) float64 { return r.Commits.One }),
		CPU:       figure(func(r benchMailResult) float64 { return r.CPU }),
		SteadyMB:  figure(func(r benchMailResult) float64 { return r.SteadyMB }),
		PeakMB:    figure(func(r benchMailResult) float64 { return r.PeakMB }),
	}
}

// String is the summary for people.
func (s benchMailSummary) String() string {
	return spreadTable(fmt.Sprintf("mail %s, %d runs", s.Of, s.Runs), []spreadRow{
		{"mails a second", s.PerSecond, 0},
		{"raw mails a second", s.Raw, 0},
		{"ratio", s.Ratio, 2},
		{"raw commits a second, 1 client", s.Commits, 0},
		{"processor time of a mail, ms", s.CPU, 2},
		{"steady memory MB", s.SteadyMB, 0},
		{"peak memory MB", s.PeakMB, 0},
	})
}

// benchMailOptions are of a mailbox on this machine.
func benchMailOptions(d *desk) email.Options {
	o := d.mailBasics()
	o.Address, o.TrustedAuthserv = benchMailDesk, []string{benchMailMX}
	return o
}

// benchMailAddress is somebody's e-mail.
func benchMailAddress(i int) message.Address {
	return message.Address{Channel: message.Email, ID: fmt.Sprintf("cliente%d@bench.example", i)}
}
