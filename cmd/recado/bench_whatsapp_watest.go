//go:build watest

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"recado/bulk"
	"recado/channels"
	"recado/channels/whatsapp"
	"recado/channels/whatsapp/watest"
	"recado/core/dialogue"
	"recado/core/message"
)

// benchWhatsAppCmd measures WhatsApp on the wire: real clients write through a local
// server, each message becomes part of a committed ticket, and its answer arrives; beside
// it, what the same clients reach with one bare client that echoes.
type benchWhatsAppCmd struct {
	benchBases
	Customers int `default:"20" help:"How many write at the same time, each waiting for the answer before the next."`
	Messages  int `default:"50" help:"How many each of them writes."`
	Runs      int `default:"3" help:"How often all of it is repeated, each time on an empty database."`
}

// The numbers of the bench: the desk's, the echo's, and what customers' begin with.
const (
	benchDeskNumber = "5511988880000"
	benchEchoNumber = "5511988880001"
)

// benchWhatsAppResult is one run.
type benchWhatsAppResult struct {
	Database  string
	Run       int
	Messages  int
	Seconds   float64
	PerSecond float64   // messages whose ticket was committed and whose answer arrived
	Raw       float64   // messages a second with a bare client that echoes
	Ratio     float64   // PerSecond over Raw
	Commits   rawResult // raw commits of the same run, before
	CPU       float64   // processor time of a message, in ms: this process, with server and customers
	Busy      float64   // the machine's load average of a minute, before
}

// String is one run for people.
func (r benchWhatsAppResult) String() string {
	return fmt.Sprintf(`whatsapp, %s, run %d (load average %.1f before)
  messages            %8.1f a second (%d in %.1f s), each in a committed ticket and answered
  bare echo           %8.1f a second between whatsmeow clients
  ratio               %8.2f
  raw commits         %8.0f a second by one client
  processor time      %8.2f ms a message, with the server and the customers
`, r.Database, r.Run, r.Busy, r.PerSecond, r.Messages, r.Seconds, r.Raw, r.Ratio, r.Commits.One, r.CPU)
}

// Run measures each database, and says how the figures vary.
func (c *benchWhatsAppCmd) Run(ctx context.Context, std Streams) error {
	all := map[string][]benchWhatsAppResult{}
	for run := range c.Runs {
		err := c.each(ctx, std, func(ctx context.Context, base *benchBase) error {
			r, err := c.once(ctx, base, std, run+1)
			if err != nil {
				return err
			}
			all[base.name] = append(all[base.name], r)
			return c.show(std.Out, r)
		})
		if err != nil {
			return err
		}
	}
	for name, runs := range all {
		if c.JSON {
			continue // the runs say it all
		}
		figure := func(pick func(benchWhatsAppResult) float64) spread { return spreadBy(runs, pick) }
		_, err := fmt.Fprint(std.Out, spreadTable(fmt.Sprintf("whatsapp, %s, %d runs", name, len(runs)), []spreadRow{
			{"messages a second", figure(func(r benchWhatsAppResult) float64 { return r.PerSecond }), 1},
			{"bare echo a second", figure(func(r benchWhatsAppResult) float64 { return r.Raw }), 1},
			{"ratio", figure(func(r benchWhatsAppResult) float64 { return r.Ratio }), 2},
			{"processor time of a message, ms", figure(func(r benchWhatsAppResult) float64 { return r.CPU }), 2},
		}))
		if err != nil {
			return err
		}
	}
	return nil
}

// once is one run: a server, a desk, an echo, and the customers.
func (c *benchWhatsAppCmd) once(ctx context.Context, base *benchBase, std Streams, run int) (r benchWhatsAppResult, err error) {
	t := watest.Alone(std.Err)
	defer func() { err = errors.Join(err, t.End()) }()
	r = benchWhatsAppResult{Database: base.name, Run: run, Messages: c.Customers * c.Messages, Busy: loadAverage()}
	server := watest.New(t)
	var d *desk
	d, err = assemble(ctx, base.cfg, benchLog(std), variant{unpaced: true, channels: func(d *desk) ([]channels.Channel, error) {
		o := d.benchNumber(base)
		o.HTTP = server.HTTPClient()
		number, err := whatsapp.New(o)
		return []channels.Channel{number, &benchChannel{name: message.Email, hear: newBenchEars(), sinks: make(chan channels.Sink, 1)}}, err
	}})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	number := server.Account(benchDeskNumber, "Suporte Demo")
	o := d.benchNumber(base)
	o.HTTP = server.HTTPClient()
	scanned := make(chan error, 1)
	if err = whatsapp.Pair(ctx, o, "", func(qr, _ string) { go func() { scanned <- number.Scan(qr) }() }); err != nil {
		return r, err
	}
	if err = <-scanned; err != nil {
		return r, err
	}
	if err = c.fill(ctx, d); err != nil {
		return r, err
	}
	return c.measure(ctx, base, d, server, r)
}

