package bulk

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"time"

	"recado/core/message"
)

// Ledger reads how every item ended, oldest first. It stops at each's first error
// and returns it.
type Ledger interface {
	Outcomes(ctx context.Context, each func(message.Ended) error) error
}

// WriteOutcomes writes the ledger as CSV, one row for each item ever accepted.
func WriteOutcomes(ctx context.Context, from Ledger, w io.Writer) error {
	if _, err := io.WriteString(w, mark); err != nil {
		return fmt.Errorf("export outcomes: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma = ';'
	if err := out.Write([]string{"channel", "account", "id", "from", "received_at", "ended_at", "outcome", "reason", "number"}); err != nil {
		return fmt.Errorf("export outcomes: %w", err)
	}
	err := from.Outcomes(ctx, func(e message.Ended) error {
		fields := []string{
			string(e.Key.Channel), e.Key.Account, e.Key.ID, e.From.ID, stamp(e.ReceivedAt), stamp(e.EndedAt),
			string(e.Outcome.Code), e.Outcome.Reason, e.Outcome.Number,
		}
		for i, f := range fields {
			fields[i] = escape(f)
		}
		return out.Write(fields)
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("export outcomes: %w", err)
	}
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
