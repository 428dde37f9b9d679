package whatsapp

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"recado/channels"
)

// PairingEnd is why a pairing that was shown on a page ended without a link.
type PairingEnd string

// The ends that are told apart: what a person can do is different for each.
const (
	PairingStopped PairingEnd = "stopped"   // somebody wanted it so, or nobody used a code for long
	PairingPasskey PairingEnd = "passkey"   // WhatsApp asks for the account's passkey
	PairingPhone   PairingEnd = "bad-phone" // the number to type the code into is none
	PairingOld     PairingEnd = "old-phone" // WhatsApp on the phone is too old
	PairingUpdate  PairingEnd = "outdated"  // our program is
	PairingBusy    PairingEnd = "busy"      // another process is at it, such as `recado whatsapp pair`
	PairingFailed  PairingEnd = "failed"    // something else; the log has it
)

// PairingEnds are all of them.
var PairingEnds = []PairingEnd{PairingStopped, PairingPasskey, PairingPhone, PairingOld, PairingUpdate, PairingBusy, PairingFailed}

// Pairing is how the pairing of a number stands.
type Pairing struct {
	Number string     // it is linked already, as this one
	Going  bool       // codes are being shown
	QR     string     // what the picture says
	Typed  string     // the code to be typed in, when one was asked for
	End    PairingEnd // how the last one ended; empty: there was none
}

// Pairings link numbers for who looks at a page instead of a terminal, in the process
// that serves: Begin starts it, At tells what is to be shown. A running Channel waits
// meanwhile, and takes the link up by itself. Any of several processes may be asked: the
// codes are in Memory, and whoever holds a number's link lock shows them.
type Pairings struct {
	numbers map[string]Options
	memory  channels.Memory
	log     *slog.Logger
	clock   func() time.Time
	lasts   time.Duration
	wishes  chan pairingWish
}

// PairingsOptions are those of NewPairings.
type PairingsOptions struct {
	Numbers []Options
	Memory  channels.Memory // holds codes while they are good: it must keep them secret
	Lasts   time.Duration   // how long codes are shown to nobody; 0 is 5 minutes
	Clock   func() time.Time
	Log     *slog.Logger
}

// ErrNoNumber is answered for an account that is not configured.
var ErrNoNumber = errors.New("whatsapp: no number has that account")

// NewPairings makes them; nothing is linked before Begin.
func NewPairings(o PairingsOptions) (*Pairings, error) {
	if o.Memory == nil || o.Clock == nil {
		return nil, errors.New("whatsapp: pairings need a memory and a clock")
	}
	p := &Pairings{numbers: map[string]Options{}, memory: o.Memory, log: o.Log, clock: o.Clock, lasts: o.Lasts, wishes: make(chan pairingWish)}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if p.lasts == 0 {
		p.lasts = 5 * time.Minute
	}
	for _, n := range o.Numbers {
		p.numbers[n.Account] = n
	}
	return p, nil
}

// pairingWish is to show codes, or, with stop, to show them no more.
type pairingWish struct {
	account string
	phone   string
	stop    bool
	done    chan struct{} // closed when the first code is there, or none will be
}

// Run makes the links that are asked for, until ctx ends.
func (p *Pairings) Run(ctx context.Context) error {
	under := map[string]func(){} // ends what is under way for an account, and waits for that
	for {
		select {
		case <-ctx.Done():
			for _, end := range slices.Collect(maps.Values(under)) {
				end()
			}
			return nil
		case w := <-p.wishes:
			if end := under[w.account]; end != nil {
				end()
				delete(under, w.account)
			}
			if w.stop {
				close(w.done)
				continue
			}
			under[w.account] = p.start(ctx, w)
		}
	}
}

// Begin shows codes for a number, anew if some are shown; phone is where one is to be
// typed in, empty for a picture alone. It returns when there is something to be seen.
func (p *Pairings) Begin(ctx context.Context, account, phone string) error {
	return p.wish(ctx, pairingWish{account: account, phone: phone})
}

// Stop shows no more codes. Those of another process it leaves alone.
func (p *Pairings) Stop(ctx context.Context, account string) error {
	return p.wish(ctx, pairingWish{account: account, stop: true})
}

