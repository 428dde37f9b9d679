package llm

import (
	"context"
	"time"
)

// Budget is how many tokens may be spent in a day of the desk; 0 is no limit.
type Budget struct {
	Day          int64 // by everybody
	Organisation int64 // by one organisation
	Conversation int64 // by one conversation
}

// Ledger keeps what was spent, for all processes and across restarts.
type Ledger interface {
	// Spend adds tokens to every account of a day, or to none when one of them would
	// pass its limit (0: none), which it names. day is "2026-11-28".
	Spend(ctx context.Context, day string, limits map[string]int64, tokens int64) (full string, err error)
	// Settle adds what a call took more, or less, than was spent for it.
	Settle(ctx context.Context, day string, accounts []string, tokens int64) error
}

// payer is who a call is counted for.
type payer struct {
	organisation, conversation string
}

// accounts of a payer, with their limits.
func (b Budget) accounts(p payer) map[string]int64 {
	all := map[string]int64{"desk": b.Day}
	if p.organisation != "" {
		all["organisation "+p.organisation] = b.Organisation
	}
	if p.conversation != "" {
		all["conversation "+p.conversation] = b.Conversation
	}
	return all
}

// tokensOf is how many tokens a text has at most, roughly: three bytes each, where four
// is usual of English and three and a half of Portuguese.
func tokensOf(bytes int) int64 { return int64(bytes/3 + 1) }

// purse is what was set aside for one call.
type purse struct {
	ledger   Ledger
	day      string
	accounts []string
	tokens   int64
}

// open sets tokens aside. Without a ledger nothing is counted.
func (a *Assistant) purse(ctx context.Context, p payer, tokens int64) (*purse, error) {
	if a.o.Ledger == nil {
		return &purse{}, nil
	}
	limits := a.o.Budget.accounts(p)
	w := &purse{ledger: a.o.Ledger, day: a.o.Clock.Now().In(a.o.Location).Format(time.DateOnly), tokens: tokens}
	for name := range limits {
		w.accounts = append(w.accounts, name)
	}
	full, err := w.ledger.Spend(ctx, w.day, limits, tokens)
	switch {
	case err != nil:
		return nil, fail(Spent, "what was spent is not known")
	case full != "":
		return nil, fail(Spent, full)
	}
	return w, nil
}

// settle counts what the call really took. A call that was made and told nothing is
// counted as it was foreseen.
func (w *purse) settle(ctx context.Context, took int64) error {
	if w.ledger == nil || took == w.tokens {
		return nil
	}
	return w.ledger.Settle(ctx, w.day, w.accounts, took-w.tokens)
}
