package inbox

import (
	"context"
	"errors"
	"time"
)

// errClaimEnds stops a turn whose claim could not be renewed in time.
var errClaimEnds = errors.New("inbox: the claim could not be renewed")

// claim makes sure of a claim for each of the busy conversations, with one call for
// all that lack one, and returns those that may be worked on, in the given order.
// The others are looked at again later.
func (in *Inbox) claim(ctx context.Context, work []*conversation, now time.Time) (held []*conversation) {
	var wanted []string
	in.mu.Lock()
	for _, c := range work {
		if c.until.IsZero() {
			wanted = append(wanted, c.name)
			delete(in.givenUp, c.name) // its release did not come through; now it need not
		}
	}
	in.mu.Unlock()

	granted := map[string]Claim{}
	later := now.Add(pollEvery)
	if len(wanted) > 0 {
		claims, err := in.opts.Store.Claim(ctx, in.opts.Owner, wanted, now, claimTTL)
		if delay := in.store.Note(ctx, "claim conversations", err); err != nil {
			later = now.Add(delay)
		}
		for _, claim := range claims {
			granted[claim.Conversation] = claim
		}
	}

	in.mu.Lock()
	defer in.mu.Unlock()
	for _, c := range work {
		if claim, ok := granted[c.name]; ok {
			c.claim, c.until = claim, now.Add(claimTTL)
		}
		if !c.until.IsZero() {
			held = append(held, c)
			continue
		}
		c.due = time.Time{}
		in.rest(c, later) // another process has it; what waits is done there, or here once it is free
	}
	return held
}

// keep renews the claims until ctx ends, and stops work under those that could soon
// be another's because they were not renewed.
func (in *Inbox) keep(ctx context.Context) {
	renewed := in.opts.Clock.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-in.opts.Clock.After(time.Second):
		}
		if now := in.opts.Clock.Now(); !now.Before(renewed.Add(renewEvery)) && in.renew(ctx, now) {
			renewed = now
		}
		in.stopUnsure()
	}
}

// renew extends all claims held; it reports whether they are sure again.
func (in *Inbox) renew(ctx context.Context, now time.Time) bool {
	var held []*conversation
	in.mu.Lock()
	for _, c := range in.known.byName {
		if !c.until.IsZero() {
			held = append(held, c)
		}
	}
	in.mu.Unlock()
	if len(held) == 0 {
		return true
	}
	timely, cancel := context.WithTimeout(ctx, claimMargin) // an answer that comes later is of no use
	defer cancel()
	err := in.opts.Store.Renew(timely, in.opts.Owner, now, claimTTL)
	if in.store.Note(ctx, "renew claims", err); err != nil {
		return false
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, c := range held {
		if until := now.Add(claimTTL); !c.until.IsZero() && until.After(c.until) {
			c.until = until
		}
	}
	return true
}

// stopUnsure ends work under claims that are about to run out.
func (in *Inbox) stopUnsure() {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, c := range in.known.byName {
		if c.until.IsZero() || in.opts.Clock.Now().Before(c.until.Add(-claimMargin)) {
			continue
		}
		if c.stop != nil {
			c.stop(errClaimEnds)
		}
		in.giveUp(c)
	}
}

// giveUp forgets the claim of c, which is released with the next batch: the store
// renews all claims of an owner, so one that is forgotten only here would be kept
// from the others for ever. The caller holds the lock.
func (in *Inbox) giveUp(c *conversation) {
	if !c.until.IsZero() {
		in.givenUp[c.name] = c.claim
	}
	in.forget(c)
}

// forget drops a claim that is another's. The caller holds the lock.
func (in *Inbox) forget(c *conversation) {
	c.claim, c.until, c.idle = Claim{}, time.Time{}, time.Time{}
	in.known.settle(c)
}

// release gives back, in one call, the claims that were given up. What fails is
// tried again in the next round.
func (in *Inbox) release(ctx context.Context) {
	in.mu.Lock()
	claims := make([]Claim, 0, len(in.givenUp))
	for _, claim := range in.givenUp {
		claims = append(claims, claim)
	}
	in.mu.Unlock()
	if len(claims) == 0 {
		return
	}
	err := in.opts.Store.Release(ctx, claims)
	if in.store.Note(ctx, "release claims", err); err != nil {
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, claim := range claims {
		if in.givenUp[claim.Conversation] == claim {
			delete(in.givenUp, claim.Conversation)
		}
	}
}

// leave releases every claim, so that another process need not wait for them to run
// out. The context may have ended already.
func (in *Inbox) leave(ctx context.Context) {
	in.mu.Lock()
	for _, c := range in.known.byName {
		if !c.busy {
			in.giveUp(c)
		}
	}
	in.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), claimMargin)
	defer cancel()
	in.release(ctx)
}
