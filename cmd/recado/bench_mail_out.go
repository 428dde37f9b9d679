package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"recado/channels"
	"recado/channels/email"
	"recado/core/dialogue"
	"recado/core/message"
)

// benchSender sends for real, and reads nothing.
type benchSender struct{ *email.Mailbox }

// Run implements channels.Channel.
func (benchSender) Run(ctx context.Context, _ channels.Sink) error {
	<-ctx.Done()
	return nil
}

// Exclusive is false: there is nothing to read.
func (benchSender) Exclusive() bool { return false }

// out measures the way out: notices that wait in the outbox are composed, handed to an
// SMTP server and noted as sent.
func (c *benchMailCmd) out(ctx context.Context, base *benchBase, std Streams, run int) (r benchMailResult, err error) {
	r = benchMailResult{Way: "out", Database: base.name, Run: run, Busy: loadAverage()}
	sink, err := openSMTPSink(ctx)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, sink.Close()) }()
	d, err := assemble(ctx, base.cfg, benchLog(std), variant{unpaced: true, channels: func(d *desk) ([]channels.Channel, error) {
		o := benchMailOptions(d)
		if o.SMTP.Server, err = (mailServer{addr: sink.addr}).server(); err != nil {
			return nil, err
		}
		o.IMAP.Server, o.IMAP.User = o.SMTP.Server, benchMailDesk // never called
		o.SMTP.Connections = benchSMTPConns
		sender, err := email.NewMailbox(o)
		return []channels.Channel{benchSender{sender}}, err
	}})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var rows atomic.Int64
	if r.Commits, err = rawCommits(ctx, base, &rows, rawTime/2); err != nil {
		return r, err
	}
	if err := postNotices(ctx, d, c.Mails); err != nil {
		return r, err
	}
	all := sink.expect(c.Mails)
	if err := c.timed(ctx, d, &r, c.Mails, all); err != nil {
		return r, err
	}
	if err := c.checkSent(ctx, d, sink); err != nil {
		return r, err
	}
	if r.Raw, err = c.bare(ctx, sink); err != nil {
		return r, err
	}
	r.Ratio = r.PerSecond / r.Raw
	return r, nil
}

// bare is how many mails a second go-smtp alone hands over: the last notice again and
// again, over the same number of connections.
func (c *benchMailCmd) bare(ctx context.Context, sink *smtpSink) (float64, error) {
	mail := sink.last()
	sink.expect(0)
	var group sync.WaitGroup
	errs := make([]error, benchSMTPConns)
	begun := time.Now()
	for i := range benchSMTPConns {
		group.Go(func() { errs[i] = sendBare(ctx, sink.addr, mail, c.Mails/benchSMTPConns) })
	}
	group.Wait()
	sent := c.Mails / benchSMTPConns * benchSMTPConns
	return float64(sent) / time.Since(begun).Seconds(), errors.Join(errs...)
}

// benchNotice is what customers hear most: an answer of the team.
func benchNotice(i int) message.Outbound {
	return message.Outbound{
		ID: newID(), To: benchMailAddress(i % benchWriters), Account: benchMailDesk, Language: "pt-BR",
		Subject: fmt.Sprintf("[2026-%06d] CT-e não autoriza", i+1), Number: fmt.Sprintf("2026-%06d", i+1),
		Refs:  []string{newID() + "@ticket.recado"},
		Text:  "*Bia* respondeu o chamado *2026-000001*:\n\nReenviamos o lote, pode conferir? Se o erro 301 voltar, mande o XML por aqui.",
		Quote: benchWords[i%len(benchWords)],
	}
}

// postNotices fills the outbox, as turns do.
func postNotices(ctx context.Context, d *desk, mails int) error {
	const atOnce = 500
	for first := 0; first < mails; first += atOnce {
		err := d.db.Update(ctx, func(tx dialogue.Tx) error {
			for i := first; i < min(first+atOnce, mails); i++ {
				if err := tx.Post(ctx, benchNotice(i)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("fill the outbox: %w", err)
		}
	}
	return nil
}

// checkSent makes sure that each notice arrived once, and that nothing waits.
func (c *benchMailCmd) checkSent(ctx context.Context, d *desk, sink *smtpSink) error {
	next, err := d.db.NextDue(ctx, message.Email, benchMailDesk)
	switch different := sink.different(); {
	case err != nil:
		return err
	case !next.IsZero():
		return errors.New("everything arrived, but the outbox has rows that are not noted as sent")
	case different != c.Mails:
		return fmt.Errorf("%d notices were posted, %d different mails arrived", c.Mails, different)
	}
	return nil
}
