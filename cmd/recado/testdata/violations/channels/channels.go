// Package channels sends without the outbox, and imports a suite.
package channels

import (
	"context"

	_ "recado/core/coretest"
	_ "recado/core/message"
)

type channel interface {
	Send(ctx context.Context) error
}

func send(ctx context.Context, c channel) error {
	return c.Send(ctx)
}