// wish hands w to Run, and waits until it is seen to.
func (p *Pairings) wish(ctx context.Context, w pairingWish) error {
	if _, known := p.numbers[w.account]; !known {
		return ErrNoNumber
	}
	const firstCode = 8 * time.Second // then the page says that it is coming
	ctx, cancel := context.WithTimeout(ctx, firstCode)
	defer cancel()
	w.done = make(chan struct{})
	select {
	case p.wishes <- w:
	case <-ctx.Done():
		return fmt.Errorf("whatsapp: nobody makes links: %w", ctx.Err())
	}
	select {
	case <-w.done:
	case <-ctx.Done():
	}
	return nil
}

// start links in the background. What it returns ends that, and waits until it has.
func (p *Pairings) start(ctx context.Context, w pairingWish) (end func()) {
	ctx, cancel := context.WithTimeout(ctx, p.lasts)
	var work sync.WaitGroup
	work.Go(func() {
		defer cancel()
		seen := sync.OnceFunc(func() { close(w.done) })
		defer seen()
		err := p.link(ctx, w, seen)
		if err == nil || errors.Is(err, ErrLinking) {
			return // the page sees the link; or whoever is at it has the word
		}
		p.keep(ctx, w.account, shown{End: endOf(err)})
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			return
		}
		p.log.Warn("a number could not be linked", "account", w.account, "error", short(err))
	})
	return func() { cancel(); work.Wait() }
}

// link is Pair, whose codes are kept where every process finds them.
func (p *Pairings) link(ctx context.Context, w pairingWish, seen func()) error {
	o := p.numbers[w.account].withDefaults()
	err := Pair(ctx, o, w.phone, func(qr, typed string) {
		p.keep(ctx, w.account, shown{QR: qr, Typed: typed, Until: p.clock().Add(o.CodeFor)})
		seen()
	})
	switch {
	case errors.Is(err, ErrLinking):
		if s := p.shown(ctx, w.account); !s.going(p.clock()) { // a terminal is: it keeps its codes to itself
			p.keep(ctx, w.account, shown{End: PairingBusy})
		}
	case err == nil:
		p.keep(ctx, w.account, shown{})
	}
	return err
}

// shown is what Memory holds of a pairing.
type shown struct {
	QR    string     `json:"qr,omitempty"`
	Typed string     `json:"typed,omitempty"`
	Until time.Time  `json:"until,omitzero"`
	End   PairingEnd `json:"end,omitempty"`
}

// codesLate is how long a code that should have been followed by the next one is still
// shown: WhatsApp may be slow with new ones. A process that died shows none.
const codesLate = time.Minute

func (s shown) going(now time.Time) bool { return s.QR != "" && now.Before(s.Until.Add(codesLate)) }

func pairingMemory(account string) string { return "whatsapp/" + account + "/pairing" }

// keep notes what is to be shown. That it cannot be is said by a page without codes.
func (p *Pairings) keep(ctx context.Context, account string, s shown) {
	text, err := json.Marshal(s)
	if err == nil {
		err = p.memory.Save(context.WithoutCancel(ctx), pairingMemory(account), string(text))
	}
	if err != nil {
		p.log.Error("a code to link a number cannot be shown", "account", account, "error", err)
	}
}

func (p *Pairings) shown(ctx context.Context, account string) (s shown) {
	text, err := p.memory.Load(ctx, pairingMemory(account))
	if err != nil || text == "" || json.Unmarshal([]byte(text), &s) != nil {
		return shown{} // what was kept by another key, or version, is as good as nothing
	}
	return s
}

// At is how the pairing of a number stands. It changes nothing.
func (p *Pairings) At(ctx context.Context, account string) (Pairing, error) {
	o, known := p.numbers[account]
	if !known {
		return Pairing{}, ErrNoNumber
	}
	link, err := Look(ctx, o)
	if err != nil {
		return Pairing{}, err
	}
	if link.Linked {
		return Pairing{Number: link.Number}, nil
	}
	s := p.shown(ctx, account)
	if s.going(p.clock()) {
		return Pairing{Going: true, QR: s.QR, Typed: s.Typed}, nil
	}
	return Pairing{End: s.End}, nil
}

// endOf is why a pairing ended, for the page.
func endOf(err error) PairingEnd {
	for cause, end := range map[error]PairingEnd{
		context.Canceled: PairingStopped, context.DeadlineExceeded: PairingStopped,
		ErrPasskey: PairingPasskey, ErrBadPhone: PairingPhone, errOldPhone: PairingOld, errOutdated: PairingUpdate,
	} {
		if errors.Is(err, cause) {
			return end
		}
	}
	return PairingFailed
}
