package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"sync"
	"time"

	"recado/core/message"
)

// errLate means that the desk did not come to rest: something was lost, or it hangs.
var errLate = errors.New("the last messages did not arrive in time")

// full has every customer write, wait for the answer and write again, for d. All
// conversations always have a message under way: that is the most the desk can do.
func (b *turnsBench) full(ctx context.Context, d time.Duration) (took []time.Duration, err error) {
	ctx, stop := context.WithTimeoutCause(ctx, d+lateTime, errLate)
	defer stop()
	var mu sync.Mutex
	var all sync.WaitGroup
	end := time.Now().Add(d)
	for i, c := range b.customers {
		all.Go(func() {
			own, failed := b.talk(ctx, i, c, end)
			mu.Lock()
			defer mu.Unlock()
			took, err = append(took, own...), errors.Join(err, failed)
		})
	}
	all.Wait()
	return took, err
}

// talk is one customer's part of full. They begin at different points, so that
// the mails spread evenly.
func (b *turnsBench) talk(ctx context.Context, i int, c *benchCustomer, end time.Time) (took []time.Duration, err error) {
	answers := make(chan time.Duration, 1)
	for n := i; time.Now().Before(end); n++ {
		mouth, in := c.benchItem(n, time.Now().UTC())
		mouth.ask(time.Now(), func(after time.Duration) { answers <- after })
		if err := b.handIn(ctx, in); err != nil {
			return took, err
		}
		select {
		case after := <-answers:
			took = append(took, after)
		case <-ctx.Done():
			return took, context.Cause(ctx)
		}
	}
	return took, nil
}

func (b *turnsBench) handIn(ctx context.Context, in message.Inbound) error {
	b.asked.Add(1)
	return b.sink.Accept(ctx, in)
}

// paced hands in messages at a fixed rate, whether or not earlier ones were
// answered. Latency counts from when a message was to be handed in: a desk that
// lags behind must not be asked more slowly for it.
func (b *turnsBench) paced(ctx context.Context, rate float64, d time.Duration) ([]time.Duration, error) {
	total := int(rate * d.Seconds())
	answers := make(chan time.Duration, total)
	failed := make(chan error, total)
	begun := time.Now()
	for n := range total {
		at := begun.Add(time.Duration(float64(n) / rate * float64(time.Second)))
		select {
		case <-time.After(time.Until(at)):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		mouth, in := b.customers[n%len(b.customers)].benchItem(n/len(b.customers)+n, time.Now().UTC())
		mouth.ask(at, func(after time.Duration) { answers <- after })
		go func() {
			if err := b.handIn(ctx, in); err != nil {
				failed <- err
			}
		}()
	}
	took := make([]time.Duration, 0, total)
	late := time.After(lateTime)
	for len(took) < total {
		select {
		case after := <-answers:
			took = append(took, after)
		case err := <-failed:
			return took, err
		case <-late:
			return took, errLate
		case <-ctx.Done():
			return took, ctx.Err()
		}
	}
	return took, nil
}

// settle waits until everything was sent, to the team too.
func (b *turnsBench) settle(ctx context.Context) error {
	late := time.After(lateTime)
	for {
		waiting := b.desk.bot.State().Inbox.Waiting
		for _, name := range []message.Channel{message.WhatsApp, message.Email} {
			next, err := b.desk.db.NextDue(ctx, name, benchAccount)
			if err != nil {
				return err
			}
			if !next.IsZero() {
				waiting++
			}
		}
		if waiting == 0 {
			return nil
		}
		select {
		case <-time.After(2 * time.Millisecond):
		case <-late:
			return errLate
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// checkLedger makes sure that the desk did what is counted: every message ended as
// it should, nobody was answered twice, and the team heard of everything.
func (b *turnsBench) checkLedger(ctx context.Context) error {
	added, opened := int64(0), int64(0)
	err := b.desk.db.Outcomes(ctx, func(e message.Ended) error {
		switch e.Outcome.Code {
		case message.Added:
			added++
		case message.Opened:
			opened++
		default:
			return fmt.Errorf("a message ended as %q (%s), which the bench does not mean", e.Outcome.Code, e.Outcome.Reason)
		}
		return nil
	})
	switch asked := b.asked.Load(); {
	case err != nil:
		return err
	case added+opened != asked:
		return fmt.Errorf("%d messages were handed in, and %d ended", asked, added+opened)
	case opened == 0 || b.ears.all.Load() < 2*asked:
		return fmt.Errorf("%d messages opened %d tickets and were answered with %d: too few", asked, opened, b.ears.all.Load())
	case b.ears.strays.Load()+b.ears.repeats.Load() > 0:
		return fmt.Errorf("%d messages were sent that nobody waited for, %d were sent twice", b.ears.strays.Load(), b.ears.repeats.Load())
	}
	return nil
}

// profile starts a CPU profile, if a file is named, and returns what ends it.
func profile(file string) (end func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