// benchNumber are the options of the desk's number.
func (d *desk) benchNumber(base *benchBase) whatsapp.Options {
	return whatsapp.Options{
		Account: benchAccount, DSN: filepath.Join(base.cfg.Data, "whatsapp.db"), Files: d.files.attachments, Memory: d.memory(),
		Clock: d.clock.Now, Log: d.log,
	}
}

// fill registers the customers, each with a ticket in which the team had the last word.
func (c *benchWhatsAppCmd) fill(ctx context.Context, d *desk) error {
	now := d.clock.Now()
	if _, err := bulk.Example().Import(ctx, d.db, now); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx dialogue.Tx) error {
		team, err := tx.Team(ctx)
		if err != nil {
			return err
		}
		orgs, err := tx.Organisations(ctx)
		if err != nil {
			return err
		}
		for i := range c.Customers {
			p := newBenchCustomer(i, orgs[i%len(orgs)].ID, now).person
			p.Aliases[0].Address.ID = benchNumberOf(i)
			if err := tx.SavePerson(ctx, &p); err != nil {
				return err
			}
			t, err := benchTicket(p, team[i%len(team)], now)
			if err != nil {
				return err
			}
			if err := tx.Insert(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

func benchNumberOf(i int) string { return fmt.Sprintf("55119%08d", 70000000+i) }

// measure has the customers write, first to the echo and then to the desk: keys are
// exchanged before either clock runs.
func (c *benchWhatsAppCmd) measure(ctx context.Context, base *benchBase, d *desk, server *watest.Server, r benchWhatsAppResult) (benchWhatsAppResult, error) {
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- d.bot.Run(running) }()
	echo := server.Echo(benchEchoNumber)
	phones := make([]*watest.Phone, c.Customers)
	for i := range phones {
		phones[i] = server.Phone(benchNumberOf(i), fmt.Sprintf("Cliente %d", i))
	}
	commits, err := rawCommits(ctx, base, new(atomic.Int64), rawTime/2)
	if err != nil {
		stop()
		return r, errors.Join(err, <-ended)
	}
	r.Commits = commits
	talk := func(to *watest.Account, messages int) time.Duration {
		var writing sync.WaitGroup
		begun := time.Now()
		for _, phone := range phones {
			writing.Go(func() {
				for n := range messages {
					phone.Say(to, benchWords[n%len(benchWords)])
					phone.Hear(func(string) bool { return true })
				}
			})
		}
		writing.Wait()
		return time.Since(begun)
	}
	desk := server.Account(benchDeskNumber, "")
	talk(echo.Account, 1)
	talk(desk, 1)
	bare := talk(echo.Account, c.Messages/2) // half before and half after: the machine may change meanwhile
	worked := processorTime()
	r.Seconds = talk(desk, c.Messages).Seconds()
	r.CPU = (processorTime() - worked).Seconds() * 1000 / float64(r.Messages)
	r.PerSecond = float64(r.Messages) / r.Seconds
	bare += talk(echo.Account, c.Messages-c.Messages/2)
	r.Raw = float64(r.Messages) / bare.Seconds()
	r.Ratio = r.PerSecond / r.Raw
	stop()
	if err := <-ended; err != nil {
		return r, err
	}
	return r, c.ledger(ctx, d)
}

// ledger makes sure that each message is part of a ticket, once.
func (c *benchWhatsAppCmd) ledger(ctx context.Context, d *desk) error {
	added := 0
	err := d.db.Outcomes(ctx, func(e message.Ended) error {
		if e.Outcome.Code != message.Added {
			return fmt.Errorf("message %s ended as %q (%s), which the bench does not mean", e.Key.ID, e.Outcome.Code, e.Outcome.Reason)
		}
		added++
		return nil
	})
	if want := c.Customers * (c.Messages + 1); err == nil && added != want {
		err = fmt.Errorf("%d messages were written, %d are in tickets", want, added)
	}
	return err
}
