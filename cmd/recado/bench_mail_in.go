package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"recado/bulk"
	"recado/channels"
	"recado/channels/email"
	"recado/core/dialogue"
	"recado/core/message"
)

// benchReader reads a real mailbox; what it is to send arrives at once. Sending is
// the other way, measured apart.
type benchReader struct {
	*email.Mailbox
	answers atomic.Int64 // to customers
	notices atomic.Int64 // to the team
	all     chan struct{}
	want    int64
}

// Send implements channels.Channel.
func (r *benchReader) Send(_ context.Context, out message.Outbound) (channels.Receipt, error) {
	if strings.HasSuffix(out.To.ID, "@bench.example") {
		if r.answers.Add(1) == r.want {
			close(r.all)
		}
	} else {
		r.notices.Add(1)
	}
	return channels.Receipt{UpstreamID: r.UpstreamID(out)}, nil
}

// in measures the way in: each mail opens a ticket, its writer gets the number and
// the whole team of the example hears of it.
func (c *benchMailCmd) in(ctx context.Context, base *benchBase, std Streams, run int) (r benchMailResult, err error) {
	r = benchMailResult{Way: "in", Database: base.name, Run: run, Busy: loadAverage()}
	reader := &benchReader{all: make(chan struct{}), want: int64(c.Mails)}
	box := mailServer{addr: c.IMAP, user: "bench-" + newID() + "@desk.example", password: c.Password}
	d, err := assemble(ctx, base.cfg, benchLog(std), variant{unpaced: true, channels: func(d *desk) ([]channels.Channel, error) {
		o := benchMailOptions(d)
		if o.IMAP.Server, err = box.server(); err != nil {
			return nil, err
		}
		reader.Mailbox, err = email.NewMailbox(o)
		return []channels.Channel{reader}, err
	}})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := fillMailPeople(ctx, d, min(c.Mails, benchWriters)); err != nil {
		return r, err
	}
	if err := box.fill(ctx, c.Mails); err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, box.empty(context.WithoutCancel(ctx))) }()
	if r.Raw, err = box.fetchAll(ctx, c.Mails); err != nil {
		return r, err
	}
	var rows atomic.Int64
	if r.Commits, err = rawCommits(ctx, base, &rows, rawTime/2); err != nil {
		return r, err
	}
	if err := c.timed(ctx, d, &r, c.Mails, reader.all); err != nil {
		return r, fmt.Errorf("%w; %d of %d mails were answered", err, reader.answers.Load(), c.Mails)
	}
	r.Notices = int(reader.answers.Load() + reader.notices.Load())
	r.Ratio = r.PerSecond / r.Raw
	return r, checkMailLedger(ctx, d, c.Mails)
}

// mailPatience is the longest that one run may take: ten mails a second.
func (c *benchMailCmd) mailPatience() time.Duration {
	return lateTime + time.Duration(c.Mails)*time.Second/10
}

// timed runs the desk until all is done, and notes what that took.
func (c *benchMailCmd) timed(ctx context.Context, d *desk, r *benchMailResult, mails int, all <-chan struct{}) error {
	endProfile, err := profile(c.profileFor(*r))
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	memory := watchMemory(running)
	worked, begun := processorTime(), time.Now()
	go func() { ended <- d.bot.Run(running) }()
	late := time.NewTimer(c.mailPatience())
	defer late.Stop()
	select {
	case <-all:
	case <-late.C:
		err = errLate
	case <-ctx.Done():
		err = ctx.Err()
	case err = <-ended:
		return errors.Join(errors.New("the desk ended by itself"), err)
	}
	r.Seconds, r.Mails = time.Since(begun).Seconds(), mails
	r.PerSecond = float64(mails) / r.Seconds
	r.CPU = (processorTime() - worked).Seconds() * 1000 / float64(mails)
	stop()
	r.SteadyMB, r.PeakMB = memory()
	return errors.Join(err, endProfile(), <-ended)
}

// watchMemory looks at the resident memory until ctx ends; the function returns the
// median and the most.
func watchMemory(ctx context.Context) func() (steady, most float64) {
	const every = 100 * time.Millisecond
	forgetPeak()
	seen := make(chan []float64, 1)
	go func() {
		var all []float64
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			all = append(all, resident("self", "VmRSS"))
			select {
			case <-tick.C:
			case <-ctx.Done():
				seen <- all
				return
			}
		}
	}()
	return func() (steady, most float64) { return spreadOf(<-seen).Median, resident("self", "VmHWM") }
}

// benchWriters is how many people write the mails, by turns.
const benchWriters = 500

// fillMailPeople fills an empty desk with people who are known by their e-mail.
func fillMailPeople(ctx context.Context, d *desk, people int) error {
	now := d.clock.Now()
	if _, err := bulk.Example().Import(ctx, d.db, now); err != nil {
		return err
	}
	if err := d.library.refresh(ctx); err != nil {
		return err
	}
	err := d.db.Update(ctx, func(tx dialogue.Tx) error {
		orgs, err := tx.Organisations(ctx)
		if err != nil {
			return err
		}
		for i := range people {
			p := newBenchCustomer(i, orgs[i%len(orgs)].ID, now).person
			if err := tx.SavePerson(ctx, &p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("fill in people: %w", err)
	}
	return nil
}

// checkMailLedger makes sure that each mail opened a ticket, once.
func checkMailLedger(ctx context.Context, d *desk, mails int) error {
	numbers := map[string]bool{}
	err := d.db.Outcomes(ctx, func(e message.Ended) error {
		if e.Outcome.Code != message.Opened || numbers[e.Outcome.Number] {
			return fmt.Errorf("mail %s ended as %q (%s) with ticket %s, which the bench does not mean", e.Key.ID, e.Outcome.Code, e.Outcome.Reason, e.Outcome.Number)
		}
		numbers[e.Outcome.Number] = true
		return nil
	})
	if err == nil && len(numbers) != mails {
		err = fmt.Errorf("%d mails were put into the mailbox, %d tickets were opened", mails, len(numbers))
	}
	return err
}
