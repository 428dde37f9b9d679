package bot

import (
	"context"
	"errors"
	"fmt"

	"recado/bot/inbox"
	"recado/bot/outbox"
	"recado/core/dialogue"
	"recado/core/message"
)

// conflictTries is how often a turn is prepared when others change the same tickets
// at the same time; beyond that it pauses like one that failed.
const conflictTries = 5

// turns takes turns of the inbox through the engine.
type turns struct{ b *Bot }

// Handle decides with no transaction open, then applies the plan and ends the items
// in one transaction (rule 2).
func (h turns) Handle(ctx context.Context, t inbox.Turn) error {
	b, turn := h.b, asTurn(t)
	begun := b.opts.Clock.Now()
	var err error
	var outcomes []message.Outcome
	ended := b.attend(turn)
	defer func() { ended(outcomes) }()
	for range conflictTries {
		var plan Plan
		if plan, err = b.opts.Engine.Prepare(ctx, turn); err != nil {
			return fmt.Errorf("bot: prepare the turn: %w", err)
		}
		outcomes, err = b.commit(ctx, turn, plan)
		if err == nil {
			b.wakeOutboxes()
			b.metrics.turn(b.opts.Clock.Now().Sub(begun), outcomes)
			return nil
		}
		outcomes = nil
		if !errors.Is(err, dialogue.ErrConflict) {
			break
		}
	}
	return fmt.Errorf("bot: commit the turn: %w", err)
}

func (b *Bot) commit(ctx context.Context, turn dialogue.Turn, plan Plan) ([]message.Outcome, error) {
	var outcomes []message.Outcome
	err := b.opts.Turns.Update(ctx, func(tx dialogue.Tx) (err error) {
		if outcomes, err = apply(ctx, plan, tx); err != nil {
			return err
		}
		if len(outcomes) != len(turn.Seqs) {
			return fmt.Errorf("bot: %d outcomes for %d items", len(outcomes), len(turn.Seqs))
		}
		return tx.Finish(ctx, dialogue.Done{
			Conversation: turn.Conversation, Owner: turn.Owner, Fence: turn.Fence,
			Turn: turn.Number(), Seqs: turn.Seqs, Outcomes: outcomes,
		})
	})
	return outcomes, err
}

// apply runs the plan; a panic must not leave the store's goroutine.
func apply(ctx context.Context, plan Plan, tx dialogue.Tx) (outcomes []message.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("bot: panic while applying a plan: %v", p)
		}
	}()
	return plan.Apply(ctx, tx)
}

func asTurn(t inbox.Turn) dialogue.Turn {
	turn := dialogue.Turn{Conversation: t.Conversation, Owner: t.Owner, Fence: t.Fence, Committed: t.Turn}
	for _, item := range t.Items {
		turn.Items = append(turn.Items, item.Inbound)
		turn.Seqs = append(turn.Seqs, item.Seq)
	}
	return turn
}

// trouble is the conversation of everything that OnDead and OnBuried post. It marks
// them through crashes and restarts, and is no conversation of the inbox.
const trouble = "recado/trouble"

// marked marks what is posted in it as telling of trouble.
type marked struct{ dialogue.Tx }

func (m marked) Post(ctx context.Context, out message.Outbound) error {
	out.Conversation = trouble
	return m.Tx.Post(ctx, out)
}

// tellDead is the inbox's OnDead.
func (b *Bot) tellDead(ctx context.Context, item inbox.Item, cause error) error {
	if b.opts.OnDead != nil {
		if err := b.tell(ctx, func(tx dialogue.Tx) error { return b.opts.OnDead(ctx, tx, item, cause) }); err != nil {
			return err
		}
	}
	b.metrics.outcome(message.Failed)
	return nil
}

// tellBuried is the outbox's OnBuried.
func (b *Bot) tellBuried(ctx context.Context, buried outbox.Buried) error {
	if b.opts.OnBuried == nil || buried.Row.Conversation == trouble {
		return nil
	}
	return b.tell(ctx, func(tx dialogue.Tx) error { return b.opts.OnBuried(ctx, tx, buried) })
}

// tellSent is the outbox's OnSent. Only words that were passed on for somebody are of
// interest, and not where a thread shows them: the rest is worth no transaction.
func (b *Bot) tellSent(ctx context.Context, row outbox.Row) (settled bool, err error) {
	if b.opts.OnSent == nil || row.Conveys == "" || row.Number == "" || row.Kind != "" || row.Under != "" {
		return true, nil
	}
	err = b.tell(ctx, func(tx dialogue.Tx) (err error) {
		settled, err = b.opts.OnSent(ctx, tx, row.Outbound)
		return err
	})
	return settled, err
}

func (b *Bot) tell(ctx context.Context, do func(dialogue.Tx) error) error {
	err := b.opts.Turns.Update(ctx, func(tx dialogue.Tx) (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("bot: panic while telling the team: %v", p)
			}
		}()
		return do(marked{tx})
	})
	if err == nil {
		b.wakeOutboxes()
	}
	return err
}
